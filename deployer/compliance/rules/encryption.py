"""TAP_ENCRYPTION_1: what rests is encrypted with a key that can be taken away, and that turns each year."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.links import first, is_open, is_true, linked, unknown
from deployer.compliance.rule_api.rule import Block, Offence, Rule

# the attribute that has to name a key, or to be true
SIMPLE = {
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id", "sqs_managed_sse_enabled"),
    "aws_cloudwatch_log_group": ("kms_key_id",),
    "aws_kms_key": ("enable_key_rotation",),
    "aws_ebs_volume": ("encrypted",),
    "aws_db_instance": ("storage_encrypted",),
    "aws_rds_cluster": ("storage_encrypted",),
    "aws_efs_file_system": ("encrypted",),
    "aws_kinesis_stream": ("kms_key_id",),
}


class Encryption(Rule):
    id = "TAP_ENCRYPTION_1"
    title = "Data is encrypted at rest"
    mend = "give the key's ARN: encryption.arn; on a KmsKey, enable_key_rotation=True"
    types = ("aws_dynamodb_table", "aws_s3_bucket", "aws_lambda_function", *SIMPLE)

    def judge(self, block: Block) -> Iterator[Offence]:
        values = block.values
        if block.type == "aws_dynamodb_table":
            if not _holds(block, first(values.get("server_side_encryption")).get("enabled"), "server_side_encryption"):
                yield Offence("server_side_encryption is not enabled with a key", "MEDIUM")
        elif block.type == "aws_s3_bucket":
            yield from _bucket(block)
        elif block.type == "aws_lambda_function":
            variables = first(values.get("environment")).get("variables")
            if variables and not _holds(block, values.get("kms_key_arn"), "kms_key_arn"):
                yield Offence("kms_key_arn is not set for the environment variables", "MEDIUM")
        elif not _signs(values) and not any(_holds(block, values.get(name), name) for name in SIMPLE[block.type]):
            yield Offence(f"{' or '.join(SIMPLE[block.type])} is not set", "MEDIUM")


def _signs(values: dict[str, Any]) -> bool:
    """A key that signs can't be rotated."""
    return str(values.get("key_usage") or "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT"


def _bucket(block: Block) -> Iterator[Offence]:
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    found = [one.get("rule") for one in linked(block, kind, "bucket", "bucket", "id")]
    old = first(block.values.get("server_side_encryption_configuration")).get("rule")
    for rule in [*found, old]:
        default = first(first(rule).get("apply_server_side_encryption_by_default"))
        if default.get("sse_algorithm"):
            return
    yield Offence("no encryption configuration names an algorithm for the bucket", "MEDIUM")


def _holds(block: Block, value: Any, name: str) -> bool:
    """Whether it is set; in a plan, a key's ARN may be known only after apply."""
    return (
        unknown(block, name)
        or is_true(value)
        or is_open(value)
        or (isinstance(value, str) and value not in ("", "false"))
    )
