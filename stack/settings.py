"""What the pipeline is: its settings, names and ARNs, derived in one place from those of its deployment.

Read from the environment once, by `Settings.load`, and then passed on by `tap.py` to the stack. Imports nothing of
CDKTF, so that who asks only for names starts fast.

The ARNs are plain strings with Terraform references for what only a deployment knows (partition, region,
account). They stay readable in the synthesised file, and a plan resolves them without credentials.
"""

from dataclasses import dataclass
from typing import Any, Self

from deployer import settings as deployer_settings
from deployer.setting_types import SWITCH, reserved, whole
from deployer.settings import SettingsError, setting
from stack import kinds

FUNCTIONS = ("csv-validator", "csv-transformer", "transaction-loader", "transaction-status")
PARTITION = "${data.aws_partition.current.partition}"
DNS_SUFFIX = "${data.aws_partition.current.dns_suffix}"
REGION = "${var.aws_region}"
ACCOUNT = "${local.account_id}"


@dataclass(frozen=True)
class Settings(deployer_settings.Settings):
    """The settings of one deployment of the pipeline. Each field names the environment variable that fills it."""

    repository: str = setting("tap", "REPOSITORY", kinds.TAG, "the tag Repository")
    commit_author: str = setting("raaj1021", "COMMIT_AUTHOR", kinds.TAG, "the tag Author")
    team: str = setting("synth-2", "TEAM", kinds.TAG, "the tag Team")
    bucket_base_name: str = setting(
        "transaction-csv-files",
        "TAP_BUCKET_BASE_NAME",
        kinds.BASE_NAME,
        "begins the bucket's name, which all of AWS shares",
    )
    deletion_protection: bool = setting(
        False,
        "TAP_DELETION_PROTECTION",
        SWITCH,
        "whether the table and the bucket refuse their deletion; true on aws where it is not set",
    )
    permissions_boundary: str = setting(
        "", "TAP_PERMISSIONS_BOUNDARY", kinds.POLICY, "the policy that bounds what every role may; blank: none"
    )
    notify_email: tuple[str, ...] = setting(
        (),
        "TAP_NOTIFY_EMAIL",
        kinds.EMAILS,
        "who is sent a mail about each load and alarm; each has to confirm it once",
    )
    notify_https: tuple[str, ...] = setting(
        (), "TAP_NOTIFY_HTTPS", kinds.URLS, "where the same is posted; each has to confirm it once"
    )
    log_retention_days: int = setting(365, "TAP_LOG_RETENTION_DAYS", kinds.RETENTION, "how long logs are kept")
    rows_per_part: int = setting(500, "TAP_ROWS_PER_PART", whole(1, 10_000), "rows that one loader call takes")
    load_concurrency: int = setting(10, "TAP_LOAD_CONCURRENCY", whole(1, 1_000), "loaders at work at once for one file")
    tolerated_failure: int = setting(
        0,
        "TAP_TOLERATED_FAILURE_PERCENTAGE",
        whole(0, 100),
        "failed parts, in percent, that don't stop the others",
    )
    max_error_details: int = setting(
        10_000, "TAP_MAX_ERROR_DETAILS", whole(0, 1_000_000), "errors told in full per file"
    )

    @classmethod
    def completed(cls, values: dict[str, Any]) -> dict[str, Any]:
        """What is live is protected, unless somebody says otherwise."""
        return {"deletion_protection": values.get("target") == "aws", **super().completed(values)}

    def checked(self) -> Self:
        """The name and the suffix are right each by itself, and what they make together is S3's to refuse.

        `-an` ends what lies in an account's own namespace, and only there:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
        """
        if kept := reserved(self.bucket) or ("-an" if self.bucket.endswith("-an") else ""):
            raise SettingsError(
                f"ENVIRONMENT_SUFFIX, TAP_BUCKET_BASE_NAME: the bucket would be called {self.bucket!r}, "
                f"and S3 reserves names with {kept!r}; choose another suffix or base name"
            )
        return super().checked()

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
