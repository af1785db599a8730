"""The transformer: parts, their list, and one start of the workflow."""

import json
import threading

import pytest
from botocore.exceptions import ClientError

from tests.unit.rows import make_file
from transactions.layout import Upload

from .conftest import BUCKET, EVENTS

KEY = "incoming/march.csv"


@pytest.fixture
def validated(way):
    """A validated version; its upload."""
    version = way.put(KEY, make_file(*range(10)))
    way.validate(KEY, version)
    return Upload.of(KEY, version)


def test_parts_are_listed_with_all_that_a_loader_needs(way, validated):
    """Ten rows by four a part are three parts, each some bytes of the accepted rows, in order and without a gap."""
    way.transform(KEY, validated.version)
    parts, accepted = way.json(validated.parts), way.bytes(validated.accepted)

    assert [part["rows"] for part in parts] == [4, 4, 2]
    assert {name: parts[2][name] for name in ("bucket", "key", "version_id", "number")} == {
        "bucket": BUCKET,
        "key": KEY,
        "version_id": validated.version,
        "number": 2,
    }
    cuts = [part["cut"] for part in parts]
    lines = b"".join(accepted[cut["start"] : cut["start"] + cut["size"]] for cut in cuts).splitlines(keepends=True)
    assert [cut["columns"] for cut in cuts] == [json.loads(accepted.splitlines()[0])] * 3
    assert lines == accepted.splitlines(keepends=True)[1:]
    assert [json.loads(line)[-1] for line in lines] == list(range(2, 12))


def test_no_row_is_written_again(way, validated):
    """The list is all that the transformer leaves beside the report, whatever the file's size."""
    before = set(way.keys(""))
    way.transform(KEY, validated.version)

    assert set(way.keys("")) - before == {validated.parts}


def test_a_repeat_writes_the_same_list(way, validated):
    """Byte for byte: a load that is on its way reads on."""
    way.transform(KEY, validated.version)
    first = way.bytes(validated.parts)
    way.validate(KEY, validated.version)
    way.transform(KEY, validated.version)

    assert way.bytes(validated.parts) == first


def test_the_load_does_not_wait_for_the_report(way, validated):
    """Each waits here for the other; one after the other, none would go on."""
    together = threading.Barrier(2, timeout=600)
    transformer = way.app("transformer").transformer

    def wait(model, params, **_):
        if model.name == "StartExecution" or "reports/" in params["url_path"]:
            together.wait()

    transformer.s3.meta.events.register_first("before-call.s3.PutObject", wait)
    transformer.workflow.meta.events.register_first("before-call.*.StartExecution", wait)

    assert way.transform(KEY, validated.version) == {"transformed": 1, "rows": 10}
    assert way.json(validated.report)["stage"] == "transformed"


def test_the_workflow_is_started_with_references_only(way, validated):
    """Its input is small, whatever the file's size, and has the form that the reference shows."""
    way.transform(KEY, validated.version)
    (execution,) = way.executions()
    found = way.account.workflow.describe_execution(executionArn=execution["executionArn"])
    sample = json.loads((EVENTS / "loader_reconcile.json").read_text())

    assert json.loads(found["input"]).keys() == sample["input"].keys()
    assert json.loads(found["input"]) == {
        "bucket": BUCKET,
        "key": KEY,
        "version_id": validated.version,
        "manifest_key": validated.manifest,
        "parts_key": validated.parts,
    }


def test_the_workflow_starts_once_for_a_version(way, validated):
    """The same manifest again finds its load started."""
    assert [way.transform(KEY, validated.version) for _ in range(3)] == [{"transformed": 1, "rows": 10}] * 3
    assert len(way.executions()) == 1


