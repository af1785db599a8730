"""Regular expressions: RE2's alone, with one meaning in both ways of judging, in a time linear to the text."""

import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.errors import SchemaError
from transactions.judge import NoSink, judge
from transactions.patterns import in_line, in_sql, matcher, problem, text_class
from transactions.schema import SHIPPED, parse

from .test_vectorised import assert_same

ROOT = Path(__file__).parents[3]
TAKEN = [
    "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", r"^\d{2}-\w+\s?$", "(a|bc)*d??", "(?:x.y)+", "[^abc]{1,3}", "ä{2}",
    r"\.\-\[\]", "[]]?a", "[a-]", "a|", "()", "(?i)a.k", "(?s).*", "(?m)^a$", r"\bword\b|a", "a^b|^a", "a$|a$b",
    "[!-~]+", '"?', "x{500}|a", "(?P<n>a)+", r"\D\W?", r"\pL+", r"\P{Greek}{2}", "[[:alpha:]]+", r"\Qa.c", r"\x{e4}",
    "[^\\d]", "(a+)+", "(?:a{0,100}){0,10}", "(?i)\u017f", r"[\pN\d]+", "^?a", "(?U)a+b*", "[äÄ]+",
]  # fmt: skip
REFUSED = [
    "(?=a)a", "a(?!b)", "(?<=a)b", r"(\w)\1", "a++", "a*+", "(", "[z-a]", r"\Z", "a{1001}", r"\pX", "\ud800",
    r"(?:[a-z0-9-]{1,63}\.){1,20}[a-z]{2,63}", r"\pL{1000}" * 10,
]  # fmt: skip


@pytest.fixture(scope="module")
def database():
    """The engine, for its regular expressions."""
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_is_not_of_re2_is_refused_at_load(pattern, capfd):
    """With field and reason, and nothing on stderr."""
    with pytest.raises(SchemaError, match=r"'a': constraints\.pattern: is not a regular expression of RE2: "):
        parse({"fields": [{"name": "a", "constraints": {"pattern": pattern}}]})

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"[A-Z\u00C0-\u00FF]+", "\u00c9A", "\u0100"),
        ("[a-z\\\u2019\\-]+", "l\u2019eau-de", "l'eau"),
        (r"a\u005d", "a]", "a\\]"),
        (r"\\u00e9", r"\u00e9", "\u00e9"),
        (r"\\\u00e9", "\\\u00e9", r"\u00e9"),
        (r"\Q\u00e9\E", r"\u00e9", "\u00e9"),
    ],
)
def test_other_spellings_of_what_re2_has_are_taken(pattern, matching, other):
    """\\u of JavaScript and Python, and a backslash before a sign that needs none: in both ways the same characters."""
    schema = parse({"fields": [{"name": "a", "constraints": {"pattern": pattern}}, {"name": "b"}]})

    answer = assert_same(f"a,b\n{matching},1\n{other},2\n".encode(), schema)

    assert [error["line"] for error in answer[0]["errors"]] == [3]


@pytest.mark.parametrize("pattern", TAKEN)
def test_what_is_of_re2_is_taken(pattern):
    """Also what takes exponential time elsewhere."""
    assert problem(pattern) is None


@given(
    st.sampled_from(TAKEN),
    st.text(st.sampled_from("abcdkxyABCKZ019 ._:-+[]äÄ٣\u212a\u017fßßΩ東,^$|'word"), max_size=6),
)
def test_the_engine_passes_only_what_the_exact_rules_do(database, pattern, cell):
    """By itself, and as a part of the pattern of a line."""
    exact = matcher(pattern)(cell)
    check, part = in_sql(pattern, "cell"), in_line(pattern)
    (by_cell,) = database.execute("SELECT " + check + " FROM (SELECT $1 AS cell)", [cell]).fetchone()  # noqa: S608
    assert by_cell in ({exact, False} if not cell.isascii() else {exact})
    if part is not None and "," not in cell:
        line = database.execute("SELECT regexp_full_match($1, $2)", [f"x,{cell},y", f"x,{part},y"]).fetchone()
        assert line == (exact,)


