"""Environments whose time is over: made to be short-lived, and left by a run that was killed before it cleaned up."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from deployer.errors import UsageError
from deployer.identity import EXPIRES, Identity
from deployer.paths import PROJECT_FILE
from deployer.project import SUFFIX, TABLE
from deployer.resources.resource import paged
from deployer.resources.resource_types import RESOURCE_TYPES
from deployer.settings import Settings, SettingsError
from deployer.targets.targets import Target

NEVER = datetime.max.replace(tzinfo=UTC)


def expired(target: Target, now: datetime, identity: Identity) -> list[str]:
    """The suffixes of this project's environments in the target's region of which everything is over its time.

    What has no such tag is never over: a lasting environment keeps its neighbours of the same suffix.

    Raises:
        UsageError: the project does not say by which tags its environments are told.
    """
    if not identity.tags:
        raise UsageError(
            "this project does not say which tags its environments have, so none can be told from a stranger's",
            where=PROJECT_FILE,
            remedy=f'name them in {TABLE}, such as tags = {{ Project = "mine", Environment = "{SUFFIX}" }}',
        )
    latest: dict[str, datetime] = {}
    for suffix, tags in _tagged(target, identity):
        at = _moment(tags.get(EXPIRES, ""))
        latest[suffix] = max(at, latest.get(suffix, at))
    return sorted(suffix for suffix, at in latest.items() if at < now and _is_suffix(suffix))


def _moment(text: str) -> datetime:
    """What is not a moment for certain never comes."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return NEVER
    return moment if moment.tzinfo else NEVER


def _tagged(target: Target, identity: Identity) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The suffix and the tags of everything of this project in the region."""
    for tags in (*_listed(target, identity), *_roles(target)):
        if suffix := identity.suffix_in(tags):
            yield suffix, tags


def _roles(target: Target) -> Iterator[Mapping[str, str]]:
    """The service that lists by tags knows no roles, and they may be all that is left:
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
    """
    kind, iam = RESOURCE_TYPES["aws_iam_role"], target.patient().client("iam")
    for role in kind.listed(iam):
        if kind.region and kind.region(iam, role) == target.region:
            yield kind.tags(iam, role)


def _listed(target: Target, identity: Identity) -> Iterator[Mapping[str, str]]:
    filters = [
        {"Key": name, **({} if SUFFIX in value else {"Values": [value]})} for name, value in identity.tags.items()
    ]
    tagging = target.client("resourcegroupstaggingapi")
    listed = paged(tagging, "get_resources", "ResourceTagMappingList", TagFilters=filters)
    things = [one for one in listed if not _is_going(target, one["ResourceARN"])]
    return ({tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in things)


def _is_going(target: Target, arn: str) -> bool:
    """A key that waits for its deletion is still listed, for a week: there is nothing more to do about it."""
    if arn.split(":")[2] != "kms":
        return False
    return bool(target.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion")


def _is_suffix(text: str) -> bool:
    """A tag is from outside; what no deployment could have been called is none of ours."""
    try:
        return Settings.load({}, environment_suffix=text).environment_suffix == text
    except SettingsError:
        return False
