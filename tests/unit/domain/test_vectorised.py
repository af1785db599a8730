"""The vectorised judgement against the one row by row: on any file, the very same answer."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.rows import HEADER, NAMES, make_cells, make_row
from transactions import engine, flat, flat_form, predicates
from transactions.engine import Engine
from transactions.judge import NoSink, judge
from transactions.lines import RECORD_LIMIT
from transactions.records import Splitter
from transactions.schema import parse

from .conftest import DATA, Collected


def judged(path, schema, way, **options):
    """All that a judgement gives."""
    sink = Collected()
    verdict = judge(path, schema, sink, way=way, **options)
    if not verdict.judged:
        return verdict.to_json()
    return verdict.to_json(), verdict.judged, sink.rows, sink.refused


def assert_same(content, schema, **options):
    """Both ways give the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        by_rows, vectorised = (judged(path, schema, way, **options) for way in ("rows", "vectorised"))
    assert vectorised == by_rows
    return by_rows


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=200))
def test_both_ways_give_the_same_answer_to_any_bytes(schema, content):
    """Also to what is hardly a file."""
    assert_same(HEADER.encode() + make_row(1).encode() + content, schema)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.csv")), ids=lambda path: path.name)
def test_both_ways_give_the_same_on_each_shipped_file(schema, path):
    """The files of tests/data, judged by either way."""
    assert judged(path, schema, "vectorised") == judged(path, schema, "rows")


@pytest.mark.parametrize("end", ["", "\r", "\r\r", "\n\r\r", "\n\r", "\n\n", "\r\r\n"])
@pytest.mark.parametrize("quoted", ["text", '"text"'])
def test_both_ways_give_the_same_however_the_last_line_ends(schema, end, quoted):
    """Also where it ends with returns, in a file of other line ends."""
    last = make_row(2, description=quoted).removesuffix("\n") + end
    for ending in ("\n", "\r\n", "\r"):
        assert_same((HEADER + make_row(1)).replace("\n", ending).encode() + last.encode(), schema)


def big(rows):
    """A file of several blocks."""
    return HEADER.encode() + b"".join(rows)


PLAIN = [make_row(number, description=f"order {number}").encode() for number in range(6_000)]
FEW = PLAIN[:1_000]  # several blocks of the size that `small_blocks` makes them


@pytest.fixture
def small_blocks(monkeypatch):
    """A file of a thousand rows is read in as many blocks as one of a hundred thousand."""
    monkeypatch.setattr(flat, "BLOCK", 1 << 14)


@pytest.mark.parametrize(
    "strange",
    [
        make_row(7, description='"quoted, and\nbroken"'),
        make_row(7, description='"never closed'),
        make_row(7, merchant="Mu\u0308ller"),
        "\n\n",
        "x" * (RECORD_LIMIT - 1) + "\n",
        "x" * (RECORD_LIMIT - 2) + "\n",
        "y" * 3_000_000 + "\n",
        '"' + "z" * (RECORD_LIMIT + 5) + '"\n',
        make_row(7, description='"' + "l\n" * 1000 + '"'),
        make_row(7).replace("\n", "\r\n"),
        make_row(7, description="a\0b"),
    ],
    ids=["newline", "unclosed", "letters", "blank", "limit", "below", "long", "long quoted", "tall", "crlf", "nul"],
)
@pytest.mark.parametrize("place", [0, 500, 999, 1_000])
@pytest.mark.usefixtures("small_blocks")
def test_a_strange_line_anywhere_in_a_large_file_changes_nothing_else(schema, strange, place):
    """A file that is flat up to there, or that begins or ends with what is not."""
    document, _, rows, _ = assert_same(big([*FEW[:place], strange.encode(), *FEW[place:]]), schema)

    assert len(rows) >= 999
    assert document["rows"]["read"] >= 1_000


