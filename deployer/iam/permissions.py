"""What a role asks of AWS to make, change, find and remove each type of resource: one row for each that the stack has.

The actions are those that Terraform's AWS provider 5.100.0 and this folder call, as the embedded AWS recorded them, and
those that AWS asks beside them, each with its source. `tap policy` makes a policy of them, and
tests/proofs/prove_deployer_policy.py proves that it is enough, and that what it grants was called or has a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# Conditions, by what they hold a statement to. `{...}` is filled as in an ARN.
TAGS = "{tags}"  # stands for a key for each of the tags that say whose a resource is
_OURS: Mapping[str, object] = {"aws:ResourceTag": TAGS}
_BROUGHT: Mapping[str, object] = {"aws:RequestTag": TAGS}
CONDITIONS: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "": {},
    "tagged": {"StringLike": _OURS},
    "tagging": {"StringLike": _BROUGHT, "StringLikeIfExists": _OURS},  # what is somebody else's is not made ours
    # Of these actions AWS says which boundary the role has, or is to have:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    "bounded": {"StringEquals": {"iam:PermissionsBoundary": "{boundary}"}},
    "unbounded": {"StringNotEquals": {"iam:PermissionsBoundary": "{boundary}"}},
    # services that keep using the key after the call: the table, and a function's variables
    "granting": {"StringLike": _OURS, "Bool": {"kms:GrantIsForAWSResource": "true"}},
}
PASSED = "passed"  # held to the service that the role trusts, which the stack says


@dataclass(frozen=True)
class Ask:
    """Actions of one service, on all resources that `on` stands for, held to a condition.

    Args:
        service: as IAM calls it.
        actions: by name, without the service.
        on: ARNs behind `arn:{partition}:`, or `*`. `{aws_s3_bucket}` stands for each bucket of the stack, and so on.
        held: a name in CONDITIONS, or PASSED.
    """

    service: str
    actions: tuple[str, ...]
    on: tuple[str, ...]
    held: str = ""

    @classmethod
    def of(cls, actions: str, *on: str, held: str = "") -> Self:
        """Of actions as one writes them: `s3:GetObject PutObject`."""
        service, *names = actions.replace(":", " ", 1).split()
        return cls(service, tuple(names), on, held)


_ask = Ask.of

_HERE = "{region}:{account}"
_ALARM = f"cloudwatch:{_HERE}:alarm:{{aws_cloudwatch_metric_alarm}}"
_APIS = "apigateway:{region}::/restapis"
_BUCKET = "s3:::{aws_s3_bucket}"
_FUNCTION = f"lambda:{_HERE}:function:{{aws_lambda_function}}"
_GROUP = f"logs:{_HERE}:log-group:{{aws_cloudwatch_log_group}}"
_KEYS = f"kms:{_HERE}:key/*"
_MACHINE = f"states:{_HERE}:stateMachine:{{aws_sfn_state_machine}}"
_EXECUTIONS = f"states:{_HERE}:execution:{{aws_sfn_state_machine}}:*"
_QUEUE = f"sqs:{_HERE}:{{aws_sqs_queue}}"
_RULE = f"events:{_HERE}:rule/{{aws_cloudwatch_event_rule}}"
_ROLE = "iam::{account}:role/{aws_iam_role}"
_TABLE = f"dynamodb:{_HERE}:table/{{aws_dynamodb_table}}"
_TOPIC = f"sns:{_HERE}:{{aws_sns_topic}}"
_STATE = tuple(f"s3:::{{state_bucket}}/{{state_key}}.{end}" for end in ("tfstate", "tfstate*.tflock", "ledger.json"))

# What belongs to an API has its tags: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
_IN_API = _ask("apigateway:GET POST PUT PATCH DELETE", f"{_APIS}/*", held="tagged")

DEPLOYING: Mapping[str, tuple[Ask, ...]] = {
    "aws_api_gateway_deployment": (_IN_API,),
    "aws_api_gateway_integration": (_IN_API,),
    "aws_api_gateway_method": (_IN_API,),
    "aws_api_gateway_method_settings": (_IN_API,),
    "aws_api_gateway_request_validator": (  # the one that AWS does not list among what has the API's tags
        _ask("apigateway:GET POST PATCH DELETE", f"{_APIS}/*/requestvalidators*"),
    ),
    "aws_api_gateway_resource": (_IN_API,),
    "aws_api_gateway_rest_api": (
        _IN_API,
        _ask("apigateway:GET", _APIS),
        _ask("apigateway:POST", _APIS, held="tagging"),
        _ask("apigateway:PUT", "apigateway:{region}::/tags/*", held="tagging"),
    ),
    "aws_api_gateway_stage": (
        _IN_API,
        _ask("apigateway:GET", "apigateway:{region}::/account"),  # `tap doctor`: may it write logs?
    ),
    "aws_cloudwatch_event_rule": (
        _ask("events:ListRules", "*"),
        _ask("events:PutRule DescribeRule ListTagsForResource TagResource UntagResource DeleteRule", _RULE),
    ),
    "aws_cloudwatch_event_target": (_ask("events:PutTargets RemoveTargets ListTargetsByRule", _RULE),),
    "aws_cloudwatch_log_group": (
        _ask("logs:DescribeLogGroups", "*"),
        # AWS asks for some of these with `:*` behind the name, and for some without:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        _ask(
            "logs:CreateLogGroup AssociateKmsKey PutRetentionPolicy ListTagsForResource TagResource UntagResource "
            "DeleteLogGroup FilterLogEvents", _GROUP, f"{_GROUP}:*",  # the last for `tap dev`
        ),
    ),
    "aws_cloudwatch_metric_alarm": (
        _ask("cloudwatch:DescribeAlarms", "*"),
        _ask("cloudwatch:PutMetricAlarm ListTagsForResource TagResource UntagResource DeleteAlarms", _ALARM),
    ),
    "aws_dynamodb_table": (
        _ask("dynamodb:ListTables", "*"),
        _ask(
            "dynamodb:CreateTable DescribeTable UpdateTable DescribeContinuousBackups UpdateContinuousBackups "
            "DescribeTimeToLive ListTagsOfResource TagResource UntagResource DeleteTable", _TABLE,
        ),
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        _ask("kms:CreateGrant", _KEYS, held="granting"),
    ),
    "aws_iam_role": (
        _ask("iam:ListRoles", "*"),
        _ask(
            "iam:GetRole UpdateRole UpdateAssumeRolePolicy ListRoleTags TagRole UntagRole ListRolePolicies "
            "ListAttachedRolePolicies DetachRolePolicy ListInstanceProfilesForRole DeleteRole", _ROLE,
        ),
        _ask("iam:CreateRole", _ROLE, held="bounded"),
        _ask("iam:PassRole", _ROLE, held=PASSED),
    ),
    "aws_iam_role_policy": (
        _ask("iam:GetRolePolicy DeleteRolePolicy", _ROLE),  # what has no boundary yet can be removed
        _ask("iam:PutRolePolicy", _ROLE, held="bounded"),
    ),
    "aws_kms_alias": (
        _ask("kms:ListAliases", "*"),
        _ask("kms:CreateAlias UpdateAlias DeleteAlias", f"kms:{_HERE}:{{aws_kms_alias}}"),
        # AWS asks both: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
        _ask("kms:CreateAlias UpdateAlias DeleteAlias", _KEYS, held="tagged"),
    ),
    "aws_kms_key": (
        _ask("kms:ListKeys", "*"),
        _ask("kms:CreateKey", "*", held="tagging"),
        _ask("kms:TagResource", _KEYS, held="tagging"),
        _ask("kms:DescribeKey ListResourceTags", _KEYS),  # which of them is ours?
        _ask(
            "kms:GetKeyPolicy GetKeyRotationStatus EnableKeyRotation PutKeyPolicy UpdateKeyDescription UntagResource "
            "ScheduleKeyDeletion", _KEYS, held="tagged",
        ),
    ),
    "aws_lambda_function": (
        _ask("lambda:ListFunctions ListEventSourceMappings", "*"),
        _ask(
            "lambda:CreateFunction GetFunction UpdateFunctionCode UpdateFunctionConfiguration ListVersionsByFunction "
            "GetFunctionCodeSigningConfig ListTags TagResource UntagResource DeleteFunction", _FUNCTION,
        ),
        # Its variables are encrypted, and a plan reads them:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        _ask("kms:CreateGrant", _KEYS, held="granting"),
        _ask("kms:Encrypt Decrypt", _KEYS, held="tagged"),
    ),
    "aws_lambda_function_event_invoke_config": (
        _ask(
            "lambda:GetFunctionEventInvokeConfig PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig "
            "DeleteFunctionEventInvokeConfig", _FUNCTION,
        ),
    ),
    "aws_lambda_permission": (_ask("lambda:AddPermission RemovePermission GetPolicy", _FUNCTION),),
    "aws_s3_bucket": (
        _ask("s3:ListAllMyBuckets", "*"),
        _ask(
            "s3:CreateBucket ListBucket GetBucketLocation GetBucketTagging PutBucketTagging GetAccelerateConfiguration "
            "GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration GetBucketPolicy "
            "GetBucketRequestPayment GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration "
            "GetLifecycleConfiguration GetReplicationConfiguration ListBucketVersions ListBucketMultipartUploads "
            "DeleteBucket", _BUCKET,
        ),
        _ask("s3:DeleteObject DeleteObjectVersion AbortMultipartUpload", f"{_BUCKET}/*"),
    ),
    "aws_s3_bucket_lifecycle_configuration": (_ask("s3:GetLifecycleConfiguration PutLifecycleConfiguration", _BUCKET),),
    "aws_s3_bucket_notification": (_ask("s3:GetBucketNotification PutBucketNotification", _BUCKET),),
    "aws_s3_bucket_ownership_controls": (_ask("s3:GetBucketOwnershipControls PutBucketOwnershipControls", _BUCKET),),
    "aws_s3_bucket_policy": (_ask("s3:GetBucketPolicy PutBucketPolicy DeleteBucketPolicy", _BUCKET),),
    "aws_s3_bucket_public_access_block": (
        _ask("s3:GetBucketPublicAccessBlock PutBucketPublicAccessBlock", _BUCKET),
    ),
    "aws_s3_bucket_server_side_encryption_configuration": (
        _ask("s3:GetEncryptionConfiguration PutEncryptionConfiguration", _BUCKET),
    ),
    "aws_s3_bucket_versioning": (_ask("s3:GetBucketVersioning PutBucketVersioning", _BUCKET),),
    "aws_sfn_state_machine": (
        _ask("states:ListStateMachines ValidateStateMachineDefinition", "*"),
        _ask(
            "states:CreateStateMachine DescribeStateMachine UpdateStateMachine ListStateMachineVersions "
            "ListTagsForResource TagResource UntagResource ListExecutions DeleteStateMachine", _MACHINE,
        ),
        _ask("states:StopExecution", _EXECUTIONS),
    ),
    "aws_sns_topic": (
        _ask("sns:ListTopics", "*"),
        _ask(
            "sns:CreateTopic GetTopicAttributes SetTopicAttributes ListTagsForResource TagResource UntagResource "
            "DeleteTopic", _TOPIC,
        ),
    ),
    "aws_sns_topic_policy": (_ask("sns:GetTopicAttributes SetTopicAttributes", _TOPIC),),
    "aws_sns_topic_subscription": (
        _ask("sns:Subscribe ListSubscriptionsByTopic", _TOPIC),
        # AWS knows no resource for these: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
        _ask("sns:GetSubscriptionAttributes Unsubscribe", "*"),
    ),
    "aws_sqs_queue": (
        _ask("sqs:ListQueues", "*"),
        _ask("sqs:CreateQueue GetQueueAttributes SetQueueAttributes ListQueueTags TagQueue UntagQueue DeleteQueue",
             _QUEUE),
    ),
}  # fmt: skip

_LOOKED_AT = _ask(
    "s3:ListBucket GetBucketVersioning GetEncryptionConfiguration GetBucketPublicAccessBlock GetBucketPolicy "
    "GetLifecycleConfiguration", "s3:::{state_bucket}",
)  # fmt: skip

# Where the roles have a boundary: it is set, and then neither taken away nor changed, whatever another policy says:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
BOUNDING = (_ask("iam:PutRolePermissionsBoundary", _ROLE, held="bounded"),)
FORBIDDEN = (
    _ask("iam:CreateRole PutRolePolicy AttachRolePolicy PutRolePermissionsBoundary", _ROLE, held="unbounded"),
    _ask("iam:DeleteRolePermissionsBoundary", _ROLE),
    _ask("iam:CreatePolicyVersion SetDefaultPolicyVersion DeletePolicyVersion DeletePolicy", "{boundary}"),
)

# What of all these `tap cleanup` calls: it looks, takes away, and lifts what protects from that.
CLEANING = frozenset(
    f"{one.service}:{action}"
    for one in (
        _ask("apigateway:GET DELETE"),
        _ask("cloudwatch:DescribeAlarms ListTagsForResource DeleteAlarms"),
        _ask("dynamodb:ListTables DescribeTable ListTagsOfResource UpdateTable DeleteTable"),
        _ask("events:ListRules ListTagsForResource ListTargetsByRule RemoveTargets DeleteRule"),
        _ask(
            "iam:ListRoles ListRoleTags ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole "
            "DetachRolePolicy DeleteRolePolicy DeleteRole"
        ),
        _ask("kms:ListAliases ListKeys DescribeKey ListResourceTags DeleteAlias ScheduleKeyDeletion"),
        _ask("lambda:ListFunctions ListEventSourceMappings ListTags DeleteFunction"),
        _ask("logs:DescribeLogGroups ListTagsForResource DeleteLogGroup"),
        _ask(
            "s3:ListAllMyBuckets GetBucketLocation GetBucketTagging PutBucketNotification GetBucketPolicy "
            "PutBucketPolicy DeleteBucketPolicy ListBucketVersions ListBucketMultipartUploads DeleteObject "
            "DeleteObjectVersion AbortMultipartUpload DeleteBucket"
        ),
        _ask("sns:ListTopics ListTagsForResource DeleteTopic"),
        _ask("sqs:ListQueues ListQueueTags DeleteQueue"),
        _ask(
            "states:ListStateMachines ListTagsForResource DescribeStateMachine ListExecutions StopExecution "
            "DeleteStateMachine"
        ),
    )
    for action in one.actions
)

# The state, its lock, and the ledger beside it; `tap doctor` looks whether the bucket is fit.
_KEPT_STATE = _ask("s3:GetObject PutObject DeleteObject", *_STATE)
STATE = (_KEPT_STATE, _LOOKED_AT)

# `tap bootstrap`, once: the state's bucket.
BOOTSTRAP = (
    _LOOKED_AT,
    _ask(
        "s3:CreateBucket PutBucketVersioning PutEncryptionConfiguration PutBucketPublicAccessBlock PutBucketPolicy "
        "PutLifecycleConfiguration", "s3:::{state_bucket}",
    ),
)  # fmt: skip

_LISTED_STATE = _ask("s3:ListBucket", "s3:::{state_bucket}")  # so that a state which is not there is told as such
READ_STATE = (_ask("s3:GetObject", *_STATE[:1]), _LISTED_STATE)
CLEANED_STATE = (_KEPT_STATE, _LISTED_STATE)

# `tap cleanup` of a stack with types without a row. Cloud Control asks the service with the caller's own permissions,
# so that this allows nothing by itself; no resource can be named in its place:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudcontrolapi.html
UNSUPPORTED = (
    _ask("tag:GetResources", "*"),
    _ask("cloudformation:ListTypes GetResource DeleteResource GetResourceRequestStatus", "*"),
)

# `tap cleanup --expired`, which looks through the account for environments whose time is over.
EXPIRED = (
    _ask("tag:GetResources", "*"),
    _ask("iam:ListRoleTags", "iam::{account}:role/*"),
)
