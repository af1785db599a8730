"""What answers as AWS: its endpoint, its credentials, its clients, and how it differs from the other two.

The one place that makes clients and that knows an emulator's ways. `connect.py` finds or starts a
target.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from deployer.targets.credentials import refreshed

EMULATOR_ACCOUNT = "000000000000"  # whose root "test" is, for both emulators
EMULATOR_SECRET = "test"  # noqa: S105 - the emulators' own, known to everybody
NOWHERE = os.devnull
PATIENT_ATTEMPTS = 12
# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
_API_URL = re.compile(
    r"https://(?P<id>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(?P<stage>[A-Za-z0-9_$-]+)"
)
EMULATOR_ANSWERS_S = 600.0  # a hang: on a busy machine an emulator is slow, and a second call would make it slower


@dataclass(frozen=True)
class Difference:
    """One way in which a target is unlike AWS: what holds there, why, and when it was last seen."""

    value: Any
    reason: str
    seen: str


# What a target can do, for tests and commands that depend on it. Nothing else may ask which emulator it talks to.
#   iam_enforced    policies are evaluated
#   api_url         where a deployed API answers
#   unsigned        the account that a call without a signature is taken for; blank: the one that it is about
#   accounts        any account can be used, and costs nothing
#   buckets_shared  a bucket's name is taken for all accounts, and who asks for another account's is told so
#   lambda_sandbox  a function finds what it would on Lambda: bare /dev, read-only code, a /tmp and memory of its size
#   maps_fail       a load of which a part failed ends as failed, where none may
#   stops           a load that is stopped does nothing more
#   settles_s       seconds until a function's change is wholly in force
#   log_calls_per_s how often one of its logs may be asked for what is new
#   logs_late_s     seconds after which a line that was logged is found
#   unusable        services that answer in no useful time, if at all
#   cloud_control   what no table has a row for can be found by its tags and removed: resources/cloud_control.py
#   forgets         attributes by resource type that it takes and does not give back; a plan there leaves them alone
DIFFERENCES: Mapping[str, Mapping[str, Difference]] = {
    "embedded": {
        "iam_enforced": Difference(True, "MiniStack with AUTH=true evaluates policies", "2026-11-23"),
        "api_url": Difference(
            "{endpoint}/_aws/execute-api/{api_id}/{stage}", "no DNS of its own for APIs", "2026-11-23"
        ),
        "unsigned": Difference(EMULATOR_ACCOUNT, "an unsigned call names no account", "2026-11-25"),
        "accounts": Difference(True, "a 12-digit access key is an account", "2026-11-23"),
        "buckets_shared": Difference(True, "MiniStack refuses another account's bucket", "2026-11-23"),
        "lambda_sandbox": Difference(
            True, "functions run in Linux namespaces, where the machine has them", "2026-11-25"
        ),
        "maps_fail": Difference(True, "MiniStack keeps a map's tolerated failures", "2026-11-24"),
        "stops": Difference(True, "MiniStack ends the execution after the state it is in", "2026-11-25"),
        "settles_s": Difference(0, "each invocation reads the function's configuration", "2026-11-24"),
        "log_calls_per_s": Difference(
            8.0, "each call takes MiniStack, which is one process, a millisecond", "2026-11-30"
        ),
        "logs_late_s": Difference(2.0, "MiniStack writes a call's lines when the call is over", "2026-12-01"),
        "unusable": Difference((), "MiniStack answers for all in one process", "2026-11-23"),
        "cloud_control": Difference(False, "MiniStack has no Cloud Control API", "2026-11-25"),
        "forgets": Difference({}, "mended in deployer/targets/ministack_server", "2026-11-23"),
    },
    "localstack": {
        "iam_enforced": Difference(False, "not in LocalStack's community edition", "2026-11-23"),
        "api_url": Difference(
            "{endpoint}/_aws/execute-api/{api_id}/{stage}", "no DNS of its own for APIs", "2026-11-23"
        ),
        "unsigned": Difference(EMULATOR_ACCOUNT, "an unsigned call names no account", "2026-11-25"),
        "accounts": Difference(True, "a 12-digit access key is an account", "2026-11-23"),
        "buckets_shared": Difference(
            False, "LocalStack 4.13 says of another account's bucket that it does not exist", "2026-11-24"
        ),
        "lambda_sandbox": Difference(
            False, "LocalStack runs a function in AWS's image, whose /dev and /tmp are a container's", "2026-11-25"
        ),
        "maps_fail": Difference(
            False, "LocalStack 4.13 lets such a map succeed, so that its figures do not reconcile", "2026-11-24"
        ),
        "stops": Difference(False, "LocalStack 4.13 goes on with an execution that was stopped", "2026-11-25"),
        "settles_s": Difference(
            8, "LocalStack 4.13 loses an event that comes while a function changes over to a new version", "2026-11-24"
        ),
        "log_calls_per_s": Difference(8.0, "LocalStack has no limit", "2026-11-30"),
        "logs_late_s": Difference(5.0, "LocalStack writes a call's lines when the call is over", "2026-12-01"),
        "unusable": Difference(
            ("kinesis",), "LocalStack installs a server from npm for each account that asks", "2026-11-24"
        ),
        "cloud_control": Difference(False, "not in LocalStack's community edition", "2026-11-25"),
        "forgets": Difference(
            {
                "aws_cloudwatch_metric_alarm": ["tags", "tags_all"],
                "aws_lambda_function": ["kms_key_arn"],
                "aws_sfn_state_machine": ["tracing_configuration"],
            },
            "LocalStack 4.13 answers without them",
            "2026-11-23",
        ),
    },
    "aws": {
        "iam_enforced": Difference(True, "it is AWS", "2026-11-23"),
        "api_url": Difference("{api_url}", "the stage's own URL", "2026-11-23"),
        "unsigned": Difference("", "it is AWS, which knows whose bucket or API is meant", "2026-11-25"),
        "accounts": Difference(False, "an account of AWS is not made for a test", "2026-11-24"),
        "buckets_shared": Difference(True, "it is AWS", "2026-11-24"),
        "lambda_sandbox": Difference(True, "it is Lambda", "2026-11-25"),
        "maps_fail": Difference(True, "it is AWS", "2026-11-24"),
        "stops": Difference(True, "it is AWS", "2026-11-25"),
        "settles_s": Difference(0, "it is AWS, whose waiter says when", "2026-11-24"),
        "log_calls_per_s": Difference(
            2.5, "half of what an account is answered in a second: others ask too", "2026-11-30"
        ),
        "logs_late_s": Difference(10.0, "FilterLogEvents sees a line some seconds after it was logged", "2026-12-01"),
        "unusable": Difference((), "it is AWS", "2026-11-24"),
        "cloud_control": Difference(True, "it is AWS", "2026-11-25"),
        "forgets": Difference({}, "it is AWS", "2026-11-23"),
    },
}


@dataclass(frozen=True)
class Credentials:
    """What signs a request. Its secret parts never show in a message or a log."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)

    def environment(self) -> dict[str, str]:
        """As the AWS SDKs and Terraform read them."""
        given = {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Target:
    """One AWS that answers, as one account in one region."""

    name: str
    region: str
    account_id: str
    credentials: Credentials
    endpoint: str = ""  # blank: AWS's own
    ca_bundle: str = ""  # blank: the system's
    plain_endpoint: str = ""  # where an emulator also answers without TLS
    lacks: Mapping[str, str] = field(default_factory=dict, compare=False)  # traits missing on this machine, with why
    options: Mapping[str, str] = field(default_factory=dict)  # of AWS: AWS_* variables of how the user reaches it
    source: Any = field(
        default=None, repr=False, compare=False
    )  # of AWS: botocore's credentials, which renew themselves
    attempts: int = 0  # how often a call is tried, with growing pauses, when AWS throttles; 0: as the SDK does
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_emulator(self) -> bool:
        return self.name != "aws"

    def trait(self, name: str) -> Any:
        """What holds of this target by the table of differences, such as `iam_enforced`."""
        return self.difference(name).value

    def difference(self, name: str) -> Difference:
        """The same, with its reason."""
        known = DIFFERENCES[self.name][name]
        return replace(known, value=False, reason=self.lacks[name]) if name in self.lacks else known

    @property
    def hears_unsigned(self) -> bool:
        """Whether a call without a signature reaches what this account has."""
        return self.trait("unsigned") in ("", self.account_id)

    def api_url(self, api_id: str, stage: str, api_url: str) -> str:
        """Where the deployed API answers; the parts are those of `Outputs`."""
        return str(
            self.trait("api_url").format(endpoint=self.endpoint, api_id=api_id, stage=quote(stage), api_url=api_url)
        )

    def reached(self, output: Any) -> Any:
        """A stack's output, with each API's URL as it answers here: a stack names AWS's host, whoever answers as AWS.

        On an emulator without TLS, where it has both: nobody else knows the certificate.
        """
        if isinstance(output, Mapping):
            return {name: self.reached(value) for name, value in output.items()}
        if isinstance(output, list):
            return [self.reached(value) for value in output]
        if not isinstance(output, str):
            return output
        plain = replace(self, endpoint=self.plain_endpoint or self.endpoint)
        return _API_URL.sub(lambda found: plain.api_url(found["id"], found["stage"], found[0]), output)

    def client(self, service: str) -> Any:
        """The boto3 client of `service`, one per target; a client may be shared between threads."""
        if service not in self._clients:
            self._clients[service] = _client(self, service)
        return self._clients[service]

    def as_account(self, account_id: str) -> "Target":
        """The same emulator, as the root of another of its accounts (12 digits)."""
        return emulator(
            self.name, self.endpoint, self.region, account_id=account_id, ca_bundle=self.ca_bundle,
            plain_endpoint=self.plain_endpoint, lacks=self.lacks,
        )  # fmt: skip

    def patient(self) -> "Target":
        """The same for who asks a lot at once and can wait: a throttled call is tried for minutes."""
        return replace(self, attempts=PATIENT_ATTEMPTS, _clients={})

    @property
    def keys(self) -> Credentials:
        """What signs now. Raises EnvironmentUnready where it is over and can't be renewed."""
        if self.source is None:
            return self.credentials
        now = refreshed(self.source)
        return Credentials(now.access_key or "", now.secret_key or "", now.token or "")

    def environment(self) -> dict[str, str]:
        """Every AWS_* variable that a program needs to talk to this target, and to nothing else.

        The configuration files are hidden, so that no profile of the user can change who is asked, or as whom.
        """
        given = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": self.ca_bundle,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": NOWHERE,
            "AWS_SHARED_CREDENTIALS_FILE": NOWHERE,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.options,
            **self.keys.environment(),
        }
        return {name: value for name, value in given.items() if value}


