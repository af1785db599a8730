"""Drawn schemas with files for them: any dialect, cells near the edges of what they may be, lines that are no row.

Used by `test_one_verdict`. A file is mostly right or mostly not, so that both the engine and the exact rules have work.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from transactions.schema import SHIPPED

from .drawn_dialects import Written, dialects
from .drawn_fields import FRESH, Column, Document, alike, column_of, columns

NAMES = ("a", "b c", "Ü", "row_", "line", "c1", "_", "it's", 'q"q', "x,y;z", "9", "select")
SHIPPED_COLUMNS = [
    column_of(
        one, [*alike(one["constraints"].get("enum", ["EURO"])), *("x" * length for length in (200, 201, 1000, 1001))]
    )
    for one in json.loads(SHIPPED.read_text(), parse_float=Decimal)["fields"]
]
ROLES = {"id": "string", "account": "string", "timestamp": "datetime", "amount": "number", "currency": "string"}
STRANGE = ('"', "\r", "\n", "\0", "\ufeff", "\x01", "\x02", "\x03", "\x04", "\x1f", "\x1a", "\x1b", "\u2028",
           "\\", "#", "'", " ", "\t", '""', '"\n"', "\r\n", "\r\r\n", "\U0001f600", "\u202e")  # fmt: skip
LONG = (1 << 18) + 7  # characters; more than a record may have


@dataclass(frozen=True)
class Drawn:
    """A schema's document and a file's bytes.

    `block` is how much of the file is made flat at once, `at_once` how many rows' keys the engine compares in memory,
    `details` how many errors the verdict lists.
    """

    document: Document
    content: bytes
    block: int
    at_once: int
    details: int


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """A schema and a file for it."""
    ordinary, ledger = _ordinary(), _with_roles()
    some = draw(st.one_of(ordinary, ordinary, ordinary, ledger, ledger, st.just(SHIPPED_COLUMNS), _wide()))
    written = draw(dialects())
    header = _header(draw, some)
    spoilt = draw(st.sampled_from([0, 0, 0, 1, 5]))  # of ten rows
    rows = [_row(draw, header, number, spoilt) for number in range(draw(st.integers(1, 12 if len(some) < 20 else 3)))]
    lines = [written.line([one.document["name"] for one in header]), *map(written.line, rows)]
    text = _with_faults(draw, lines, written)
    content = written.encoded(text)
    if draw(st.integers(1, 40)) == 40:
        content = _with_a_bad_byte(draw, content)
    return Drawn(
        _document(draw, some, written),
        content,
        block=draw(st.sampled_from([1 << 20, 1 << 20, 64, 7])),
        at_once=draw(st.sampled_from([1_000_000, 3])),
        details=draw(st.sampled_from([10_000, 3])),
    )


@st.composite
def _ordinary(draw: st.DrawFn) -> list[Column]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    odd = draw(st.integers(0, 2))
    return [draw(columns(name, odd=odd == 2 or (odd == 1 and at == 0))) for at, name in enumerate(names)]


@st.composite
def _wide(draw: st.DrawFn) -> list[Column]:
    """More columns than a person would write, of few kinds."""
    few = draw(_ordinary())
    width = draw(st.sampled_from([30, 60]))
    return [
        Column({**one.document, "name": f"{one.document['name']}{at}"}, one.fresh, one.right, one.wrong)
        for at, one in ((at, few[at % len(few)]) for at in range(width))
    ]


@st.composite
def _with_roles(draw: st.DrawFn) -> list[Column]:
    """Columns as a ledger has them, each with a role that `_document` gives it by its name."""
    roles = draw(st.sampled_from([list(ROLES), ["amount", "currency"], ["id"], ["id", "account", "timestamp"]]))
    return [*(_of_role(draw, role, roles) for role in roles), *draw(st.lists(columns("note"), max_size=1))]


def _of_role(draw: st.DrawFn, role: str, roles: Sequence[str]) -> Column:
    document: Document = {"name": role, "type": ROLES[role], "constraints": {"required": True}}
    if role == "currency" and draw(st.booleans()):
        return _of_lists(draw, document, historic="timestamp" in roles)
    if role == "currency":
        codes = draw(st.sampled_from([["EUR", "JPY", "KWD", "CLF"], ["eur", "Usd", "jpy"], ["EUR"]]))
        document["constraints"]["enum"] = codes
        document["tap"] = {"ignoreCase": draw(st.booleans())}
        return column_of(document, [*alike(codes), "EURO", "XXX"])
    if role == "amount":
        if draw(st.booleans()):
            document["constraints"]["minimum"] = 0
        return column_of(
            document, ["12", "0", "1.50", "7.1", "1.005", "1.0005", "1.00005", "-3.10", "1" * 37, "0.12345678"]
        )
    if role == "id":
        document["constraints"]["unique"] = True
    return column_of(document, ["x" * 2048, "x" * 2049, "ü" * 1025] if role != "timestamp" else [])


def _of_lists(draw: st.DrawFn, document: Document, *, historic: bool) -> Column:
    """Currencies by the lists of ISO 4217; of the historic, some are still taken at the times that are drawn."""
    lists = draw(st.sampled_from([["current"], ["current", "no-minor-unit"], ["no-minor-unit"]]))
    document["tap"] = {"currencies": lists, "ignoreCase": draw(st.booleans())}
    one = column_of(document, ["EUR", "JPY", "jpy", "XAU", "XDR", "xau", "XXX", "EURO"])
    if not historic or draw(st.booleans()):
        return one
    of_before = {**document, "tap": {**document["tap"], "currencies": [*lists, "historic"]}}
    return Column(of_before, one.fresh, [*one.right, "ANG", "BGN", "HRK", "ITL", "YUN"], one.wrong)


def _header(draw: st.DrawFn, some: Sequence[Column]) -> list[Column]:
    """The columns that the file has: in any order, some not in the schema, some that need not be there left out."""
    header = list(draw(st.permutations(some))) if len(some) < 20 else list(some)
    if draw(st.integers(1, 5)) == 5:
        header.insert(draw(st.integers(0, len(header))), column_of({"name": "extra"}))
    if len(header) > 1 and draw(st.integers(1, 6)) == 6:
        header.pop(draw(st.integers(0, len(header) - 1)))
    return header


def _row(draw: st.DrawFn, header: Sequence[Column], number: int, spoilt: int) -> list[str]:
    """A row: mostly what is right and fresh, some of it twice; and if it is to be spoilt, something wrong."""
    plain = draw(st.integers(0, 3))
    cells = [
        one.fresh[(number + at * (not one.unique)) % len(one.fresh)]
        if len(header) > 20 or (plain and (one.unique or plain > 1))
        else draw(st.sampled_from(one.right))
        for at, one in enumerate(header)
    ]
    if draw(st.integers(1, 10)) <= spoilt:
        at = draw(st.integers(0, len(header) - 1))
        cells[at] = draw(st.sampled_from([*header[at].wrong, *header[at].right]))
    if draw(st.integers(1, 6)) == 6:
        at = draw(st.integers(0, len(header) - 1))
        cells[at] = header[at].fresh[draw(st.integers(0, 2)) % len(header[at].fresh)]
    return cells


def _document(draw: st.DrawFn, some: Sequence[Column], written: Written) -> Document:
    """The schema of the columns, with what a schema says beside its fields."""
    names = [one.document["name"] for one in some]
    document: Document = {"fields": [one.document for one in some]}
    if written.stated is not None:
        document["dialect"] = written.stated
    roles = {role: name for name in names for role in ROLES if name in {role, f"{role}_id", f"transaction_{role}"}}
    if roles:
        document["tap"] = {"roles": roles}
    if draw(st.integers(1, 3)) == 3:
        document["missingValues"] = draw(st.sampled_from([["", "N/A"], ["-"], [], ["", "0", "-"], [""]]))
    if "transaction_id" in names:
        document["primaryKey"] = "transaction_id"
    elif draw(st.integers(1, 6)) == 6:
        several = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
        document["primaryKey"] = draw(st.one_of(st.sampled_from(names), several))
    if draw(st.integers(1, 6)) == 6:
        keys = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
        document["uniqueKeys"] = draw(st.lists(keys, min_size=1, max_size=2))
    if draw(st.integers(1, 12)) == 12:
        document["fieldsMatch"] = draw(st.sampled_from(["exact", "equal", "subset", "superset", "partial", ["equal"]]))
    return document


def _with_faults(draw: st.DrawFn, lines: list[str], written: Written) -> str:
    """The text of a file, in which lines and characters may be out of place."""
    if draw(st.integers(1, 4)) == 4:
        at = draw(st.sampled_from([1, 1, 0, len(lines) - 1]))
        lines[at] = "\ufeff" + lines[at]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        lines.insert(draw(st.integers(1, len(lines))), draw(_broken(lines, written)))
    if written.comment:
        lines.insert(draw(st.integers(0, len(lines))), written.comment + draw(st.sampled_from(["", lines[-1], ' "'])))
    lines = [*written.preamble, *lines, *written.footers]
    text = written.ending.join(lines) + draw(
        st.sampled_from([written.ending] * 4 + ["", "\n", "\r", written.ending * 2])
    )
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        at = draw(st.integers(min(len(lines[0]), len(text)) if draw(st.booleans()) else 0, len(text)))
        strange = [*STRANGE, written.delimiter, written.quote or "", written.escape or "", written.comment or ""]
        text = text[:at] + draw(st.sampled_from(strange)) + text[at + draw(st.integers(0, 1)) :]
    return text


def _broken(lines: Sequence[str], written: Written) -> st.SearchStrategy[str]:
    """A line that is no row, or hardly one."""
    row, cut, quote = lines[-1], written.delimiter, written.quote or '"'
    return st.one_of(
        st.sampled_from(
            ["", "", "   ", quote, quote * 2, cut, cut * 3, row + cut, row[: len(row) // 2], row + "\r", "\r" + row,
             quote + row, row + quote, row.replace(cut, f"{cut}\n", 1), f"{quote}a\nb{quote}{row}", "\x03", "\x01",
             f'{row}{quote}\n{quote}', "\x1f" * 3, "\0", f"{quote}open{cut}", f"x{quote}{cut}y{cut}{quote}z", lines[0],
             row.replace(cut, "\x1f"), "sep=" + cut, "# " + row, f" {row}", row + (written.escape or "\\")]
        ),
        st.sampled_from(STRANGE),
        st.integers(1, 30).map(lambda once: row + "x" * LONG if once == 30 else row),
    )  # fmt: skip


def _with_a_bad_byte(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.sampled_from([b"\xff", b"\xc3", b"\x80", b"\xed\xa0\x80", b"\xd8"])) + content[at:]


assert FRESH > 12, "a column of unique values has one for each row"
