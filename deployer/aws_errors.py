"""AWS's own words for its errors, and what they mean to the deployer.

S3's: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. An answer to HEAD has no body, so its code is
the status alone: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html. The other services' stand in
their API references, as https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

NO_TAGS = "NoSuchTagSet"
BUCKET_NOT_EMPTY = "BucketNotEmpty"
EXECUTION_EXISTS, NO_EXECUTION = "ExecutionAlreadyExists", "ExecutionDoesNotExist"

NO_OBJECT = frozenset({"NoSuchKey", "NotFound", "404"})
NO_BUCKET = frozenset({"NoSuchBucket", "404"})
SOMEBODY_ELSES_BUCKET = frozenset({"BucketAlreadyExists", "403"})  # or one that may not be seen
NO_TABLE = frozenset({"ResourceNotFoundException"})
NO_MAP_RUN = frozenset({NO_EXECUTION, "ResourceNotFound"})
# What a bucket lacks that was never set up: the answers to GetBucketPolicy, GetBucketEncryption and their like.
NOT_CONFIGURED = frozenset({
    "404", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration", "ServerSideEncryptionConfigurationNotFoundError",
    "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError",
})  # fmt: skip
# A conditional request that lost: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
CONDITION_FAILED = frozenset({"PreconditionFailed", "412"})
LOST_RACE = CONDITION_FAILED | {"ConditionalRequestConflict", "409"}
# How an AWS says that it has no such operation: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
NOT_IMPLEMENTED = "NotImplemented"
NO_OPERATION = frozenset({NOT_IMPLEMENTED, "InvalidAction", "UnknownOperationException", "UnsupportedOperation"})

# Of every service, each with words of its own.
_ABSENT = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|^404$")
_DENIED = re.compile(r"AccessDenied|Unauthorized|Forbidden|^403$")


def code_of(error: "ClientError") -> str:
    """AWS's own word for an error, such as `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def says_absent(error: "ClientError") -> bool:
    """Whether AWS answers that there is no such thing.

    That a key is gone is said of what is there and can't be read: `KMS.NotFoundException` by S3
    (https://github.com/aws/aws-cli/issues/4507), `KMSNotFound` by SNS
    (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
    """
    return bool(_ABSENT.search(code_of(error))) and not code_of(error).startswith("KMS")


def says_refused(error: "ClientError") -> bool:
    """Whether AWS answers that the caller may not; asking again does not help."""
    return bool(_DENIED.search(code_of(error)))
