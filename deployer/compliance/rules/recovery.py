"""TAP_RECOVERY_1: what is overwritten or deleted by mistake can be had back."""

from collections.abc import Iterator

from deployer.compliance.rule_api.links import first, is_open, is_true, linked
from deployer.compliance.rule_api.rule import Block, Offence, Rule


class Recovery(Rule):
    id = "TAP_RECOVERY_1"
    title = "A table has point-in-time recovery, a bucket versions"
    mend = "point_in_time_recovery enabled=True; S3BucketVersioningA with status Enabled"
    types = ("aws_dynamodb_table", "aws_s3_bucket")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.type == "aws_dynamodb_table":
            enabled = first(block.values.get("point_in_time_recovery")).get("enabled")
            if not is_true(enabled) and not is_open(enabled):
                yield Offence("point_in_time_recovery is not enabled", "MEDIUM")
            return
        found = [first(one.get("versioning_configuration")).get("status")
                 for one in linked(block, "aws_s3_bucket_versioning", "bucket", "bucket", "id")]  # fmt: skip
        old = first(block.values.get("versioning")).get("enabled")
        if not is_true(old) and not any(one == "Enabled" or is_open(one) for one in found):
            yield Offence("the bucket keeps no versions", "MEDIUM")