def test_a_load_that_cannot_be_started_is_an_error(way, validated):
    """Only that it exists already is as good as a start; the message is all that a dead letter will tell."""

    def fail(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "StartExecution")

    way.app("transformer").transformer.workflow.meta.events.register_first("before-call.*.StartExecution", fail)
    with pytest.raises(
        Exception, match=r"1 manifests could not be worked on: \S+/manifest.json \(ClientError: .*AccessDeniedException"
    ):
        way.transform(KEY, validated.version)


def test_a_start_that_is_throttled_is_made_by_the_next_try(way, validated):
    """Lambda tries an event again: the first try starts nothing and says why, the second starts the load once."""
    refusals = [{"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}]

    def refuse(**_):
        if refusals:
            raise ClientError(refusals.pop(), "StartExecution")

    way.app("transformer").transformer.workflow.meta.events.register_first("before-call.*.StartExecution", refuse)

    with pytest.raises(Exception, match="1 manifests could not be worked on"):
        way.transform(KEY, validated.version)
    assert way.executions() == []
    way.transform(KEY, validated.version)
    assert len(way.executions()) == 1


def test_a_load_that_is_over_is_not_started_again(way, validated):
    """Step Functions refuses the name of an execution that has ended; that is as good as a start."""

    def refuse(**_):
        raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")

    way.app("transformer").transformer.workflow.meta.events.register_first("before-call.*.StartExecution", refuse)

    assert way.transform(KEY, validated.version) == {"transformed": 1, "rows": 10}


def test_other_objects_than_manifests_are_let_be(way, validated):
    """The accepted rows' own event starts nothing."""
    answer = way.call("transformer", way.event(validated.accepted, "x"))

    assert answer == {"transformed": 0, "rows": 0}
    assert way.executions() == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1}'])
def test_what_is_no_manifest_starts_nothing(way, content):
    """A document that only has the name of a manifest is refused."""
    way.put("validated/x/v1/manifest.json", content)

    with pytest.raises(Exception, match="1 manifests could not be worked on"):
        way.call("transformer", way.event("validated/x/v1/manifest.json", "x"))
    assert way.executions() == []


def test_a_manifest_in_another_ones_place_is_refused(way, validated):
    """A manifest belongs to the key it lies at."""
    way.put("validated/x/v1/manifest.json", way.bytes(validated.manifest))

    with pytest.raises(Exception, match="1 manifests could not be worked on"):
        way.call("transformer", way.event("validated/x/v1/manifest.json", "x"))
    assert way.executions() == []


def test_accepted_rows_that_are_not_as_many_as_the_manifest_says_start_nothing(way, validated):
    """A row that got lost between two functions is found before anything is loaded."""
    names, _, rest = way.bytes(validated.accepted).split(b"\n", 2)
    way.put(validated.accepted, names + b"\n" + rest)

    with pytest.raises(Exception, match="1 manifests could not be worked on"):
        way.transform(KEY, validated.version)
    assert way.executions() == []


@pytest.mark.parametrize(
    "content", [b"", b'["a"]\n', b'{"source_line":2}\n', b"\xff\n"], ids=["empty", "other names", "objects", "no text"]
)
def test_what_is_not_accepted_rows_starts_nothing(way, validated, content):
    """Whatever lies in the rows' place, nothing of it is loaded."""
    way.put(validated.accepted, content)

    with pytest.raises(Exception, match="1 manifests could not be worked on"):
        way.transform(KEY, validated.version)
    assert way.executions() == []


def test_accepted_rows_that_break_off_are_an_error_that_passes(way, validated):
    """The connection is cut in the middle of a line: nothing is loaded, and the next try may read them all."""

    def cut(parsed, **_):
        if parsed["ContentLength"] == size:
            parsed["Body"]._content_length = size + 1

    size = len(way.bytes(validated.accepted))
    way.app("transformer").transformer.s3.meta.events.register("after-call.s3.GetObject", cut)

    with pytest.raises(Exception, match=r"1 manifests could not be worked on: \S+ \(Throttled: \d+ read"):
        way.transform(KEY, validated.version)
    assert way.executions() == []
