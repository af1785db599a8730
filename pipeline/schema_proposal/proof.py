"""The proposal held against the sample by the judge itself: what it says of each row. Used by `propose`."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deployer.errors import CheckFailed
from pipeline.domain import NoSink, Schema, SchemaError, Verdict, counted, judge, load
from pipeline.schema_proposal.footers import Footers
from pipeline.schema_proposal.notes import Notes, quoted
from pipeline.schema_proposal.sample import Sample
from pipeline.schema_proposal.shape import Shape

_TOLD = 10  # errors


def prove(
    path: Path, document: Mapping[str, Any], sample: Sample, shape: Shape, footers: Footers, notes: Notes
) -> None:
    """Judge the sample; the notes take what is wrong of it, or that nothing is.

    Raises:
        CheckFailed: the schema is refused, or the file under it.
    """
    with TemporaryDirectory() as folder:
        written = Path(folder) / "proposal.json"
        written.write_text(json.dumps(document), "utf-8")
        schema = _read(written)
        verdict = judge(_judged(path, sample, footers, Path(folder)), schema, NoSink())
    errors = [f"{_place(error.line, error.column)}: {error.code}: {error.message}" for error in verdict.errors]
    if not verdict.judged:
        raise CheckFailed(
            "no schema can be proposed under which the file is judged", remedy="fix what is named",
            details=tuple(errors[:_TOLD]),
        )  # fmt: skip
    _tell(verdict, len(shape.rows) + len(shape.others), notes)


def _read(path: Path) -> Schema:
    try:
        return load(path)
    except SchemaError as error:
        raise CheckFailed(
            "the schema that would be proposed is refused by its reader", remedy="report it with the file's form",
            details=tuple(str(error).splitlines()),
        ) from error  # fmt: skip


def _judged(path: Path, sample: Sample, footers: Footers, folder: Path) -> Path:
    """The file itself, or one of the sample where that is not all of it."""
    if sample.is_whole:
        return path
    ends = sample.tail[footers.rows[0].line - 1 :] if footers.rows else []
    piece = folder / "sample.csv"
    piece.write_bytes(sample.mark + sample.encoded([*sample.lines, *ends]))
    return piece


def _tell(verdict: Verdict, rows: int, notes: Notes) -> None:
    """What the judge says of the rows, which have a line and a record; the other errors are remarks on the header."""
    if verdict.rows.read != rows:
        notes.wrong.append(
            f"the judge reads {counted(verdict.rows.read, 'row')}, and the proposal was made of {rows:,}"
        )
    errors = [error for error in verdict.errors if error.record is not None]
    for error in errors[:_TOLD]:
        value = "" if error.value is None else f" ({quoted(error.value)})"
        notes.wrong.append(f"{_place(error.line, error.column)}: {error.code}: {error.message}{value}")
    if verdict.rows.rejected:
        notes.wrong.append(f"{verdict.rows.rejected:,} of {counted(verdict.rows.read, 'row')} of the sample rejected")
    if not notes.wrong:
        notes.found.append(f"proof: the judge accepts {_all(verdict.rows.read)} of the sample under this schema")


def _all(rows: int) -> str:
    return "the one row" if rows == 1 else f"all {rows:,} rows"


def _place(line: int | None, column: str | None) -> str:
    place = "the file" if line is None else f"line {line}"
    return f"{place}, column {column}" if column else place
