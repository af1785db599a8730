"""Whether an emulator has what Terraform's provider asks for. Used by `tap doctor`; changes nothing.

The provider tries a call that is answered with a server error again, 25 times with growing pauses, and says nothing
meanwhile: https://registry.terraform.io/providers/hashicorp/aws/latest/docs#max_retries-1
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.aws_errors import NO_OPERATION, code_of
from deployer.targets.targets import Target

_MACHINE = '{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}'
_ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("s3", "list_buckets", {}),
    ("dynamodb", "list_tables", {}),
    ("lambda", "list_functions", {}),
    ("stepfunctions", "validate_state_machine_definition", {"definition": _MACHINE}),
    ("stepfunctions", "list_state_machines", {}),
    ("apigateway", "get_rest_apis", {}),
    ("sqs", "list_queues", {}),
    ("sns", "list_topics", {}),
    ("events", "list_rules", {}),
    ("logs", "describe_log_groups", {}),
    ("cloudwatch", "describe_alarms", {}),
    ("kms", "list_aliases", {}),
    ("iam", "list_roles", {}),
)


def unanswered(target: Target) -> list[str]:
    """The operations that a deployment needs and `target` has not got, each with what it said."""
    once = replace(target, attempts=1, _clients={})
    return [
        f"{service} {name}: {said}" for service, name, given in _ASKED if (said := _said(once, service, name, given))
    ]


def _said(target: Target, service: str, name: str, given: dict[str, Any]) -> str:
    """Blank for an answer, also one that refuses: that is about permissions."""
    try:
        getattr(target.client(service), name)(**given)
    except ClientError as error:
        code, status = code_of(error), error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {code}" if status >= 500 or code in NO_OPERATION else ""
    except BotoCoreError as error:
        return str(error)
    return ""
