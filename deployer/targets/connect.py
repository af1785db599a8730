"""Opens a target: finds it or starts it, makes sure it may be touched, and says where its Terraform works.

Every command that talks to an AWS goes through `open_target`, so these rules hold for all: real credentials never reach
an emulator, an emulator's never reach AWS, and a live account is touched only if it is on the allow-list.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployer.aws_errors import NO_BUCKET, NO_TABLE, code_of
from deployer.errors import AccountRefused, EndpointFailed, EnvironmentUnready, NotDeployed
from deployer.identity import ANY, Identity
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets import embedded, endpoints, localstack, targets
from deployer.targets.credentials import refreshed
from deployer.targets.provider_regions import require_known
from deployer.targets.targets import Credentials, Target

_LONG_LIVED_OR_SESSION = re.compile(r"A(KIA|SIA)[A-Z2-7]{16}")  # the form of AWS's own access keys


@dataclass(frozen=True)
class TargetSession:
    """A target, and the folder that Terraform works in for it."""

    target: Target
    work: Path
    logs: Path  # where Terraform's output is kept
    lasting: bool  # whether a deployment here outlives the command
    identity: Identity = ANY  # of the environment's resources


@contextmanager
def open_target(settings: Settings, paths: Paths, *, existing: bool = False) -> Iterator[TargetSession]:
    """The session of the target that `settings` name, for the length of the block.

    `existing`: for commands that need a deployment, for which an embedded AWS is not started: it would be empty.

    Raises:
        EnvironmentUnready: it can't be reached, or may not be touched.
        UsageError: AWS has no such region.
    """
    require_known(settings.aws_region)
    if settings.target == "embedded":
        with _embedded(settings, paths, existing=existing) as session:
            yield session
    elif settings.target == "localstack":
        with localstack.available(paths, settings.aws_region) as target:
            yield lasting_session(target, settings, paths)
    else:
        yield lasting_session(live(settings), settings, paths)


@contextmanager
def _embedded(settings: Settings, paths: Paths, *, existing: bool) -> Iterator[TargetSession]:
    if running := embedded.local(paths):
        yield lasting_session(on(running, settings), settings, paths)
        return
    if existing and embedded.local_is_gone(paths):
        raise NotDeployed(
            "the embedded AWS that was kept running has ended, and with it all that was deployed on it",
            remedy="`tap deploy`, which starts a new one",
        )
    if existing:
        raise NotDeployed(
            "the embedded AWS is not running, so nothing is deployed on it",
            remedy="`tap deploy`, which starts one; or name another target with --target",
        )
    with embedded.started(paths) as emulator:
        run = Path(emulator.run)
        logs = paths.logs / run.name
        identity = Identity.of(settings.environment_suffix, paths)
        yield TargetSession(on(emulator, settings), run / "work", logs, lasting=False, identity=identity)
        shutil.rmtree(logs, ignore_errors=True)  # kept when the block failed


def on(emulator: embedded.Emulator, settings: Settings, account_id: str = targets.EMULATOR_ACCOUNT) -> Target:
    """The embedded AWS as `account_id`."""
    return targets.emulator(
        "embedded", emulator.secure_endpoint, settings.aws_region,
        account_id=account_id, ca_bundle=emulator.ca_bundle, plain_endpoint=emulator.endpoint,
        lacks={"lambda_sandbox": emulator.no_sandbox} if emulator.no_sandbox else {},
    )  # fmt: skip


def lasting_session(target: Target, settings: Settings, paths: Paths) -> TargetSession:
    """Where Terraform works for what outlives the command."""
    work = paths.work(target.name, target.account_id, target.region, settings.environment_suffix)
    return TargetSession(
        target, work, work / "logs", lasting=True, identity=Identity.of(settings.environment_suffix, paths)
    )


def live(settings: Settings) -> Target:
    """The live account of the usual AWS credential chain, if it is on the allow-list.

    The credentials are resolved here, once: what was checked is what Terraform then uses, or what renews it.

    Raises:
        EndpointFailed: nobody answers.
        EnvironmentUnready: there are no credentials, or a setting of how AWS is reached has no meaning.
        AccountRefused: they are not AWS's, or the account is not on the allow-list.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, MissingDependencyException
    from botocore.exceptions import ConnectionError as NoConnection

    try:
        boto_session = boto3.Session(region_name=settings.aws_region)
        found = boto_session.get_credentials()
        if not found:
            raise EnvironmentUnready(
                "no AWS credentials were found", remedy="sign in, for example with `aws sso login`"
            )
        frozen = refreshed(found)
        sts = boto_session.client("sts")
        options = endpoints.options(boto_session)
        for setting, endpoint in (("AWS_ENDPOINT_URL", sts.meta.endpoint_url), *endpoints.named(options)):
            refuse_mixed_credentials(frozen.access_key or "", endpoint, setting)
        account = sts.get_caller_identity()["Account"]
    except MissingDependencyException as error:
        raise EnvironmentUnready(
            "a profile of `aws login` needs the AWS Common Runtime, which is not in this environment",
            where=f"the profile {os.environ.get('AWS_PROFILE', 'default')}",
            remedy="give another profile the line `credential_process = aws configure export-credentials --profile "
            "THIS_ONE`, and name that one with AWS_PROFILE; the AWS CLI brings the runtime along",
        ) from error
    except (NoConnection, HTTPClientError) as error:  # nobody answers: the name, the way, or a proxy
        raise EndpointFailed(
            f"AWS can't be reached: {error}", remedy="check the network, and HTTPS_PROXY where there is a proxy"
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentUnready(
            f"the AWS credentials could not be verified: {error}", remedy="sign in again, or check AWS_PROFILE"
        ) from error
    refuse_unlisted(account, settings.allowed_accounts)
    keys = Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token or "")
    endpoint = "" if endpoints.is_aws(sts.meta.endpoint_url) else sts.meta.endpoint_url
    return Target("aws", settings.aws_region, account, keys, endpoint, options=options, source=found)


