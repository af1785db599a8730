"""Refuses to work with a state that tells of another account or region, where it would be taken for what is here.

A state in S3 lies under the suffix alone, as roles and buckets do: one suffix is one environment of an account. The
stage `adopt` and the cleanup ask.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from deployer.aws_errors import NO_TAGS, code_of
from deployer.errors import ForeignResource, NameTaken
from deployer.targets.targets import Target


def refuse_elsewhere(state: Mapping[str, Mapping[str, Any]], target: Target) -> None:
    """Raises ForeignResource where `state` (attributes by address) holds something of another account or region."""
    for address, attributes in state.items():
        region, account = _place(str(attributes.get("arn", "")))
        if region not in ("", target.region) or account not in ("", target.account_id):
            raise ForeignResource(
                f"the state of this environment is one of {region or target.region} in the account {account}, and "
                f"this is {target.region} in {target.account_id}",
                where=address,
                remedy=f"give --region {region or target.region} if that one is meant; for another environment beside "
                "it another --suffix, since the names of roles and buckets, and of states, carry no region",
            )


def as_whose(error: NameTaken, target: Target, names: Iterable[str]) -> NameTaken:
    """S3 says the same of a bucket of this account. Of `names`, the buckets that were to be made, that one is told."""
    for name in names:
        if whose := whose_bucket(target, name):
            return NameTaken(
                f"the bucket {name} came into being meanwhile, in this account: another deployment made it",
                where=error.where,
                remedy="if it is of this environment, wait for its deployment to end, then `tap deploy`, which adopts "
                "it; share the state by TERRAFORM_STATE_BUCKET, and the second waits by itself",
                details=(whose, *error.details),
            )
    return error


def whose_bucket(target: Target, name: str) -> str:
    """Of which deployment of this account a bucket is, as its tags tell; blank where it is another account's."""
    from botocore.exceptions import ClientError  # the usual case does without the AWS SDK

    s3 = target.client("s3")
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=target.account_id)
    except ClientError:
        return ""
    try:
        tags = {one["Key"]: one["Value"] for one in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    except ClientError as error:
        return "it has no tags" if code_of(error) == NO_TAGS else "its tags can't be read"
    return "its tags: " + ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))


def _place(arn: str) -> Iterable[str]:
    """Region and account; blank where the ARN has none."""
    parts = arn.split(":")
    return parts[3:5] if len(parts) > 5 else ("", "")
