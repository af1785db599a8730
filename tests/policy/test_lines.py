"""A finding on this stack is told at the line of Python that made its resource."""

import json
from pathlib import Path
from typing import Any

from deployer.compliance.origins import constructs_in, origin_of, origins_in
from deployer.compliance.scan import scan
from deployer.deploy.gate import at_lines
from tests.policy.shared import PLACES

Document = dict[str, Any]
# for each module that makes resources one of them, and the call that makes it, which stands there once
MADE_BY = {
    "stack/api.py": ("aws_api_gateway_stage", "ApiGatewayStage("),
    "stack/encryption.py": ("aws_kms_key", "KmsKey("),
    "stack/failures.py": ("aws_sqs_queue", "SqsQueue("),
    "stack/alarms.py": ("aws_cloudwatch_metric_alarm", "CloudwatchMetricAlarm("),
    "stack/function.py": ("aws_lambda_function", "LambdaFunction("),
    "stack/identity.py": ("aws_iam_role_policy", "IamRolePolicy("),
    "stack/intake.py": ("aws_s3_bucket", "S3Bucket("),
    "stack/logs.py": ("aws_cloudwatch_log_group", "CloudwatchLogGroup("),
    "stack/store.py": ("aws_dynamodb_table", "DynamodbTable("),
    "stack/workflow.py": ("aws_sfn_state_machine", "SfnStateMachine("),
}


def line_of(module: str, call: str) -> int:
    (line,) = (at for at, text in enumerate((PLACES.root / module).read_text().splitlines(), 1) if call in text)
    return line


def spoiled(document: Document) -> Document:
    """One resource of each module names a region."""
    copy = json.loads(json.dumps(document))
    for kind, _ in MADE_BY.values():
        values = copy["resource"][kind][min(copy["resource"][kind])]
        values["spoiled_by"] = "arn:aws:sqs:eu-west-1:123456789012:q"
    return copy


def test_a_spoiled_resource_is_told_at_the_line_that_made_it(document: Document, tmp_path: Path) -> None:
    """In each module of the stack, a finding names that module and the line of the call, and the construct's path."""
    mutant = spoiled(document)
    (tmp_path / "cdk.tf.json").write_text(json.dumps(mutant))
    found = at_lines(scan(tmp_path, PLACES, plan=False, only=["TAP_REGION_1"]), mutant, PLACES.root).findings

    assert {(one.file, one.line) for one in found if "spoiled_by" in one.message} == {
        (module, line_of(module, call)) for module, (_, call) in MADE_BY.items()
    }
    assert all(one.construct.startswith("TapStack/") for one in found)


def test_each_module_that_makes_resources_is_tried(document: Document) -> None:
    """The modules above are those that the synthesised resources come from."""
    origins = origins_in((PLACES.root / "stack").rglob("*.py"), PLACES.root)
    made = {origin_of(address, path, origins) for address, path in constructs_in(document).items()}

    assert {one.file for one in made if one} == set(MADE_BY)
