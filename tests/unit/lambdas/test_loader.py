"""The loader: outcomes, refusals, throttling, and figures that must add up."""

import json
import threading
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.unit.rows import make_file, make_row
from transactions.errors import DocumentRefused, NotReconciled, Throttled
from transactions.layout import Upload
from transactions.parts import Part, items_of, to_lines
from transactions.schema import load

from .conftest import BUCKET, EVENTS

KEY = "incoming/march.csv"


@pytest.fixture
def transformed(way):
    """A version whose parts are written; its upload."""
    version = way.put(KEY, make_file(*range(6)) + make_row(9, amount="-1"))
    way.validate(KEY, version)
    way.transform(KEY, version)
    return Upload.of(KEY, version)


def failing(client, operation, code):
    """Let an operation fail with a service's error."""

    def fail(**_):
        raise ClientError({"Error": {"Code": code, "Message": "from the test"}}, operation)

    client.meta.events.register_first(f"before-call.*.{operation}", fail)


def rewrite(way, key, change):
    """Change a document of the bucket."""
    document = way.json(key)
    change(document)
    way.put(key, json.dumps(document))


@pytest.mark.parametrize("document", ["loader_load.json", "loader_reconcile.json"])
def test_an_event_for_what_is_not_there_is_an_error(way, document):
    """The events of the state machine are understood; a part or manifest that is not there is no success."""
    with pytest.raises(ClientError, match="NoSuchKey"):
        way.call("loader", json.loads((EVENTS / document).read_text()))


@pytest.mark.parametrize("event", [{}, {"step": "other"}, {"step": "load", "part": {"a": 1}}, {"step": "reconcile"}])
def test_what_is_no_step_is_refused(way, event):
    """Something else than a step of the workflow does nothing."""
    with pytest.raises(DocumentRefused):
        way.call("loader", event)


def test_a_part_is_loaded_and_its_figures_are_in_its_result(way, transformed):
    """The answer is small, whatever the part's size; the figures lie in the bucket."""
    part = way.json(transformed.parts)[0]

    assert way.call("loader", {"step": "load", "part": part}) == {}
    result = way.json(transformed.result(0))
    assert result["rows"] == {"loaded": 4, "duplicate": 0, "conflicting": 0}
    assert result["totals"] == {"loaded": {"EUR": "6.00"}, "duplicate": {}, "conflicting": {}}
    assert way.json(transformed.report)["stage"] == "loading"


def test_the_rows_do_not_wait_for_the_report(way, transformed):
    """That loading has begun is told while it begins: each waits here until the other is on its way."""
    begun = {"PutItem": threading.Event(), "PutObject": threading.Event()}
    loader = way.app("loader").loader

    def wait(model, **_):
        begun[model.name].set()
        assert all(each.wait(600) for each in begun.values())

    loader.table.meta.events.register_first("before-call.dynamodb.PutItem", wait)
    loader.s3.meta.events.register_first("before-call.s3.PutObject", wait)
    way.call("loader", {"step": "load", "part": way.json(transformed.parts)[0]})

    assert way.json(transformed.report)["stage"] == "loading"


def test_a_part_of_another_bucket_or_size_is_refused(way, transformed):
    """A part that is not what the list of parts says loads nothing."""
    part = way.json(transformed.parts)[0]

    for change in ({"bucket": "elsewhere"}, {"rows": 5}):
        with pytest.raises(DocumentRefused):
            way.call("loader", {"step": "load", "part": part | change})
    assert way.table() == {}


def written(way, upload):
    """The list of parts as it was when their items were written, and these items; as `lambdas` of then made both."""
    listed = way.json(upload.parts)
    for number, element in enumerate(listed):
        part = Part.of_json(element)
        cut, rows = part.cut, way.bytes(upload.accepted)
        way.put(upload.part(number), to_lines(items_of(part, rows[cut.start : cut.start + cut.size], load())))
    elements = [
        {
            "bucket": BUCKET,
            "part_key": upload.part(number),
            "result_key": upload.result(number),
            "conflicts_key": upload.conflicts(number),
            "rows": element["rows"],
        }
        for number, element in enumerate(listed)
    ]
    way.put(upload.parts, json.dumps(elements))


