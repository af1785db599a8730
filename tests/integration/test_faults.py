"""What goes wrong in the world while files move: nothing is lost, nothing is there twice, the figures add up."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from pipeline.client import Pipeline
from pipeline.domain import Upload
from stack.outputs import Outputs
from tests.integration.conftest import CsvFile
from tests.integration.journeys import Travel
from tests.integration.reading import items_of

pytestmark = pytest.mark.fault
AT_ONCE = 16


def _event(pipeline: Pipeline, key: str, version: str) -> bytes:
    """As S3 tells a function of an object."""
    thing = {"bucket": {"name": pipeline.bucket}, "object": {"key": quote_plus(key, safe="/"), "versionId": version}}
    return json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": thing}]}).encode()


def _deliver(pipeline: Pipeline, function: str, upload: Upload, times: int = 1) -> None:
    """The event of an upload again, so often, all at once; an answer of the function is not asked for."""
    client, payload = pipeline.target.client("lambda"), _event(pipeline, upload.key, upload.version)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for answer in pool.map(
            lambda _: client.invoke(FunctionName=function, InvocationType="Event", Payload=payload), range(times)
        ):
            assert answer["StatusCode"] == 202


def test_the_same_event_fifty_times_at_once(
    travel: Travel, pipeline: Pipeline, outputs: Outputs, csv_file: CsvFile, tag: str
) -> None:
    """The file is loaded once: each transaction is there once, and its figures are those of one file."""
    journey = travel(csv_file([{} for _ in range(20)]), f"{tag}.csv")

    _deliver(pipeline, outputs.validator_function_name, journey.upload, times=50)

    state = journey.reconciles()
    assert (state.rows["read"], state.rows["loaded"], state.rows["duplicate"]) == (20, 20, 0)
    assert len(items_of(pipeline, f"acc-{tag}")) == 20


def test_an_event_that_comes_after_the_next_version(
    travel: Travel, pipeline: Pipeline, outputs: Outputs, csv_file: CsvFile, tag: str
) -> None:
    """A late event of an older version changes nothing: the table keeps both, the report tells of the newer."""
    older = travel(csv_file([{}]), f"{tag}.csv")
    older.reconciles()
    newer = travel(csv_file([{"transaction_id": f"{tag}-new"}]), f"{tag}.csv")
    newer.reconciles()

    _deliver(pipeline, outputs.validator_function_name, older.upload)
    travel(csv_file([{"transaction_id": f"{tag}-after"}]), f"{tag}-after.csv").reconciles()

    assert pipeline.state(newer.upload).rows["loaded"] == 1
    assert {item["transaction_id"] for item in items_of(pipeline, f"acc-{tag}")} == {
        f"{tag}-0", f"{tag}-new", f"{tag}-after",
    }  # fmt: skip


def test_a_file_that_is_overwritten_while_it_is_processed(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """Each version is a file of its own: both come to their end, and the rows of both are there once."""
    versions = [travel(csv_file([{"transaction_id": f"{tag}-{n}"}]), f"{tag}.csv") for n in range(3)]

    ends = [version.ends() for version in versions]

    assert [(state.stage, state.rows["loaded"]) for state in ends] == [("loaded", 1)] * 3
    assert {item["transaction_id"] for item in items_of(pipeline, f"acc-{tag}")} == {f"{tag}-{n}" for n in range(3)}


def test_a_poison_file_among_good_ones(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tmp_path: Path, tag: str
) -> None:
    """A file that is none is refused by name; the twenty that come with it are all loaded."""
    poison = tmp_path / "poison.csv"
    poison.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))

    def send(number: int) -> tuple[int, Path]:
        return number, csv_file([{"transaction_id": f"{tag}-{number}"}], name=f"{number}.csv")

    files = [send(number) for number in range(20)]
    good = [travel(path, f"{tag}/{number}.csv") for number, path in files[:10]]
    bad = travel(poison, f"{tag}/poison.csv")
    good += [travel(path, f"{tag}/{number}.csv") for number, path in files[10:]]

    assert bad.ends().stage == "failed"
    assert sum(journey.reconciles().rows["loaded"] for journey in good) == 20
    assert len(items_of(pipeline, f"acc-{tag}")) == 20
