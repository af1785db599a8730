"""Where files come in: the bucket, the validator and the transformer, and the notifications that wake them."""

from typing import Any

from constructs import Construct

from stack.bindings import (
    LambdaPermission,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketNotification,
    S3BucketNotificationLambdaFunction,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from stack.encryption import Encryption
from stack.failures import Failures
from stack.function import PipelineFunction
from stack.identity import allow, document, objects, telling_absence
from stack.settings import ACCOUNT, Settings
from stack.suppressions import suppress
from transactions.layout import INCOMING, MANIFEST, QUARANTINE, REPORTS, RUNS, TRANSFORMED, VALIDATED

# How long each prefix keeps its objects, in days. What can be made again from incoming/ goes first; what a person
# may want to mend or prove stays longer. incoming/ and reports/ stay for good: they are the originals and the record.
KEPT_DAYS = {VALIDATED: 30, TRANSFORMED: 30, RUNS: 30, QUARANTINE: 365}
NONCURRENT_DAYS = 90


class Intake(Construct):
    """The bucket with all that keeps it closed, and the two functions that its objects wake."""

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption, failures: Failures
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = S3Bucket(self, "bucket", bucket=settings.bucket, force_destroy=False)
        _accept(self.bucket)
        self._close(settings, encryption)
        self._expire()
        self.validator = PipelineFunction(
            self,
            "validator",
            settings,
            encryption,
            role="csv-validator",
            source="validator",
            memory_mb=1769,
            timeout_s=900,
            storage_mb=10_240,  # the largest: a file of 1 GB, its flat copy, and 2.3 GB of accepted rows
            environment={"BUCKET_NAME": settings.bucket, "MAX_ERROR_DETAILS": str(settings.max_error_details)},
            statements=_validator_statements(settings),
        )
        self.transformer = PipelineFunction(
            self,
            "transformer",
            settings,
            encryption,
            role="csv-transformer",
            source="transformer",
            memory_mb=1769,
            timeout_s=900,
            environment={
                "BUCKET_NAME": settings.bucket,
                "STATE_MACHINE_ARN": settings.state_machine_arn,
                "ROWS_PER_PART": str(settings.rows_per_part),
            },
            statements=_transformer_statements(settings),
        )
        for name, function in (("validator", self.validator), ("transformer", self.transformer)):
            failures.keep_events_of(function, self, name)
        self._notify(settings)

    def _close(self, settings: Settings, encryption: Encryption) -> None:
        """Versioned, encrypted, owned by the account, closed to the public, and reached by TLS only."""
        bucket = self.bucket.id
        self._versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=bucket,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=bucket,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms", kms_master_key_id=encryption.arn
                        )
                    ),
                    bucket_key_enabled=True,
                )
            ],
        )
        S3BucketOwnershipControls(
            self, "ownership", bucket=bucket, rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced")
        )
        block = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        # after the block: S3 refuses two changes of a bucket's access at once
        S3BucketPolicy(
            self,
            "policy",
            bucket=bucket,
            policy=document(_tls_only(settings), *_own_key_only(settings, encryption), *_kept(settings)),
            depends_on=[block],
        )

    def _expire(self) -> None:
        rules = [_rule(f"expire-{prefix.rstrip('/')}", prefix, days) for prefix, days in KEPT_DAYS.items()]
        S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.bucket.id, rule=[*rules, _rule("all-old-versions", "", None)]
        )

    def _notify(self, settings: Settings) -> None:
        """One resource holds both notifications: a bucket has one configuration, and a second would erase the first.

        After the versioning, so that few events are without a version: a new bucket's may take 15 minutes to count.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
        """
        woken = [
            ("validator", self.validator, INCOMING, None),
            ("transformer", self.transformer, VALIDATED, MANIFEST),  # written last,
        ]
        permissions = [
            LambdaPermission(
                self,
                f"{name}-permission",
                statement_id="AllowInvocationByTheBucket",
                action="lambda:InvokeFunction",
                function_name=function.function.function_name,
                principal="s3.amazonaws.com",
                source_arn=settings.bucket_arn,
                source_account=ACCOUNT,
            )
            for name, function, _, _ in woken
        ]
        S3BucketNotification(
            self,
            "notification",
            bucket=self.bucket.id,
            lambda_function=[
                S3BucketNotificationLambdaFunction(
                    id=name,
                    lambda_function_arn=function.function.arn,
                    events=["s3:ObjectCreated:*"],
                    filter_prefix=prefix,
                    filter_suffix=suffix,
                )
                for name, function, prefix, suffix in woken
            ],
            depends_on=[*permissions, self._versioning],
        )


