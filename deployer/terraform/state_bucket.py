"""The bucket of Terraform's state: what it must be, whether it is so, and what makes it so.

`tap doctor` only looks; `tap bootstrap` creates and mends. Both go through the same table, so a bucket that one made
is one that the other finds fine.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import (
    CONDITION_FAILED,
    NO_BUCKET,
    NO_OBJECT,
    NOT_CONFIGURED,
    NOT_IMPLEMENTED,
    SOMEBODY_ELSES_BUCKET,
    code_of,
)
from deployer.errors import EnvironmentUnready, UsageError
from deployer.policy_documents import listed
from deployer.settings import Settings
from deployer.targets.targets import Target

NONCURRENT_DAYS = 90  # how long an older state can be fetched back
_PLAIN_HTTP = "DenyPlainHttp"
_OLD_STATES = "old-states"
_PUBLIC = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@dataclass(frozen=True)
class StateBucket:
    """The bucket of a deployment's state, as the target shows it.

    Args:
        name: its name.
        region: where it is, or shall be.
        key: where in it the state lies; the lock is the object beside it that ends in `.tflock`. Blank: anywhere.
    """

    name: str
    region: str
    key: str
    target: Target

    @classmethod
    def of(cls, backend: Mapping[str, str], target: Target) -> "StateBucket":
        """That of a stack's backend."""
        return cls._at(backend["bucket"], backend.get("region") or target.region, backend["key"], target)

    @classmethod
    def named(cls, settings: Settings, target: Target) -> "StateBucket":
        """The bucket that the settings name, whatever states are in it. Raises UsageError where they name none."""
        if not settings.state_bucket:
            raise UsageError("no state bucket is named", remedy="name one: TERRAFORM_STATE_BUCKET=my-terraform-state")
        return cls._at(settings.state_bucket, settings.state_bucket_region or settings.aws_region, "", target)

    @classmethod
    def _at(cls, name: str, region: str, key: str, target: Target) -> "StateBucket":
        return cls(name, region, key, replace(target, region=region, _clients={}))  # created where the client asks

    @property
    def s3(self) -> Any:
        return self.target.client("s3")


@dataclass(frozen=True)
class Trait:
    """One thing that the bucket must be. `holds` looks, and `mend` makes it so."""

    name: str
    lacking: str
    holds: Callable[[StateBucket], bool]
    mend: Callable[[StateBucket], None]


@dataclass(frozen=True)
class Finding:
    """Whether one thing holds, and what is told of it."""

    name: str
    fine: bool
    told: str


def findings(bucket: StateBucket) -> Iterator[Finding]:
    """What holds of the bucket, what does not, and whether the state's lock works. Changes nothing."""
    if not exists(bucket):
        yield Finding("state bucket", False, f"there is no bucket {bucket.name} in this account")
        return
    yield Finding("state bucket", True, bucket.name)
    for trait in TRAITS:
        fine = _told(trait.holds, bucket)
        yield Finding(f"state {trait.name}", fine is True, "as it must be" if fine is True else fine or trait.lacking)
    yield _write_probe(bucket)
    yield _delete_probe(bucket)


def bootstrap(bucket: StateBucket) -> list[str]:
    """Create the bucket if it is not there, and mend what it lacks; what was done, a line each.

    Raises:
        EnvironmentUnready: the name is taken by somebody else, or a permission is missing.
    """
    done = []
    try:
        if not exists(bucket):
            place = {} if bucket.region == "us-east-1" else {"LocationConstraint": bucket.region}
            bucket.s3.create_bucket(Bucket=bucket.name, **({"CreateBucketConfiguration": place} if place else {}))
            bucket.s3.get_waiter("bucket_exists").wait(Bucket=bucket.name)
            done.append(f"created {bucket.name} in {bucket.region}")
        for trait in TRAITS:
            if not trait.holds(bucket):
                trait.mend(bucket)
                done.append(f"mended {trait.name}: {trait.lacking}")
    except ClientError as error:
        raise _refused(bucket, error) from error
    return done