@pytest.mark.usefixtures("small_blocks")
def test_records_over_the_edges_of_blocks_are_the_same(schema):
    """Each row of three lines, so that blocks end within records."""
    rows = [make_row(number, description='"' + f"a\nb, {number}\n" * 9 + '"').encode() for number in range(1_000)]
    document, *_ = assert_same(big(rows), schema)

    assert document["rows"]["accepted"] == 1_000


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.usefixtures("small_blocks")
def test_a_file_of_quoted_cells_alone_is_the_same(schema, ending):
    """As many programs export: each cell in quotes, some with a quote or a line's end of their own."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=ending)
    writer.writerow(NAMES)
    for number in range(2_000):
        text = {500: 'a "word"', 900: "two\nlines", 901: ",", 1_200: '","'}.get(number, "text")
        writer.writerow(make_cells(number, description=text).values())
    document, *_ = assert_same(out.getvalue().encode(), schema)

    assert document["rows"] == {"read": 2_000, "accepted": 2_000, "rejected": 0, "duplicates": 0}


@pytest.mark.usefixtures("small_blocks")
def test_a_file_that_stands_twice_in_itself_is_the_same(schema):
    """Half of the rows repeat the other half."""
    document, *_ = assert_same(big([*PLAIN, *PLAIN]), schema)

    assert document["rows"] == {"read": 12_000, "accepted": 6_000, "rejected": 6_000, "duplicates": 6_000}


def test_a_value_repeated_between_a_plain_row_and_a_strange_one_is_found(schema):
    """Whichever of the two the engine passed, the later one is the duplicate."""
    strange = make_row(3, description='"two\nlines"')
    for rows in ([make_row(3), strange], [strange, make_row(3)], [make_row(3, amount="x"), make_row(3)]):
        document, *_ = assert_same((HEADER + "".join(rows)).encode(), schema)

        assert document["errors_by_code"]["cell-duplicate"] == 1


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"description": "a\rb"}, {"row-stray-return": 1}),  # which has no unique value, as the next row shows
        ({"description": "a,b"}, {"row-extra-cells": 1}),
        ({"currency": "jPy", "amount": "1.5"}, {"cell-decimals": 1, "cell-duplicate": 1}),
        ({"currency": "eUr", "amount": "1.5"}, {"cell-duplicate": 1}),  # right, in a spelling that the engine leaves
        ({"timestamp": "x"}, {"cell-type": 1, "cell-duplicate": 1}),
        ({"amount": "-1.005"}, {"cell-minimum": 1, "cell-decimals": 1, "cell-duplicate": 1}),
    ],
)
def test_a_row_is_judged_in_all_cells_that_the_engine_is_not_sure_of(schema, cells, codes):
    """Also in those that are judged by another one; a row broken in its structure has no unique value."""
    document, *_ = assert_same((HEADER + make_row(1, **cells) + make_row(1)).encode(), schema)

    assert document["errors_by_code"] == codes


FIELDS = [
    {"name": "key", "constraints": {"unique": True}},
    {"name": "code", "constraints": {"pattern": r"^[A-Z]{2}(?:-\d+)?|x.y$", "maxLength": 5}},
    {"name": "count", "type": "integer", "constraints": {"minimum": -5, "maximum": 10**12}},
    {"name": "ratio", "type": "number", "constraints": {"minimum": "-1.00005", "maximum": "2.00005"}},
    {"name": "on", "type": "boolean"},
    {"name": "day", "type": "date", "constraints": {"minimum": "2000-01-01"}},
    {"name": "at", "type": "time", "constraints": {"maximum": "18:00:00"}},
    {"name": "size", "type": "number", "constraints": {"enum": ["1.5", 2]}},
    {"name": "word", "constraints": {"enum": ["One", "two"]}, "tap": {"ignoreCase": True}},
    {"name": "text", "type": "any", "constraints": {"minLength": 2}},
]
OTHER = {
    "key": ["", "a", "b", "N/A"], "code": ["", "AB", "AB-1", "AB-\u0661", "xzy", "AB-12345", "x\u00fcy", "N/A"],
    "count": ["", "0", "-5", "-6", "+7", "007", "-0", "999999999999999999999", "1.0", "N/A"],
    "ratio": ["", "-1.0001", "-1", "2.0001", "-0.0", "1.23456", "2.", "N/A"], "on": ["", "TRUE", "0", "yes"],
    "day": ["", "2000-01-01", "1999-12-31", "2024-02-30", "2024-2-3"],
    "at": ["", "18:00:00", "18:00:01", "24:00:00", "1:00:00"],
    "size": ["", "1.5", "1.50", "2", "2.0", "3"], "word": ["", "One", "one", "TWO", "two", "three"],
    "text": ["", "a", "ab", "\u00fc"],
}  # fmt: skip


@pytest.mark.usefixtures("wide")
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in OTHER.items()}), max_size=8),
       st.sampled_from([[""], ["", "N/A"], []]))  # fmt: skip
def test_both_ways_give_the_same_where_columns_are_many(rows, missing):
    """As they would be judged among hundreds: cell by cell, some checks at a time, nothing told from the line."""
    _assert_same_under_another_schema(rows, missing)


@pytest.fixture
def wide(monkeypatch):
    """Ten columns are taken for many."""
    monkeypatch.setattr(engine, "CHECKS_AT_ONCE", 3)
    monkeypatch.setattr(predicates, "LARGEST", 0)
    monkeypatch.setattr(predicates, "FEW", 0)


def _assert_same_under_another_schema(rows, missing):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, OTHER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    assert_same(out.getvalue().encode(), parse({"fields": FIELDS, "missingValues": missing}))


def test_a_schema_that_cannot_be_said_in_sql_is_judged_row_by_row(tmp_path):
    """A pattern that the engine's version of RE2 has not got is no error and no difference."""
    schema = parse({"fields": [{"name": "a", "constraints": {"pattern": "(?<twice>x){2}"}}]})
    path = tmp_path / "file.csv"
    path.write_text("a\nxx\nxy\n")

    assert judge(path, schema, NoSink(), way="vectorised").rows.rejected == 1


