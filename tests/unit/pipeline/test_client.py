"""Where a file is, by what lies in the bucket; S3, Step Functions, SQS and logs are moto's."""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from deployer.console.view import NoView
from deployer.errors import FileStopped, NoProgress, NotDeployed, UsageError
from deployer.settings import Settings
from deployer.targets import targets
from deployer.targets.connect import aws_errors_told
from pipeline import diagnosis
from pipeline.client import FileState, Pipeline
from pipeline.domain import Upload
from pipeline.status_screen import show_states
from pipeline.tables import parts_told
from stack.outputs import Outputs
from tests.unit.moto_queues import nobody_writes_meanwhile

BUCKET = "files"
REPORT = {
    "key": "a.csv",
    "stage": "loaded",
    "since": "2025-01-01T00:00:00+00:00",
    "state": "ok",
    "rows": {"read": 2, "accepted": 1, "rejected": 1, "loaded": 1},
    "totals": {"EUR": {"read": "2.00", "loaded": "1.00", "rejected": "1.00"}},
    "reconciled": True,
    "errors_by_code": {"cell-type": 1},
    "evidence": {"rejected": "quarantine/a.csv/v/rejected.csv"},
}
REJECTED = '\ufeffline,record,column,code,value,message\r\n3,2,amount,cell-type,ten,"a number, please"\r\n'


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    with mock_aws():
        target = targets.Target("aws", "eu-west-1", "123456789012", targets.Credentials("test", "test"))
        named = {each.name: "x" for each in fields(Outputs)}
        machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:load"
        queue = target.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
        s3 = target.client("s3")
        nobody_writes_meanwhile(target.client("sqs"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        special = {
            "bucket_name": BUCKET, "state_machine_arn": machine, "dead_letter_queue_url": queue,
            "validator_function_name": "validator",
        }  # fmt: skip
        yield Pipeline(target, Outputs(**{**named, **special}))


@dataclass
class Clock:
    """Who waits by it has waited at once; nothing here is waited for so long that ten minutes are over."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds
        assert self.now < 600


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("x\n")
    return path


def put(pipeline: Pipeline, key: str, content: str) -> None:
    pipeline.target.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content.encode())


def report(pipeline: Pipeline, upload: Upload, **changed: Any) -> None:
    put(pipeline, upload.report, json.dumps({**REPORT, "source": {"version_id": upload.version}, **changed}))


def test_a_state_has_exactly_the_promised_members(pipeline: Pipeline, csv: Path) -> None:
    """`tap status --json` and `tap watch --json` give these members, by the report of this very version."""
    upload = pipeline.upload(csv, "a.csv")
    report(pipeline, upload)

    state = pipeline.state(upload).to_json()

    assert list(state) == ["key", "stage", "since", "state", "rows", "totals", "reconciled", "evidence", "silent"]
    assert (state["stage"], state["reconciled"]) == ("loaded", True)
    assert state["evidence"]["errors_by_code"] == {"cell-type": 1}


def test_an_upload_without_a_report_is_uploaded(pipeline: Pipeline, csv: Path) -> None:
    """Before it is judged, a file stands at its upload, since the time of that."""
    state = pipeline.state(pipeline.upload(csv, "sub/a.csv"))

    assert (state.key, state.stage, state.reconciled) == ("sub/a.csv", "uploaded", None)
    assert state.since.endswith("+00:00")


def test_the_report_of_an_older_version_is_not_believed(pipeline: Pipeline, csv: Path) -> None:
    """After a file is overwritten, the first version's report says nothing about the second, nor the other way."""
    first = pipeline.upload(csv, "a.csv")
    report(pipeline, first)
    second = pipeline.upload(csv, "a.csv")
    put(pipeline, second.manifest, json.dumps({"rows": {"read": 1}, "totals": {}}))

    assert pipeline.newest("a.csv") == second
    assert pipeline.state(first).stage == "loaded"
    assert (pipeline.state(second).stage, pipeline.state(second).rows) == ("validated", {"read": 1})


def test_every_file_is_listed(pipeline: Pipeline, csv: Path) -> None:
    """The status has one state per file, the newest version's."""
    for key in ("b.csv", "a.csv", "a.csv"):
        pipeline.upload(csv, key)

    assert [state.key for state in pipeline.states()] == ["a.csv", "b.csv"]


def test_a_file_that_does_not_exist_is_wrong_use(pipeline: Pipeline) -> None:
    """An unknown key is told with the command that lists the files."""
    with pytest.raises(UsageError, match="tap status"):
        pipeline.newest("nothing.csv")
    with pytest.raises(UsageError, match="tap status"):
        pipeline.rejects("nothing.csv")


@pytest.mark.parametrize("key", ["", "/a", "a//b", "../a", "a/./b", "a\nb", "x" * 900])
def test_a_key_that_can_not_be_asked_for_again_is_refused(pipeline: Pipeline, csv: Path, key: str) -> None:
    """Keys with empty or dotted parts, control characters, or too long, are not uploaded."""
    with pytest.raises(UsageError, match="--key"):
        pipeline.upload(csv, key)


def test_rejects_are_read_from_the_quarantine(pipeline: Pipeline, csv: Path) -> None:
    """The rejected rows come with line, record, column, code, value and message, without the byte order mark."""
    report(pipeline, pipeline.upload(csv, "a.csv"))
    put(pipeline, "quarantine/a.csv/v/rejected.csv", REJECTED)

    (found,) = pipeline.rejects("a.csv")

    assert found == {
        "line": "3",
        "record": "2",
        "column": "amount",
        "code": "cell-type",
        "value": "ten",
        "message": "a number, please",
    }


def test_rejects_of_a_file_that_could_not_be_judged_are_its_errors(pipeline: Pipeline, csv: Path) -> None:
    """A refused file has nothing in quarantine; the errors of its report are told."""
    error = {"line": None, "record": None, "column": None, "code": "file-empty", "value": None, "message": "empty"}
    report(pipeline, pipeline.upload(csv, "a.csv"), stage="failed", state="failed", errors=[error], evidence={})

    assert pipeline.rejects("a.csv")[0]["code"] == "file-empty"


def test_a_watch_ends_with_the_last_state(pipeline: Pipeline, csv: Path) -> None:
    """A file that is loaded already gives one state, and the watch is over."""
    upload = pipeline.upload(csv, "a.csv")
    report(pipeline, upload)

    assert [state.stage for state in pipeline.watch(upload)] == ["loaded"]


def letter(pipeline: Pipeline, upload: Upload, message: str) -> None:
    """As Lambda leaves one of an event whose retries are used up."""
    event = {"s3": {"bucket": {"name": BUCKET}, "object": {"key": upload.key, "versionId": upload.version_id}}}
    body = {
        "requestContext": {
            "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:validator",
            "condition": "Retries",
        },
        "requestPayload": {"Records": [event]},
        "responsePayload": {"errorType": "AccessDenied", "errorMessage": message},
    }
    queue = pipeline.outputs.dead_letter_queue_url
    pipeline.target.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def test_a_file_whose_letter_rests_has_stopped(pipeline: Pipeline, csv: Path) -> None:
    """The error names the file, its stage and the letter; other files' letters are none of its."""
    upload, other = pipeline.upload(csv, "a.csv"), pipeline.upload(csv, "b.csv")
    letter(pipeline, other, "not about a")
    letter(pipeline, upload, "no such thing")

    with pytest.raises(
        FileStopped, match=r"reached `uploaded` at .*, and not `validated` as it is in the dead-letter queue"
    ) as caught:
        list(pipeline.watch(upload, clock=Clock()))

    assert caught.value.exit_code == 1
    assert any(line.startswith("log: ") for line in caught.value.details)
    assert "dead letter: validator: AccessDenied: no such thing" in caught.value.details
    assert "not about a" not in str(caught.value)


def test_how_far_a_load_is_stands_beside_where_its_parts_are(pipeline: Pipeline, csv: Path) -> None:
    """A person reads parts done of all; a program still finds the list of the parts where it was."""
    upload = pipeline.upload(csv, "a.csv")
    report(pipeline, upload, stage="transformed", reconciled=None, evidence={"parts": upload.parts})
    begun = pipeline.state(upload)
    under_way = replace(begun, evidence={**begun.evidence, "progress": {"done": 1200, "of": 3400}})

    assert (parts_told(begun), begun.evidence["parts"]) == ([], upload.parts)
    assert parts_told(under_way) == ["1,200 of 3,400 parts"]
    assert parts_told(replace(under_way, evidence={"progress": {"done": 0, "of": 1}})) == ["0 of 1 part"]


def test_a_file_that_stands_still_has_not_stopped(pipeline: Pipeline, csv: Path) -> None:
    """However long it takes: without a letter, a failed load or failed attempts, what is told is that nothing is."""
    upload = pipeline.upload(csv, "a.csv")

    with pytest.raises(NoProgress, match="and nothing says that it failed") as caught:
        list(pipeline.watch(upload, silence_s=0, clock=Clock()))

    assert "stopped" not in caught.value.what


@pytest.mark.parametrize(("failed", "stops"), [(2, False), (3, True)])
def test_attempts_that_are_used_up_are_evidence(pipeline: Pipeline, csv: Path, failed: int, stops: bool) -> None:
    """Two of three failed, and the third may help; after the third nothing more comes, though no letter was kept."""
    upload = pipeline.upload(csv, "a.csv")
    line = {"message": "the file could not be worked on", "file_key": upload.key, "file_version": upload.version_id}
    logs, group = pipeline.target.client("logs"), "/aws/lambda/validator"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    later = int(time.time() * 1000) + 60_000
    event = {"timestamp": later, "message": json.dumps(line)}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event] * failed)

    with pytest.raises(FileStopped if stops else NoProgress):
        list(pipeline.watch(upload, silence_s=0, clock=Clock()))