def _accept(bucket: S3Bucket) -> None:
    suppress(
        bucket,
        "CKV_AWS_18",
        reason="server access logs need a second bucket; who reads and writes objects is CloudTrail's to record",
    )
    suppress(
        bucket,
        "CKV_AWS_144",
        reason="who sent a file can send it again, and versions are kept; a second region would hold the data twice",
    )


def _rule(id_: str, prefix: str, days: int | None) -> S3BucketLifecycleConfigurationRule:
    """Current objects below `prefix` go after `days`; older versions and unfinished uploads go in any case."""
    return S3BucketLifecycleConfigurationRule(
        id=id_,
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)] if days else None,
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=NONCURRENT_DAYS)
        ],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
        ],
    )


def _kept(settings: Settings) -> list[dict[str, Any]]:
    """A bucket has no switch against its deletion as a table has; its policy says it, until it is lifted.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.S3.html: AWS protects buckets of its own so.
    """
    statement = {
        "Sid": "NotDeleted",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:DeleteBucket",
        "Resource": settings.bucket_arn,
    }
    return [statement] if settings.deletion_protection else []


def _tls_only(settings: Settings) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [settings.bucket_arn, f"{settings.bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _own_key_only(settings: Settings, encryption: Encryption) -> list[dict[str, Any]]:
    """S3 encrypts with the bucket's key whatever names no encryption; what names one names that key, by its ARN.

    That `aws:kms` is named is not enough: without a key beside it, S3 takes the account's own `aws/s3`. A condition
    that negates also holds where the request has no such header.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (x-amz-server-side-encryption-aws-kms-key-id)
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
    """
    header = "s3:x-amz-server-side-encryption"
    named = {"Null": {header: "false"}}
    refused = {
        "OwnAlgorithmOnly": {**named, "StringNotEquals": {header: "aws:kms"}},
        "OwnKeyOnly": {**named, "StringNotEquals": {f"{header}-aws-kms-key-id": encryption.arn}},
        "NoKeysOfCallers": {"Null": {f"{header}-customer-algorithm": "false"}},
    }
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:PutObject",
            "Resource": f"{settings.bucket_arn}/*",
            "Condition": condition,
        }
        for sid, condition in refused.items()
    ]


def _validator_statements(settings: Settings) -> list[dict[str, Any]]:
    return [
        # an event names a version, and needs the second; one from before the versioning counted does not
        allow(["s3:GetObject", "s3:GetObjectVersion"], objects(settings, INCOMING)),
        telling_absence(settings),
        allow("s3:PutObject", objects(settings, VALIDATED, QUARANTINE)),
        allow(["s3:GetObject", "s3:PutObject"], objects(settings, REPORTS)),
        allow("sqs:SendMessage", settings.dead_letters_arn),
    ]


def _transformer_statements(settings: Settings) -> list[dict[str, Any]]:
    return [
        allow("s3:GetObject", objects(settings, VALIDATED)),
        telling_absence(settings),
        allow("s3:PutObject", objects(settings, TRANSFORMED)),
        allow(["s3:GetObject", "s3:PutObject"], objects(settings, REPORTS)),
        allow("states:StartExecution", settings.state_machine_arn),
        allow("sqs:SendMessage", settings.dead_letters_arn),
    ]
