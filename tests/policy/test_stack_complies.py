"""The stack passes the gate."""

from typing import Any

from deployer.compliance.judgement import Judgement

Document = dict[str, Any]


def test_no_rule_of_ours_finds_anything(tap_gate: Judgement) -> None:
    """Regions, permissions, backend and functions of the stack are as our rules want them, written and planned."""
    assert tap_gate.own == ()


def test_every_rule_of_ours_judged_the_stack(tap_gate: Judgement) -> None:
    """None of our rules is green for want of something to judge."""
    assert tap_gate.not_judged == ()


def test_everything_that_was_synthesised_is_judged(tap_gate: Judgement, document: Document) -> None:
    """Each synthesised resource and data source has a verdict in the JSON, and each resource one in the plan."""
    written = {f"{kind}.{name}" for kind, named in document["resource"].items() for name in named}
    judged = {(one.eye, one.resource) for one in tap_gate.evaluations}

    assert {address for address in written if ("written", address) not in judged} == set()
    assert {address for address in written if ("planned", address) not in judged} == set()
    assert tap_gate.resources >= len(written)


def test_every_finding_of_checkov_is_answered_for(tap_gate: Judgement) -> None:
    """Checkov's own rules find nothing that is not suppressed beside its resource, with a reason and a last day."""
    assert tap_gate.findings == ()
    assert {one.rule for one in tap_gate.suppressed} >= {"CKV_AWS_18", "CKV_AWS_116"}
    assert [one for one in tap_gate.suppressed if len(one.reason) < 20 or not one.until] == []
