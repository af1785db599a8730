"""Log groups: declared, encrypted and kept for a stated time, since what a service makes by itself is kept for good."""

from constructs import Construct

from stack.bindings import CloudwatchLogGroup
from stack.encryption import Encryption
from stack.settings import Settings


def log_group(scope: Construct, settings: Settings, encryption: Encryption, name: str) -> CloudwatchLogGroup:
    """The log group of `scope`, by its full name."""
    return CloudwatchLogGroup(
        scope, "logs", name=name, retention_in_days=settings.log_retention_days, kms_key_id=encryption.arn
    )
