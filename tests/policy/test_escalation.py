"""Whoever can raise their own permissions is found, by every way that others have catalogued, and nobody else."""

import pytest

from deployer.compliance.judgement import Judgement
from tests.policy.escalation import FORMS, NO_WAY, Way, ways
from tests.policy.figures import found, is_way

RHINO, BISHOP_FOX, DATADOG = 28, 31, 65  # how many they have


@pytest.mark.parametrize("way", ways(), ids=lambda way: way.name)
def test_a_way_to_more_is_found_in_every_form(of_ways: Judgement, way: Way) -> None:
    """As one policy, by patterns, by ARNs without a name, by what it leaves out, and split, each way is found."""
    assert [form for form in FORMS if not found(of_ways, form, way, is_way)] == []


@pytest.mark.parametrize("form", NO_WAY)
def test_what_is_no_way_is_not_told_as_one(of_ways: Judgement, form: str) -> None:
    """The same actions on named resources, denied, or held to a tag or a service raise nobody's permissions."""
    assert [way.name for way in ways() if found(of_ways, form, way, is_way)] == []


def test_the_catalogues_are_whole() -> None:
    """All that Rhino Security, Bishop Fox and Datadog have published is in the table, each way once."""
    marks = {mark for way in ways() for mark in way.catalogued}
    by_catalogue = {start: {mark for mark in marks if mark.startswith(start)} for start in "RB"}

    assert len(by_catalogue["R"]) == RHINO
    assert len(by_catalogue["B"]) == BISHOP_FOX
    assert len(marks) - RHINO - BISHOP_FOX == DATADOG
    assert len({way.name for way in ways()}) == len(ways())
