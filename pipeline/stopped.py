"""Whether a file that stands still has stopped: by what AWS says of it, never by the clock. Used by `Pipeline.watch`.

A function that fails is called again, a part that hangs too, and an event may be late: until one of these ends for
good, a file that stands still is on its way.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from deployer.aws_errors import NO_EXECUTION, NO_MAP_RUN, code_of
from deployer.json_text import json_object
from pipeline import dead_letters
from pipeline.deployed import Deployed, FileState
from pipeline.domain import Upload, execution_name

ATTEMPTS = 3  # of an event: one, and the two retries of stack/intake.py
_FAILED = "could not be worked on"  # what the functions log of a file that failed, at each attempt
_ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}


class Stop(NamedTuple):
    """The stage that a file came to last, since when (ISO 8601), and what says that it goes no further by itself."""

    stage: str
    since: str
    why: str


def stop_of(pipeline: Deployed, upload: Upload, state: FileState, watched: datetime) -> Stop | None:
    """Where and why a file stopped; None while nothing says that it did. `watched`: since when somebody looks."""
    if ended := _ended(pipeline, upload, state):
        return ended
    if resting := dead_letters.resting(pipeline, upload):
        return Stop(state.stage, state.since, f"as it is in the dead-letter queue: {resting[0].reason}")
    failed = _failed_attempts(pipeline, upload, state)
    if len(failed) >= ATTEMPTS and failed[-1] > watched:  # what failed before may have been sent again since
        return Stop(state.stage, state.since, f"in {len(failed)} attempts, and is not in the dead-letter queue")
    return None


def execution_arn(pipeline: Deployed, upload: Upload) -> str:
    """The workflow's execution for a file version, whether it exists or not."""
    machine = pipeline.outputs.state_machine_arn.replace(":stateMachine:", ":execution:")
    return f"{machine}:{execution_name(pipeline.bucket, upload)}"


def execution(pipeline: Deployed, upload: Upload) -> dict[str, Any] | None:
    """What Step Functions says of that execution; None if there is none."""
    states = pipeline.target.client("stepfunctions")
    try:
        told: dict[str, Any] = states.describe_execution(executionArn=execution_arn(pipeline, upload))
    except ClientError as error:
        if code_of(error) == NO_EXECUTION:
            return None
        raise
    return told


def parts_done(pipeline: Deployed, upload: Upload) -> dict[str, int]:
    """How far the load of a file version is: parts `done` of how many; empty where no load counts.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
    """
    states = pipeline.target.client("stepfunctions")
    try:
        runs = states.list_map_runs(executionArn=execution_arn(pipeline, upload))["mapRuns"]
        counts = [states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"] for run in runs[:1]]
    except ClientError as error:
        if code_of(error) in NO_MAP_RUN:
            return {}
        raise
    return {"done": counts[0]["succeeded"], "of": counts[0]["total"]} if counts else {}


def responsible(pipeline: Deployed, stage: str) -> str:
    """The function that takes a file out of `stage`."""
    names = pipeline.outputs
    return {
        "uploaded": names.validator_function_name,
        "validated": names.transformer_function_name,
        "transformed": names.transformer_function_name,
        "loading": names.loader_function_name,
    }[stage]


def _ended(pipeline: Deployed, upload: Upload, state: FileState) -> Stop | None:
    """How the load of a file version ended badly; None if it did not, or was begun again since."""
    told = execution(pipeline, upload) if state.stage in ("transformed", "loading") else None
    if told is None or told["status"] not in _ENDED_BADLY:
        return None
    if datetime.fromisoformat(state.since) > told["stopDate"]:
        return None
    since = told["startDate"].isoformat(timespec="milliseconds")
    return Stop("loading", since, f"since its load ended as {told['status']}")


def _failed_attempts(pipeline: Deployed, upload: Upload, state: FileState) -> list[datetime]:
    """When the function whose turn it is failed with this file version, by its own log.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    if state.stage == "loading":  # its attempts are the workflow's, which ends
        return []
    found = pipeline.target.client("logs").get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{responsible(pipeline, state.stage)}",
        filterPattern=f'"{_FAILED}"', startTime=int(datetime.fromisoformat(state.since).timestamp() * 1000),
    )  # fmt: skip
    try:
        events = [event for page in found for event in page["events"]]
    except pipeline.target.client("logs").exceptions.ResourceNotFoundException:
        return []
    return sorted(
        datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        for event in events if _is_about(json_object(event["message"]), upload)
    )  # fmt: skip


def _is_about(line: dict[str, Any], upload: Upload) -> bool:
    if _FAILED not in str(line.get("message")):
        return False
    if line.get("manifest_key") == upload.manifest:
        return True
    return line.get("file_key") == upload.key and line.get("file_version") in (None, upload.version)
