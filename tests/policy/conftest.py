"""Fixtures of the policy tests: the stack that they judge, and what our rules say of cases and mutants."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.asking import Ask, by, kept
from deployer.compliance.judgement import Judgement
from deployer.compliance.scan import scan
from deployer.process.environments import interpreter
from deployer.pytest_plugin.session import shared
from deployer.pytest_plugin.stacks import Stack
from stack.settings import Settings
from tests.policy.documented import lay_out_documented
from tests.policy.escalation import lay_out_ways
from tests.policy.mutants import lay_out_mutants
from tests.policy.mutations import RULES
from tests.policy.shared import CASES, OWN, PLACES, asked_once, once

Document = dict[str, Any]


@pytest.fixture(scope="session", autouse=True)
def one_checkov(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """What these tests ask of Checkov goes to one that is loaded once, for all workers, and the same question once."""
    folder = shared(request.config).folder / "checkov"
    (folder / "answers").mkdir(parents=True, exist_ok=True)
    with (
        kept(folder, interpreter(PLACES.environment("policy"))) as asked,
        by(asked_once(folder / "answers", asked)),
    ):
        yield asked


@pytest.fixture(scope="session")
def tap_settings() -> dict[str, str]:
    """With a state bucket, so that the backend is judged as well."""
    settings = Settings.load(
        {}, environment_suffix="policy", aws_region="eu-west-1", state_bucket="tap-state",
        state_bucket_region="eu-west-1", repository="tap", commit_author="raaj1021", target="embedded",
    )  # fmt: skip
    return settings.environment()


@pytest.fixture
def document(tap_stack: Stack) -> Document:
    """The synthesised configuration."""
    return tap_stack


@pytest.fixture(scope="session")
def of_cases(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """What our rules say of all cases."""
    return once(tmp_path_factory, "cases", lambda _: scan(CASES, PLACES, plan=False, only=OWN))


@pytest.fixture
def of_mutants(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """What our rules say of the stack's mutants, each in a folder of its own."""

    def make(folder: Path) -> Judgement:
        stack, plan = map(request.getfixturevalue, ("tap_stack", "tap_plan"))  # by the first who needs them
        lay_out_mutants(stack, plan, folder / "mutants")
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
