"""What happens when the engine can't judge a file: the exact way does, and nothing of the engine's half is left."""

import errno
import logging
import os

import duckdb
import pytest

from tests.unit.rows import HEADER, make_row
from transactions import judge as judging
from transactions.engine import Engine
from transactions.errors import EngineFailed
from transactions.judge import judge

from .conftest import Collected

ROWS = [make_row(1), make_row(2, amount="x"), make_row(1), make_row(3, description='"a\nb"'), make_row(4)]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file with rows of each kind, which the engine is to judge although it is small."""
    monkeypatch.setattr(judging, "SMALL", 0)
    path = tmp_path / "file.csv"
    path.write_text(HEADER + "".join(ROWS))
    return path


def fail(monkeypatch, place, error):
    """The engine fails there: at once, or with what it gives one after the other, after its first."""
    real = getattr(Engine, place)

    def failing(self, *arguments):
        found = real(self, *arguments)
        if not hasattr(found, "__next__"):
            raise error
        return cut(found)

    def cut(found):
        yield next(found)
        found.close()
        raise error

    monkeypatch.setattr(Engine, place, failing)


@pytest.mark.parametrize("place", ["judge", "others", "read", "accepted", "rejected", "add", "repeats", "write"])
def test_the_exact_way_takes_over_from_the_start(file, schema, place, monkeypatch, caplog):
    """Wherever the engine failed, also after rows and figures went to the sink and the tally: the same answer."""
    expected, collected = Collected(), Collected()
    verdict = judge(file, schema, expected, way="rows")
    fail(monkeypatch, place, duckdb.OutOfMemoryException("could not allocate; T1,secret"))

    assert judge(file, schema, collected) == verdict
    assert (collected.rows, collected.refused) == (expected.rows, expected.refused)
    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.WARNING, "file.csv is judged row by row, which takes longer: "
                          "the engine failed with OutOfMemoryException")
    ]  # fmt: skip


def test_a_failure_is_told_to_who_asked_for_the_engine(file, schema, monkeypatch):
    """No other way is gone unasked, so that no test of the engine passes by the other."""
    fail(monkeypatch, "write", duckdb.OutOfMemoryException("full"))

    with pytest.raises(EngineFailed):
        judge(file, schema, Collected(), way="vectorised")


def test_a_full_disk_is_told_as_such(file, schema, monkeypatch):
    """The exact way would need as much."""
    fail(monkeypatch, "judge", duckdb.IOException(f"could not write: {os.strerror(errno.ENOSPC)}"))

    with pytest.raises(duckdb.IOException):
        judge(file, schema, Collected())
