"""`python -m benchmarks [NAME...]`: those named, or all but `scaling`; a table, and build/bench.json beside it.

`python -m benchmarks compare OLD NEW` holds one run against another or, where OLD ends in `.jsonl`, against a history;
`python -m benchmarks remember HISTORY NEW` adds a run to one. Exit 0: done, and all is well. 1: a goal is missed, a
benchmark broke, a ratio got worse by more than a quarter. 2: used wrongly, or a file that is none of ours.
"""

import importlib
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import comparison, results, table
from benchmarks.results import Run
from deployer.errors import UsageError

SUITES = (
    "synthesis",
    "compliance",
    "deploying",
    "judging",
    "rejecting",
    "transforming",
    "loading",
    "moving",
    "scaling",
)
BY_NAME = {"scaling"}  # it writes what `tap capacity` is computed from


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    try:
        if arguments and (command := COMMANDS.get(arguments[0])):
            return command(*_files(arguments))
        return measure(arguments)
    except UsageError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _files(arguments: Sequence[str]) -> tuple[Path, Path]:
    if len(arguments) != 3:
        raise UsageError(f"{arguments[0]} takes two files, not {len(arguments) - 1}")
    return Path(arguments[1]), Path(arguments[2])


def measure(names: Sequence[str]) -> int:
    """Runs the benchmarks; one that breaks is told, and the others run. What was found is on disk at any moment."""
    if unknown := sorted(set(names) - set(SUITES)):
        raise UsageError(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(SUITES)}")
    run = Run()
    results.write(results.OUT, run)
    for name in names or [name for name in SUITES if name not in BY_NAME]:
        print(f"measuring: {name}", file=sys.stderr)
        _add(run, name)
    table.show(sys.stdout, run.figures, run.failed)
    return 1 if run.failed or not all(each.met for each in run.figures) else 0


def _add(run: Run, name: str) -> None:
    try:
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            run.figures.append(figure)
            results.write(results.OUT, run)
    except Exception:
        traceback.print_exc()
        run.failed.append(name)
        results.write(results.OUT, run)


def compare(old: Path, new: Path) -> int:
    now = results.read(new)
    if old.suffix == ".jsonl":
        found = comparison.against_history(results.read_history(old), now)
    else:
        found = comparison.compare([results.read(old)], now)
    table.show_comparison(sys.stdout, found)
    return 1 if found.worse else 0


def remember(history: Path, new: Path) -> int:
    results.append(history, results.read(new))
    return 0


COMMANDS: dict[str, Callable[[Path, Path], int]] = {"compare": compare, "remember": remember}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
