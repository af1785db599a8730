"""Every error that a task which calls a function can end with: tried again or not, and why."""

from typing import Any

import botocore.session
import pytest

from stack.state_machine import THROTTLING, TRANSIENT
from tests.unit.stack.reading import Document, the

_SERVICE = "AWS: a fault of Lambda's own or on the way to it, worth a retry"
_DEPLOYED = "what was deployed is wrong; the letter waits until it is mended"
_SENT = "the same event would be refused again"
_NO_VPC = "of functions in a VPC or with a file system; ours have none"
_KEY = "the function's key is off or denied, for longer than retries last"
_NO_SNAPSHOTS = "of SnapStart, which is off"
_DEFECT = "a defect of the definition; the same again every time"

# error: whether it is tried again, and why. Sources:
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html                     States.*
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html                  Lambda.*
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors                       Lambda.*
# https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html                                   Runtime.*
# https://github.com/aws/aws-lambda-runtime-interface-emulator                                          Sandbox.*
# lambdas/transactions/errors.py                                                                        ours
ERRORS: dict[str, tuple[bool, str]] = {
    "Lambda.ServiceException": (True, _SERVICE),
    "Lambda.AWSLambdaException": (True, _SERVICE),
    "Lambda.SdkClientException": (True, _SERVICE),
    "Lambda.ClientExecutionTimeoutException": (True, _SERVICE),
    "Lambda.TooManyRequestsException": (True, "too many calls at once; slower, it goes on"),
    "Lambda.ResourceConflictException": (True, "the function is being changed"),
    "Lambda.ResourceNotReadyException": (True, "the function is being woken"),
    "Lambda.Unknown": (True, "a timeout or a death of the function, as older runtimes have it: another instance helps"),
    "Sandbox.Timedout": (True, "a timeout of the function, as newer runtimes have it"),
    "Runtime.ExitError": (True, "a death of the function, for want of memory too; what was done is found again"),
    "Runtime.OutOfMemory": (True, "a fresh instance begins with all of its memory"),
    "States.Timeout": (True, "the task gave up a call that hangs"),
    "States.HeartbeatTimeout": (False, "no task has a heartbeat"),
    "States.TaskFailed": (False, "stands for any failure of a task, the hopeless ones too"),
    "States.ALL": (False, "the same"),
    "States.Permissions": (False, "a grant is missing, for longer than retries last"),
    "States.DataLimitExceeded": (False, "the same answer would be as large again; no state can catch it"),
    "States.Runtime": (False, f"{_DEFECT}; no state can catch it"),
    "States.ParameterPathFailure": (False, _DEFECT),
    "States.ResultPathMatchFailure": (False, _DEFECT),
    "States.QueryEvaluationError": (False, _DEFECT),
    "States.IntrinsicFailure": (False, _DEFECT),
    "Runtime.ImportModuleError": (False, _DEPLOYED),
    "Runtime.HandlerNotFound": (False, _DEPLOYED),
    "Runtime.UserCodeSyntaxError": (False, _DEPLOYED),
    "Runtime.MalformedHandlerName": (False, _DEPLOYED),
    "Runtime.MarshalError": (False, _DEPLOYED),
    "Runtime.InvalidEntrypoint": (False, _DEPLOYED),
    "Lambda.InvalidRuntimeException": (False, _DEPLOYED),
    "Lambda.InvalidZipFileException": (False, _DEPLOYED),
    "Lambda.ResourceNotFoundException": (False, _DEPLOYED),
    "Lambda.AccessDeniedException": (False, "the machine's role lacks the grant"),
    "Lambda.CodeArtifactUserDeletedException": (False, _DEPLOYED),
    "Lambda.CodeArtifactUserFailedException": (False, _DEPLOYED),
    "Lambda.CodeArtifactUserPendingException": (False, _DEPLOYED),
    "Lambda.InvalidParameterValueException": (False, _SENT),
    "Lambda.InvalidRequestContentException": (False, _SENT),
    "Lambda.RequestTooLargeException": (False, _SENT),
    "Lambda.SerializedRequestEntityTooLargeException": (False, _SENT),
    "Lambda.UnsupportedMediaTypeException": (False, _SENT),
    "Lambda.RecursiveInvocationException": (False, "no step calls what called it"),
    "Lambda.KMSAccessDeniedException": (False, _KEY),
    "Lambda.KMSDisabledException": (False, _KEY),
    "Lambda.KMSInvalidStateException": (False, _KEY),
    "Lambda.KMSNotFoundException": (False, _KEY),
    **dict.fromkeys(
        (
            "Lambda.EC2AccessDeniedException", "Lambda.EC2ThrottledException", "Lambda.EC2UnexpectedException",
            "Lambda.EFSIOException", "Lambda.EFSMountConnectivityException", "Lambda.EFSMountFailureException",
            "Lambda.EFSMountTimeoutException", "Lambda.ENILimitReachedException", "Lambda.ENINotReadyException",
            "Lambda.InvalidSecurityGroupIDException", "Lambda.InvalidSubnetIDException",
            "Lambda.SubnetIPAddressLimitReachedException", "Lambda.S3FilesMountConnectivityException",
            "Lambda.S3FilesMountFailureException", "Lambda.S3FilesMountTimeoutException",
        ),
        (False, _NO_VPC),
    ),
    **dict.fromkeys(
        ("Lambda.SnapStartException", "Lambda.SnapStartNotReadyException", "Lambda.SnapStartTimeoutException",
         "Lambda.SnapStartRegenerationFailureException"),
        (False, _NO_SNAPSHOTS),
    ),
    "Lambda.RuntimeAliasDeletedException": (False, _DEPLOYED),
    "Lambda.RuntimeVersionDeletedException": (False, _DEPLOYED),
    "Lambda.ServiceQuotaExceededException": (False, "a quota of the account is used up, for longer than retries last"),
    "Lambda.NoPublishedVersionException": (False, "of a qualifier, and none is named"),
    "Lambda.DurableExecutionAlreadyStartedException": (False, "of durable functions, and none is"),
    "Lambda.ModeNotSupportedException": (False, "of other ways of invoking than ours"),
    "Throttled": (True, "a service asked the function to slow down"),
    "NotReconciled": (False, "the same figures again"),
    "DocumentRefused": (False, _SENT),
    "ConservationBroken": (False, "a defect of ours"),
    "ObjectGone": (False, "the validator's, about an upload that another one replaced"),
    "EngineFailed": (False, "the validator judges the file row by row instead; no task of the workflow has the engine"),
    "TooBroken": (False, "the validator judges such a file row by row instead, too"),
    "FileRefused": (False, "the validator's answer about a file"),
    "SchemaError": (False, _DEPLOYED),
    "TapError": (False, "the root of ours; never raised itself"),
}  # fmt: skip