def exists(bucket: StateBucket) -> bool:
    """Raises EnvironmentUnready where somebody else holds the name, or it lies in another region."""
    try:
        found = bucket.s3.head_bucket(Bucket=bucket.name, ExpectedBucketOwner=bucket.target.account_id)
    except ClientError as error:
        if code_of(error) in NO_BUCKET:
            return False
        raise _refused(bucket, error) from error
    if (region := found.get("BucketRegion", bucket.region)) != bucket.region:
        raise EnvironmentUnready(
            f"the state bucket {bucket.name} lies in {region}, not in {bucket.region}",
            remedy=f"TERRAFORM_STATE_BUCKET_REGION={region}",
        )
    return True


def _refused(bucket: StateBucket, error: ClientError) -> EnvironmentUnready:
    if code_of(error) in SOMEBODY_ELSES_BUCKET:
        what = f"the bucket {bucket.name} is somebody else's, or these credentials may not see it"
        return EnvironmentUnready(
            what, remedy="choose another name with TERRAFORM_STATE_BUCKET; they are global to all of AWS"
        )
    return EnvironmentUnready(
        f"the state bucket {bucket.name} can't be set up: {error}",
        remedy="the credentials need the permission that is named",
    )


def _told(holds: Callable[[StateBucket], bool], bucket: StateBucket) -> bool | str:
    """What could not be looked at does not hold."""
    try:
        return holds(bucket)
    except ClientError as error:
        return f"can't be looked at: {code_of(error)}"


def _write_probe(bucket: StateBucket) -> Finding:
    """A write that must be refused, since its condition can't hold, tells whether conditions are looked at.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    return _probe(
        bucket,
        "state lock",
        "conditional writes are answered",
        lambda key: bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=b"", IfMatch='"0"'),
        conditional=True,
    )


def _delete_probe(bucket: StateBucket) -> Finding:
    """A lock that can't be removed ends every later deployment. A condition is a comfort: Terraform sends none."""
    fine = "the lock file can be deleted"
    return _probe(bucket, "state unlock", fine, lambda key: delete_as_read(bucket, key, '"0"'), conditional=False)


def delete_as_read(bucket: StateBucket, key: str, etag: str) -> dict[str, Any]:
    """Delete an object that still is what was read, where the store can promise that; not every one that speaks S3 can.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
    """
    try:
        answer: dict[str, Any] = bucket.s3.delete_object(Bucket=bucket.name, Key=key, IfMatch=etag)
    except ClientError as error:
        if code_of(error) != NOT_IMPLEMENTED:
            raise
        answer = bucket.s3.delete_object(Bucket=bucket.name, Key=key)
    return answer


def _probe(
    bucket: StateBucket, name: str, fine: str, ask: Callable[[str], dict[str, Any]], *, conditional: bool
) -> Finding:
    """`conditional`: whether an endpoint that does what it is asked, in spite of the condition, is not fit."""
    key = f"{bucket.key}.doctor.tflock"  # nobody's, and below what a policy for lock files covers
    try:
        answer = ask(key)
    except ClientError as error:
        refused = code_of(error) in NO_OBJECT | CONDITION_FAILED
        return Finding(name, refused, fine if refused else f"{bucket.name}/{bucket.key}.tflock: {code_of(error)}")
    version = {"VersionId": answer["VersionId"]} if "VersionId" in answer else {}
    bucket.s3.delete_object(Bucket=bucket.name, Key=key, **version)
    if not conditional:
        return Finding(name, True, f"{fine}; the endpoint looks at no condition, so unlock only what nobody uses")
    return Finding(name, False, "the endpoint does not look at a request's condition, so two deployments would collide")


def _or_nothing(ask: Callable[..., dict[str, Any]], bucket: StateBucket) -> dict[str, Any]:
    try:
        return ask(Bucket=bucket.name)
    except ClientError as error:
        if code_of(error) in NOT_CONFIGURED:
            return {}
        raise


