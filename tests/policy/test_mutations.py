"""Spoiled in any of many ways, the stack does not pass the gate."""

import pytest

from deployer.compliance.judgement import Judgement
from tests.policy.mutants import folder_of, unspoiled_of
from tests.policy.mutations import MUTATIONS, Mutation
from tests.policy.shared import CHECKS

WRITTEN = [one for one in MUTATIONS if one.written]
PLANNED = [one for one in MUTATIONS if one.planned]


def new_rules(judgement: Judgement, folder: str, unspoiled: str) -> set[str]:
    """The rules that find in the mutant what they do not find in the same, unspoiled."""
    found = {(one.rule, one.resource, one.message) for one in judgement.findings if one.file.startswith(f"{folder}/")}
    before = {
        (one.rule, one.resource, one.message) for one in judgement.findings if one.file.startswith(f"{unspoiled}/")
    }

    return {rule for rule, _, _ in found - before}


@pytest.mark.parametrize("mutation", WRITTEN, ids=folder_of)
def test_a_spoiled_stack_is_found_out(of_mutants: Judgement, mutation: Mutation) -> None:
    """What was spoiled in the synthesised JSON is found by the rule that is there for it."""
    assert mutation.rule in new_rules(of_mutants, folder_of(mutation), unspoiled_of(mutation))


@pytest.mark.parametrize("mutation", PLANNED, ids=folder_of)
def test_a_spoiled_plan_is_found_out(of_mutants: Judgement, mutation: Mutation) -> None:
    """The same is found in the plan, where everything is evaluated."""
    assert mutation.rule in new_rules(of_mutants, f"{folder_of(mutation)}-planned", f"{unspoiled_of(mutation)}-planned")


def test_every_rule_is_tried_by_a_mutation() -> None:
    """No rule of ours goes without a mutant of the stack."""
    rules = {path.name: path.read_text() for folder in CHECKS for path in folder.glob("[a-z]*.py")}

    assert [name for name, text in rules.items() if not any(f'"{one.rule}"' in text for one in MUTATIONS)] == []


def test_there_are_many_and_all_different() -> None:
    """At least fifty ways, each with a name of its own."""
    assert len({folder_of(one) for one in MUTATIONS}) == len(MUTATIONS) >= 50