def emulator(
    name: str, endpoint: str, region: str, *, account_id: str = EMULATOR_ACCOUNT, ca_bundle: str = "",
    plain_endpoint: str = "", lacks: Mapping[str, str] | None = None,
) -> Target:  # fmt: skip
    """An emulator at `endpoint` as the root of `account_id`: a 12-digit access key is an account of its own.

    `lacks`: traits of the table that it has not got on this machine, each with the reason.
    """
    keys = Credentials("test" if account_id == EMULATOR_ACCOUNT else account_id, EMULATOR_SECRET)
    return Target(name, region, account_id, keys, endpoint, ca_bundle, plain_endpoint, lacks or {})


_environment_lock = threading.Lock()


@contextmanager
def _aws_environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The process's AWS_* variables are `wanted` and nothing else while the block runs.

    localstack_client reads its endpoint, and botocore its profile, from the process's environment at the moment a
    client is made. Only then: a finished client keeps what it was made with.
    """
    with _environment_lock:
        before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        for name in before:
            del os.environ[name]
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name in wanted:
                os.environ.pop(name, None)
            os.environ.update(before)


def _client(target: Target, service: str) -> Any:
    with _aws_environment(target.environment()):
        return _emulator_client(target, service) if target.is_emulator else _aws_client(target, service)


def _emulator_client(target: Target, service: str) -> Any:
    from botocore.config import Config
    from localstack_client.session import Session  # type: ignore[import-untyped] # the library ships no types

    session = Session(
        aws_access_key_id=target.credentials.access_key,
        aws_secret_access_key=target.credentials.secret_key,
        region_name=target.region,
    )
    # The library drops a session's token, without which an assumed role is nobody.
    session.common_protected_kwargs["aws_session_token"] = target.credentials.token or None
    # The library switches certificates off; ours is known, so it is checked.
    session.common_protected_kwargs["verify"] = target.ca_bundle or None
    # No proxy: an emulator is on this machine or the next, and its credentials are nobody else's business.
    return session.client(
        service,
        config=Config(
            proxies={},
            s3={"addressing_style": "path"},
            max_pool_connections=30,
            retries=_retries(target.attempts),
            connect_timeout=EMULATOR_ANSWERS_S,
            read_timeout=EMULATOR_ANSWERS_S,
        ),
    )


def _aws_client(target: Target, service: str) -> Any:
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.credentials import Credentials as Fixed

    keys = target.credentials
    core: Any = botocore.session.Session()  # which takes what renews itself in no other way
    core._credentials = target.source or Fixed(keys.access_key, keys.secret_key, keys.token or None)
    core.register_component("data_loader", _models())
    session = boto3.Session(botocore_session=core, region_name=target.region)
    make: Any = session.client  # its stubs know the services by name only
    return make(service, config=Config(max_pool_connections=30, retries=_retries(target.attempts)))


@cache
def _models() -> Any:
    """What botocore knows of AWS's services. A session of its own would read it anew for each client: 0.1 s."""
    from botocore.loaders import create_loader

    return create_loader()


def _retries(attempts: int) -> Any:
    """https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html: pauses double, up to 20 s each."""
    return {"mode": "standard", "total_max_attempts": attempts} if attempts else None
