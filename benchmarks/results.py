"""What a run found, as a file: `build/bench.json`, and a history of such runs as JSON Lines, oldest first.

The form is `bench.schema.json`'s. What is read is held against it first: a file of another form is refused.
"""

import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.measure import Figure, Peer
from deployer.errors import UsageError
from deployer.reporting.sources import held

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "bench.json"
FORMAT = "tap-bench/1"
KEPT = 400  # runs of a history: more than a year of nights
_SCHEMA = Path(__file__).with_name("bench.schema.json")


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def _commit() -> str | None:
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return git.stdout.strip() or None


@dataclass
class Run:
    """One run: its figures so far, each name once, and the benchmarks that broke."""

    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    commit: str | None = field(default_factory=_commit)
    machine: dict[str, Any] = field(default_factory=_machine)
    figures: list[Figure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        figures = [{**asdict(each), "ratio": each.ratio} for each in self.figures]
        return {"format": FORMAT, **asdict(self), "figures": figures}

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Run":
        """The run of a document that is what the schema says."""
        rest = {name: value for name, value in document.items() if name not in ("format", "figures")}
        return cls(**rest, figures=[_figure(each) for each in document["figures"]])


def _figure(document: dict[str, Any]) -> Figure:
    peer = document["peer"] and Peer(**document["peer"])
    return Figure(**{name: value for name, value in document.items() if name != "ratio"} | {"peer": peer})


def write(file: Path, run: Run) -> None:
    """The whole file or, where that fails, none of it."""
    _replace(file, json.dumps(run.to_json(), indent=1) + "\n")


def read(file: Path) -> Run:
    """Raises UsageError where the file is not there, or is not one run."""
    return _run(_text(file), file.name)


def read_history(file: Path) -> list[Run]:
    """The runs of a history, oldest first; of an empty file none. Raises UsageError as `read` does, naming the line."""
    lines = _text(file).splitlines()
    return [_run(line, f"{file.name}, line {number}") for number, line in enumerate(lines, 1)]


def append(file: Path, run: Run) -> None:
    """Add a run to a history, once; the history begins with it where there is none. The oldest ones go after `KEPT`."""
    runs = read_history(file) if file.exists() else []
    others = [each for each in runs if each.at != run.at]
    _replace(file, "".join(json.dumps(each.to_json()) + "\n" for each in [*others, run][-KEPT:]))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read: {error}", remedy="make bench writes build/bench.json") from error


def _run(text: str, name: str) -> Run:
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no JSON: {error}") from error
    held(document, _SCHEMA, name)
    run = Run.of(document)
    if twice := _twice(each.name for each in run.figures):
        raise UsageError(f"{name} has more than one figure of the name {twice[0]!r}")
    return run


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".new")
    scratch.write_text(text, "utf-8")
    scratch.replace(file)
