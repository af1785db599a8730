"""TAP_BACKEND_1: an S3 backend locks by a lock file of its own; locking by a DynamoDB table is deprecated.

Only the configuration shows it: a plan has no backend.
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import listed


class BackendLock(Rule):
    id = "TAP_BACKEND_1"
    title = "An S3 backend locks with a lock file, never with a DynamoDB table"
    mend = "set use_lockfile = true and remove dynamodb_table (Terraform 1.10 or later)"
    kinds = ("terraform",)
    types = ("backend",)

    def judge(self, block: Block) -> Iterator[Offence]:
        for backend in listed(block.values):
            for s3 in listed(backend.get("s3")):
                if "dynamodb_table" in s3:
                    yield Offence("the S3 backend locks by the DynamoDB table of dynamodb_table")
                if s3.get("use_lockfile") not in (True, "true"):
                    yield Offence("the S3 backend does not set use_lockfile")