@pytest.fixture
def states(document: Document) -> dict[str, Any]:
    """All states by name, those within the map too."""
    top = the(document, "aws_sfn_state_machine").json("definition")["States"]
    inner: dict[str, Any] = top["LoadParts"]["ItemProcessor"]["States"]
    return {**top, **inner}


@pytest.mark.parametrize("name", ["LoadPart", "Reconcile", "TellFailure"])
def test_each_task_that_calls_a_function_retries_what_may_pass_and_nothing_else(
    states: dict[str, Any], name: str
) -> None:
    """Exactly the errors of the table that are worth it."""
    retried = [error for retry in states[name]["Retry"] for error in retry["ErrorEquals"]]

    assert sorted(retried) == sorted(error for error, (again, _) in ERRORS.items() if again)


def test_every_error_of_an_invocation_is_classified() -> None:
    """What the service's own model lists for Invoke is in the table, as Step Functions names it."""
    model = botocore.session.get_session().get_service_model("lambda").operation_model("Invoke")
    told = {f"Lambda.{shape.name}" for shape in model.error_shapes}

    assert told
    assert told - ERRORS.keys() == set()


def test_every_error_of_our_own_is_classified() -> None:
    """A class that is added to the tree is a decision about retries."""
    from transactions import errors

    ours = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.TapError)}

    assert ours - ERRORS.keys() == set()


def test_a_part_that_hangs_is_given_up_long_before_its_function_and_a_reconciliation_is_not(
    document: Document, states: dict[str, Any]
) -> None:
    """A hung part has time to be tried again; of the last step, the function's own timeout is what is told."""
    functions = {each["function_name"]: each for each in document["resource"]["aws_lambda_function"].values()}
    limit = functions["transaction-loader-unit"]["timeout"]

    assert states["LoadPart"]["TimeoutSeconds"] <= limit / 3
    assert states["Reconcile"]["TimeoutSeconds"] > limit
    assert states["TellFailure"]["TimeoutSeconds"] < limit


def test_throttling_is_given_more_time_than_a_hiccup(states: dict[str, Any]) -> None:
    """The two lists are apart, so that they can be waited for differently; no error is in both."""
    throttled, transient = states["LoadPart"]["Retry"]

    assert (throttled["ErrorEquals"], transient["ErrorEquals"]) == (THROTTLING, TRANSIENT)
    assert throttled["MaxAttempts"] > transient["MaxAttempts"]
    assert set(THROTTLING) & set(TRANSIENT) == set()
