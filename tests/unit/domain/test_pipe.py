"""Lines come through a named pipe whole, in order and as they are written, and an error of the writer is told."""

import re
from pathlib import Path

import pytest

from transactions.pipe import lines_written

LAMBDAS = Path(__file__).parents[3] / "lambdas"
LINES = [b"%d %s\n" % (number, b"x" * (number % 700)) for number in range(20_000)]


def written(path: Path) -> None:
    with path.open("wb") as out:
        out.writelines(LINES)


def test_what_is_written_is_read_in_whole_lines(tmp_path: Path) -> None:
    """Several pieces, none of which ends within a line; the pipe is gone at the end."""
    pieces = list(lines_written(tmp_path / "pipe", written))

    assert len(pieces) > 1
    assert {piece[-1:] for piece in pieces} == {b"\n"}
    assert b"".join(pieces) == b"".join(LINES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("opened", [False, True])
def test_a_writer_that_fails_ends_the_reading_with_its_error(tmp_path: Path, opened: bool) -> None:
    """Whether or not it opened the pipe before: nobody waits for it."""

    def fail(path: Path) -> None:
        if opened:
            path.write_bytes(b"a line\n")
        raise ValueError("from the writer")

    with pytest.raises(ValueError, match="from the writer"):
        list(lines_written(tmp_path / "pipe", fail))
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_stops_ends_the_writing(tmp_path: Path) -> None:
    """The writer is told that nobody reads, instead of filling the pipe and waiting."""
    told = []

    def write(path: Path) -> None:
        try:
            written(path)
        except BrokenPipeError as error:
            told.append(error)

    reading = lines_written(tmp_path / "pipe", write)
    next(reading)
    reading.close()

    assert len(told) == 1


def test_no_function_names_a_device_or_a_file_of_the_kernel() -> None:
    """A Lambda has hardly any: what is opened lies in a folder that the code made, or is given."""
    named = re.compile(r"""["'](?:/dev|/proc|/sys|/run|/var|/etc)/""")
    found = [str(path) for path in LAMBDAS.rglob("*.py") if named.search(path.read_text())]

    assert found == []
