"""What who works with a deployed pipeline asks of AWS, for `tap policy` to make policies of: by the policy's name."""

from collections.abc import Mapping

from deployer.iam.permissions import Ask
from pipeline.domain import INCOMING

_HERE = "{region}:{account}"
_BUCKET = "s3:::{aws_s3_bucket}"
_GROUP = f"logs:{_HERE}:log-group:/aws/lambda/{{aws_lambda_function}}"
_EXECUTIONS = f"states:{_HERE}:execution:{{aws_sfn_state_machine}}:*"

# `tap upload`, `watch`, `status`, `logs`, `rejects`, `resubmit`, `redrive`: for who sends files and deploys nothing.
FILES = (
    Ask.of("s3:ListBucket", _BUCKET),
    Ask.of("s3:PutObject", f"{_BUCKET}/{INCOMING}*"),
    Ask.of("s3:GetObject GetObjectVersion", f"{_BUCKET}/*"),
    Ask.of("kms:Decrypt GenerateDataKey", f"kms:{_HERE}:key/*", held="tagged"),
    Ask.of("states:StartExecution", f"states:{_HERE}:stateMachine:{{aws_sfn_state_machine}}"),
    Ask.of("states:DescribeExecution GetExecutionHistory ListMapRuns", _EXECUTIONS),
    Ask.of("states:DescribeMapRun", f"states:{_HERE}:mapRun:{{aws_sfn_state_machine}}/*"),
    # `tap logs`, and why a file stopped: the functions' logs alone, neither the API's nor the workflow's
    Ask.of("logs:FilterLogEvents", _GROUP, f"{_GROUP}:*"),
    Ask.of("sqs:ReceiveMessage ChangeMessageVisibility DeleteMessage", f"sqs:{_HERE}:{{aws_sqs_queue}}"),
    Ask.of("lambda:InvokeFunction", f"lambda:{_HERE}:function:{{aws_lambda_function}}"),
)
# The night's test reads what was loaded: tests/integration/reading.py.
NIGHTLY = (Ask.of("dynamodb:Query", f"dynamodb:{_HERE}:table/{{aws_dynamodb_table}}/index/*"),)
POLICIES: Mapping[str, tuple[Ask, ...]] = {"files": FILES, "nightly": NIGHTLY}
