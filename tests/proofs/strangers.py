"""Three strangers in the account of an environment, for proofs that nothing of theirs is touched.

The first has our words in other hands: names that end as ours do, with other tags, none, ours in another case, or ours
in another region. The second are neighbours, whole environments whose names contain ours. The third holds what an
environment would be called that was never deployed: a role below a path, a bucket in another account, and others.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from deployer.policy_documents import policy_of, trust_of
from deployer.targets import targets
from deployer.targets.targets import Target
from stack.settings import Settings
from tests.integration.account_snapshot import SERVICES, census
from tests.integration.factories import (
    contents,
    furnish,
    make_bucket,
    make_function,
    make_role,
    make_table,
    pairs,
    tags_of,
)

ELSEWHERE, OTHER_ACCOUNT = "us-west-2", "999999999999"
ALL = (*SERVICES, "resourcegroupstaggingapi")  # tags are in no other listing
TRUST = policy_of(trust_of(Service="lambda.amazonaws.com"))


@dataclass(frozen=True)
class Strangers:
    """All that is there and not ours, as each listing of the account told it when they had settled."""

    paths: tuple[Target, ...]  # the account here, in another region, and another account
    neighbours: tuple[Settings, ...]
    rows: frozenset[tuple[int, str, str]]  # place, listing, row
    held: tuple[Any, ...]  # what the neighbours' environments hold

    def harmed(self) -> list[str]:
        """What is gone or was changed since."""
        gone = sorted(self.rows - _rows(self.paths))
        held = zip(self.neighbours, self.held, _held(self.paths[0], self.neighbours), strict=True)
        return [
            *(f"{listing} in place {place}: {row}" for place, listing, row in gone),
            *(f"what {one.environment_suffix} holds" for one, before, now in held if before != now),
        ]

    def new(self) -> Iterator[str]:
        """What is listed here and is none of theirs; a key that is going keeps its tags for a week."""
        kms = self.paths[0].client("kms")
        for _, listing, row in sorted(_rows(self.paths[:1]) - self.rows):
            arn = json.loads(row)["ResourceARN"] if listing == "resourcegroupstaggingapi.GetResources" else ""
            if ":key/" in arn and kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion":
                continue
            yield f"{listing}: {row}"


def settled(target: Target, suffix: str, taken: str) -> Strangers:
    """Make them beside the environment `suffix`, and on the names of `taken`."""
    elsewhere = targets.emulator(
        target.name, target.endpoint, ELSEWHERE, account_id=target.account_id, ca_bundle=target.ca_bundle
    )
    other = targets.emulator(
        target.name, target.endpoint, target.region, account_id=OTHER_ACCOUNT, ca_bundle=target.ca_bundle
    )
    settings = Settings.load({}, environment_suffix=suffix)
    neighbours = tuple(replace(settings, environment_suffix=name) for name in (f"{suffix}0", f"x-{suffix}"))
    _in_other_hands(target, suffix)
    _as_ours(elsewhere, settings)
    for neighbour in neighbours:
        furnish(target, neighbour)
    _on_the_names_of(target, other, replace(settings, environment_suffix=taken))
    paths = (target, elsewhere, other)
    return Strangers(paths, neighbours, _rows(paths), _held(target, neighbours))


def _in_other_hands(target: Target, suffix: str) -> None:
    """Names that end as ours, and other tags, none, some of ours, or ours in another case."""
    ours = tags_of(suffix)
    other, expired = {**ours, "Project": "other"}, {"Project": "other", "ExpiresAt": "2020-01-01T00:00:00+00:00"}
    make_bucket(target, f"older-{suffix}", {name.lower(): value for name, value in ours.items()})
    make_table(target, f"ledger-{suffix}", {}, protected=False)
    target.client("sqs").create_queue(QueueName=f"orders-{suffix}", tags=other)
    target.client("sns").create_topic(Name=f"orders-{suffix}", Tags=pairs(expired))
    target.client("logs").create_log_group(logGroupName=f"/aws/lambda/billing-{suffix}")
    make_role(target, f"billing-role-{suffix}", {"EnvironmentSuffix": suffix}, "lambda", "billing")
    target.client("apigateway").create_rest_api(name=Settings.load({}, environment_suffix=suffix).api, tags=other)
    target.client("kms").create_key(Description=f"Encrypts the transaction pipeline {suffix}")


def _as_ours(elsewhere: Target, settings: Settings) -> None:
    """Our very names and tags, in another region."""
    tags = tags_of(settings.environment_suffix)
    role = make_role(elsewhere, "elsewhere", {}, "lambda", "csv-validator")
    make_function(elsewhere, settings.function("csv-validator"), role, tags)
    make_table(elsewhere, settings.table, tags, protected=False)
    elsewhere.client("sqs").create_queue(QueueName=settings.dead_letters, tags=tags)
    elsewhere.client("logs").create_log_group(logGroupName=settings.log_groups[0])


def _on_the_names_of(target: Target, other: Target, settings: Settings) -> None:
    """What an environment would make, in other hands."""
    tags = {**tags_of(settings.environment_suffix), "Project": "other"}
    target.client("iam").create_role(
        RoleName=settings.role("csv-validator"), Path="/team/", AssumeRolePolicyDocument=TRUST
    )
    make_bucket(other, settings.bucket, tags_of(settings.environment_suffix))
    make_table(target, settings.table, tags, protected=False)
    target.client("sqs").create_queue(QueueName=settings.dead_letters)
    target.client("logs").create_log_group(logGroupName=settings.log_groups[0])


def _rows(paths: tuple[Target, ...]) -> frozenset[tuple[int, str, str]]:
    return frozenset(
        (number, listing, row)
        for number, place in enumerate(paths)
        for listing, rows in census(place, ALL).items()
        for row in rows
    )


def _held(target: Target, neighbours: tuple[Settings, ...]) -> tuple[Any, ...]:
    return tuple(contents(target, each) for each in neighbours)
