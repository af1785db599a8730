"""Files on both sides of each size at which the code changes its way, up to one that fills much of a function's /tmp.

On the embedded AWS in a sandbox as Lambda's; a file of a mebibyte and more goes through the engine, and what it writes.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pipeline.client import Pipeline
from tests.integration.journeys import Travel
from tests.integration.waiting import until
from transactions.flat import BLOCK
from transactions.judge import SMALL

MULTIPART = 8 << 20  # from here on boto3 sends a file in pieces: boto3.s3.transfer.TransferConfig.multipart_threshold
LARGE = 100 * 10**6
CELL = 50_000  # bytes of a column that is not loaded, so that a large file has few items
HEADER = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description,notes\n"
Sized = Callable[..., Path]


@pytest.fixture
def sized(tmp_path: Path, tag: str) -> Sized:
    """`sized(bytes, wrong=9)` is a file of exactly that many bytes, in which each ninth row is wrong."""

    def write(size: int, wrong: int = 0, name: str = "sized.csv") -> Path:
        path, number = tmp_path / name, 0
        with path.open("w") as file:
            left = size - file.write(HEADER)
            while left:
                amount = "wrong" if wrong and number % wrong == 0 else "10.25"
                row = f"{tag}-{number},acc-{tag},2025-03-01T10:00:00+01:00,{amount},EUR,debit,Shop,Goods,"
                cell = min(CELL, left - len(row) - 1)
                if left - len(row) - 1 - cell < 2 * len(row):
                    cell = left - len(row) - 1
                left -= file.write(f"{row}{'x' * cell}\n")
                number += 1
        assert path.stat().st_size == size
        return path

    return write


@pytest.mark.journey
@pytest.mark.parametrize("size", [SMALL - 1, SMALL, SMALL + 1, 2 * BLOCK + 1])
def test_a_file_beside_a_threshold_reconciles(travel: Travel, sized: Sized, tag: str, size: int) -> None:
    """Whichever way a file is judged, all of its rows are told, and the good ones loaded."""
    state = travel(sized(size, wrong=5), f"{tag}/{size}.csv").reconciles()

    assert state.rows["rejected"] == -(-state.rows["read"] // 5)
    assert state.rows["loaded"] == state.rows["accepted"] > 0


@pytest.mark.journey
@pytest.mark.parametrize("size", [MULTIPART - 1, MULTIPART + 1])
def test_what_is_sent_in_pieces_arrives_whole(
    travel: Travel, pipeline: Pipeline, sized: Sized, tmp_path: Path, tag: str, size: int
) -> None:
    """A file of rejected rows alone comes back byte for byte, below and above the size from which it goes in parts."""
    path, back = sized(size, wrong=1), tmp_path / "back.csv"

    travel(path, f"{tag}/{size}.csv").reconciles()
    pipeline.raw_rejects(f"{tag}/{size}.csv", back)

    assert back.read_bytes() == path.read_bytes()


@pytest.mark.journey
def test_a_large_file_reconciles(travel: Travel, sized: Sized, tag: str) -> None:
    """A hundred megabytes fit the function's memory and its /tmp."""
    state = travel(sized(LARGE, wrong=100), f"{tag}/large.csv").reconciles()

    assert state.rows["loaded"] + state.rows["rejected"] == state.rows["read"] > LARGE // (CELL + 200)


@pytest.mark.fault
@pytest.mark.needs("lambda_sandbox")
def test_an_instance_that_is_killed_in_the_middle_goes_on_with_other_files(
    travel: Travel, pipeline: Pipeline, sized: Sized, tag: str
) -> None:
    """What the killed call left in /tmp is no obstacle to its retry and to other files, and it goes."""
    if pipeline.target.name != "embedded":
        pytest.skip("an instance of Lambda can't be reached")
    large = travel(sized(LARGE), f"{tag}/large.csv")
    runtime, left = _busy(pipeline.outputs.validator_function_name, LARGE // 4)
    runtime.kill()

    large.reconciles()
    travel(sized(SMALL + 1, name="other.csv"), f"{tag}/other.csv").reconciles()

    assert left > LARGE // 4
    assert all(_bytes_in_tmp(one) < LARGE // 4 for one in _runtimes(pipeline.outputs.validator_function_name))


def _busy(function: str, most: int) -> tuple[psutil.Process, int]:
    """A runtime of the function while it has more than `most` bytes in its /tmp, and how many."""

    def look() -> tuple[psutil.Process, int] | None:
        sizes = ((runtime, _bytes_in_tmp(runtime)) for runtime in _runtimes(function))
        return next(((runtime, size) for runtime, size in sizes if size > most), None)

    return until(look, f"an instance of {function} with more than {most} bytes in its /tmp", poll_s=0.01)


def _runtimes(function: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == function and "awslambdaric" in process.cmdline():
                yield process


def _bytes_in_tmp(runtime: psutil.Process) -> int:
    folder = Path(f"/proc/{runtime.pid}/root/tmp")
    total = 0
    with suppress(OSError):
        for path in folder.rglob("*"):
            with suppress(OSError):
                total += path.stat().st_size
    return total
