"""Fixtures of the policy tests: the synthesised stack, its plan, and what the gate says of stack, cases and mutants."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.planning import plan_of
from deployer.compliance.scan import scan
from deployer.synthesis import synthesised
from stack.settings import Settings
from tests.policy.documented import lay_out_documented
from tests.policy.escalation import lay_out_ways
from tests.policy.mutants import lay_out_mutants
from tests.policy.mutations import RULES
from tests.policy.shared import CASES, OWN, PLACES, once

Document = dict[str, Any]


@pytest.fixture(scope="session")
def stack() -> Path:
    """The folder of the stack's cdk.tf.json, with a state bucket, so that its backend is judged as well."""
    settings = Settings.load(
        environment_suffix="policy", aws_region="eu-west-1", state_bucket="tap-state", state_bucket_region="eu-west-1",
        repository="tap", commit_author="raaj1021", target="embedded",
    )  # fmt: skip
    return synthesised(settings, PLACES) / "stacks" / settings.construct_id


@pytest.fixture(scope="session")
def document(stack: Path) -> Document:
    """The synthesised configuration."""
    return json.loads((stack / "cdk.tf.json").read_text())


@pytest.fixture(scope="session")
def plan(stack: Path, document: Document) -> Document:
    """The stack's plan, made without credentials."""
    return plan_of(stack, document, PLACES)


@pytest.fixture(scope="session")
def of_stack(stack: Path, tmp_path_factory: pytest.TempPathFactory):
    """What the gate says of the stack by all rules, Checkov's included, in both eyes."""
    return once(tmp_path_factory, "stack", lambda _: scan(stack, PLACES))


@pytest.fixture(scope="session")
def of_cases(tmp_path_factory: pytest.TempPathFactory):
    """What our rules say of all cases."""
    return once(tmp_path_factory, "cases", lambda _: scan(CASES, PLACES, plan=False, only=OWN))


@pytest.fixture(scope="session")
def of_mutants(document: Document, plan: Document, tmp_path_factory: pytest.TempPathFactory):
    """What our rules say of the stack's mutants, each in a folder of its own."""

    def make(folder: Path):
        lay_out_mutants(document, plan, folder / "mutants")
        return scan(folder / "mutants", PLACES, plan=False, only=(*OWN, *RULES))

    return once(tmp_path_factory, "mutants", make)


@pytest.fixture(scope="session")
def of_ways(tmp_path_factory: pytest.TempPathFactory):
    """What our rules say of all ways to more permissions."""

    def make(folder: Path):
        lay_out_ways(folder / "ways")
        return scan(folder / "ways", PLACES, plan=False, only=OWN)

    return once(tmp_path_factory, "ways", make)


@pytest.fixture(scope="session")
def of_documented(tmp_path_factory: pytest.TempPathFactory):
    """What our rules say of the policies that AWS documents."""

    def make(folder: Path):
        lay_out_documented(folder / "documented")
        return scan(folder / "documented", PLACES, plan=False, only=OWN)

    return once(tmp_path_factory, "documented", make)