def test_a_load_whose_items_were_written_comes_to_the_same_end(way, transformed):
    """It began before, or its dead letter is redriven now: the same items, figures and report."""
    version = transformed.version
    written(way, transformed)
    way.put(transformed.accepted, b"not read any more")
    way.load(KEY, version)
    figures, items = way.reconcile(KEY, version), way.table()

    assert (figures["reconciled"], figures["rows"]["loaded"], len(items)) == (True, 6, 6)
    way.validate(KEY, version)
    way.transform(KEY, version)
    way.load(KEY, version)
    assert way.table() == items
    assert way.reconcile(KEY, version) == figures


def test_a_file_that_is_judged_again_while_it_is_loaded_is_loaded_on(way, transformed):
    """An event that comes twice writes the same accepted rows, of which the list is as true as before."""
    first, second = way.json(transformed.parts)
    way.call("loader", {"step": "load", "part": first})
    way.validate(KEY, transformed.version)
    way.call("loader", {"step": "load", "part": second})

    assert way.reconcile(KEY, transformed.version)["rows"]["loaded"] == 6


def test_accepted_rows_that_are_others_than_were_cut_load_nothing(way, transformed):
    """A new schema judged the file anew meanwhile: the part is refused, and its rows are not loaded half."""
    way.put(transformed.accepted, way.bytes(transformed.accepted).replace(b"EUR", b"USD"))

    with pytest.raises(DocumentRefused, match="not as it was cut"):
        way.load(KEY, transformed.version)
    assert way.table() == {}


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_throttling_of_the_table_is_an_error_that_the_workflow_retries(way, transformed, code):
    """The error has the name that the state machine retries by."""
    failing(way.app("loader").loader.table, "PutItem", code)

    with pytest.raises(Throttled):
        way.load(KEY, transformed.version)
    assert way.keys(f"transformed/march.csv/{transformed.version}/results/") == []


def test_another_error_of_the_table_is_not_hidden(way, transformed):
    """What a retry does not mend keeps its own name."""
    failing(way.app("loader").loader.table, "PutItem", "ResourceNotFoundException")

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        way.load(KEY, transformed.version)


def test_a_part_without_a_result_is_not_reconciled(way, transformed):
    """A part that was never loaded fails the run, and the report says which."""
    way.call("loader", {"step": "load", "part": way.json(transformed.parts)[0]})

    with pytest.raises(NotReconciled, match="1 parts have no result"):
        way.reconcile(KEY, transformed.version)
    report = way.json(transformed.report)
    assert (report["stage"], report["state"], report["reconciled"]) == ("loaded", "failed", False)
    assert any("no result" in problem for problem in report["problems"])


@pytest.mark.parametrize("code", ["AccessDenied", "403"])
def test_a_result_that_may_not_be_read_is_not_one_that_is_lacking(way, transformed, code):
    """Denied is told as it is: nothing is said of the figures."""
    way.load(KEY, transformed.version)

    def deny(params, **_):
        if "/results/" in params["Key"]:
            raise ClientError({"Error": {"Code": code, "Message": "from the test"}}, "GetObject")

    way.app("loader").loader.s3.meta.events.register_first("provide-client-params.s3.GetObject", deny)

    with pytest.raises(ClientError, match=code):
        way.reconcile(KEY, transformed.version)
    assert way.json(transformed.report)["problems"] == []


def lose_a_row(result):
    result["rows"]["loaded"] -= 1


def change_an_amount(result):
    result["totals"]["loaded"]["EUR"] = "6.01"


@pytest.mark.parametrize("change", [lose_a_row, change_an_amount])
def test_figures_that_do_not_add_up_are_not_reconciled(way, transformed, change):
    """A row or a cent that is missing fails the run."""
    way.load(KEY, transformed.version)
    rewrite(way, transformed.result(0), change)

    with pytest.raises(NotReconciled, match=r"incoming/march\.csv"):
        way.reconcile(KEY, transformed.version)


