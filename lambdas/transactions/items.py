"""Accepted rows become the items of parts: the text of a part is made of the text of its rows. Used by the transformer.

A value has the same characters, between two quotes, in a row, in its item and in what is hashed. So the rows of a part
are split at their quotes, checked, and laid out anew between other texts, with a few calls for all of them together.
`parts.enrich` and `parts.to_lines` make the same bytes of one row's values, in six times the time: what is written
otherwise than `rules` writes it is left to them, and what is no row is refused there.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain, islice, repeat
from typing import NamedTuple

from transactions.errors import DocumentRefused
from transactions.layout import Upload
from transactions.parts import day, enrich, names_of, to_lines
from transactions.schema import Schema

# what stands for null, \" and \\ while a text is split at its quotes; JSON holds no such characters
_NOTHING, _QUOTE, _BACKSLASH = b"\x01", b"\x02", b"\x03"
_CONTROLS = bytes(code for code in range(32) if code != ord("\n"))
_OTHER_ESCAPE = re.compile(rb"\\(?![bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))")  # that `json.dumps` does not write
_END = re.compile(rb",([1-9][0-9]{0,17})\]\n\[").fullmatch  # of a row, with the beginning of the next
_AT_ONCE = 100  # rows that are made together; more are no quicker, and take more memory

_Column = list[bytes]


class Made(NamedTuple):
    """A part: how many rows it has, and its items as JSON Lines."""

    rows: int
    lines: bytes


def parts_of(chunks: Iterable[bytes], schema: Schema, upload: Upload, rows_per_part: int) -> Iterator[Made]:
    """Cut accepted rows into parts, and enrich them.

    Args:
        chunks: what the validator wrote, in pieces of any size.
        rows_per_part: rows of each part but the last.

    Raises:
        DocumentRefused: they are no accepted rows of the schema.
    """
    lines = _lines(chunks)
    try:
        form = _Form(names_of(next(lines, b""), schema), schema, upload)
        for number, rows in enumerate(_batches(lines, rows_per_part)):
            some = (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
            yield Made(len(rows), b"".join(form.items(each, number) for each in some))
    except (TypeError, ValueError) as error:
        raise DocumentRefused(f"not accepted rows: {error}") from error


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _batches(lines: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, size)):
        yield batch


class _Form:
    """How the rows of one file become items. `names` are those of a row's values, in their order."""

    def __init__(self, names: Sequence[str], schema: Schema, upload: Upload) -> None:
        self._names, self._schema, self._upload = names, schema, upload
        self._line_last = names[-1] == "source_line"
        time, ordered = schema.role("timestamp"), sorted(schema.names)
        self._time, self._at = names.index(time), [list(map(names.index, each)) for each in (schema.names, ordered)]
        self._attributes = [(_json(name) + b':"', b'",') for name in schema.names]
        source = b'","source_file":%b,"source_version":%b,"source_part":'
        self._source = source % (_json(upload.key), _json(upload.version))
        # a comma stands behind what is before the time, which has a value in each row, and before what is behind it
        self._pairs = [
            (b"," * (name > time) + b"[" + _json(name) + b',"', b'"]' + b"," * (name < time)) for name in ordered
        ]

    def items(self, rows: Sequence[bytes], part: int) -> bytes:
        """The items of some rows, as JSON Lines."""
        columns = self._columns(rows)
        if columns is not None:
            return self._of_columns(columns, part)
        if len(rows) > 1:  # few rows are odd: they are found by halves
            half = len(rows) // 2
            return self.items(rows[:half], part) + self.items(rows[half:], part)
        values = (dict(zip(self._names, json.loads(row), strict=True)) for row in rows)
        return to_lines([enrich(row, self._schema, self._upload, part) for row in values])

    def _columns(self, rows: Sequence[bytes]) -> list[_Column] | None:
        """The rows' texts by column, their numbers last; None where a row is not written as `rules` writes it."""
        text, width = b"\n".join(rows) + b"\n[", 2 * len(self._names) - 2
        if not self._line_last or len(text.translate(None, _CONTROLS)) < len(text):
            return None
        text.decode()  # what is no UTF-8 is no row either
        if b"\\" in text:
            text = text.replace(rb"\\", _BACKSLASH).replace(rb"\"", _QUOTE)
            if _OTHER_ESCAPE.search(text):
                return None
        text = text.replace(b",null", b',"%b"' % _NOTHING).replace(b"[null", b'["%b"' % _NOTHING)
        pieces = text.split(b'"')
        ends, commas = list(map(_END, pieces[width::width])), [b","] * len(rows)
        if len(pieces) != width * len(rows) + 1 or pieces[0] != b"[" or not all(ends):
            return None
        if any(pieces[at::width] != commas for at in range(2, width, 2)):
            return None
        return [*(pieces[at::width] for at in range(1, width, 2)), [end[1] for end in ends if end]]

    def _of_columns(self, columns: Sequence[_Column], part: int) -> bytes:
        values, ordered = ([columns[at] for at in each] for each in self._at)
        hashed = _laid_out(b"[", zip(self._pairs, ordered, strict=True), b"]")
        hashes = [sha256(row).hexdigest().encode() for row in hashed.splitlines()]
        days = [day(time.decode()).encode() for time in columns[self._time]]
        source = self._source + _json(self._upload.source_part(part)) + b',"source_line":'
        added = [
            ((b'"transaction_date":"', source), days),
            ((b"", b',"content_hash":"'), columns[-1]),
            ((b"", b'"}'), hashes),
        ]
        return _laid_out(b"{", [*zip(self._attributes, values, strict=True), *added])


def _laid_out(begin: bytes, columns: Iterable[tuple[tuple[bytes, bytes], _Column]], end: bytes = b"") -> bytes:
    """A line for each row: its values, each with what stands before and behind it, or nothing where there is none."""
    fixed, values = [begin], list[_Column]()
    for (before, behind), column in columns:
        if _NOTHING in column:
            column = [b"" if value == _NOTHING else before + value + behind for value in column]
            before = behind = b""
        fixed[-1] += before
        fixed.append(behind)
        values.append(column)
    fixed[-1] += end + b"\n"
    width, rows = 2 * len(values) + 1, len(values[0])
    pieces = [*chain.from_iterable(zip(fixed, repeat(b"")))][:width] * rows
    for at, column in enumerate(values):
        pieces[2 * at + 1 :: width] = column
    text = b"".join(pieces)
    if _QUOTE in text or _BACKSLASH in text:
        text = text.replace(_QUOTE, rb"\"").replace(_BACKSLASH, rb"\\")
    return text


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()
