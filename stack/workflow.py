"""The load of one file version: the loader, and the state machine that runs it over the parts."""

import json
from pathlib import Path
from typing import Any

from constructs import Construct

from stack.bindings import (
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from stack.encryption import Encryption, key_use
from stack.errors import StackError
from stack.failures import Failures
from stack.function import PipelineFunction
from stack.identity import TRACING, ServiceRole, allow
from stack.logs import log_group
from stack.settings import PARTITION, Settings
from stack.suppressions import suppress

DEFINITION = Path(__file__).with_name("workflow.asl.json")


class Workflow(Construct):
    """The state machine, its role and its log group, and the loader that does its work."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption, failures: Failures
    ) -> None:
        super().__init__(scope, construct_id)
        self.loader = PipelineFunction(
            self,
            "loader",
            settings,
            encryption,
            role="transaction-loader",
            source="loader",
            memory_mb=1769,
            timeout_s=900,
            environment={"BUCKET_NAME": settings.bucket, "TABLE_NAME": settings.table},
            statements=_loader_statements(settings),
        )
        logs = log_group(self, settings, encryption, settings.workflow_log_group)
        identity = ServiceRole(
            self,
            "identity",
            name=settings.role("transaction-load"),
            service="states.amazonaws.com",
            source_arn=settings.state_machine_arn,
            boundary=settings.permissions_boundary,
            statements=_workflow_statements(settings),
        )
        self.state_machine = SfnStateMachine(
            self,
            "state-machine",
            name=settings.state_machine,
            role_arn=identity.role.arn,
            definition=definition(settings, failures.queue.url),
            type="STANDARD",
            logging_configuration=SfnStateMachineLoggingConfiguration(
                level="ALL", include_execution_data=False, log_destination=f"{logs.arn}:*"
            ),
            tracing_configuration=SfnStateMachineTracingConfiguration(enabled=True),
            depends_on=[identity.policy],
        )
        suppress(
            self.state_machine,
            "CKV_AWS_285",
            reason="the history is logged at level ALL; the data of an execution are left out, they may quote a file",
        )


def definition(settings: Settings, dead_letters_url: str, source: Path = DEFINITION) -> str:
    """The state machine as JSON, each `<name>` of `workflow.asl.json` replaced.

    The queue's URL is the queue's own attribute and not built from its name: with a definition that a plan knows in
    full, the provider asks AWS to validate it, and no plan could be made without credentials.

    Raises:
        StackError: the file is no JSON, or names something that nobody fills.
    """
    values: dict[str, str | float] = {
        "partition": PARTITION,
        "loader_arn": settings.function_arn("transaction-loader"),
        "topic_arn": settings.topic_arn,
        "dead_letters_url": dead_letters_url,
        "load_concurrency": settings.load_concurrency,
        "tolerated_failure": float(settings.tolerated_failure),
    }
    try:
        return json.dumps(_filled(json.loads(source.read_text("utf-8")), values))
    except (json.JSONDecodeError, KeyError) as error:
        raise StackError(f"{source}: {error!r} (placeholders: {', '.join(values)})") from error


def _filled(node: Any, values: dict[str, str | float]) -> Any:
    """A string that is one placeholder takes its value's type; inside a longer string it is text."""
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    if not isinstance(node, str) or "<" not in node:
        return node
    if node.startswith("<") and node.endswith(">"):
        return values[node[1:-1]]
    before, _, rest = node.partition("<")
    name, _, after = rest.partition(">")
    return f"{before}{values[name]}{after}"


def _loader_statements(settings: Settings) -> list[dict[str, Any]]:
    return [
        allow("s3:GetObject", [settings.objects_arn(prefix) for prefix in ("validated", "transformed")]),
        allow("s3:PutObject", [settings.objects_arn(prefix) for prefix in ("transformed", "quarantine")]),
        allow(["s3:GetObject", "s3:PutObject"], settings.objects_arn("reports")),
        allow("dynamodb:PutItem", settings.table_arn),
    ]


def _workflow_statements(settings: Settings) -> list[dict[str, Any]]:
    """A distributed map starts executions of its own machine:
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    return [
        allow("lambda:InvokeFunction", settings.function_arn("transaction-loader")),
        allow("s3:GetObject", settings.objects_arn("transformed")),
        allow("states:StartExecution", settings.state_machine_arn),
        allow(["states:DescribeExecution", "states:StopExecution"], settings.map_executions_arn),
        allow("sns:Publish", settings.topic_arn),
        allow("sqs:SendMessage", settings.dead_letters_arn),
        key_use(settings, "kms:Decrypt", "kms:GenerateDataKey"),
        LOG_DELIVERY,
        TRACING,
    ]


# None of these knows resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
LOG_DELIVERY = allow(
    [
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    ],
    "*",
)
