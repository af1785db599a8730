"""How the sample is written, and where its header and its rows are: the dialect but for the footers. Used by `propose`.

Each delimiter, way of quoting and number of cells is tried, and the one kept that explains the sample best: most lines
in rows of one width, under a header of names, with columns of values. (DuckDB's `sniff_csv`, clevercsv and Python's
`csv.Sniffer` were measured on bank files first. None says why; DuckDB takes a file with a footer for one of one column,
and the line `sep=,` for a header; clevercsv finds no header; `csv.Sniffer` fails on every third file.)
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deployer.errors import CheckFailed
from pipeline.schema_proposal.notes import Notes, lines_named, quoted
from pipeline.schema_proposal.rows import Row, Writing, rows_of
from pipeline.schema_proposal.values import are_names, is_value

DELIMITERS = (",", ";", "\t", "|", "^", "~", "¦")
_TRIED = 2000  # lines, for each way of writing
_TYPED = 200  # rows looked at for columns of values
_RIVALS = 30  # rows among which another header is looked for
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """The header, and what is after it: `rows` have its width, `others` have not."""

    writing: Writing
    header: Row
    rows: list[Row]
    others: list[Row]

    @property
    def width(self) -> int:
        """Cells of the header."""
        return len(self.header.cells)

    def without(self, rows: Sequence[Row]) -> "Shape":
        """The same, less some of its rows."""
        lines = {row.line for row in rows}
        kept = ([row for row in each if row.line not in lines] for each in (self.rows, self.others))
        return Shape(self.writing, self.header, *kept)


@dataclass(frozen=True, slots=True)
class _Guess:
    writing: Writing
    header: Row
    rivals: list[Row]
    has_values: bool
    score: float


def shape_of(lines: Sequence[str], notes: Notes) -> Shape:
    """Find it. Raises CheckFailed where no line can be the header."""
    sep = _SEP.fullmatch(lines[0]) if lines else None
    writings = _writings(lines[:_TRIED], sep[1] if sep else None)
    guesses = [guess for writing in writings for guess in _guesses(lines[:_TRIED], writing)]
    if not guesses:
        raise CheckFailed(
            "no line looks like a header: names of columns above rows with as many cells",
            remedy="add a header line; the columns of a schema are found by their names",
        )
    best = max(guesses, key=lambda guess: guess.score)
    rows = list(rows_of(lines, best.writing, best.header.line))[1:]
    shape = Shape(
        best.writing, best.header, [row for row in rows if len(row.cells) == len(best.header.cells)],
        [row for row in rows if len(row.cells) != len(best.header.cells)],
    )  # fmt: skip
    _refuse_ragged(shape)
    _tell(shape, best, lines, notes, is_stated=sep is not None)
    return shape


def _writings(lines: Sequence[str], delimiter: str | None) -> Iterator[Writing]:
    """Those that the lines give reason to try, the usual one first of each delimiter."""
    comments = [None, "#"] if any(line.startswith("#") for line in lines) else [None]
    for one in [delimiter] if delimiter else DELIMITERS:
        for quoting in _quotings(lines, one):
            for comment in comments:
                yield replace(quoting, comment=comment)


def _quotings(lines: Sequence[str], delimiter: str) -> Iterator[Writing]:
    """The usual ones; others where those break rows."""
    text = "".join(lines)
    if text.count(f"{delimiter} ") * 2 > text.count(delimiter) and delimiter != " ":
        yield Writing(delimiter, skip_space=True)
    yield Writing(delimiter)
    if f"'{delimiter}'" in text:
        yield Writing(delimiter, quote="'")
    if '"' in text and not all(row.cells for row in rows_of(lines, Writing(delimiter))):
        yield Writing(delimiter, escape="\\")
        yield Writing(delimiter, quote=None)


def _guesses(lines: Sequence[str], writing: Writing) -> Iterator[_Guess]:
    """The header of each width that rows have."""
    rows = list(rows_of(lines, writing))
    widths = Counter(len(row.cells) for row in rows)
    for width in sorted(widths, reverse=True):
        if width and widths[width] > 1 and (guess := _guess(rows, width, writing)):
            yield guess


def _guess(rows: Sequence[Row], width: int, writing: Writing) -> _Guess | None:
    """The last names before the first values of this width; without columns of values, the first names."""
    fitting = [row for row in rows if len(row.cells) == width]
    columns = _columns_of_values(fitting)
    first = next((at for at, row in enumerate(fitting) if _has_values(row, columns)), _RIVALS)
    names = [row for row in fitting[:first] if are_names(row.cells)]
    if not names:
        return None
    header = names[-1] if columns else names[0]
    after = [row for row in rows if row.line >= header.line]
    good = sum(len(row.cells) == width for row in after)
    rivals = [row for row in fitting[:_RIVALS] if row is not header and columns and are_names(row.cells)]
    weight = len(columns) + 0.1 * width if width > 1 else 0.1  # any delimiter that is not there makes one column
    score = good**2 / (len(after) * len(rows)) * weight
    return _Guess(writing, header, rivals, bool(columns), score) if good > 1 else None


def _columns_of_values(rows: Sequence[Row]) -> list[int]:
    """The columns where most cells look like values, in the second half of them, behind any preamble."""
    columns = ([cell for cell in column if cell] for column in zip(*(row.cells for row in rows), strict=True))
    ends = [column[-min(_TYPED, (len(column) + 1) // 2) :] for column in columns]
    return [at for at, end in enumerate(ends) if sum(map(is_value, end)) * 2 > len(end)]


def _has_values(row: Row, columns: Sequence[int]) -> bool:
    filled = [row.cells[at] for at in columns if row.cells[at]]
    return sum(map(is_value, filled)) * 2 > len(filled)


def _refuse_ragged(shape: Shape) -> None:
    """Of lines that have one column by no delimiter but one which none of their cells would have."""
    for delimiter in DELIMITERS if shape.width == 1 else ():
        cells = Counter(row.text.count(delimiter) + 1 for row in shape.rows)
        usual, rows = cells.most_common(1)[0] if cells else (1, 0)
        named = shape.header.text.count(delimiter) + 1
        if 1 < named != usual > 1 and rows * 2 > len(shape.rows):
            raise CheckFailed(
                f"line {shape.header.line} has {named} names, and most rows below it have {usual} cells",
                remedy="as many names as cells are needed: does the delimiter stand at the end of each row?",
            )


def _tell(shape: Shape, best: _Guess, lines: Sequence[str], notes: Notes, *, is_stated: bool) -> None:
    writing, header = shape.writing, shape.header
    name = _NAMES.get(writing.delimiter, writing.delimiter)
    same = f"{len(shape.rows)} of {len(shape.rows) + len(shape.others)} rows below it have its {shape.width} cells"
    if is_stated:
        notes.found.append(f"delimiter {name}: line 1 says {quoted(lines[0].strip())}")
    else:
        notes.found.append(f"delimiter {name}: it makes most rows of one width, and most columns of numbers and dates")
    notes.found.append(f"header in line {header.line}: {quoted(header.text)}; {same}")
    if any(line.strip() for line in lines[: header.line - 1]):
        notes.found.append(f"the lines before it, from {quoted(lines[0].strip())} on, are no rows")
    if not best.has_values:
        notes.questions.append(f"no column holds numbers or dates: is line {header.line} the header, or a row?")
    if shape.width == 1:
        notes.questions.append("the file has one column, as no delimiter makes rows of one width: has it?")
    if best.rivals:
        named = lines_named([row.line for row in best.rivals])
        notes.questions.append(f"{named}: could be a header too; is it line {header.line}?")
    if writing.quote != '"':
        notes.found.append(f"quotes: {quoted(writing.quote or 'none')}, as with others fewer rows have one width")
    if writing.escape:
        notes.found.append("escape \\: it stands before quotes in cells")
    if writing.skip_space:
        notes.found.append("skipInitialSpace: a space follows most delimiters")
    if writing.comment:
        comments = [at for at, line in enumerate(lines, 1) if line.startswith(writing.comment)]
        notes.found.append(f"commentChar {writing.comment}: {lines_named(comments)} begin with it and are no rows")
