"""What is kept of rejected rows: guarded for people, untouched for repair."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import HEADER, make_row
from transactions.codes import DataError
from transactions.dialect import detect
from transactions.judge import judge
from transactions.quarantine import COLUMNS, RejectedCsv, RejectedRaw, guard
from transactions.records import RECORD_LIMIT

from .conftest import Collected

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


def opened(errors, max_details=100):
    """The cells of the CSV that people open."""
    out = io.StringIO(newline="")
    RejectedCsv(out, max_details).add(errors)
    return list(csv.reader(io.StringIO(out.getvalue().removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("start", DANGEROUS)
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(start):
    """A single quote goes before what starts a formula."""
    assert guard(f"{start}1+1") == f"'{start}1+1"


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_cell_of_the_rejected_csv_starts_a_formula(column, value):
    """Whatever stood in the file, no cell of the CSV that people open runs."""
    error = DataError(2, 1, column, "cell-type", value, f"{value} is wrong")

    for cells in opened([error]):
        assert not any(cell.startswith(DANGEROUS) for cell in cells)


@given(
    st.text(
        st.characters(max_codepoint=0x2FFF, exclude_characters="=+-@\t\r\n", exclude_categories=["Cs"]), max_size=20
    )
)
def test_other_cells_are_told_as_they_are(value):
    """A guard is put only where one is needed."""
    assert guard(value) == value


def test_the_csv_has_a_line_for_each_error():
    """Line, record, column, code, value and message; nothing for what there is not."""
    cells = opened([DataError(5, 4, None, "row-missing-cells", "a,b", "add the missing ones")])

    assert cells == [list(COLUMNS), ["5", "4", "", "row-missing-cells", "a,b", "add the missing ones"]]


def test_the_csv_is_capped():
    """No more errors than asked for are written."""
    errors = [DataError(n, n, "a", "cell-type", "x", "wrong") for n in range(10)]

    assert len(opened(errors, 3)) == 1 + 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_raw_file_is_header_and_rejected_records_byte_for_byte(tmp_path, schema, encoding):
    """What is to be repaired is a file of its own: same encoding, same mark, same bytes."""
    bad = [make_row(2, amount="-1", description='"ü\n=1"'), "a,b\n", make_row(3, description='"open')]
    long = "z" * (RECORD_LIMIT + 5) + "\n"
    path, raw = tmp_path / "file.csv", tmp_path / "rejected.raw"
    path.write_bytes((HEADER + make_row(1) + "".join(bad) + make_row(4) + long + make_row(5)).encode(encoding))

    class Keep(Collected):
        def begin(self, header, dialect, columns):
            super().begin(header, dialect, columns)
            self.raw = RejectedRaw(raw.open("wb"), path, dialect, header)

        def rejected(self, record, errors):
            self.raw.add(record)

    keep = Keep()
    judge(path, schema, keep)
    keep.raw._out.close()

    assert raw.read_bytes() == (HEADER + "".join(bad) + long).encode(encoding)
    assert detect(raw, schema.names) == detect(path, schema.names)
