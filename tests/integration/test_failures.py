"""What fails on the way is kept with its reason, and told."""

import json
from contextlib import suppress
from typing import Any

import pytest

from pipeline.client import Pipeline
from pipeline.dead_letters import DeadLetter, letters
from pipeline.diagnosis import execution_arn
from pipeline.redrive import redrive
from tests.integration.conftest import CsvFile
from tests.integration.fault_injection import Plant
from tests.integration.journeys import Travel
from tests.integration.reading import items_of
from tests.integration.waiting import until
from transactions.layout import Upload

pytestmark = pytest.mark.fault


def _dead_letter(pipeline: Pipeline, word: str) -> dict[str, Any]:
    """The dead letter that holds `word`; others go back to the queue."""
    sqs, url = pipeline.target.client("sqs"), pipeline.outputs.dead_letter_queue_url

    def look() -> dict[str, Any] | None:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            if word in message["Body"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return dict(json.loads(message["Body"]))
        return None

    return until(look, f"a dead letter that names {word!r}")


def test_a_load_that_fails_rests_in_the_dead_letters_with_its_reason(pipeline: Pipeline, tag: str) -> None:
    """A load whose parts are not there fails; its input and error wait in the queue, and the run ends as failed."""
    client = pipeline.target.client("stepfunctions")
    names = {"bucket": pipeline.bucket, "key": f"incoming/{tag}", "version_id": "v"}
    start = {
        **names,
        "manifest_key": f"validated/{tag}/v/manifest.json",
        "parts_key": f"transformed/{tag}/v/parts.json",
    }

    execution = client.start_execution(
        stateMachineArn=pipeline.outputs.state_machine_arn, name=f"lost-{tag}", input=json.dumps(start)
    )["executionArn"]

    letter = _dead_letter(pipeline, tag)
    assert letter["parts_key"] == start["parts_key"]
    assert letter["error"]["Error"]
    assert until(lambda: _over(client.describe_execution(executionArn=execution)), "the run's end") == "FAILED"


def test_a_load_that_failed_is_redriven_once_its_reason_is_mended(pipeline: Pipeline, csv_file: Any, tag: str) -> None:
    """Its parts are there again: the load goes through, the file's report says so, and nothing is there twice."""
    upload = pipeline.upload(csv_file([{}, {}, {}]), f"{tag}.csv")
    *_, before = pipeline.watch(upload)
    s3, parts = pipeline.target.client("s3"), f"transformed/{tag}/elsewhere.json"
    start = {
        "bucket": pipeline.bucket, "key": upload.key, "version_id": upload.version,
        "manifest_key": upload.manifest, "parts_key": parts,
    }  # fmt: skip
    pipeline.target.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.outputs.state_machine_arn, name=f"redriven-{tag}", input=json.dumps(start)
    )
    letter = _letter_about(pipeline, upload.name)
    s3.copy_object(Bucket=pipeline.bucket, Key=parts, CopySource={"Bucket": pipeline.bucket, "Key": upload.parts})
    again = redrive(pipeline, letter)

    assert (letter.step, again.done) == ("load", True)
    assert _ended(pipeline, again) == "SUCCEEDED"
    assert before.reconciled
    assert pipeline.state(upload).rows == before.rows
    assert len(pipeline.items(upload, 10)) == 3


