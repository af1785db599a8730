"""The stack passes the gate."""

from typing import Any

from deployer.compliance.judgement import Judgement

Document = dict[str, Any]


def test_no_rule_of_ours_finds_anything(of_stack: Judgement) -> None:
    """Regions, permissions, backend and functions of the stack are as our rules want them, written and planned."""
    assert of_stack.own == ()


def test_every_rule_of_ours_judged_the_stack(of_stack: Judgement) -> None:
    """None of our rules is green for want of something to judge."""
    assert of_stack.not_judged == ()


def test_everything_that_was_synthesised_is_judged(of_stack: Judgement, document: Document) -> None:
    """Each synthesised resource and data source has a verdict in the JSON, and each resource one in the plan."""
    written = {f"{kind}.{name}" for kind, named in document["resource"].items() for name in named}
    judged = {(one.eye, one.resource) for one in of_stack.evaluations}

    assert {address for address in written if ("written", address) not in judged} == set()
    assert {address for address in written if ("planned", address) not in judged} == set()
    assert of_stack.resources >= len(written)


def test_every_finding_of_checkov_is_answered_for(of_stack: Judgement) -> None:
    """Checkov's own rules find nothing that is not suppressed beside its resource, with a reason and a last day."""
    assert of_stack.findings == ()
    assert {one.rule for one in of_stack.suppressed} >= {"CKV_AWS_18", "CKV_AWS_116"}
    assert [one for one in of_stack.suppressed if len(one.reason) < 20 or not one.until] == []