def test_a_row_that_one_part_lacks_and_another_has_too_many_is_not_reconciled(way, transformed):
    """Two errors that cancel each other out in the sum are errors."""
    way.load(KEY, transformed.version)
    rewrite(way, transformed.result(0), lambda result: result["rows"].update(loaded=3))
    rewrite(way, transformed.result(1), lambda result: result["rows"].update(loaded=3))

    with pytest.raises(NotReconciled, match="has 4 rows and its result 3"):
        way.reconcile(KEY, transformed.version)


def test_a_list_that_lacks_a_part_is_not_reconciled(way, transformed):
    """A part that nobody was told of is missed in the sums."""
    way.load(KEY, transformed.version)
    rewrite(way, transformed.parts, lambda parts: parts.pop())

    with pytest.raises(NotReconciled, match="rows: 7 read"):
        way.reconcile(KEY, transformed.version)


def test_a_load_that_failed_and_was_redriven_reconciles(way, transformed):
    """The last report of a mended load says so."""
    with pytest.raises(NotReconciled):
        way.reconcile(KEY, transformed.version)
    way.load(KEY, transformed.version)
    figures = way.reconcile(KEY, transformed.version)

    assert (figures["key"], figures["reconciled"], figures["rows"]["loaded"]) == ("march.csv", True, 6)
    report = way.json(transformed.report)
    assert (report["state"], report["reconciled"], report["problems"]) == ("ok", True, [])


def test_the_items_are_there_when_their_result_is(way, transformed):
    """The result is written after the last item."""
    way.load(KEY, transformed.version)

    assert len(way.table()) == 6
    assert way.account.s3.head_object(Bucket=BUCKET, Key=transformed.result(1))


FAILURE = {"Error": "States.ExceedToleratedFailureThreshold", "Cause": "x" * 5000}


def fail(way, upload):
    """The event with which the state machine tells that a load failed."""
    given = {"bucket": way.account.bucket, "manifest_key": upload.manifest, "error": FAILURE}
    return way.call("loader", {"step": "fail", "input": given})


def test_a_load_that_failed_is_told_in_the_report(way, transformed):
    """The report does not go on saying that the file is loading; it names the error, at a sane length."""
    fail(way, transformed)

    report = way.json(transformed.report)
    assert (report["stage"], report["state"], report["reconciled"]) == ("loading", "failed", None)
    assert report["problems"][0].startswith("States.ExceedToleratedFailureThreshold: xxx")
    assert len(report["problems"][0]) < 600


def test_the_report_names_what_the_first_failed_part_met(way, transformed):
    """The map says only that too many parts failed; a part that passed in the end is no reason."""
    first, second = way.json(transformed.parts)
    for part in (first | {"rows": 5}, first, second | {"rows": 7}):
        with suppress(DocumentRefused):
            way.call("loader", {"step": "load", "part": part})

    fail(way, transformed)

    _, told = way.json(transformed.report)["problems"]
    name = f"part 00001 of {transformed.accepted}"
    assert told == f"{name}: DocumentRefused: {name} holds 2 rows, not 7"


def test_a_reason_that_can_not_be_kept_hides_no_error(way, transformed):
    """The workflow is told what the part met, and not what the note of it met."""
    failing(way.app("loader").loader.s3, "PutObject", "AccessDenied")

    with pytest.raises(DocumentRefused, match="holds 4 rows, not 5"):
        way.call("loader", {"step": "load", "part": way.json(transformed.parts)[0] | {"rows": 5}})


def test_a_late_failure_does_not_take_back_a_reconciled_load(way, transformed):
    """The failure of a first try that is told after the second one reconciled changes nothing."""
    way.load(KEY, transformed.version)
    way.reconcile(KEY, transformed.version)

    fail(way, transformed)

    assert way.json(transformed.report)["state"] == "ok"


def test_a_redriven_load_is_loading_again(way, transformed):
    """With the next try, the report is no longer that of the failure."""
    fail(way, transformed)

    way.call("loader", {"step": "load", "part": way.json(transformed.parts)[0]})

    report = way.json(transformed.report)
    assert (report["stage"], report["state"], report["problems"]) == ("loading", "ok", [])
