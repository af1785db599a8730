"""TAP_TAGS_1: what has no tags belongs to nobody when the bill comes, or when it is to be removed."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.links import first, unknown
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import listed

# of those that stacks like this one have; a plan tells of all others by `tags_all`
TAGGABLE = {
    "aws_api_gateway_rest_api", "aws_api_gateway_stage", "aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm",
    "aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_ecs_cluster", "aws_ecs_service", "aws_eip",
    "aws_iam_policy", "aws_iam_role", "aws_iam_user", "aws_instance", "aws_kinesis_stream", "aws_kms_key",
    "aws_lambda_function", "aws_lb", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_security_group",
    "aws_sfn_state_machine", "aws_sns_topic", "aws_sqs_queue", "aws_ssm_parameter", "aws_subnet", "aws_vpc",
}  # fmt: skip


class Tags(Rule):
    id = "TAP_TAGS_1"
    title = "What can carry tags has some"
    mend = "give the provider default_tags, or the resource tags of its own"
    types = ("aws_*",)

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.is_evaluated:
            return
        if block.is_planned:
            if "tags_all" in block.values and not block.values["tags_all"] and not unknown(block, "tags_all"):
                yield Offence("it has no tags", "LOW")
        elif block.type in TAGGABLE and not block.values.get("tags") and _is_untagged(block.document):
            yield Offence("it has no tags, and the provider has no default_tags", "LOW")


def _is_untagged(document: dict[str, Any]) -> bool:
    """Where the provider is configured here; a module's may be configured where it is called."""
    providers = listed(document.get("provider", {}).get("aws"))
    tagged = [one for one in providers if first(one.get("default_tags")).get("tags")]
    return bool(providers) and not tagged
