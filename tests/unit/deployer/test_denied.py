"""What AWS does not let us see is told as such, and never taken for something that is not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deployer.aws_errors import says_absent
from deployer.deploy import cleanup, locking
from deployer.deploy.ledger import Ledger
from deployer.deploy.stages import Run
from deployer.errors import StateLocked, TapError, TerraformFailed
from deployer.resources.configuration import Configuration
from deployer.targets import targets
from pipeline.objects import get_json
from tests.unit.deployer.moto_target import Aws
from tests.unit.deployer.test_state_bucket import BACKEND, SETTINGS
from tests.unit.deployer.working_folder import run_in

DENIALS = ("AccessDenied", "403", "KMS.NotFoundException", "KMS.DisabledException", "KMS.KMSInvalidStateException")
CONFIGURATION = Configuration({}, {"EnvironmentSuffix": "x"}, {"bucket": "states", "key": "x.tfstate"})
# As Terraform 1.11 tells a lock that it could not write, by what S3 answered.
LOCK = (
    "Error acquiring the state lock. Error message: operation error S3: PutObject, https response error "
    "StatusCode: {status}, RequestID: R, HostID: H, api error {code}: told by S3"
)


def denying(code: str) -> targets.Target:
    """An AWS whose S3 refuses each call with this code."""

    def refuse(model: Any, **_: Any) -> None:
        raise _error(code, model.name)

    class Denying(Aws):
        def client(self, service: str) -> Any:
            client = super().client(service)
            client.meta.events.register("before-call.s3", refuse)
            return client

    return Denying("aws", "us-east-1", "1", targets.Credentials("", ""))


@pytest.fixture(params=DENIALS)
def target(request: pytest.FixtureRequest) -> Iterator[targets.Target]:
    with mock_aws():
        yield denying(request.param)


def run(target: targets.Target, folder: Path) -> Run:
    return run_in(folder, target, SETTINGS, backend=BACKEND)


def test_a_ledger_that_may_not_be_read_is_not_an_empty_one(target: targets.Target, tmp_path: Path) -> None:
    """Otherwise the next deployment would write over it."""
    with pytest.raises(ClientError):
        Ledger(target, CONFIGURATION, tmp_path).entries()


def test_a_state_that_may_not_be_read_is_not_an_empty_one(target: targets.Target, tmp_path: Path) -> None:
    """Otherwise a cleanup would not see that the state is another account's, and remove it."""
    with pytest.raises(ClientError):
        cleanup._state(run(target, tmp_path), CONFIGURATION)


def test_a_report_that_may_not_be_read_is_not_a_missing_one(target: targets.Target) -> None:
    """Otherwise a file that failed would be told as one that is on its way."""
    with pytest.raises(ClientError):
        get_json(target.client("s3"), "files", "reports/a.csv.json")


@pytest.mark.parametrize("code", ["NoSuchKey", "404", "NotFoundException", "ResourceNotFoundException"])
def test_what_is_not_there_is_told_as_absent(code: str) -> None:
    """By S3, by KMS of a key itself, and by Lambda."""
    assert says_absent(_error(code, "Get"))


@pytest.mark.parametrize("code", ["KMSNotFound", "KMSNotFoundException", *DENIALS])
def test_what_is_there_and_can_not_be_read_is_not_told_as_absent(code: str) -> None:
    """Denied by IAM, or by the state of its key."""
    assert not says_absent(_error(code, "Get"))


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (412, "PreconditionFailed", StateLocked),
        (409, "ConditionalRequestConflict", StateLocked),
        (403, "AccessDenied", TerraformFailed),
    ],
)
def test_a_lock_that_may_not_be_written_is_not_somebody_elses(
    tmp_path: Path, status: int, code: str, told: type[TapError]
) -> None:
    """Who is denied the lock is told so, and not to wait for a deployment that does not exist."""
    nobody = Aws("aws", "us-east-1", "1", targets.Credentials("", ""))
    with mock_aws(), pytest.raises(told) as caught, locking.exclusive(run(nobody, tmp_path)):
        raise TerraformFailed("Terraform gave up", details=(LOCK.format(status=status, code=code),))

    assert type(caught.value) is told


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told by AWS"}}, operation)
