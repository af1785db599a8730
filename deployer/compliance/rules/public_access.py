"""TAP_PUBLIC_1: a bucket that can be made public will be, by one wrong policy or one wrong upload."""

from collections.abc import Iterator

from deployer.compliance.rule_api.links import is_open, is_true, linked, of_kind
from deployer.compliance.rule_api.rule import Block, Offence, Rule

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
PUBLIC = ("public-read", "public-read-write", "authenticated-read")


class PublicAccess(Rule):
    id = "TAP_PUBLIC_1"
    title = "A bucket's public access is blocked in all four ways"
    mend = "add S3BucketPublicAccessBlock with all four settings True"
    types = ("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_bucket_acl")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.values.get("acl") in PUBLIC:
            yield Offence(f"the acl is {block.values['acl']}", "CRITICAL")
        if block.type == "aws_s3_bucket_public_access_block":
            for name in BLOCKS:
                if not is_true(block.values.get(name)) and not is_open(block.values.get(name)):
                    yield Offence(f"{name} is not true")
        elif block.type == "aws_s3_bucket" and not (
            any(of_kind(block, "aws_s3_account_public_access_block"))
            or linked(block, "aws_s3_bucket_public_access_block", "bucket", "bucket", "id")
        ):
            yield Offence("nothing blocks public access to the bucket")
