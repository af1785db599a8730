"""What a proof of least privilege takes away is one action on one resource, and nothing else."""

from typing import Any

from tests.proofs.grants import Grant, without

READ = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": ["a/*", "b/*"],
    "Condition": {"x": 1},
}
OTHER = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "q"}


def _allowed(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Every pair of action and resource that the document grants."""
    pairs = set()
    for statement in document["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in actions if isinstance(actions, list) else [actions]:
            pairs |= {(action, one) for one in (resources if isinstance(resources, list) else [resources])}
    return pairs


def test_one_pair_goes_and_all_others_stay() -> None:
    """Of two actions on two resources, three pairs stay, under the same condition; other statements stay whole."""
    document = {"Version": "2012-10-17", "Statement": [READ, OTHER]}

    left = without(document, Grant("r", "p", 0, "s3:GetObject", "a/*"))

    assert _allowed(document) - _allowed(left) == {("s3:GetObject", "a/*")}
    assert all("Condition" in one for one in left["Statement"] if one["Action"] != "sqs:SendMessage")


def test_a_statement_of_one_pair_goes_whole() -> None:
    """A policy of nothing else has no statement left."""
    left = without({"Version": "2012-10-17", "Statement": OTHER}, Grant("r", "p", 0, "sqs:SendMessage", "q"))

    assert left["Statement"] == []
