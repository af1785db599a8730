"""`tap redrive`: what rests in the dead letters is tried again, once its reason is mended.

It may be tried as often as one likes: nothing is loaded twice.
"""

import json
from dataclasses import replace

from botocore.exceptions import ClientError

from deployer.aws_errors import EXECUTION_EXISTS, code_of
from pipeline.client import Pipeline
from pipeline.dead_letters import DeadLetter, put_back
from pipeline.domain import Upload, execution_name

_LONGEST_NAME, _MARK = 80, 8  # of an execution; of what tells a repeated one from the first


def redrive(pipeline: Pipeline, letter: DeadLetter) -> DeadLetter:
    """Try it again and take it out of the queue. A letter that is none of ours stays where it is."""
    if not letter.step:
        put_back(pipeline, letter)
        return letter
    if letter.step == "load":
        _load_again(pipeline, letter)
    else:
        pipeline.target.client("lambda").invoke(
            FunctionName=letter.step, InvocationType="Event", Payload=json.dumps(letter._work).encode()
        )
    pipeline.target.client("sqs").delete_message(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, ReceiptHandle=letter._receipt
    )
    return replace(letter, done=True)


def _load_again(pipeline: Pipeline, letter: DeadLetter) -> None:
    """Under a name of its own, since that of the file version is taken; the same for the same letter."""
    upload = Upload(letter.key, str(letter._work["version_id"]))
    name = execution_name(pipeline.bucket, upload)[: _LONGEST_NAME - _MARK - 1]
    try:
        pipeline.target.client("stepfunctions").start_execution(
            stateMachineArn=pipeline.outputs.state_machine_arn,
            name=f"{name}-{letter.message_id.replace('-', '')[:_MARK]}",
            input=json.dumps(letter._work, ensure_ascii=False),
        )
    except ClientError as error:
        if code_of(error) != EXECUTION_EXISTS:
            raise