def test_lines_that_quotes_leave_open_are_not_read_thousands_of_times(schema, tmp_path):
    """Each line closes what the one before opened, and opens the next: the work stays a few readings of the file."""
    from transactions.dialect import detect
    from transactions.lines import FileLines
    from transactions.records import Source

    path = tmp_path / "file.csv"
    path.write_text(HEADER + 'x",y,"z\n' * 200_000)
    read = []

    class Counted(FileLines):
        def rest(self):
            line = super().rest()
            read.append(len(line))
            return line

    with Source(path, detect(path, schema.names), lines=Counted) as source:
        source.header()
        found = sum(record.fault is not None for record in source.records(8))

    assert found > 190_000
    assert sum(read) < 30_000_000


@pytest.fixture
def parsed(monkeypatch):
    """How often the csv module was asked for a line, or for a record that it begins."""
    calls = []

    def counting(place, name):
        real = getattr(place, name)
        monkeypatch.setattr(place, name, lambda *arguments: [calls.append(name), real(*arguments)][1])

    counting(Splitter, "_parse")
    counting(flat_form, "_simple_line")
    return calls


@pytest.mark.parametrize("row", ['"\n' * 2, '"x\n', make_row(1, description='"a" b')])
def test_a_file_that_is_wholly_broken_costs_little_more_than_row_by_row(schema, tmp_path, parsed, row):
    """Before it is judged so, the vectorised way looks at a tenth of it at most; and at less, the larger it is."""
    path, work, verdicts = tmp_path / "file.csv", [], []
    path.write_text(HEADER + row * 40_000)
    for way in ("rows", "vectorised"):
        parsed.clear()
        verdicts.append(judge(path, schema, NoSink(), way=way))
        work.append(len(parsed))

    assert verdicts[1] == verdicts[0]
    assert work[0] < work[1] <= 1.1 * work[0]


@pytest.mark.parametrize(("right", "few"), [(600, 500), (0, 600)])
def test_a_file_is_judged_by_the_engine_up_to_the_share_of_broken_rows(schema, monkeypatch, right, few):
    """Up to a half of many rows, and all of a few are put aside; the answer is the same in either case."""
    monkeypatch.setattr(flat, "FEW_BROKEN", few)
    used, real = [], Engine.judge
    monkeypatch.setattr(Engine, "judge", lambda engine: [used.append(engine), real(engine)][1])
    broken = make_row(1, description='"a" b').encode()
    for count, by_engine in ((600, True), (602, False)):
        used.clear()
        document, *_ = assert_same(big([*PLAIN[:right], *[broken] * count]), schema)

        assert document["errors_by_code"] == {"row-bad-quote": count}
        assert bool(used) is by_engine


def test_every_sign_that_a_csv_writer_might_quote_comes_through(schema):
    """A hash, a quote, a blank at either end, a backslash: in a text they are text, in either way."""
    signs = ["#", "a#b", '"#"', " x ", "\\", "'", ";", "%", "null", "\u2028", "\ufeffx"]
    body = "".join(make_row(number, description=_quoted(sign)) for number, sign in enumerate(signs))

    _, _, rows, _ = assert_same((",".join(NAMES) + "\n" + body).encode(), schema)

    assert [row["description"] for row in rows] == signs


def _quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if '"' in cell else cell


ANY = parse({"fields": [{"name": "text", "type": "any"}], "missingValues": []})


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_mark_at_the_start_of_the_first_row_is_part_of_it(mark, ending):
    """As where a header was put in front of a file that begins with a byte order mark: nothing is taken away."""
    for first in ("\ufeffx", "\ufeff", "\ufeff\ufeffx"):
        text = mark + ending.join(["text", first, "\ufeffx", ""])
        _, _, rows, _ = assert_same(text.encode(), ANY)

        assert [row["text"] for row in rows] == [first, "\ufeffx"]


