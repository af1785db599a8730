"""The figures in docs/compliance.md are those that are counted now."""

import pytest

from deployer.compliance.judgement import Judgement
from tests.markdown import ROOT, rows
from tests.policy import figures
from tests.policy.documented import lay_out_documented
from tests.policy.escalation import lay_out_ways
from tests.policy.shared import once


@pytest.fixture(scope="session")
def bare_ways(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """What Checkov by itself says of the ways to more permissions."""

    def make(folder):  # type: ignore[no-untyped-def]
        lay_out_ways(folder / "ways")
        return figures.bare(folder / "ways")

    return once(tmp_path_factory, "bare-ways", make)


@pytest.fixture(scope="session")
def bare_documented(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """What Checkov by itself says of the policies that AWS documents."""

    def make(folder):  # type: ignore[no-untyped-def]
        lay_out_documented(folder / "documented")
        return figures.bare(folder / "documented")

    return once(tmp_path_factory, "bare-documented", make)


def stated(heading: str) -> list[tuple[str, ...]]:
    """The rows below a heading of the document."""
    return [row.cells for row in rows(ROOT / "docs" / "compliance.md") if row.heading == heading]


def test_the_ways_to_more_are_as_many_as_stated(of_ways: Judgement, bare_ways: Judgement) -> None:
    """For each form, how many ways Tap finds, and Checkov by itself, by its rule on such ways and by any."""
    assert stated("Ways to more permissions") == figures.of_ways(of_ways, bare_ways)


def test_the_documented_policies_are_as_many_as_stated(of_documented: Judgement, bare_documented: Judgement) -> None:
    """Of how many documented policies each of the two tells something rightly, and in error."""
    assert stated("Policies as AWS documents them") == figures.of_documented(of_documented, bare_documented)