def test_what_iam_denied_is_told_first(pipeline: Pipeline, csv: Path) -> None:
    """A refusal that stands anywhere in the evidence is told by itself, once and whole: who, what, on what."""
    upload = pipeline.upload(csv, "a.csv")
    who, what = "arn:aws:sts::123456789012:assumed-role/loader/x", "arn:aws:dynamodb:eu-west-1:123456789012:table/t"
    refusal = f"User: {who} is not authorized to perform: dynamodb:PutItem on resource: {what}"
    for error in (refusal, refusal, f"({refusal.partition('Item')[0]})"):
        letter(pipeline, upload, error)

    with pytest.raises(FileStopped) as caught:
        list(pipeline.watch(upload, clock=Clock()))

    denied = [line for line in caught.value.details if line.startswith("denied: ")]
    assert denied == [f"denied: {who} may not dynamodb:PutItem on {what}"]
    assert caught.value.details[0] == denied[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '{"level": "ERROR", "message": "no", "exception": "Traceback\\n  File x\\nKeyError: 1"}',
            "ERROR no: KeyError: 1",
        ),
        ('{"level": "INFO", "message": "the file was judged"}', "INFO the file was judged"),
        ('{"_aws": {"Timestamp": 1}, "Events": [1.0]}', ""),
        ("[ERROR] KeyError: 1\nTraceback (most recent call last):\n  File x", "[ERROR] KeyError: 1"),
        ("START RequestId: 1 Version: $LATEST", ""),
        ('  File "app.py", line 1, in handler', ""),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_a_line_of_a_log_is_told_by_what_it_says(line: str, told: str) -> None:
    """A structured line by level, message and error; a trace by its error; figures and frames not at all."""
    assert diagnosis._readable(line) == told


