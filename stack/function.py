"""The only maker of a Lambda function: its ZIP, its role with one inline policy, its log group.

Used by the intake (validator, transformer), the workflow (loader) and the API (status).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import AssetType, Fn, TerraformAsset
from constructs import Construct

from stack.alarms import alarm
from stack.bindings import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionTracingConfig,
)
from stack.encryption import Encryption
from stack.identity import TRACING, ServiceRole, Statement, allow
from stack.logs import log_group
from stack.packaging import LAMBDAS, RUNTIME, package
from stack.settings import Settings
from stack.suppressions import suppress

HANDLER = "app.handler"


class PipelineFunction(Construct):
    """A Lambda function from a ZIP that is packaged at synthesis.

    Args:
        role: the function's name without the suffix, such as `csv-validator`.
        source: the folder below `lambdas/` that holds its `app.py` and `requirements.txt`.
        memory_mb: also sets its share of a processor (1,769 MB are one).
        timeout_s: how long a call may take, in seconds.
        environment: its variables, besides those every function gets.
        statements: what its role may do, besides logging, tracing and using the pipeline's key.
        storage_mb: size of its /tmp.
        key_actions: what it does with the pipeline's key; decrypting is also what its own variables need.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        settings: Settings,
        encryption: Encryption,
        *,
        role: str,
        source: str,
        memory_mb: int,
        timeout_s: int,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
        storage_mb: int = 512,
        key_actions: Sequence[str] = ("kms:Decrypt", "kms:GenerateDataKey"),
    ) -> None:
        super().__init__(scope, construct_id)
        self.name, self.arn = settings.function(role), settings.function_arn(role)
        logs = log_group(self, settings, encryption, settings.log_group(role))
        service_role = ServiceRole(
            self,
            "identity",
            name=settings.role(role),
            service="lambda.amazonaws.com",
            source_arn=self.arn,
            boundary=settings.permissions_boundary,
            statements=[*statements, encryption.use(*key_actions), _logging(settings, role), TRACING],
        )
        asset = TerraformAsset(self, "package", path=str(_package(source)), type=AssetType.FILE)
        self.function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            role=service_role.role.arn,
            runtime=RUNTIME,
            handler=HANDLER,
            filename=asset.path,
            source_code_hash=Fn.filebase64sha256(asset.path),
            memory_size=memory_mb,
            timeout=timeout_s,
            ephemeral_storage=LambdaFunctionEphemeralStorage(size=storage_mb),
            environment=LambdaFunctionEnvironment(variables={**_common_environment(self.name), **environment}),
            kms_key_arn=encryption.arn,
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            # the policy, so that no call runs before it may; the group, so that Lambda does not make one of its own
            depends_on=[service_role.policy, logs],
        )
        alarm(
            self,
            settings,
            self.name,
            "AWS/Lambda Throttles",
            "Calls of the function were turned away: the account's concurrency is used up.",
            {"FunctionName": self.name},
        )
        for rule, reason in ACCEPTED.items():
            suppress(self.function, rule, reason=reason)

    def deployed_after(self, other: "PipelineFunction") -> None:
        """Change its code once the other's is changed: who reads what passes between them, before who writes it."""
        address = f"{other.function.terraform_resource_type}.{other.function.friendly_unique_id}"
        self.function.depends_on = [*(self.function.depends_on or []), address]


ACCEPTED = {
    "CKV_AWS_115": "reserved concurrency is taken from the whole account, and small ones have none to give; the Map's "
    "MaxConcurrency limits the loaders",
    "CKV_AWS_116": "asynchronous functions have an on-failure destination, which tells more than a dead letter does; "
    "the others are called synchronously",
    "CKV_AWS_117": "the functions talk to AWS services alone; a VPC would add endpoints and cold starts, and protect "
    "nothing",
    "CKV_AWS_272": "packages are built reproducibly and pinned by source_code_hash; not every target has signing "
    "profiles",
}


def _package(source: str) -> Path:
    return package(LAMBDAS, source)


def _logging(settings: Settings, role: str) -> Statement:
    streams = f"{settings.log_group_arn(settings.log_group(role))}:log-stream:*"
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams)


def _common_environment(name: str) -> dict[str, str]:
    return {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": "Tap", "LOG_LEVEL": "INFO"}
