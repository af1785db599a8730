"""Orders from a queue for each channel into a table: `cdktf.json` and Tap run it."""

import json
import os
from typing import Any

import cdktf_cdktf_provider_aws as aws
from cdktf import App, AssetType, Fn, TerraformAsset, TerraformIterator, TerraformOutput, TerraformStack, Token
from package import package

LAMBDA = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
LEFT = {  # findings that somebody answers for, and until when
    "network": {"CKV2_AWS_11": "nothing is in the network yet, so nothing flows"},
    "function": {
        "CKV_AWS_50": "a batch is one step, whose log line tells as much as a trace",
        "CKV_AWS_115": "the queues hold back what the account's limit does not let through",
        "CKV_AWS_116": "the queues have dead letters; nobody calls the function asynchronously",
        "CKV_AWS_117": "it reaches the table and the queues by AWS's own endpoints",
        "CKV_AWS_272": "the code comes from this repository, by its hash",
    },
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


class Orders(TerraformStack):
    """A queue for each channel, their dead letters, a function, a table; and a network for what is to come."""

    def __init__(self, app: App, suffix: str) -> None:
        super().__init__(app, "Orders")
        aws.provider.AwsProvider(self, "aws", default_tags=[{"tags": {"Project": "orders", "Environment": suffix}}])
        account = aws.data_aws_caller_identity.DataAwsCallerIdentity(self, "account").account_id
        region = aws.data_aws_region.DataAwsRegion(self, "region").name
        network = aws.vpc.Vpc(self, "network", cidr_block="10.0.0.0/16", tags={"Name": f"orders-{suffix}"})
        aws.default_security_group.DefaultSecurityGroup(self, "closed", vpc_id=network.id)
        key = self._key(f"orders-{suffix}", account, region)
        dead = aws.sqs_queue.SqsQueue(self, "dead", name=f"orders-dead-{suffix}", sqs_managed_sse_enabled=True)
        channel = TerraformIterator.from_list(["phone", "shop"])
        queues = aws.sqs_queue.SqsQueue(
            self, "queue", for_each=channel, name=Fn.join("-", ["orders", Token.as_string(channel.value), suffix]),
            sqs_managed_sse_enabled=True, visibility_timeout_seconds=60,
            redrive_policy=Fn.jsonencode({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3}),
        )  # fmt: skip
        queue = TerraformIterator.from_resources(queues)
        table = aws.dynamodb_table.DynamodbTable(
            self, "table", name=f"orders-{suffix}", billing_mode="PAY_PER_REQUEST", hash_key="id",
            attribute=[{"name": "id", "type": "S"}], point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
        )  # fmt: skip
        name = f"orders-record-{suffix}"
        logs = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self, "logs", name=f"/aws/lambda/{name}", retention_in_days=365, kms_key_id=key.arn
        )
        trust = {**LAMBDA, "Condition": {"StringEquals": {"aws:SourceAccount": account}}}
        role = aws.iam_role.IamRole(self, "role", name=name, assume_role_policy=document(trust))
        may = document(
            {"Action": "dynamodb:PutItem", "Resource": table.arn},
            {"Action": "kms:Decrypt", "Resource": key.arn},
            {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": f"{logs.arn}:*"},
            {"Action": [f"sqs:{one}" for one in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")],
             "Resource": f"arn:aws:sqs:{region}:{account}:orders-*-{suffix}"},
        )  # fmt: skip
        policy = aws.iam_policy.IamPolicy(self, "policy", name=name, policy=may)
        attached = aws.iam_role_policy_attachment.IamRolePolicyAttachment(
            self, "attached", role=role.name, policy_arn=policy.arn
        )
        code = TerraformAsset(self, "code", path=str(package()), type=AssetType.FILE)
        function = aws.lambda_function.LambdaFunction(
            self, "function", function_name=name, role=role.arn, runtime="python3.13", handler="record.handler",
            filename=code.path, source_code_hash=Fn.filebase64sha256(code.path), timeout=10,
            depends_on=[attached, logs],
            environment={"variables": {"TABLE": table.name}}, kms_key_arn=key.arn,
        )  # fmt: skip
        aws.lambda_event_source_mapping.LambdaEventSourceMapping(
            self, "feed", for_each=queue, event_source_arn=queue.get_string("arn"), function_name=function.arn,
            function_response_types=["ReportBatchItemFailures"],
        )  # fmt: skip
        for resource, reasons in ((network, LEFT["network"]), (function, LEFT["function"])):
            for rule, reason in reasons.items():
                resource.add_override(f"//.suppressions.{rule}", {"reason": reason, "until": "2027-11-30"})
        outputs = {"table_name": table.name, "queue_urls": queue.pluck_property("url"), "dead_letters_url": dead.url}
        for output, value in outputs.items():
            TerraformOutput(self, output, value=value)

    def _key(self, description: str, account: str, region: str) -> aws.kms_key.KmsKey:
        """The account's policies say who uses it, and the logs encrypt with it by themselves."""
        owner = {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
        actions = [f"kms:{one}" for one in ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey")]
        logs = {"Principal": {"Service": f"logs.{region}.amazonaws.com"}, "Action": actions, "Resource": "*"}
        policy = document(owner, {**logs, "Condition": {"StringEquals": {"aws:SourceAccount": account}}})
        return aws.kms_key.KmsKey(self, "key", description=description, enable_key_rotation=True, policy=policy)


if __name__ == "__main__":
    app = App()
    Orders(app, os.environ.get("ENVIRONMENT_SUFFIX", "dev"))
    app.synth()
