"""`tap schema init`: a Table Schema with its dialect, proposed from a sample, explained, and proven on the sample.

What is proposed is for a person to review; whatever the sample leaves open is asked and not guessed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.errors import CheckFailed
from pipeline.schema_proposal.columns import Column, field_of, mark_named
from pipeline.schema_proposal.footers import Footers, footers_of
from pipeline.schema_proposal.notes import Notes, quoted
from pipeline.schema_proposal.proof import prove
from pipeline.schema_proposal.readings import Description
from pipeline.schema_proposal.sample import Sample, sample_of
from pipeline.schema_proposal.shape import Shape, shape_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """The document of a schema, and what is said beside it. `notes.wrong` is empty where it judges all rows right."""

    document: dict[str, Any]
    notes: Notes


def propose(path: Path) -> Proposal:
    """Propose a schema for files like this one.

    Raises:
        CheckFailed: nothing can be proposed, or the judge refuses the file under the proposal.
    """
    notes = Notes()
    sample = sample_of(path, notes)
    shape = shape_of(sample.lines, notes)
    footers = footers_of(sample, shape, notes)
    table = shape.without(footers.rows) if sample.is_whole else shape
    if not table.rows:
        raise CheckFailed(f"no rows are below line {shape.header.line}, the header", remedy="give a file with rows")
    fields = [field_of(column, notes) for column in _columns(table, notes)]
    if not fields:
        raise CheckFailed("no column has a name of its own", remedy="give each column a name in the header")
    _ask_for_groups(fields, notes)
    document = {
        "fields": fields,
        "missingValues": [""],
        "dialect": _dialect(sample, table, footers),
    }
    notes.questions.append(
        "which columns are the id, account, timestamp, amount and currency of a transaction? "
        "The rows can be loaded where tap.roles names them"
    )
    prove(path, document, sample, table, footers, notes)
    return Proposal(document, notes)


def _columns(shape: Shape, notes: Notes) -> Iterator[Column]:
    """Those with a name of their own: no other can be a field."""
    for at, name in enumerate(shape.header.cells):
        if not name.strip():
            notes.questions.append(
                f"column {at + 1} has no name, so it is no field: can whoever sends it leave it out?"
            )
        elif shape.header.cells.count(name) > 1:
            notes.questions.append(
                f"column {at + 1}: {quoted(name)} stands more than once in the header, so it is no field and its cells "
                "are not loaded: can whoever sends it rename one?"
            )
        else:
            yield Column(name, [(row.line, row.cells[at]) for row in shape.rows])


def _ask_for_groups(fields: Sequence[Description], notes: Notes) -> None:
    """Amounts below a thousand do not show how those above it are written; other columns of the file do."""
    numbers = [field for field in fields if field["type"] == "number"]
    without = [field["name"] for field in numbers if "groupChar" not in field]
    marks = {mark_named(field["groupChar"]) for field in numbers if "groupChar" in field}
    if without and len(marks) == 1:
        notes.questions.append(f"{', '.join(without)}: no value shows groups; is groupChar {marks.pop()} theirs too?")


def _dialect(sample: Sample, shape: Shape, footers: Footers) -> dict[str, Any]:
    """What of the sample is to be stated; the rest is as it is without a dialect."""
    writing = shape.writing
    dialect: dict[str, Any] = {"encoding": sample.encoding, "delimiter": writing.delimiter}
    if writing.quote != '"':
        dialect["quoteChar"] = writing.quote
    if writing.escape:
        dialect["escapeChar"] = writing.escape
    if writing.skip_space:
        dialect["skipInitialSpace"] = True
    if writing.comment:
        dialect["commentChar"] = writing.comment
    before = sample.lines[: shape.header.line - 1]
    if any(line.strip("\r\n") and not (writing.comment and line.startswith(writing.comment)) for line in before):
        dialect["headerRows"] = [shape.header.line]
    if footers.patterns:
        dialect["tap"] = {"footers": footers.patterns}
    return dialect