def _is_versioned(bucket: StateBucket) -> bool:
    return bool(bucket.s3.get_bucket_versioning(Bucket=bucket.name).get("Status") == "Enabled")


def _version(bucket: StateBucket) -> None:
    bucket.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def _is_encrypted(bucket: StateBucket) -> bool:
    found = _or_nothing(bucket.s3.get_bucket_encryption, bucket)
    return bool(found.get("ServerSideEncryptionConfiguration", {}).get("Rules"))


def _encrypt(bucket: StateBucket) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    bucket.s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _is_private(bucket: StateBucket) -> bool:
    found = _or_nothing(bucket.s3.get_public_access_block, bucket).get("PublicAccessBlockConfiguration", {})
    return all(found.get(name) for name in _PUBLIC)


def _make_private(bucket: StateBucket) -> None:
    bucket.s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=_PUBLIC)


def _policy(bucket: StateBucket) -> dict[str, Any]:
    found = _or_nothing(bucket.s3.get_bucket_policy, bucket).get("Policy")
    policy: dict[str, Any] = json.loads(found) if found else {"Version": "2012-10-17", "Statement": []}
    return {**policy, "Statement": listed(policy["Statement"])}


def _is_tls_only(bucket: StateBucket) -> bool:
    return any(_denies_plain_http(one, bucket) for one in _policy(bucket)["Statement"])


def _denies_plain_http(statement: dict[str, Any], bucket: StateBucket) -> bool:
    """To everybody, whatever is done, of the bucket's objects, and on no other condition."""
    arn = f"arn:{bucket.s3.meta.partition}:s3:::{bucket.name}"
    principal = statement.get("Principal")
    everybody = "*" in listed(principal.get("AWS", "")) if isinstance(principal, dict) else principal == "*"
    anything = {"*", "s3:*"} & {str(action).lower() for action in listed(statement.get("Action", ""))}
    objects = {"*", "arn:*", f"{arn}*", f"{arn}/*"} & set(listed(statement.get("Resource", "")))
    held = [
        (operator.lower(), key.lower(), {str(value).lower() for value in listed(told)})
        for operator, keys in statement.get("Condition", {}).items() for key, told in keys.items()
    ]  # fmt: skip
    plain = held in ([("bool", "aws:securetransport", {"false"})], [("boolifexists", "aws:securetransport", {"false"})])
    return statement["Effect"] == "Deny" and everybody and bool(anything) and bool(objects) and plain


def _deny_plain_http(bucket: StateBucket) -> None:
    """Beside whatever the policy says already."""
    policy = _policy(bucket)
    partition = bucket.s3.meta.partition
    policy["Statement"].append(
        {
            "Sid": _PLAIN_HTTP,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:{partition}:s3:::{bucket.name}", f"arn:{partition}:s3:::{bucket.name}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    bucket.s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))


def _rules(bucket: StateBucket) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = _or_nothing(bucket.s3.get_bucket_lifecycle_configuration, bucket).get("Rules", [])
    return rules


def _forgets_old_states(bucket: StateBucket) -> bool:
    return any("NoncurrentVersionExpiration" in rule for rule in _rules(bucket))


def _forget_old_states(bucket: StateBucket) -> None:
    rule = {
        "ID": _OLD_STATES,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    bucket.s3.put_bucket_lifecycle_configuration(
        Bucket=bucket.name, LifecycleConfiguration={"Rules": [*_rules(bucket), rule]}
    )


TRAITS = (
    Trait("versioning", "off, so a state that was overwritten would be gone", _is_versioned, _version),
    Trait("encryption", "not encrypted at rest", _is_encrypted, _encrypt),
    Trait("privacy", "public access is not blocked", _is_private, _make_private),
    Trait("transport", "plain HTTP is not denied", _is_tls_only, _deny_plain_http),
    Trait("retention", "older states are kept for ever", _forgets_old_states, _forget_old_states),
)
