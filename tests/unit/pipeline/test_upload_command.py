"""`tap upload --watch`: sends all files, follows each to its end, and ends with the answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import NotReconciled
from pipeline.commands import files
from pipeline.deployed import FileState
from pipeline.domain import Upload


@dataclass
class Pipeline:
    """One in which each file is loaded at once; `wrong` ends otherwise."""

    wrong: str = ""
    done: list[str] = field(default_factory=list)

    def upload(self, path: Path, key: str, view: object) -> Upload:
        self.done.append(f"upload {key}")
        return Upload(key, "v1")

    def watch(self, upload: Upload) -> Iterator[FileState]:
        self.done.append(f"watch {upload.name}")
        yield FileState(upload.name, "validated", "2026-11-30T10:00:00+00:00")
        yield FileState(upload.name, "loaded", "2026-11-30T10:00:01+00:00", reconciled=upload.name != self.wrong)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    found = Pipeline()

    @contextmanager
    def opened(*_: Any, **__: Any) -> Iterator[Pipeline]:
        yield found

    monkeypatch.setattr(files, "pipeline_of", opened)
    return found


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text("x\n")
    return paths


def test_all_are_sent_before_the_first_is_followed(
    pipeline: Pipeline, two: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """They are on their way at the same time; without the option none is followed."""
    files.upload(two)
    files.upload(two, follow=True)
    told = capsys.readouterr().out

    sent = ["upload a.csv", "upload b.csv"]
    assert pipeline.done == [*sent, *sent, "watch a.csv", "watch b.csv"]
    assert told.count("shows where it is") == 2
    assert told.count("  loaded") == 2


def test_one_that_does_not_reconcile_is_the_answer(
    pipeline: Pipeline, two: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """After the others came to their end too; as JSON, an object for each file sent and each state."""
    pipeline.wrong = "a.csv"
    with pytest.raises(NotReconciled, match=r"a\.csv ended as `loaded`"):
        files.upload(two, follow=True, json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert pipeline.done[-1] == "watch b.csv"
    assert [one.get("stage", "sent") for one in lines] == ["sent", "sent", *["validated", "loaded"] * 2]
