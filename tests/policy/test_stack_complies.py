"""The stack passes the gate; spoiled in any of many ways, it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deployer.compliance.judgement import Judgement
from tests.policy.mutations import MUTATIONS, Mutation, folder_of, spoiled, spoiled_plan
from tests.policy.shared import CHECKS, PLACES

Document = dict[str, Any]
OPEN = PLACES.root / "tests" / "policy" / "builtin_open.yaml"


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


def test_builtin_findings_are_exactly_the_open_ones(of_stack: Judgement) -> None:
    """Checkov's own rules find what builtin_open.yaml gives a reason for: nothing new, and nothing already mended."""
    entries = yaml.safe_load(OPEN.read_text())
    found = {(one.rule, one.resource.split(".")[0]) for one in of_stack.findings if not one.is_own}

    assert {(one["rule"], one["type"]) for one in entries} == found
    assert [one for one in entries if len(one["reason"]) < 20] == []


@pytest.mark.parametrize("mutation", [one for one in MUTATIONS if one.written], ids=folder_of)
def test_a_spoiled_stack_is_found_out(of_mutants: Judgement, document: Document, mutation: Mutation) -> None:
    """What was spoiled in the synthesised JSON, and nothing else, is found by the rule that is there for it."""
    _, address = spoiled(document, mutation)
    file = f"{folder_of(mutation)}/cdk.tf.json"

    assert {(one.rule, one.resource) for one in of_mutants.own if one.file == file} == {(mutation.rule, address)}


@pytest.mark.parametrize("mutation", [one for one in MUTATIONS if one.planned], ids=folder_of)
def test_a_spoiled_plan_is_found_out(of_mutants: Judgement, plan: Document, mutation: Mutation) -> None:
    """The same is found in the plan, where everything is evaluated."""
    _, address = spoiled_plan(plan, mutation)
    file = f"{folder_of(mutation)}/plan.json"

    assert {(one.rule, one.resource) for one in of_mutants.own if one.file == file} == {(mutation.rule, address)}


def test_every_rule_is_tried_by_a_mutation() -> None:
    """No rule of ours goes without a mutant of the stack."""
    rules = {path.name: path.read_text() for path in Path(CHECKS).glob("[a-z]*.py")}

    assert [name for name, text in rules.items() if not any(f'"{one.rule}"' in text for one in MUTATIONS)] == []
