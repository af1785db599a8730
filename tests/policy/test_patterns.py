"""Two patterns meet if there is a text that both match: held against all short texts."""

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.compliance.rule_api.patterns import is_within, meet

TEXTS = ["".join(one) for length in range(6) for one in product("ab/", repeat=length)]
PATTERNS = st.text("ab*?", max_size=3)


@given(PATTERNS, PATTERNS)
def test_patterns_meet_where_a_text_matches_both(one: str, other: str) -> None:
    """As long as the patterns are short, so is the text."""
    assert meet(one, other) == any(fnmatchcase(text, one) and fnmatchcase(text, other) for text in TEXTS)


@given(PATTERNS, PATTERNS)
def test_what_is_within_another_matches_nothing_else(one: str, other: str) -> None:
    """It may say no where it can't tell, never yes."""
    if is_within(one, other):
        assert all(fnmatchcase(text, other) for text in TEXTS if fnmatchcase(text, one))


@pytest.mark.parametrize(
    ("one", "other"), [("*a" * 300 + "b", "a" * 900), ("x" * 900 + "*", "*" + "x" * 899 + "y*"), ("[a]*", "[a]b*")]
)
def test_long_patterns_and_brackets_are_no_matter(one: str, other: str) -> None:
    """No pattern of stars takes long, none is too deep, and a bracket is a bracket."""
    assert meet(one, other) is (one[0] != "*")
