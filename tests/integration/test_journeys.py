"""A CSV moves from upload to table, on whichever AWS answers."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from deployer.console.view import NoView
from pipeline.client import Pipeline
from pipeline.demo import followed
from pipeline.logs import FileLines
from tests.integration.journeys import Travel
from tests.integration.reading import items_of
from tests.integration.waiting import until

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "transactions.csv"
CsvFile = Callable[..., Path]

pytestmark = pytest.mark.journey


def test_the_sample_reconciles_and_its_rejected_rows_are_all_there(
    travel: Travel, pipeline: Pipeline, tag: str
) -> None:
    """The shipped sample: each planted error is reported with line, column and code, and the figures add up."""
    expected = json.loads((ROOT / "tests" / "data" / "transactions.expected.json").read_text())

    state = travel(SAMPLE, f"{tag}/sample.csv").reconciles()

    rejects = {(int(each["line"]), each["column"], each["code"]) for each in pipeline.rejects(f"{tag}/sample.csv")}
    planted = {(each["line"], each["column"] or "", each["code"]) for each in expected["errors"]}
    assert rejects == planted
    assert (state.rows["read"], state.rows["rejected"]) == (3000, 42)


def test_what_people_see_of_a_file_on_its_way(pipeline: Pipeline, csv_file: CsvFile, tag: str) -> None:
    """Each stage as it is reached, and how many parts of a load are done; the evidence of the end stays whole."""
    told: list[str] = []
    view = NoView()
    view.note = told.append  # type: ignore[method-assign]

    upload, state, reached = followed(pipeline, csv_file([{}] * 3, name=f"{tag}.csv"), view)

    assert (state.stage, state.evidence["parts"]) == ("loaded", upload.parts)
    assert [line.split()[0] for line in told if line.split()[0] in reached][-1] == "loaded"


def test_a_bad_row_is_quarantined_and_the_rest_goes_on(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """A row with a bad amount is rejected with its line and column; its neighbours are loaded."""
    path = csv_file([{}, {"amount": "ten"}, {}])

    state = travel(path, f"{tag}.csv").reconciles()

    (reject,) = pipeline.rejects(f"{tag}.csv")
    assert (reject["line"], reject["column"]) == ("3", "amount")
    assert state.rows["loaded"] == 2
    assert {item["transaction_id"] for item in items_of(pipeline, f"acc-{tag}")} == {f"{tag}-0", f"{tag}-2"}


def test_the_same_rows_again_are_duplicates(travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str) -> None:
    """A second file with the same content loads nothing and says so; the table keeps the first."""
    path = csv_file([{}, {}])
    travel(path, f"{tag}-first.csv").reconciles()

    state = travel(path, f"{tag}-second.csv").reconciles()

    assert (state.rows["loaded"], state.rows["duplicate"], state.reconciled) == (0, 2, True)
    assert {item["source_file"] for item in items_of(pipeline, f"acc-{tag}")} == {f"incoming/{tag}-first.csv"}


def test_a_conflict_is_not_an_overwrite(travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str) -> None:
    """The same transaction with another amount is quarantined as a conflict; the table keeps the first."""
    travel(csv_file([{}]), f"{tag}-first.csv").reconciles()

    state = travel(csv_file([{"amount": "99.99"}]), f"{tag}-second.csv").reconciles()

    assert (state.rows["loaded"], state.rows["conflicting"], state.reconciled) == (0, 1, True)
    (item,) = items_of(pipeline, f"acc-{tag}")
    assert item["amount"] == Decimal("10.25")


def test_a_file_without_good_rows_ends_reconciled(travel: Travel, csv_file: CsvFile, tag: str) -> None:
    """Nothing to load is an outcome too, not a run that never ends."""
    state = travel(csv_file([{"amount": "x"}, {"currency": "ZZZ"}]), f"{tag}.csv").reconciles()

    assert (state.stage, state.rows["rejected"], state.reconciled) == ("loaded", 2, True)


@pytest.mark.parametrize("name", ["with space.csv", "plus+and%20percent.csv", "Übersicht-日本.csv", "a/b/c.csv"])
def test_any_key_that_people_use_goes_through(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str, name: str
) -> None:
    """Spaces, plus and percent signs, other scripts and folders arrive as they were named."""
    state = travel(csv_file([{}], name="any.csv"), f"{tag}/{name}").reconciles()

    assert (state.stage, state.reconciled) == ("loaded", True)
    (item,) = items_of(pipeline, f"acc-{tag}")
    assert item["source_file"] == f"incoming/{tag}/{name}"


def test_a_file_that_is_no_csv_is_refused_with_its_reason(travel: Travel, tmp_path: Path, tag: str) -> None:
    """A PNG named .csv ends as failed, and its report says what it is."""
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))

    state = travel(path, f"{tag}.csv").ends()

    assert state.stage == "failed"
    assert [error["code"] for error in state.evidence["errors"]] == ["file-not-csv"]


def test_repaired_rows_load_and_the_others_are_not_loaded_twice(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tmp_path: Path, tag: str
) -> None:
    """From quarantine to repair to resubmission: only the rejected row is sent again, and only it is loaded."""
    key, raw = f"{tag}.csv", tmp_path / "raw.csv"
    travel(csv_file([{}, {"amount": "ten"}, {}]), key).reconciles()

    pipeline.raw_rejects(key, raw)
    repaired = tmp_path / "repaired.csv"
    repaired.write_text(raw.read_text().replace("ten", "10.00"))
    state = travel.follow(pipeline.resubmit(repaired, key)).reconciles()

    assert raw.read_text().count("\n") == 2
    assert (state.rows["read"], state.rows["loaded"], state.reconciled) == (1, 1, True)
    assert len(items_of(pipeline, f"acc-{tag}")) == 3


def test_a_files_log_tells_its_whole_way_in_order(
    travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """Each function's lines and the workflow's events, of this file alone, whatever its key is made of."""
    other, key = f"{tag}/other.csv", f'{tag}/a "b" *[].csv'
    travel(csv_file([{}]), other).reconciles()
    journey = travel(csv_file([{}, {"amount": "ten"}]), key)
    journey.reconciles()
    lines = FileLines(
        pipeline, pipeline.outputs.loader_function_name.removeprefix("transaction-loader-"), journey.upload, 0
    )
    told: list[str] = []

    def whole() -> bool:
        told.extend(f"{one.function}: {json.loads(one.message)['message']}" for one in lines.new(strict=True))
        return "transaction-loader: the load is reconciled" in told and "workflow: ExecutionSucceeded" in told

    until(whole, f"the whole log of {key}")
    order = [
        "csv-validator: judging the file", "csv-validator: the file was judged", "csv-transformer: preparing the load",
        "workflow: ExecutionStarted", "transaction-loader: the part is loaded",
        "transaction-loader: the load is reconciled",
    ]  # fmt: skip
    assert [told.count(one) for one in order] == [1] * len(order)
    assert [one for one in told if one in order] == order
