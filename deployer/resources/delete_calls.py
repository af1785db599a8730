"""How a resource of each type is deleted, with what it holds on to. Called by the table in resource_types.py.

Each may be called again for the same thing, also while it is going, and asks for its end without waiting for it: the
cleanup looks until it is really gone.
"""

import json
from collections.abc import Mapping
from typing import Any

from deployer.policy_documents import listed
from deployer.resources.empty_bucket import empty_bucket
from deployer.resources.resource import AwsResource, paged

KEY_WAIT_DAYS = 7  # the shortest that KMS allows; until then the deletion can be cancelled


def api(apigateway: Any, thing: AwsResource) -> None:
    apigateway.delete_rest_api(restApiId=thing.id)


def alarm(cloudwatch: Any, thing: AwsResource) -> None:
    cloudwatch.delete_alarms(AlarmNames=[thing.name])


def rule(events: Any, thing: AwsResource) -> None:
    """EventBridge refuses to delete a rule that has targets."""
    if targets := list(paged(events, "list_targets_by_rule", "Targets", Rule=thing.name)):
        events.remove_targets(Rule=thing.name, Ids=[one["Id"] for one in targets])
    events.delete_rule(Name=thing.name)


def event_sources(lambda_: Any, thing: AwsResource) -> None:
    """A queue or a stream no longer wakes the function."""
    for one in paged(lambda_, "list_event_source_mappings", "EventSourceMappings", FunctionName=thing.name):
        lambda_.delete_event_source_mapping(UUID=one["UUID"])


def function(lambda_: Any, thing: AwsResource) -> None:
    lambda_.delete_function(FunctionName=thing.name)


def state_machine(stepfunctions: Any, thing: AwsResource) -> None:
    """Executions are stopped first: a machine is not gone before its last one has ended."""
    if stepfunctions.describe_state_machine(stateMachineArn=thing.id)["status"] == "DELETING":
        return
    running = {"stateMachineArn": thing.id, "statusFilter": "RUNNING"}
    for one in paged(stepfunctions, "list_executions", "executions", **running):
        stepfunctions.stop_execution(executionArn=one["executionArn"], cause="the environment is removed")
    stepfunctions.delete_state_machine(stateMachineArn=thing.id)


def topic(sns: Any, thing: AwsResource) -> None:
    sns.delete_topic(TopicArn=thing.id)


def queue(sqs: Any, thing: AwsResource) -> None:
    sqs.delete_queue(QueueUrl=thing.id)


def notifications(s3: Any, thing: AwsResource) -> None:
    """An object no longer wakes anything."""
    s3.put_bucket_notification_configuration(Bucket=thing.name, NotificationConfiguration={})


def bucket(s3: Any, thing: AwsResource) -> None:
    empty_bucket(s3, thing.name)
    s3.delete_bucket(Bucket=thing.name)


def bucket_policy(s3: Any, thing: AwsResource) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
    """A bucket's policy, and its statements as a list, which IAM lets be a single one."""
    policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=thing.name)["Policy"])
    return policy, listed(policy["Statement"])


def keeps_bucket(statement: Mapping[str, Any]) -> bool:
    """Whether a statement of a bucket's policy forbids its deletion, whoever asks and however."""
    named = "s3:DeleteBucket" in listed(statement.get("Action"))
    return named and statement["Effect"] == "Deny" and not statement.get("Condition")


def bucket_protection(s3: Any, thing: AwsResource) -> None:
    """What else the policy says holds for as long as the bucket is there."""
    policy, statements = bucket_policy(s3, thing)
    if others := [one for one in statements if not keeps_bucket(one)]:
        s3.put_bucket_policy(Bucket=thing.name, Policy=json.dumps({**policy, "Statement": others}))
    else:
        s3.delete_bucket_policy(Bucket=thing.name)


def table_protection(dynamodb: Any, thing: AwsResource) -> None:
    dynamodb.update_table(TableName=thing.name, DeletionProtectionEnabled=False)


def table(dynamodb: Any, thing: AwsResource) -> None:
    if dynamodb.describe_table(TableName=thing.name)["Table"]["TableStatus"] != "DELETING":
        dynamodb.delete_table(TableName=thing.name)


def role(iam: Any, thing: AwsResource) -> None:
    """IAM refuses to delete a role that anything still hangs on."""
    name = thing.name
    for profile in paged(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name):
        _instance_profile(iam, profile["InstanceProfileName"], name)
    for inline in paged(iam, "list_role_policies", "PolicyNames", RoleName=name):
        iam.delete_role_policy(RoleName=name, PolicyName=inline)
    for managed in paged(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        iam.detach_role_policy(RoleName=name, PolicyArn=managed["PolicyArn"])
    iam.delete_role(RoleName=name)


def _instance_profile(iam: Any, profile: str, role_name: str) -> None:
    """The profile goes too where it is the role's own, which IAM's console gives the same name."""
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role_name)
    if profile == role_name:
        iam.delete_instance_profile(InstanceProfileName=profile)


def log_group(logs: Any, thing: AwsResource) -> None:
    logs.delete_log_group(logGroupName=thing.name)


def alias(kms: Any, thing: AwsResource) -> None:
    kms.delete_alias(AliasName=thing.name)


def key(kms: Any, thing: AwsResource) -> None:
    kms.schedule_key_deletion(KeyId=thing.id, PendingWindowInDays=KEY_WAIT_DAYS)
