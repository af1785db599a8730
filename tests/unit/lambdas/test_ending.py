"""An execution that ended badly, in whichever way: the report says so, a letter rests, somebody is told; each once."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.unit.rows import make_file
from transactions.errors import DocumentRefused
from transactions.layout import Upload

from .conftest import BUCKET, EVENTS

KEY = "incoming/march.csv"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:transaction-load-unit:march-1"


@pytest.fixture
def upload(way):
    """A version whose load was started."""
    version = way.put(KEY, make_file(*range(6)))
    way.validate(KEY, version)
    way.transform(KEY, version)
    return Upload.of(KEY, version)


def start_of(upload):
    """What the transformer gave the execution."""
    return {
        "bucket": BUCKET, "key": upload.key, "version_id": upload.version,
        "manifest_key": upload.manifest, "parts_key": upload.parts,
    }  # fmt: skip


def ended(way, upload, status="TIMED_OUT", **changed):
    """EventBridge's event, given to the loader."""
    event = json.loads((EVENTS / "loader_ended.json").read_text())
    event["detail"] |= {"status": status, "input": json.dumps(start_of(upload)), **changed}
    return way.call("loader", event)


def told_by_the_machine(way, upload, error):
    """The step of the state machine's own way of failure, after the letter."""
    way.call("loader", {"step": "fail", "input": {**start_of(upload), "error": error}})


def sent(way):
    """Letters, and news."""
    letters, news = way.messages("dead-letters"), [one["Message"] for one in way.messages("news")]
    assert all(map(str.isprintable, news))  # a mail
    return letters, list(map(json.loads, news))


@pytest.mark.parametrize(
    ("status", "told", "reason"),
    [
        ("TIMED_OUT", {}, f"TIMED_OUT: {EXECUTION}"),
        ("ABORTED", {}, f"ABORTED: {EXECUTION}"),
        ("ABORTED", {"error": "Stopped", "cause": "by hand"}, "Stopped: by hand"),
        ("FAILED", {"error": "States.DataLimitExceeded", "cause": "too much"}, "States.DataLimitExceeded: too much"),
        ("FAILED", {"error": "Failed", "cause": "of \u202ea key"}, "Failed: of \u202ea key"),
    ],
)
def test_an_end_that_no_state_caught_is_reported_kept_and_told(way, upload, status, told, reason):
    """Timed out, aborted, or failed past every Catch: with the reason, and the letter is one that can be redriven."""
    ended(way, upload, status, **told)

    report, (letters, news) = way.json(upload.report), sent(way)
    assert (report["stage"], report["state"], report["problems"]) == ("loading", "failed", [reason])
    assert letters == news
    assert [{name: value for name, value in each.items() if name != "error"} for each in letters] == [start_of(upload)]


def test_what_the_machine_did_itself_is_not_done_again(way, upload):
    """Its own way of failure ends with an error of its own, and has written the report: nothing is sent twice."""
    told_by_the_machine(way, upload, {"Error": "States.ItemReaderFailed", "Cause": "no parts"})

    ended(way, upload, "FAILED", error="LoadFailed", cause="no parts")

    assert sent(way) == ([], [])
    assert way.json(upload.report)["problems"] == ["States.ItemReaderFailed: no parts"]


def test_a_report_that_the_machine_could_not_write_is_written_alone(way, upload):
    """The letter rests already."""
    ended(way, upload, "FAILED", error="LoadFailed", cause="no parts")

    assert sent(way) == ([], [])
    assert way.json(upload.report)["problems"] == ["LoadFailed: no parts"]


def test_an_event_that_comes_twice_says_the_same_twice(way, upload):
    """EventBridge may deliver it again; the report stays, and a second letter loads nothing twice."""
    ended(way, upload)
    ended(way, upload)

    letters, _ = sent(way)
    assert letters[0] == letters[1]
    assert way.json(upload.report)["problems"] == [f"TIMED_OUT: {EXECUTION}"]


def test_a_load_that_was_reconciled_before_it_ended_is_a_success(way, upload):
    """Stopped while it told of its success, it is loaded all the same."""
    way.load(KEY, upload.version)
    way.reconcile(KEY, upload.version)

    ended(way, upload, "ABORTED")

    assert sent(way) == ([], [])
    assert way.json(upload.report)["state"] == "ok"


def test_an_older_version_is_kept_and_told_and_its_report_is_the_newers(way, upload):
    """The report of a file is of its newest version; the failure of an older one still leaves a letter."""
    newer = Upload.of(KEY, way.move(KEY, make_file(*range(3)), sequencer="0B"))

    ended(way, upload)

    letters, news = sent(way)
    assert (len(letters), len(news)) == (1, 1)
    assert way.json(upload.report)["source"]["version_id"] == newer.version


def test_a_load_without_its_manifest_is_kept_and_told_all_the_same(way, upload):
    """There is nothing to report about; what is known is sent."""
    way.account.s3.delete_object(Bucket=BUCKET, Key=upload.manifest)

    ended(way, upload)

    letters, news = sent(way)
    assert (len(letters), len(news)) == (1, 1)


def test_a_service_that_fails_leaves_the_event_to_be_tried_again(way, upload):
    """What fails on the way is an error, so that Lambda tries again, and keeps the event in the end."""

    def fail(**_):
        raise ClientError({"Error": {"Code": "InternalError", "Message": "from the test"}}, "SendMessage")

    way.app("loader").outlets.queues.meta.events.register_first("before-call.*.SendMessage", fail)

    with pytest.raises(ClientError, match="InternalError"):
        ended(way, upload)


@pytest.mark.parametrize("given", [None, "", "no json", "{}", json.dumps({**dict.fromkeys(
    ("key", "version_id", "manifest_key", "parts_key"), "x"), "bucket": "another"})])  # fmt: skip
def test_an_end_of_what_is_no_load_is_refused(way, upload, given):
    """An input that AWS left out, or that is of another bucket, is no success."""
    with pytest.raises(DocumentRefused):
        ended(way, upload, input=given)
