"""Records as they stand in the file: cells, lines, bytes, and what is broken."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import HEADER, make_row
from transactions.dialect import Dialect, detect
from transactions.records import RECORD_LIMIT, Source

NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def read(path, dialect, width):
    """Header and records of a file."""
    with Source(path, dialect) as source:
        return [source.header(), *source.records(width)]


@given(
    table=st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), max_size=8), min_size=2, max_size=2),
        max_size=8,
    ),
    delimiter=st.sampled_from(list(NAMES)),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_cells_and_bytes_come_back_as_they_were_written(tmp_path_factory, table, delimiter, encoding, ending):
    """For each dialect: the cells are those that were written, and the records' bytes make up the whole file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    bom = "\ufeff".encode(encoding)
    content = bom + out.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("records") / "file.csv"
    path.write_bytes(content)

    line_ending = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[ending]
    found = read(path, Dialect(encoding, bom, delimiter, line_ending, start=len(bom)), 2)

    assert [record.cells for record in found[1:]] == table
    assert all(record.fault is None for record in found)
    assert [record.number for record in found] == list(range(len(table) + 1))
    assert bom + b"".join(record.text.encode(encoding) for record in found) == content
    assert all(content[one.offset : one.offset + one.size] == one.text.encode(encoding) for one in found)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_the_judgement_ends_with_an_answer(schema, tmp_path_factory, content):
    """No content makes the judge fail: it is judged, or refused with an error."""
    from transactions.judge import NoSink, judge

    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(HEADER.encode() + content)
    verdict = judge(path, schema, NoSink())

    assert verdict.judged or verdict.errors
    assert verdict.file.bytes == len(HEADER) + len(content)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ('T9,A-1,2025-03-01T12:00:00Z,1.00,EUR,debit,Shop,"never closed\n', "row-unclosed-quote"),
        ('T9,A-1,2025-03-01T12:00:00Z,1.00,EUR,debit,Shop,"closed" early\n', "row-bad-quote"),
        ("T9,A-1,2025-03-01T12:00:00Z,1.00,EUR,debit,Shop,n\0l\n", "row-nul-byte"),
        ('T9,A-1,2025-03-01T12:00:00Z,1.00,EUR,debit,Shop,"n\0\nl"\n', "row-nul-byte"),
        ("T9,A-1,2025-03-01T12:00:00Z,1.00,EUR,debit,Shop,a\rb\n", "row-stray-return"),
        ("T9,A-1\n", "row-missing-cells"),
        (make_row(9).replace("\n", ",b\n"), "row-extra-cells"),
        ("x" * RECORD_LIMIT + "\n", "row-too-long"),
        ("x" * (RECORD_LIMIT * 3 + 17) + "\n", "row-too-long"),
        ('"' + "x" * (RECORD_LIMIT * 2) + '"\n', "row-too-long"),
    ],
    ids=lambda value: value if value.startswith("row-") else "",
)
def test_a_broken_row_is_rejected_with_its_bytes_and_the_rows_after_it_are_judged(verdict_of, collected, broken, code):
    """One broken row costs one row: its neighbours are accepted, and its bytes are kept."""
    after = make_row(2, description='"quoted, and\nbroken"') + make_row(3)
    verdict = verdict_of(HEADER + make_row(1) + broken + after)

    assert verdict.errors_by_code == {code: 1}
    assert [row["transaction_id"] for row in collected.rows] == ["T1", "T2", "T3"]
    ((record, errors),) = collected.refused
    assert (errors[0].line, errors[0].record, errors[0].column) == (3, 2, None)
    assert record.offset == len((HEADER + make_row(1)).encode())
    assert record.size == len(broken.encode())
    lines = 3 + broken.count("\n")
    assert [row["source_line"] for row in collected.rows] == [2, lines, lines + 2]


def test_an_unclosed_quote_at_the_end_costs_only_its_own_line(verdict_of, collected):
    """A quote that nothing closes does not swallow the rows after it, however many there are."""
    rows = [make_row(number) for number in range(2, 40_000)]
    verdict = verdict_of(HEADER + make_row(1, description='"open') + "".join(rows))

    assert verdict.errors_by_code == {"row-unclosed-quote": 1}
    assert verdict.rows.accepted == len(rows)


def test_a_quoted_newline_counts_as_a_physical_line(verdict_of):
    """Lines are the file's, records are the table's."""
    verdict = verdict_of(HEADER + make_row(1, description='"a\nb\n\nc"') + make_row(2, amount="x"))

    assert [(error.line, error.record) for error in verdict.errors] == [(6, 2)]


def test_blank_lines_hold_no_record(verdict_of):
    """A blank line is counted as a line and as nothing else."""
    verdict = verdict_of(HEADER + "\n" + make_row(1) + "\n\n" + make_row(2, amount="x") + "\n")

    assert verdict.rows.read == 2
    assert [(error.line, error.record) for error in verdict.errors] == [(6, 2)]


def test_an_overlong_row_is_not_kept_in_memory(tmp_path, schema, verdict_of, collected):
    """Of a row of 50 MB only the first piece is held."""
    verdict = verdict_of(HEADER + make_row(1) + "y" * 50_000_000 + "\n" + make_row(2))

    assert verdict.rows.accepted == 2
    assert collected.refused[0][0].size == 50_000_001
    assert len(collected.refused[0][0].text) <= RECORD_LIMIT


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, schema):
    """What was half one file and half another is no file: it is refused."""
    from transactions.judge import NoSink, judge

    path = tmp_path / "file.csv"
    path.write_text(HEADER + make_row(1) + make_row(2))

    class Meddler(NoSink):
        def accepted(self, lines):
            with path.open("a") as more:
                more.write(make_row(3))

    verdict = judge(path, schema, Meddler())

    assert [error.code for error in verdict.errors] == ["file-changed"]


@pytest.mark.parametrize("position", [0, 5, 70_000, 3_000_000])
def test_a_byte_that_does_not_decode_is_told_with_its_position(verdict_of, position):
    """Wherever the byte lies, its position counts from the file's start."""
    body = HEADER.encode() + b"".join(make_row(number).encode() for number in range(60_000))
    verdict = verdict_of(body[:position] + b"\xff" + body[position:])

    assert [error.code for error in verdict.errors] == ["file-undecodable"]
    assert f"byte {position} (0xff)" in verdict.errors[0].message


def test_a_character_cut_between_two_blocks_is_told_where_it_begins(verdict_of):
    """The position is right also where a character's first byte ends one block, and the wrong one begins the next."""
    block = 1 << 20
    verdict = verdict_of((HEADER.encode() + b"x" * block)[: block - 1] + b"\xc3(")

    assert f"byte {block - 1} (0xc3)" in verdict.errors[0].message


def test_a_character_cut_at_the_end_of_the_file_does_not_decode(verdict_of):
    """A file that ends within a character is cut, and told so."""
    body = HEADER + make_row(1, **{HEADER.strip().rpartition(",")[2]: "ü"})
    verdict = verdict_of(body.encode()[:-2])

    assert [error.code for error in verdict.errors] == ["file-undecodable"]


def test_the_header_decides_the_delimiter(tmp_path, schema):
    """A comma within a header's cell does not make a semicolon file one of commas."""
    path = tmp_path / "file.csv"
    path.write_text(HEADER.replace(",", ";").replace("description", '"description"'))

    assert detect(path, schema.names).delimiter == ";"