def test_a_bucket_that_is_gone_is_a_missing_deployment(pipeline: Pipeline) -> None:
    """When what was deployed is not there any more, the message says so and how to deploy it."""
    gone = Pipeline(pipeline.target, Outputs(**{**vars(pipeline.outputs), "bucket_name": "gone"}))

    with pytest.raises(NotDeployed, match="tap deploy"), aws_errors_told(Settings.load({})):
        gone.states()


@pytest.mark.parametrize(
    ("stage", "age_s", "silent"),
    [("uploaded", 3_500, False), ("uploaded", 3_700, True), ("validated", 3_700, True), ("loading", 90_000, False)],
)
def test_a_file_that_no_event_told_of_is_told_with_what_sends_it_again(stage: str, age_s: int, silent: bool) -> None:
    """As of one that came while the bucket's notification was gone; a load of hours is at work."""
    state = FileState("a.csv", stage, (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat())
    told = io.StringIO()
    show_states(told, [state])

    assert ("no news" in told.getvalue()) is silent
    assert ("`tap upload` sends the file again" in told.getvalue()) is silent
    assert state.to_json()["silent"] is silent


def test_of_files_that_have_ended_nothing_is_asked_again(pipeline: Pipeline, csv: Path) -> None:
    """Until they are sent again: then the new version's state is told."""
    first = pipeline.upload(csv, "a.csv")
    report(pipeline, first, since=(datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    (known,) = pipeline.states()
    kept = FileState(**{**vars(known), "rows": {"read": 7}})
    sent_again = FileState(**{**vars(known), "since": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()})
    moving = FileState(**{**vars(known), "stage": "loading", "rows": {"read": 8}})

    assert pipeline.states([kept]) == [kept]
    assert pipeline.states([sent_again]) == [known]
    assert pipeline.states([moving]) == [known]


def test_rows_that_contradict_the_table_are_read_of_every_part(pipeline: Pipeline, csv: Path) -> None:
    """With their line, what they say, and where the row in the table came from; none where nothing does."""
    upload = pipeline.upload(csv, "a.csv")
    report(pipeline, upload)
    none = pipeline.conflicts("a.csv")
    rows = [{"source_line": n, "first": {"source_file": "incoming/b.csv"}, "row": {"amount": "1.00"}} for n in (2, 700)]
    for number, row in enumerate(rows):
        put(pipeline, upload.conflicts(number), json.dumps(row) + "\n")

    assert none == []
    assert [(one["line"], one["row"]["amount"]) for one in pipeline.conflicts("a.csv")] == [(2, "1.00"), (700, "1.00")]
    assert pipeline.conflicts("a.csv")[0]["first"] == {"source_file": "incoming/b.csv"}
    with pytest.raises(UsageError, match="tap status"):
        pipeline.conflicts("nothing.csv")


class Seen(NoView):
    """What a view was told."""

    def __init__(self) -> None:
        self.details: list[tuple[str, int, int]] = []

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        self.details.append((text, done, of))


def test_the_bytes_of_a_large_file_are_counted_as_they_go(
    pipeline: Pipeline, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that goes in one piece there is nothing to count."""
    small, large = Seen(), Seen()
    pipeline.upload(csv, "a.csv", small)
    monkeypatch.setattr("pipeline.client.SINGLE_PUT", 1)
    monkeypatch.setattr("pipeline.objects.SINGLE_PUT", 1)
    pipeline.upload(csv, "a.csv", large)
    size = csv.stat().st_size

    assert small.details == []
    assert large.details[-1] == ("bytes of a.csv", size, size)
