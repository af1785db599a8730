"""An environment without Terraform, in a second: one thing of each kind, with a deployment's names and tags.

For tests of the cleanup and of adoption's refusals, which need many environments and no pipeline that works.
"""

import io
import json
import zipfile
from typing import Any

from deployer.policy_documents import policy_of, trust_of
from deployer.targets.targets import Target
from stack.settings import Settings


def tags_of(suffix: str) -> dict[str, str]:
    """Those that say whose a thing is, and one that does not."""
    return {"Project": "tap", "EnvironmentSuffix": suffix, "Team": "synth-2"}


def pairs(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as most services want them."""
    return [{key: name, value: text} for name, text in tags.items()]


def furnish(target: Target, settings: Settings, *, protected: bool = False) -> None:
    """Make the environment, with an object, an item, a log line, and all that hangs on a role."""
    tags = tags_of(settings.environment_suffix)
    kms = target.client("kms")
    key = kms.create_key(
        Description=f"Encrypts the transaction pipeline {settings.environment_suffix}",
        Tags=pairs(tags, "TagKey", "TagValue"),
    )["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=settings.key_alias, TargetKeyId=key)
    for group in settings.log_groups:
        target.client("logs").create_log_group(logGroupName=group, tags=tags)
    role = make_role(target, settings.role("csv-validator"), tags, "lambda", settings.function("csv-validator"))
    function = make_function(target, settings.function("csv-validator"), role, tags)
    make_bucket(target, settings.bucket, tags, function, protected=protected)
    make_table(target, settings.table, tags, protected=protected)
    topic = target.client("sns").create_topic(Name=settings.topic, Tags=pairs(tags))["TopicArn"]
    target.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")  # and unconfirmed
    target.client("sqs").create_queue(QueueName=settings.dead_letters, tags=tags)
    target.client("apigateway").create_rest_api(name=settings.api, tags=tags)
    target.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{settings.dead_letters}-not-empty", MetricName="m", Namespace="AWS/SQS", Statistic="Maximum",
        Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold", Tags=pairs(tags),
    )  # fmt: skip
    make_rule(target, settings.ended_rule, function, tags)
    make_machine(target, settings, role, tags)


def make_rule(target: Target, name: str, function: str, tags: dict[str, str]) -> None:
    """A rule with a target, without whose removal it can't be deleted."""
    events = target.client("events")
    events.put_rule(Name=name, EventPattern='{"source": ["aws.states"]}', Tags=pairs(tags))
    events.put_targets(Rule=name, Targets=[{"Id": "loader", "Arn": function}])


def make_role(target: Target, name: str, tags: dict[str, str], service: str, bearer: str) -> str:
    """A role with two inline policies, two attached ones and an instance profile of its own. Its ARN."""
    iam = target.client("iam")
    trust = {
        **trust_of(Service=f"{service}.amazonaws.com"),
        "Condition": {"ArnLike": {
            "aws:SourceArn": f"arn:aws:{service}:{target.region}:{target.account_id}:function:{bearer}"}},
    }  # fmt: skip
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy_of(trust), Tags=pairs(tags))
    allowed = policy_of({"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"})
    for inline in ("one", "two"):
        iam.put_role_policy(RoleName=name, PolicyName=inline, PolicyDocument=allowed)
    for managed in ("ReadOnlyAccess", "AWSXRayDaemonWriteAccess"):
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{managed}")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return f"arn:aws:iam::{target.account_id}:role/{name}"


def make_function(target: Target, name: str, role: str, tags: dict[str, str]) -> str:
    """A function that does nothing. Its ARN."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    made = target.client("lambda").create_function(
        FunctionName=name, Role=role, Runtime="python3.11", Handler="app.handler",
        Code={"ZipFile": code.getvalue()}, Tags=tags,
    )  # fmt: skip
    target.client("lambda").get_waiter("function_active_v2").wait(
        FunctionName=name
    )  # so that nothing changes by itself
    target.client("lambda").add_permission(
        FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    return str(made["FunctionArn"])


def make_bucket(
    target: Target, name: str, tags: dict[str, str], function: str = "", *, protected: bool = False
) -> None:
    """A versioned bucket with one object, which was written twice, and a notification."""
    s3 = target.client("s3")
    place = {} if target.region == "us-east-1" else {"LocationConstraint": target.region}
    s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": place} if place else {}))
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=name, Key="reports/a.json", Body=body)
    if protected:
        kept = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:DeleteBucket"}
        s3.put_bucket_policy(Bucket=name, Policy=policy_of({**kept, "Resource": f"arn:aws:s3:::{name}"}))
    if function:
        wakes = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"], "Filter": {
            "Key": {"FilterRules": [{"Name": "prefix", "Value": "incoming/"}]}}}  # fmt: skip
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"LambdaFunctionConfigurations": [wakes]}
        )


def make_table(target: Target, name: str, tags: dict[str, str], *, protected: bool) -> None:
    """A table with one item."""
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=protected, Tags=pairs(tags),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.put_item(TableName=name, Item={"id": {"S": "one"}})


def make_machine(target: Target, settings: Settings, role: str, tags: dict[str, str]) -> None:
    """A state machine with one execution that ends after no test does: proofs take hours on a busy machine."""
    definition = {"StartAt": "wait", "States": {"wait": {"Type": "Wait", "Seconds": 30 * 24 * 3600, "End": True}}}
    machine = target.client("stepfunctions").create_state_machine(
        name=settings.state_machine, definition=json.dumps(definition), roleArn=role, tags=pairs(tags, "key", "value")
    )
    target.client("stepfunctions").start_execution(stateMachineArn=machine["stateMachineArn"])


def contents(target: Target, settings: Settings) -> list[Any]:
    """What an environment holds beyond its listing: objects, items, policies, notifications, executions."""
    iam, role = target.client("iam"), settings.role("csv-validator")
    s3, functions = target.client("s3"), target.client("lambda")
    machines, function = target.client("stepfunctions"), settings.function("csv-validator")
    machine = f"arn:aws:states:{target.region}:{target.account_id}:stateMachine:{settings.state_machine}"
    answers = [
        s3.list_object_versions(Bucket=settings.bucket),
        s3.get_bucket_notification_configuration(Bucket=settings.bucket),
        target.client("dynamodb").scan(TableName=settings.table),
        *(iam.get_role_policy(RoleName=role, PolicyName=name) for name in ("one", "two")),
        iam.list_attached_role_policies(RoleName=role),
        iam.list_instance_profiles_for_role(RoleName=role),
        functions.get_policy(FunctionName=function),
        machines.list_executions(stateMachineArn=machine),
    ]
    return [{name: value for name, value in one.items() if name != "ResponseMetadata"} for one in answers]
