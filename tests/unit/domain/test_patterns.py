"""Patterns of a schema in the engine's dialect: what the engine matches, Python matches too."""

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.patterns import translated

TAKEN = [
    "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", r"^\d{2}-\w+\s?$", "(a|bc)*d??", "(?:x.y)+", "[^abc]{1,3}", "ä{2}",
    "[-+]?[0-9]{,3}",
    r"\.\-\[\]", "[]]?a" , "[a-]", "a|", "()",
]  # fmt: skip
LEFT = [
    r"(\w)\1", "(?=a)a", "(?i)a", "a++", "[^\\d]", r"\bword", "a^b", "a$b", "[!-~]", '"', "x{500}", "(?P<n>a)", r"\D",
    "a*+",
]  # fmt: skip


@pytest.fixture(scope="module")
def database():
    """The engine, for its regular expressions."""
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("pattern", LEFT)
def test_what_may_mean_something_else_is_left_to_python(pattern):
    """No guess: such a pattern is judged row by row."""
    assert translated(re.compile(pattern), ",") is None


@given(
    st.sampled_from(TAKEN),
    st.text(st.sampled_from("abcdxyABCZ019 ._:-+[]äÄ٣\u212a\n\r,\\\"^$|'"), max_size=6),
)
def test_what_the_engine_matches_python_matches_too(database, pattern, text):
    """Also of text that no one thought of."""
    compiled = re.compile(pattern)
    found = translated(compiled, ",")
    if found is None or "\n" in text:
        return
    (matches,) = database.execute("SELECT regexp_full_match($1, $2)", [text, found]).fetchone()

    assert not matches or compiled.fullmatch(text)


@pytest.mark.parametrize(
    ("pattern", "text"), [("[A-Z]{3}", "EUR"), (r"^\d+\.?\d*$", "12.5"), ("(?:a|b)+c?", "abac"), ("x.z", "xäz")]
)
def test_common_patterns_are_taken_over(database, pattern, text):
    """Those that schemas hold are fast."""
    (matches,) = database.execute(
        "SELECT regexp_full_match($1, $2)", [text, translated(re.compile(pattern), ",")]
    ).fetchone()

    assert matches
