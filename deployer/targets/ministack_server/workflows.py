"""Workflows as AWS runs them, where MiniStack does not: each step by its role, and within the limits of a payload.

Seen in MiniStack 1.5.33.
"""

import json
import time
import uuid
from contextvars import ContextVar
from typing import Any

LONGEST_PAYLOAD = 262_144  # bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
NOT_CAUGHT = ("States.DataLimitExceeded", "States.Runtime")


def mend_workflows(stepfunctions: Any, iam: Any) -> None:
    """A workflow's steps are done as nobody; here each is asked of the state machine's role.

    And a map that has a writer gives back where its results are, without writing them; a result may be as large as one
    likes; and States.ALL catches everything. Here as AWS has it. An execution also waits 0.15 s before it begins, which
    nothing asks for.
    """
    stepfunctions.time = _Clock()
    role: ContextVar[str] = ContextVar("role")
    run, invoke = stepfunctions._run_execution, stepfunctions._invoke_resource
    read, spread = stepfunctions._s3_object_text, stepfunctions._run_distributed_map
    select, matches = stepfunctions._apply_result_selector, stepfunctions._error_matches

    def ask(error: str, action: str, resource: str) -> None:
        if why := iam.refusal(role.get(), "workflow", action, resource):
            raise stepfunctions._ExecutionError(error, why)

    def run_execution(arn: str) -> None:
        machine = stepfunctions._state_machines.get(stepfunctions._executions[arn]["stateMachineArn"])
        if machine:
            role.set(machine["roleArn"])
        run(arn)

    def invoke_resource(resource: str, given: dict[str, Any]) -> Any:
        called = resource.rpartition(":::")[2].partition(".")[0]
        if called == "lambda:invoke":
            ask("Lambda.AccessDeniedException", "lambda:InvokeFunction", given["FunctionName"])
        elif called == "sns:publish":
            ask("SNS.AuthorizationErrorException", "sns:Publish", given["TopicArn"])
        elif called == "sqs:sendMessage":
            account, region = role.get().split(":")[4], iam.responses.get_region()
            name = given["QueueUrl"].rpartition("/")[2]
            ask("SQS.AccessDeniedException", "sqs:SendMessage", f"arn:{_partition(role)}:sqs:{region}:{account}:{name}")
        else:
            why = f"which action {resource} needs is not known: deployer/targets/ministack_server/workflows.py"
            raise stepfunctions._ExecutionError("States.Runtime", why)
        return invoke(resource, given)

    def object_text(bucket: str, key: str) -> Any:
        ask("States.ItemReaderFailed", "s3:GetObject", f"arn:{_partition(role)}:s3:::{bucket}/{key}")
        return read(bucket, key)

    def run_distributed_map(state: Any, raw: Any, effective: Any, iterator: Any, execution: Any, context: Any) -> Any:
        ask("StepFunctions.AccessDeniedException", "states:StartExecution", execution["stateMachineArn"])
        return spread(state, raw, effective, iterator, execution, context)

    def result_selector(state: dict[str, Any], result: Any) -> Any:
        if "ResultWriter" in state:
            given = state["ResultWriter"]["Parameters"]
            key = f"{given['Prefix']}/{uuid.uuid4()}/manifest.json"
            ask("States.ResultWriterFailed", "s3:PutObject", f"arn:{_partition(role)}:s3:::{given['Bucket']}/{key}")
            result = {"ResultWriterDetails": {"Bucket": given["Bucket"], "Key": key}}
        if len(json.dumps(result)) > LONGEST_PAYLOAD:
            why = "The state returned a result with a size exceeding the maximum number of bytes service limit."
            raise stepfunctions._ExecutionError("States.DataLimitExceeded", why)
        return select(state, result)

    def error_matches(names: list[str], error: str) -> bool:
        return error in names or (error not in NOT_CAUGHT and bool(matches(names, error)))

    stepfunctions._apply_result_selector, stepfunctions._error_matches = result_selector, error_matches
    stepfunctions._run_execution, stepfunctions._invoke_resource = run_execution, invoke_resource
    stepfunctions._s3_object_text, stepfunctions._run_distributed_map = object_text, run_distributed_map


class _Clock:
    """The module `time`, by which no execution waits before it begins."""

    BEFORE_IT_BEGINS = 0.15  # in `_run_execution`; no other wait of MiniStack's workflows is as long

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        if seconds != self.BEFORE_IT_BEGINS:
            time.sleep(seconds)


def _partition(role: ContextVar[str]) -> str:
    return role.get().split(":")[1]
