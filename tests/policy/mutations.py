"""Ways to spoil the stack, each of which a rule must notice, in the synthesised JSON and where it can in the plan."""

from tests.policy.mutation_helpers import Mutation, also, in_environment, in_policy, in_text, put, without

BACKEND = "terraform.backend"
PROVIDER = "provider.aws"
OUTPUT = "output.region"
REGION, IAM, LAMBDA, LOCK = "TAP_REGION_1", "TAP_IAM_1", "TAP_LAMBDA_1", "TAP_BACKEND_1"
ESCALATION, DEPUTY, WORLD, ACCOUNT = "TAP_IAM_2", "TAP_IAM_3", "TAP_IAM_4", "TAP_IAM_5"
LOOP = "TAP_LOOP_1"
PUBLIC, ENCRYPTED, RECOVERY, NOTIFY = "TAP_PUBLIC_1", "TAP_ENCRYPTION_1", "TAP_RECOVERY_1", "TAP_NOTIFY_1"
ROLE_POLICY, FUNCTION, ROLE, KEY = "aws_iam_role_policy", "aws_lambda_function", "aws_iam_role", "aws_kms_key"
BUCKET, TABLE, TOPIC_POLICY = "aws_s3_bucket", "aws_dynamodb_table", "aws_sns_topic_policy"
ACCESS_BLOCK, NOTIFICATION = "aws_s3_bucket_public_access_block", "aws_s3_bucket_notification"
TRUST = "assume_role_policy"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q"
CHINESE_LOGS = "logs.cn-north-1.amazonaws.com.cn"
INTAKE = "arn:aws:s3:::transaction-csv-files-policy"
STARTED = (
    FUNCTION,
    ROLE,
    ROLE_POLICY,
    BUCKET,
    NOTIFICATION,
    "aws_sfn_state_machine",
)  # what starts what, and may do what
EVERYBODY = {"Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
SUPPRESSED = "CKV_AWS_18"


def _suppression(**changed: str):  # type: ignore[no-untyped-def]
    return lambda values: values["//"]["suppressions"][SUPPRESSED].update(changed)


MUTATIONS = (
    Mutation("region in a policy's ARN", REGION, ROLE_POLICY, in_policy(lambda one: one.update(Resource=[QUEUE])),
             planned=True),
    Mutation("region in a trust policy", REGION, "aws_iam_role",
             in_policy(lambda one: one["Condition"].update(ArnLike={"aws:SourceArn": QUEUE}), "assume_role_policy"),
             planned=True),
    Mutation("region in a service principal", REGION, "aws_kms_key",
             in_policy(lambda one: one.update(Principal={"Service": CHINESE_LOGS}, Action="kms:Decrypt")),
             planned=True),
    Mutation("region in an environment variable", REGION, FUNCTION, in_environment, planned=True),
    Mutation("region in the state machine", REGION, "aws_sfn_state_machine",
             in_text("definition", "lambda:invoke", "sqs.us-gov-west-1.")),
    Mutation("region in an alarm's action", REGION, "aws_cloudwatch_metric_alarm",
             lambda values: values.update(alarm_actions=[QUEUE]), planned=True),
    Mutation("a policy that is known after apply", "TAP_UNREADABLE_1", ROLE_POLICY,
             lambda values: values.pop("policy"), written=False, planned=True),
    Mutation("region in an integration", REGION, "aws_api_gateway_integration",
             lambda values: values.update(uri="arn:aws:apigateway:ap-southeast-2:lambda:path/functions/f/invocations"),
             planned=True),
    Mutation("region of the provider", REGION, PROVIDER,
             lambda values: values.update(region="eu-west-1")),
    Mutation("every action of a service", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action="s3:*", Resource="*")), planned=True),
    Mutation("every action", IAM, ROLE_POLICY, in_policy(lambda one: one.update(Action="*")), planned=True),
    Mutation("actions by a pattern", IAM, ROLE_POLICY, in_policy(lambda one: one.update(Action=["s3:Put*"])),
             planned=True),
    Mutation("all actions but some", IAM, ROLE_POLICY,
             in_policy(lambda one: (one.pop("Action"), one.update(NotAction="iam:*"))), planned=True),
    Mutation("every resource", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action=["dynamodb:PutItem"], Resource="*")), planned=True),
    Mutation("every role passed on", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action="iam:PassRole", Resource="arn:aws:iam::123456789012:role/*")),
             planned=True),
    Mutation("every key, without the condition", IAM, ROLE_POLICY, in_policy(
        lambda one: one.update(Action="kms:Decrypt", Resource="arn:aws:kms:${var.aws_region}:123456789012:key/*")),
             planned=True),
    Mutation("every action on the key, for a role", IAM, "aws_kms_key", in_policy(
        lambda one: one.update(Principal={"AWS": "arn:aws:iam::123456789012:role/r"})), planned=True),
    Mutation("a function from an image", LAMBDA, FUNCTION,
             lambda values: values.update(package_type="Image", image_uri="registry/image:1"), planned=True),
    Mutation("a function without a runtime", LAMBDA, FUNCTION, lambda values: values.update(runtime=None),
             planned=True),
    Mutation("a table that locks the state", LOCK, BACKEND,
             lambda values: values["s3"].update(dynamodb_table="locks")),
    Mutation("a state without a lock", LOCK, BACKEND, lambda values: values["s3"].pop("use_lockfile")),
    # who may do what
    Mutation("all resources but some", IAM, ROLE_POLICY,
             in_policy(lambda one: (one.pop("Resource"), one.update(NotResource="arn:aws:s3:::other/*")))),
    Mutation("every key, by leaving out the alias", IAM, ROLE_POLICY,
             also({"Action": "kms:Decrypt", "Resource": "arn:aws:kms:*:*:key/*"})),
    Mutation("a role may write its own policy", ESCALATION, ROLE_POLICY,
             also({"Action": "iam:PutRolePolicy", "Resource": "*"}), planned=True),
    Mutation("a role may make functions of any role", ESCALATION, ROLE_POLICY,
             also({"Action": ["iam:PassRole", "lambda:CreateFunction"], "Resource": "*"})),
    Mutation("a role may become any role", ESCALATION, ROLE_POLICY,
             also({"Action": "sts:AssumeRole", "Resource": "*"})),
    Mutation("a role may write its own policy, by name", ESCALATION, ROLE_POLICY,
             also({"Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::*:role/csv-validator-*"}),
             pick="intake_validator", planned=True, beside=(ROLE,)),
    Mutation("a function's role without its condition", DEPUTY, ROLE,
             in_policy(lambda one: one.pop("Condition"), TRUST), planned=True),
    Mutation("the machine's role without its condition", DEPUTY, ROLE,
             in_policy(lambda one: one.pop("Condition"), TRUST), pick="workflow_identity"),
    Mutation("a role for any account's functions", DEPUTY, ROLE, in_policy(
        lambda one: one.update(Condition={"StringLike": {"aws:SourceAccount": "*"}}), TRUST), pick="workflow_identity"),
    Mutation("the key for anybody's alarms", DEPUTY, KEY, in_policy(lambda one: one.pop("Condition"), at=2),
             planned=True),
    Mutation("the topic for anybody's alarms", DEPUTY, TOPIC_POLICY, in_policy(lambda one: one.pop("Condition"))),
    Mutation("a permission for anybody's bucket", DEPUTY, "aws_lambda_permission",
             without("source_arn", "source_account"), pick="intake"),
    Mutation("a role that everybody may assume", WORLD, ROLE, in_policy(
        lambda one: (one.update(Principal={"AWS": "*"}), one.pop("Condition")), TRUST), planned=True),
    Mutation("the key for everybody", WORLD, KEY, in_policy(lambda one: one.update(Principal="*"))),
    Mutation("the topic for everybody", WORLD, TOPIC_POLICY,
             in_policy(lambda one: (one.update(Principal={"AWS": "*"}), one.pop("Condition")))),
    Mutation("the bucket for everybody", WORLD, "aws_s3_bucket_policy", also(EVERYBODY), planned=True),
    Mutation("the bucket for all but some", WORLD, "aws_s3_bucket_policy",
             also({"NotPrincipal": {"AWS": "x"}, "Action": "s3:GetObject", "Resource": "*"})),
    Mutation("a function that everybody may call", WORLD, "aws_lambda_permission",
             lambda values: (values.update(principal="*"), values.pop("source_arn"), values.pop("source_account")),
             pick="intake"),
    Mutation("an account's number in a resource", ACCOUNT, ROLE_POLICY,
             also({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:${var.aws_region}:210987654321:q"})),
    Mutation("another account as principal", ACCOUNT, "aws_s3_bucket_policy",
             also({"Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "s3:GetObject", "Resource": "*"})),
    Mutation("an administrator", "TAP_IAM_6", ROLE,
             put(managed_policy_arns=["arn:aws:iam::aws:policy/AdministratorAccess"]), planned=True),
    # what lies in the bucket, the table, the queue
    *(Mutation(f"{name} off", PUBLIC, ACCESS_BLOCK, put(**{name: False}), planned=True) for name in (
        "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")),
    Mutation("no block of public access", PUBLIC, ACCESS_BLOCK, put(), removed=True),
    Mutation("no bucket policy", "TAP_TLS_1", "aws_s3_bucket_policy", put(), removed=True),
    Mutation("plain HTTP is allowed", "TAP_TLS_1", "aws_s3_bucket_policy", in_policy(
        lambda one: one.update(Condition={"Bool": {"aws:SecureTransport": "true"}}))),
    Mutation("plain HTTP is denied for reading alone", "TAP_TLS_1", "aws_s3_bucket_policy",
             in_policy(lambda one: one.update(Action="s3:GetObject"))),
    Mutation("the bucket is not encrypted", ENCRYPTED, "aws_s3_bucket_server_side_encryption_configuration", put(),
             removed=True),
    Mutation("the table is not encrypted", ENCRYPTED, TABLE, without("server_side_encryption")),
    Mutation("the topic is not encrypted", ENCRYPTED, "aws_sns_topic", without("kms_master_key_id")),
    Mutation("the queue is not encrypted", ENCRYPTED, "aws_sqs_queue", without("kms_master_key_id")),
    Mutation("logs are not encrypted", ENCRYPTED, "aws_cloudwatch_log_group", without("kms_key_id")),
    Mutation("a function's variables are not encrypted", ENCRYPTED, FUNCTION, without("kms_key_arn")),
    Mutation("the key never turns", ENCRYPTED, KEY, put(enable_key_rotation=False), planned=True),
    Mutation("versions are suspended", RECOVERY, "aws_s3_bucket_versioning",
             put(versioning_configuration={"status": "Suspended"})),
    Mutation("no versions", RECOVERY, "aws_s3_bucket_versioning", put(), removed=True),
    Mutation("no point-in-time recovery", RECOVERY, TABLE, without("point_in_time_recovery")),
    Mutation("point-in-time recovery off", RECOVERY, TABLE, put(point_in_time_recovery=[{"enabled": False}]),
             planned=True),
    # what wakes what, and what is left of it
    Mutation("a notification of nobody", NOTIFY, NOTIFICATION, without("lambda_function")),
    Mutation("a notification before its permission", NOTIFY, NOTIFICATION, without("depends_on")),
    Mutation("a notification without an ARN", NOTIFY, NOTIFICATION,
             lambda values: values["lambda_function"][0].update(lambda_function_arn="")),
    Mutation("a notification of no events", NOTIFY, NOTIFICATION,
             lambda values: values["lambda_function"][0].update(events=[]), planned=True),
    Mutation("a notification of every key", LOOP, NOTIFICATION,
             lambda values: values["lambda_function"][0].update(filter_prefix=None), planned=True, beside=STARTED),
    Mutation("a notification of what its function writes", LOOP, NOTIFICATION,
             lambda values: values["lambda_function"][1].update(filter_prefix="transformed/"), planned=True,
             beside=STARTED),
    Mutation("a function that may write what starts it", LOOP, ROLE_POLICY,
             also({"Action": ["s3:Put*"], "Resource": [f"{INTAKE}/*"]}), pick="intake_validator", planned=True,
             beside=STARTED),
    Mutation("a function at the end that may write what starts the first", LOOP, ROLE_POLICY,
             also({"Action": "s3:PutObject", "Resource": f"{INTAKE}/validated/*"}), pick="workflow_loader",
             planned=True, beside=STARTED),
    Mutation("logs are kept for good", "TAP_LOGS_1", "aws_cloudwatch_log_group", without("retention_in_days")),
    Mutation("a log group of nobody", "TAP_LOGS_1", "aws_cloudwatch_log_group", put(name="/aws/lambda/other"),
             pick="intake_validator"),
    Mutation("no tags", "TAP_TAGS_1", PROVIDER, without("default_tags")),
    Mutation("a function without a handler", LAMBDA, FUNCTION, without("handler")),
    Mutation("a function without code", LAMBDA, FUNCTION, without("filename")),
    Mutation("region in an output", REGION, OUTPUT, put(value="eu-west-1")),
    Mutation("region in the backend's endpoint", REGION, BACKEND,
             lambda values: values["s3"].update(endpoints={"s3": "https://s3.eu-west-1.amazonaws.com"})),
    Mutation("a zone's id in an environment variable", "TAP_REGION_2", FUNCTION,
             lambda values: values["environment"]["variables"].update(ZONE="euw1-az2")),
    # by Checkov's own rules
    Mutation("a method without authorisation", "CKV_AWS_59", "aws_api_gateway_method", put(authorization="NONE")),
    Mutation("a stage without a trace", "CKV_AWS_73", "aws_api_gateway_stage", put(xray_tracing_enabled=False)),
    Mutation("a stage without access logs", "CKV_AWS_76", "aws_api_gateway_stage", without("access_log_settings")),
    # and what is suppressed
    Mutation("a suppression without a reason", "TAP_SUPPRESSION_1", BUCKET, _suppression(reason="")),
    Mutation("a suppression without a day", "TAP_SUPPRESSION_1", BUCKET, _suppression(until="")),
    Mutation("a suppression past its day", "TAP_SUPPRESSION_1", BUCKET, _suppression(until="2020-01-01")),
)  # fmt: skip
RULES = sorted({one.rule for one in MUTATIONS if not one.rule.startswith("TAP_")})
