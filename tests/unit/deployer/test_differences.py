"""What a plan changes in a resource is told attribute by attribute, and a policy by its statements."""

import json
from typing import Any

import pytest

from deployer.deploy.differences import SENSITIVE, UNKNOWN, Difference, differences_in, shown
from deployer.policy_documents import policy_of

READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "arn:aws:s3:::files/*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::files/*"]}


def told(before: Any, after: Any, **beside: Any) -> list[tuple[str, Any, Any]]:
    found = differences_in({"before": before, "after": after, **beside})
    return [(one.attribute, one.before, one.after) for one in found]


def test_each_attribute_that_changes_is_told_with_both_values() -> None:
    """Inside blocks and inside JSON too; what is the same is not told, and what is absent has no value."""
    before = {"memory_size": 512, "timeout": 30, "tags": {"Owner": "a"}, "rule": [{"id": "x", "days": 1}], "name": "n"}
    after = {"memory_size": 1769, "timeout": 30, "tags": {}, "rule": [{"id": "x", "days": 2}], "name": "n", "new": True}

    assert told(before, after) == [
        ("memory_size", 512, 1769), ("new", None, True), ("rule[0].days", 1, 2), ("tags.Owner", "a", None),
    ]  # fmt: skip
    assert told({"definition": '{"A": {"B": 1}}'}, {"definition": '{"A": {"B": 2}}'}) == [("definition.A.B", 1, 2)]
    assert told({"names": ["a", "b"]}, {"names": ["a"]}) == [("names", ["a", "b"], ["a"])]


def test_what_is_not_known_yet_is_told_as_that() -> None:
    """Also of a block as a whole, and of a list of which a part is known."""
    before = {"arn": "a", "block": [{"x": 1, "y": 2}], "names": ["a"], "same": 1}
    after = {"same": 1, "names": ["a", None]}
    unknown = {"arn": True, "block": True, "names": [False, True], "same": False}

    assert told(before, after, after_unknown=unknown) == [
        ("arn", "a", UNKNOWN), ("block", "2 values", UNKNOWN), ("names", ["a"], UNKNOWN),
    ]  # fmt: skip


@pytest.mark.parametrize("marked", ["before_sensitive", "after_sensitive"])
@pytest.mark.parametrize(
    "marks", [True, {"endpoint": True, "inner": {"secret": True}}, {"endpoint": True, "inner": True}]
)
def test_what_is_sensitive_is_not_told(marked: str, marks: Any) -> None:
    """That it changes is, and nothing of what it was or will be."""
    before, after = ({"endpoint": f"a{n}@b.org", "inner": {"secret": f"s{n}"}} for n in (1, 2))
    found = differences_in({"before": before, "after": after, marked: marks})

    assert [(one.before, one.after) for one in found] == [(SENSITIVE, SENSITIVE)] * 2
    assert "b.org" not in json.dumps([one.to_json() for one in found]) + "".join(shown(found))


def test_a_policy_is_told_by_the_statements_that_come_and_go() -> None:
    """What stays is not told, whatever its order and however it is written; nor is one that only says it otherwise."""
    otherwise = {"Resource": ["arn:aws:s3:::files/*"], "Action": [*reversed(READ["Action"])], "Effect": "Allow"}
    (changed,) = differences_in(
        {"before": {"policy": policy_of(READ)}, "after": {"policy": policy_of(WRITE, otherwise)}}
    )
    (lost,) = differences_in({"before": {"policy": policy_of(READ, WRITE)}, "after": {"policy": policy_of(READ)}})

    assert changed.to_json() == {"attribute": "policy", "lost": [], "gained": [WRITE], "forces_replacement": False}
    assert (lost.before, lost.after) == ([WRITE], [])
    assert [*lost.lines()] == ["         policy lost: Allow s3:PutObject on arn:aws:s3:::files/*"]
    assert told({"policy": policy_of(READ)}, {"policy": policy_of(otherwise)}) == []


def test_of_what_comes_or_goes_the_policies_are_told() -> None:
    """The rest of it is in the stack."""
    document = {"policy": policy_of(READ), "name": "x"}

    assert told(None, document) == [("policy", [], [READ])]
    assert told(document, None) == [("policy", [READ], [])]
    assert told(None, {"name": "x"}, after_unknown={"policy": True}) == []


def test_a_policy_that_is_not_known_yet_is_counted() -> None:
    """Its statements hang on what is still to be made."""
    (found,) = differences_in({"before": {"policy": policy_of(READ)}, "after": {}, "after_unknown": {"policy": True}})

    assert [*found.lines()] == [f'         policy: "a policy of 1 statement" -> {UNKNOWN}']


def test_what_forces_a_replacement_is_told() -> None:
    """By Terraform's own word for it."""
    given = {"before": {"name": "a", "x": 1}, "after": {"name": "b", "x": 2}, "replace_paths": [["name"]]}

    assert [*shown(differences_in(given))] == ['         name: "a" -> "b" (forces replacement)', "         x: 1 -> 2"]


def test_long_values_are_shown_where_they_differ_and_many_are_counted() -> None:
    """At 80 columns, without a break of the line or a control of the terminal."""
    long, begun = "x" * 500, [*Difference("a", "x" * 500 + "1" + "y" * 500, "x" * 500 + "2" + "y" * 500).lines()]
    many = [*shown([Difference(f"a{n}", f"{long}\n\x1b[2J{n}", None) for n in range(40)])]
    wide = [
        *Difference(
            "policy", [], [{"Effect": "Allow", "Action": [f"s3:{'Get' * 9}{n}" for n in range(9)]}], True
        ).lines()
    ]

    assert "xxx1yyy" in " ".join(begun)
    assert "xxx2yyy" in " ".join(begun)
    assert many[-1].strip() == "28 more attributes, which --json shows"
    assert max(map(len, [*begun, *many, *wide])) <= 80
    assert not any(set(line) & {"\n", "\x1b"} for line in many)
    assert " ".join(map(str.strip, wide)).endswith("and 4 more")
