"""What `tap validate` prints of a verdict: errors are counted as errors, notes as notes."""

import io

import pytest

from pipeline.tables import show_verdict
from pipeline.validation import Judged
from transactions.codes import DataError
from transactions.verdict import FileFacts, Rows, Verdict

ERROR = {"line": 3, "record": 2, "column": "amount", "code": "cell-type", "value": "x", "message": "must be a number"}
NOTE = {"line": 1, "record": None, "column": "x", "code": "header-extra-column", "value": "x", "message": "not loaded"}
MISSING = NOTE | {"code": "header-missing-column", "column": "y", "message": "is missing"}


def printed(*errors, judged=True, rejected=0):
    """The text of a verdict with these errors."""
    stream = io.StringIO()
    verdict = Verdict(
        judged, FileFacts.unread(0), Rows(2, 2 - rejected, rejected), errors=[DataError(**error) for error in errors]
    )
    show_verdict(stream, Judged("file.csv", verdict))
    return stream.getvalue()


def test_a_note_is_no_error():
    """A column that is not loaded, or may be absent, rejects nothing."""
    said = printed(NOTE, MISSING)

    assert "rejected:" not in said
    assert "2 notes" in said
    assert "is missing" in said


@pytest.mark.parametrize(("count", "told"), [(1, "rejected: 1 error\n"), (2, "rejected: 2 errors\n")])
def test_errors_are_counted_without_the_notes(count, told):
    """In the singular where it is one."""
    lines = [line.rstrip() + "\n" for line in printed(NOTE, *[ERROR] * count, rejected=1).splitlines()]

    assert told in lines
    assert "1 note\n" in lines


def test_what_a_file_is_refused_for_is_an_error():
    """The same code is a note where the rows were judged, and the reason where they were not."""
    said = printed(MISSING, NOTE, judged=False)

    assert "rejected: 2 errors" in said
    assert "note" not in said