@pytest.mark.needs("maps_fail")
def test_a_table_that_was_missing_for_a_while_gets_its_rows_once(
    travel: Travel, plant: Plant, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """The load fails and rests, and the report names what its part met; with the table again a redrive completes it."""
    plant.configured(pipeline.outputs.loader_function_name, Environment={"TABLE_NAME": "not-there-yet"})
    journey = travel(csv_file([{}, {}, {}]), f"{tag}.csv")
    told = journey.stops()
    _, met = _problems(pipeline, journey.upload)
    plant.mend()

    again = redrive(pipeline, _letter_about(pipeline, journey.upload.name))

    assert "since its load failed" in told
    assert met.startswith(f"part 00000 of {journey.upload.accepted}: ")
    assert "PutItem" in met
    assert _ended(pipeline, again) == "SUCCEEDED"
    assert travel.follow(journey.upload).reconciles().rows["loaded"] == 3
    assert len(pipeline.items(journey.upload, 10)) == 3


@pytest.mark.needs("stops")
def test_a_load_that_somebody_stopped_is_reported_kept_and_redriven(
    travel: Travel, plant: Plant, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """No state catches an abort: the report says so all the same, a letter rests, and `tap redrive` completes it."""
    plant.held(pipeline.outputs.loader_function_name)  # or the load may be over before it is stopped
    journey = travel(csv_file([{}, {}, {}]), f"{tag}.csv")
    _stop(pipeline, execution_arn(pipeline, journey.upload))

    told = journey.stops()
    letter = _letter_about(pipeline, journey.upload.name)
    plant.mend()  # not before: the emulator's part goes on trying, which one of AWS would not
    again = redrive(pipeline, letter)

    assert "since its load" in told
    assert (letter.step, letter.reason.partition(":")[0]) == ("load", "ABORTED")
    assert _ended(pipeline, again) == "SUCCEEDED"
    assert travel.follow(journey.upload).reconciles().rows["loaded"] == 3


@pytest.mark.needs("iam_enforced")
def test_a_key_that_was_denied_for_a_while(
    travel: Travel, plant: Plant, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """Who may not decrypt files leaves its event in the dead letters, with the reason; `tap redrive` completes it."""
    via_s3 = {"StringLike": {"kms:ViaService": "s3.*"}}
    plant.denied(pipeline.outputs.transformer_function_name, "kms:Decrypt", condition=via_s3)
    journey = travel(csv_file([{}, {}, {}]), f"{tag}.csv")
    told = journey.stops()
    letter = _letter_about(pipeline, journey.upload.name)
    plant.mend()

    again = redrive(pipeline, letter)

    assert "may not kms:Decrypt" in told
    assert "kms:Decrypt" in letter.reason
    assert again.done
    assert travel.follow(journey.upload).reconciles().rows["loaded"] == 3
    assert len(pipeline.items(journey.upload, 10)) == 3


@pytest.mark.needs("iam_enforced")
def test_a_key_that_was_denied_altogether(
    travel: Travel, plant: Plant, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """The dead letters are under the same key, so none can be written; the file stays, and sent again it is loaded."""
    rows = csv_file([{}, {}, {}])
    plant.denied(pipeline.outputs.transformer_function_name, "kms:Decrypt")
    told = travel(rows, f"{tag}.csv").stops()
    plant.mend()

    figures = travel(rows, f"{tag}.csv").reconciles().rows

    assert "it reached `validated`" in told
    assert "may not kms:Decrypt" in told
    assert figures["loaded"] + figures["duplicate"] == 3  # a last try of the first may have come through, once mended
    assert len(items_of(pipeline, f"acc-{tag}")) == 3


def _stop(pipeline: Pipeline, execution: str) -> None:
    """As soon as it runs."""
    client = pipeline.target.client("stepfunctions")

    def stopped() -> bool:
        with suppress(client.exceptions.ExecutionDoesNotExist):
            client.stop_execution(executionArn=execution, cause="a test")
            return True
        return False

    until(stopped, "a load that could be stopped", poll_s=0.05)


def _problems(pipeline: Pipeline, upload: Upload) -> list[str]:
    """What the report of a file says of its load's failure, which comes after the letter."""
    return list(until(lambda: pipeline.state(upload).evidence.get("problems"), f"a problem in {upload.name}'s report"))


def _letter_about(pipeline: Pipeline, key: str) -> DeadLetter:
    return until(lambda: letters(pipeline, key), f"a dead letter about {key}")[0]


def _ended(pipeline: Pipeline, letter: DeadLetter) -> str:
    """How the execution that a letter started ended."""
    client, mark = pipeline.target.client("stepfunctions"), letter.message_id.replace("-", "")[:8]

    def ended() -> str | None:
        listed = client.list_executions(stateMachineArn=pipeline.outputs.state_machine_arn)["executions"]
        return next((over for one in listed if one["name"].endswith(mark) and (over := _over(one))), None)

    return until(ended, "the redriven load's end")


def _over(execution: dict[str, Any]) -> str | None:
    """How it ended, if it did."""
    return None if execution["status"] == "RUNNING" else str(execution["status"])