@given(st.sampled_from(TAKEN), st.text('ab\x01\x1f\n\t"\\\0x', min_size=1, max_size=4))
def test_a_part_of_a_lines_pattern_matches_no_sign_of_the_engine(pattern, cell):
    """Neither a control character nor what JSON escapes, as no other check would keep it out."""
    part = in_line(pattern)

    assert part is None or cell.strip("abx") == "" or not matcher(part)(cell)


@pytest.mark.parametrize("pattern", ["[A-Z]{3}", r"^\d+\.?\d*$", "(?:a|b)+c?", "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"])
def test_common_patterns_are_part_of_the_lines(pattern):
    """Those that schemas hold are fast."""
    assert in_line(pattern) is not None


def test_no_pattern_reaches_over_its_cell():
    """What would match the next cell too does not, nor is a word's edge seen in the next one."""
    patterns = ["[^a]*", r"x\b.*", "(?i)y|y,z", r"\Qq", "^w$"]
    names = "abcde"
    fields = [{"name": name, "constraints": {"pattern": one}} for name, one in zip(names, patterns, strict=True)]
    document, *_ = assert_same(
        b"a,b,c,d,e\nb,x,y,q,w\nb,x-,Y,q,w\nb,xx,y,q,w\na,x,y,qq,ww\n", parse({"fields": fields})
    )

    assert document["rows"]["rejected"] == 2


def test_a_pattern_counts_beside_a_format_and_an_enumeration():
    """All three must hold, although each would be a part of the line's pattern."""
    constraints = {"pattern": "[a-z@.]+"}
    fields = [
        {"name": "a", "format": "email", "constraints": constraints},
        {"name": "b", "constraints": {**constraints, "enum": ["x", "Y"]}},
    ]
    document, *_ = assert_same(b"a,b\nx@y.z,x\nx.y,x\nX@y.z,x\nx@y.z,Y\nx@y.z,z\n", parse({"fields": fields}))

    assert document["errors_by_code"] == {"cell-enum": 1, "cell-pattern": 2, "cell-type": 1}


def test_a_class_of_text_holds_each_separator():
    """Whatever separates the cells of a line."""
    assert all(not matcher(f"[^{text_class(one)}]")(one) for one in ",;|\t\x1f^]-")


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|aa)+", "(a*)*b", "(.*)*x"])
def test_a_hostile_text_takes_no_longer_than_any_other(pattern, tmp_path):
    """A hundred KB of it, in either way, beside as much of what nothing is hard about."""
    schema = parse({"fields": [{"name": "text", "constraints": {"pattern": pattern}}]})
    hostile, harmless = tmp_path / "hostile.csv", tmp_path / "harmless.csv"
    hostile.write_text("text\n" + "a" * 100_000 + "!\n")
    harmless.write_text("text\n" + "b" * 100_000 + "!\n")
    for way in ("rows", "vectorised"):
        times = {path: min(_processor_seconds(path, schema, way) for _ in range(3)) for path in (hostile, harmless)}

        assert judge(hostile, schema, NoSink(), way=way).rows.rejected == 1
        assert times[hostile] < 5 * times[harmless]


def _processor_seconds(path, schema, way):
    begun = time.process_time()
    judge(path, schema, NoSink(), way=way)
    return time.process_time() - begun


def test_a_function_without_re2_loads_the_schema_all_the_same():
    """The loader's, which judges nothing, has no RE2 in its ZIP."""
    code = (
        "import sys; sys.modules['re2'] = None; from transactions.schema import load; "
        "import json; print(json.dumps([one.pattern for one in load().fields][0]))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "lambdas", capture_output=True, text=True, check=True
    ).stdout

    assert json.loads(found) == json.loads(SHIPPED.read_text())["fields"][0]["constraints"]["pattern"]


def test_nothing_is_judged_without_re2():
    """Where it lacks, no pattern is taken for matched."""
    code = (
        "import sys; sys.modules['re2'] = None; from transactions.schema import load; "
        "from transactions.rules import RowRules; RowRules(load(), load().names)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "lambdas", capture_output=True, text=True, check=False
    )

    assert ended.returncode
    assert "re2" in ended.stderr
