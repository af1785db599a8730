"""What a process puts on disk for a while is gone with it: at its end, or when the next one begins."""

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from transactions.scratch import PREFIX, free_bytes, is_full, scratch

HOLD = """
import sys, time
from transactions.scratch import scratch
with scratch() as folder:
    (folder / "large").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of one's own, for child processes too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def other(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a folder; it ends with the test."""
    lambdas = Path(__file__).parents[3] / "lambdas"
    environment = {**os.environ, "PYTHONPATH": str(lambdas)}
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process
        process.kill()


def test_a_folder_is_ones_own_and_gone_at_the_end(temporary: Path) -> None:
    """Nobody else may look into it; it is removed whatever happens, and with all that is in it."""
    with pytest.raises(ValueError, match="within"), scratch() as folder:  # noqa: PT012 - the folder is of the block
        (folder / "inner").mkdir()
        assert (folder.parent, folder.stat().st_mode & 0o777) == (temporary, 0o700)
        raise ValueError("within")
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(temporary: Path, other: subprocess.Popen[str]) -> None:
    """A process that is killed in the middle of its work, as Lambda kills a call that takes too long."""
    left = Path(other.stdout.readline().strip())
    other.kill()
    other.wait()
    assert (left / "large").exists()

    with scratch() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_what_another_process_is_using_stays(temporary: Path, other: subprocess.Popen[str]) -> None:
    """Two that share a temporary directory, as functions on one laptop do; and one that has two folders."""
    used = Path(other.stdout.readline().strip())

    with scratch() as outer, scratch() as inner:
        assert sorted(temporary.iterdir()) == sorted([used, outer, inner])
        assert (used / "large").exists()


def test_what_is_not_ours_stays(temporary: Path) -> None:
    """Other names, and a link that has our name."""
    (temporary / "other").mkdir()
    (temporary / f"{PREFIX}link").symlink_to(temporary / "other")

    with scratch():
        pass
    assert sorted(path.name for path in temporary.iterdir()) == ["other", f"{PREFIX}link"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_known_by_each_of_its_errors(tmp_path: Path) -> None:
    """Of Python and of DuckDB; and there is room where there is some."""
    with pytest.raises(OSError, match="space") as of_python, Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")
    with pytest.raises(duckdb.Error) as of_duckdb:
        duckdb.sql("COPY (SELECT range FROM range(100000)) TO '/dev/full' (FORMAT csv, USE_TMP_FILE false)")

    assert is_full(of_python.value)
    assert is_full(of_duckdb.value)
    assert not is_full(OSError(errno.EACCES, os.strerror(errno.EACCES)))
    assert free_bytes(tmp_path) > 0