def refuse_unlisted(account: str, allowed: tuple[str, ...]) -> None:
    """Raises AccountRefused unless `account` is one of `allowed`."""
    if account not in allowed:
        raise AccountRefused(
            f"the live account {account} is not on the allow-list",
            where="TAP_ALLOWED_ACCOUNTS",
            remedy=f"if it is meant, set TAP_ALLOWED_ACCOUNTS={','.join((*allowed, account))}",
        )


def refuse_mixed_credentials(access_key: str, endpoint: str, setting: str = "AWS_ENDPOINT_URL") -> None:
    """Raises AccountRefused when real credentials would go to another endpoint than AWS's, or others' to AWS.

    `setting`: the variable that names the endpoint; a profile may name it too.
    """
    real = bool(_LONG_LIVED_OR_SESSION.fullmatch(access_key))
    if real and not endpoints.is_aws(endpoint):
        raise AccountRefused(
            "AWS credentials would go to an endpoint that is not AWS's",
            where=f"{setting}={endpoint}",
            remedy=f"unset {setting} and the profile's endpoint_url, or use --target embedded or localstack",
        )
    if not real and endpoints.is_aws(endpoint):
        raise AccountRefused(
            "these credentials are not AWS's; they look like an emulator's",
            remedy="unset AWS_ACCESS_KEY_ID, or use --target embedded or localstack",
        )


@contextmanager
def aws_errors_told(settings: Settings) -> Iterator[None]:
    """Turns what AWS refuses inside the block into an error with a remedy.

    Raises:
        NotDeployed: what is asked for is not there any more.
        EndpointFailed: anything else that AWS refuses, or no answer at all.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if code_of(error) in NO_BUCKET | NO_TABLE:
            raise NotDeployed(
                f"the deployment `{settings.environment_suffix}` is not there any more: {error}",
                remedy="`tap deploy` with the same --target, --suffix and --region",
            ) from error
        raise EndpointFailed(f"AWS refused: {error}", remedy="check the permissions of the credentials") from error
    except BotoCoreError as error:
        raise EndpointFailed(f"AWS does not answer: {error}", remedy="`tap doctor` checks the endpoint") from error