def test_a_repeat_behind_such_a_mark_is_none(schema):
    """T1 and U+FEFF with T1 are two values; and the latter is no id of a transaction."""
    document, *_ = assert_same((HEADER + "\ufeff" + make_row(1) + make_row(1)).encode(), schema)

    assert document["errors_by_code"] == {"cell-pattern": 1}


@pytest.mark.parametrize("flat_as_it_is", [True, False])
def test_every_character_comes_through_at_either_end_of_a_line(flat_as_it_is):
    """Of the first line and of any other, for all characters of the first plane that are no control characters."""
    signs = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000 and chr(code) not in '",;|']
    texts = ["\ufeff \ufeff", *(f"{sign}x{sign}" for sign in signs)]
    body = ("text\n" if flat_as_it_is else '"text"\n') + "\n".join(texts)
    _, _, rows, _ = assert_same(body.encode(), ANY)

    assert [row["text"] for row in rows] == texts


@pytest.mark.parametrize("name", ["a*.csv", "a?.csv", "a.gz", "a.csv.zst", "line=5", "it's.csv", "a b%20.parquet"])
def test_the_name_of_a_file_has_no_meaning(tmp_path, name):
    """Neither as a pattern of names, nor as a kind of compression, nor as a column's value."""
    folder = tmp_path / "line=7"
    folder.mkdir()
    (folder / "ab.csv").write_text("text\nother\n")
    path = folder / name
    path.write_text("text\nx\n")

    assert judged(path, ANY, "vectorised") == judged(path, ANY, "rows")


KINDS = [
    ({"type": "number", "constraints": {"minimum": -5}}, ["1.5", "", "-1", "-9", "-0"]),
    ({"type": "number", "decimalChar": ",", "groupChar": "."}, ["1.234,5", "", "7"]),
    ({"type": "integer"}, ["17", "", "+1"]),
    ({"type": "boolean"}, ["true", "0", "", "x"]),
    ({"type": "date", "format": "%d.%m.%Y"}, ["31.01.2025", "", "30.02.2025"]),
    ({"type": "datetime"}, ["2025-01-31T12:00:00+01:00", "2025-01-31T12:00:00.250Z", ""]),
    ({"constraints": {"enum": ["EUR", "USD"]}, "tap": {"ignoreCase": True}}, ["EUR", "usd", "", "X"]),
    ({"constraints": {"pattern": "[A-Z]{2}.*", "maxLength": 5}}, ["AB", "ABC", "", "AB \u00fc"]),
    ({"type": "any"}, ["text", "", 'a "b"']),
]


def test_a_nul_in_what_a_schema_states_ends_no_statement_of_the_engine():
    """Among missing values, in a pattern, as a word for true: it is a sign that no right cell has."""
    fields = [
        {"name": "a", "missingValues": ["", "\0", "it's"]},
        {"name": "b", "constraints": {"pattern": "x\0?y"}},
        {"name": "c", "type": "boolean", "trueValues": ["1", "\0"]},
    ]
    document, *_ = assert_same(b"a;b;c\nit's;xy;1\nb;xy;0\nb;xxy;1\nb;xy;\0\n", parse({"fields": fields}))

    assert document["errors_by_code"] == {"cell-pattern": 1, "row-nul-byte": 1}


@pytest.mark.parametrize(("columns", "same"), [*((70, one) for one in range(len(KINDS))), (1_000, None), (1_000, 4)])
def test_a_thousand_typed_columns_are_judged_by_the_engine(tmp_path, columns, same):
    """Within its memory, be they of one type or of all; the very same as row by row, and in more rows than one."""
    kinds = [KINDS[at % len(KINDS) if same is None else same] for at in range(columns)]
    schema = parse({"fields": [{"name": f"c{at}", **field} for at, (field, _) in enumerate(kinds)]})
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(schema.names)
    right = [cells[0] for _, cells in kinds]
    for wrong in range(5):
        writer.writerow([cells[min(wrong, len(cells) - 1)] for _, cells in kinds])
        writer.writerow([*right[:-1], kinds[-1][1][-1]])
    document, *_ = assert_same(out.getvalue().encode(), schema)
    writer.writerows([right] * 2_100)
    path = tmp_path / "file.csv"
    path.write_text(out.getvalue())

    assert judge(path, schema, Bytes(), way="vectorised").rows.accepted == document["rows"]["accepted"] + 2_100


class Bytes(Collected):
    """Takes what is written, and keeps none."""

    def accepted(self, lines):
        """No row."""
