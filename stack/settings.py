"""What a deployment is: every setting, name and ARN, derived in one place.

Read from the environment once, by `Settings.load`, and then passed on: by `tap.py` to the stack and by the
deployer to everything else. Imports nothing of CDKTF, so that the deployer starts fast.

The ARNs are plain strings with Terraform references for what only a deployment knows (partition, region,
account). They stay readable in the synthesised file, and a plan resolves them without credentials.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Self

from stack import kinds
from stack.kinds import Kind

FUNCTIONS = ("csv-validator", "csv-transformer", "transaction-loader", "transaction-status")
TARGETS = ("embedded", "localstack", "aws")
EMULATOR_REGION = "us-east-1"  # what MiniStack and LocalStack answer for when nobody says otherwise
PARTITION = "${data.aws_partition.current.partition}"
DNS_SUFFIX = "${data.aws_partition.current.dns_suffix}"
REGION = "${var.aws_region}"
ACCOUNT = "${local.account_id}"


class SettingsError(ValueError):
    """One or more settings are missing or malformed; the message has a line for each."""


def _setting(default: Any, variables: str, kind: Kind, meaning: str) -> Any:
    """A field: its default, the environment variables that fill it (the first that is set), what it can be, and why."""
    return field(default=default, metadata={"variables": variables.split(), "kind": kind, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings of one deployment. Each field names the environment variable that fills it."""

    environment_suffix: str = _setting("dev", "ENVIRONMENT_SUFFIX", kinds.SUFFIX, "ends the name of every resource")
    aws_region: str = _setting("", "AWS_REGION AWS_DEFAULT_REGION", kinds.REGION, "where the stack is deployed")
    state_bucket: str = _setting(
        "", "TERRAFORM_STATE_BUCKET", kinds.BUCKET, "holds Terraform's state; blank: a local file does"
    )
    state_bucket_region: str = _setting(
        "", "TERRAFORM_STATE_BUCKET_REGION", kinds.REGION, "the state bucket's region; blank: the stack's"
    )
    repository: str = _setting("tap", "REPOSITORY", kinds.TAG, "the tag Repository")
    commit_author: str = _setting("raaj1021", "COMMIT_AUTHOR", kinds.TAG, "the tag Author")
    team: str = _setting("synth-2", "TEAM", kinds.TAG, "the tag Team")
    expires_at: str = _setting(
        "", "TAP_EXPIRES_AT", kinds.INSTANT, "when `tap cleanup --expired` may remove all of it, ISO 8601; blank: never"
    )
    target: str = _setting("embedded", "TAP_TARGET", kinds.one_of(*TARGETS), "embedded, localstack or aws")
    local_state: bool = _setting(
        False, "TAP_LOCAL_STATE", kinds.SWITCH, "whether a live deployment from a CI may keep its state in a file"
    )
    lock_seconds: int = _setting(
        120, "TAP_LOCK_SECONDS", kinds.whole(0, 86_400), "how long a deployment waits for another one"
    )
    provider_mirror: str = _setting(
        "", "TAP_PROVIDER_MIRROR", kinds.FOLDER, "a folder of Terraform providers, for an init without network"
    )
    allowed_accounts: tuple[str, ...] = _setting(
        (), "TAP_ALLOWED_ACCOUNTS", kinds.ACCOUNT_IDS, "live accounts that may be touched, by comma"
    )
    bucket_base_name: str = _setting(
        "transaction-csv-files",
        "TAP_BUCKET_BASE_NAME",
        kinds.BASE_NAME,
        "begins the bucket's name, which all of AWS shares",
    )
    deletion_protection: bool = _setting(
        False,
        "TAP_DELETION_PROTECTION",
        kinds.SWITCH,
        "whether the table and the bucket refuse their deletion; true on aws where it is not set",
    )
    permissions_boundary: str = _setting(
        "", "TAP_PERMISSIONS_BOUNDARY", kinds.POLICY, "the policy that bounds what every role may; blank: none"
    )
    log_retention_days: int = _setting(365, "TAP_LOG_RETENTION_DAYS", kinds.RETENTION, "how long logs are kept")
    rows_per_part: int = _setting(500, "TAP_ROWS_PER_PART", kinds.whole(1, 10_000), "rows that one loader call takes")
    load_concurrency: int = _setting(
        10, "TAP_LOAD_CONCURRENCY", kinds.whole(1, 1_000), "loaders at work at once for one file"
    )
    tolerated_failure: int = _setting(
        0,
        "TAP_TOLERATED_FAILURE_PERCENTAGE",
        kinds.whole(0, 100),
        "failed parts, in percent, that don't stop the others",
    )
    max_error_details: int = _setting(
        10_000, "TAP_MAX_ERROR_DETAILS", kinds.whole(0, 1_000_000), "errors told in full per file"
    )

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: str | None) -> Self:
        """The settings of the environment; an override (a command's option) that is not None goes before it.

        Raises:
            SettingsError: with one line for each setting that is missing or malformed.
        """
        variables = os.environ if environment is None else environment
        if unknown := overrides.keys() - {each.name for each in fields(cls)}:
            raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
        values, refused = {}, []
        for each in fields(cls):
            name, text = _found(each, overrides.get(each.name), variables)
            if text:
                try:
                    values[each.name] = each.metadata["kind"].parse(text)
                except ValueError as error:
                    refused.append(f"{name}: {error}")
        if refused:
            raise SettingsError("\n".join(refused))
        values.setdefault("deletion_protection", values.get("target") == "aws")
        return cls(**values)._with_region()

    def _with_region(self) -> Self:
        """An emulator has a region of its own; a live account is never given one that nobody chose."""
        if self.aws_region:
            return self
        if self.target == "aws":
            raise SettingsError("AWS_REGION: not set. A live account needs it: set AWS_REGION, or pass --region.")
        return replace(self, aws_region=EMULATOR_REGION)

    def environment(self) -> dict[str, str]:
        """The settings as the environment variables that `load` reads, for a process that is started."""
        return {each.metadata["variables"][0]: _text(getattr(self, each.name)) for each in fields(self)}

    @property
    def state_key(self) -> str:
        """Where Terraform's state lies in the state bucket; the lock's object is this with `.tflock`."""
        return f"{self.environment_suffix}/{self.construct_id}.tfstate"

    # Names. The suffix ends each, so that an environment is recognised by its names alone.

    def named(self, name: str) -> str:
        """`name` in this environment."""
        return f"{name}-{self.environment_suffix}"

    @property
    def construct_id(self) -> str:
        return "TapStack"

    @property
    def bucket(self) -> str:
        return self.named(self.bucket_base_name)

    @property
    def table(self) -> str:
        return self.named("transactions")

    @property
    def state_machine(self) -> str:
        return self.named("transaction-load")

    @property
    def ended_rule(self) -> str:
        """What hears of each load that ended badly."""
        return self.named("transaction-load-ended")

    @property
    def topic(self) -> str:
        return self.named("transaction-notifications")

    @property
    def dead_letters(self) -> str:
        return self.named("transaction-dead-letters")

    @property
    def api(self) -> str:
        return self.named("transaction-status-api")

    @property
    def key_alias(self) -> str:
        return f"alias/{self.table}"

    def function(self, role: str) -> str:
        """The name of a function, such as `csv-validator`."""
        return self.named(role)

    def role(self, bearer: str) -> str:
        """The name of the role that `bearer` runs as."""
        return self.named(f"{bearer}-role")

    def log_group(self, function: str) -> str:
        """Lambda writes to the group of this name and no other, unless told otherwise."""
        return f"/aws/lambda/{self.function(function)}"

    @property
    def workflow_log_group(self) -> str:
        """Below /aws/vendedlogs/, so that the log service's own resource policy never outgrows its limit.

        https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
        """
        return f"/aws/vendedlogs/states/{self.state_machine}"

    @property
    def api_log_group(self) -> str:
        return f"/aws/apigateway/{self.api}"

    @property
    def log_groups(self) -> tuple[str, ...]:
        """Every log group of the environment."""
        return (*map(self.log_group, FUNCTIONS), self.workflow_log_group, self.api_log_group)

    # ARNs. IAM wants them before the resources exist, so they are built from the names.

    @property
    def bucket_arn(self) -> str:
        return f"arn:{PARTITION}:s3:::{self.bucket}"

    def objects_arn(self, prefix: str) -> str:
        """All objects below a prefix of the bucket, such as `incoming`."""
        return f"{self.bucket_arn}/{prefix}/*"

    @property
    def table_arn(self) -> str:
        return _arn("dynamodb", f"table/{self.table}")

    @property
    def state_machine_arn(self) -> str:
        return _arn("states", f"stateMachine:{self.state_machine}")

    @property
    def map_arn(self) -> str:
        """The machine as its distributed map names it, with the map's label.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
        """
        return f"{self.state_machine_arn}/*"

    @property
    def map_executions_arns(self) -> tuple[str, ...]:
        """What a distributed map starts: as AWS grants it, and as its children are named.

        https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
        """
        return tuple(_arn("states", f"execution:{self.state_machine}{rest}") for rest in (":*", "/*"))

    @property
    def topic_arn(self) -> str:
        return _arn("sns", self.topic)

    @property
    def dead_letters_arn(self) -> str:
        return _arn("sqs", self.dead_letters)

    @property
    def ended_rule_arn(self) -> str:
        return _arn("events", f"rule/{self.ended_rule}")

    def function_arn(self, role: str) -> str:
        return _arn("lambda", f"function:{self.function(role)}")

    def log_group_arn(self, name: str) -> str:
        """A log group of the given full name, without the streams below it."""
        return _arn("logs", f"log-group:{name}")


def _arn(service: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{resource}"


def _found(setting: Field[Any], override: str | None, variables: Mapping[str, str]) -> tuple[str, str]:
    """What a setting is called in a message, and its text: the override's, else the first variable's that is set."""
    names: list[str] = setting.metadata["variables"]
    if override is not None:
        return names[0], override.strip()
    return next(((name, text) for name in names if (text := variables.get(name, "").strip())), (names[0], ""))


def _text(value: object) -> str:
    """A value as its parser reads it."""
    return ",".join(value) if isinstance(value, tuple) else str(value)
