"""The load of one file version: the loader, and the state machine that runs it over the parts."""

import json
from typing import Any

from constructs import Construct

from stack.alarms import alarm
from stack.bindings import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    LambdaPermission,
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from stack.encryption import Encryption
from stack.failures import Failures
from stack.function import PipelineFunction
from stack.identity import TRACING, ServiceRole, allow, objects, telling_absence
from stack.logs import log_group
from stack.settings import Settings
from stack.state_machine import BADLY, definition
from stack.suppressions import suppress
from transactions.layout import QUARANTINE, REPORTS, RUNS, TRANSFORMED, VALIDATED

ENDED = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
# https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
ENDINGS = {
    "ExecutionsFailed": "A load failed: its dead letter says why.",
    "ExecutionsTimedOut": "A load took longer than a day: its dead letter waits for `tap redrive`.",
    "ExecutionsAborted": "Somebody stopped a load: its dead letter waits for `tap redrive`.",
    "ExecutionThrottled": "Step Functions slows the loads down: the account's state transitions are used up.",
}


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
            environment={
                "BUCKET_NAME": settings.bucket,
                "TABLE_NAME": settings.table,
                "DEAD_LETTERS_URL": failures.queue.url,
                "TOPIC_ARN": settings.topic_arn,
            },
            statements=_loader_statements(settings),
        )
        logs = log_group(self, settings, encryption, settings.workflow_log_group)
        identity = ServiceRole(
            self,
            "identity",
            name=settings.role("transaction-load"),
            service="states.amazonaws.com",
            source_arn=[settings.state_machine_arn, settings.map_arn],
            boundary=settings.permissions_boundary,
            statements=_workflow_statements(settings, encryption),
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
        for metric, meaning in ENDINGS.items():
            dimensions = {"StateMachineArn": settings.state_machine_arn}
            alarm(self, settings, settings.state_machine, f"AWS/States {metric}", meaning, dimensions)
        failures.keep_events_of(self.loader, self, "loader")
        self._hear_of_endings(settings)

    def _hear_of_endings(self, settings: Settings) -> None:
        """The net below the machine's own way of failure, for an end that no state can catch; AWS tells best effort.

        https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-states.html
        """
        rule = CloudwatchEventRule(
            self,
            "ended",
            name=settings.ended_rule,
            description="Loads that ended badly, in whichever way",
            event_pattern=json.dumps(
                ENDED | {"detail": {"status": BADLY, "stateMachineArn": [settings.state_machine_arn]}}
            ),
        )
        permission = LambdaPermission(
            self,
            "ended-permission",
            statement_id="AllowInvocationByTheRule",
            action="lambda:InvokeFunction",
            function_name=self.loader.function.function_name,
            principal="events.amazonaws.com",
            source_arn=settings.ended_rule_arn,
        )
        CloudwatchEventTarget(
            self,
            "ended-target",
            rule=rule.name,
            target_id="loader",
            arn=self.loader.function.arn,
            depends_on=[permission],
        )
        alarm(
            self,
            settings,
            settings.ended_rule,
            "AWS/Events FailedInvocations",
            "A load ended badly and its report may not say so: `tap status` and the execution's history do.",
            {"RuleName": settings.ended_rule},
        )


def _loader_statements(settings: Settings) -> list[dict[str, Any]]:
    return [
        allow("s3:GetObject", objects(settings, VALIDATED, TRANSFORMED)),
        allow("s3:PutObject", objects(settings, TRANSFORMED, QUARANTINE)),
        allow(["s3:GetObject", "s3:PutObject"], objects(settings, REPORTS)),
        telling_absence(settings),
        allow("dynamodb:PutItem", settings.table_arn),
        allow("sqs:SendMessage", settings.dead_letters_arn),
        allow("sns:Publish", settings.topic_arn),
    ]


def _workflow_statements(settings: Settings, encryption: Encryption) -> list[dict[str, Any]]:
    """A distributed map starts executions of its own machine, reads its items, and writes what becomes of them, for
    which AWS lists `kms:Encrypt` too: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    results = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
    return [
        allow("lambda:InvokeFunction", settings.function_arn("transaction-loader")),
        allow("s3:GetObject", objects(settings, TRANSFORMED)),
        allow("states:StartExecution", settings.state_machine_arn),
        allow(["states:DescribeExecution", "states:StopExecution"], settings.map_executions_arns),
        allow(results, objects(settings, RUNS)),
        allow("sns:Publish", settings.topic_arn),
        allow("sqs:SendMessage", settings.dead_letters_arn),
        encryption.use("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
        LOG_DELIVERY,
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], f"{settings.log_group_arn(settings.workflow_log_group)}:*"
        ),
        TRACING,
        SAMPLING,
    ]


# https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html; a function's own segments need no sampling
SAMPLING = allow(["xray:GetSamplingRules", "xray:GetSamplingTargets"], "*")
# None of these knows resources, as the two of the log group do that AWS lists with them:
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
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
