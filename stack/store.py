"""The table of loaded transactions, and the keys that answer what people ask of it."""

from constructs import Construct

from stack.bindings import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from stack.columns import columns
from stack.encryption import Encryption
from stack.settings import Settings

# Besides the columns of the schema, what the transformer adds: which part of which file a row came with, and its line.
SOURCE_PART, SOURCE_LINE = "source_part", "source_line"


class Store(Construct):
    """DynamoDB on demand, with point-in-time recovery, encrypted with the pipeline's key."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption) -> None:
        super().__init__(scope, construct_id)
        schema = columns()
        key = schema.role("id")
        indexes = {
            # what moved on an account, over time
            "by-account": (schema.role("account"), schema.role("timestamp")),
            # what a file brought: keyed by its parts, so that a large file does not make one hot partition of the index
            "by-source": (SOURCE_PART, SOURCE_LINE),
        }
        named = sorted({key, *(name for pair in indexes.values() for name in pair)})
        self.table = DynamodbTable(
            self,
            "table",
            name=settings.table,
            billing_mode="PAY_PER_REQUEST",
            hash_key=key,
            attribute=[DynamodbTableAttribute(name=name, type=_type(name)) for name in named],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(name=name, hash_key=hash_, range_key=range_, projection_type="ALL")
                for name, (hash_, range_) in indexes.items()
            ],
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=encryption.arn),
            deletion_protection_enabled=settings.deletion_protection,
        )


def _type(name: str) -> str:
    return "N" if name == SOURCE_LINE else "S"
