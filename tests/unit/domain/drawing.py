"""Drawn schemas with files for them: any dialect, cells near the edges of what they may be, lines that are no row.

Used by `test_one_verdict`. A file is mostly right or mostly not, so that both the engine and the exact rules have work.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from transactions.schema import SHIPPED

from .drawn_dialects import Written, any_dialect
from .drawn_fields import FRESH, Column, Document, alike, any_column, column_of, often, spellings

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


def drawn(seed: int) -> Drawn:
    """A schema and a file for it.

    By a generator of our own: Hypothesis draws what is like what it drew before, and three of four schemas were.
    """
    chance = Random(seed)
    kinds = (_ordinary, _ordinary, _ordinary, _with_roles, _with_roles, lambda _: SHIPPED_COLUMNS, _wide)
    some = chance.choice(kinds)(chance)
    written = any_dialect(chance)
    header = _header(chance, some)
    spoilt = chance.choice([0, 0, 1, 2, 5])  # of ten rows
    at_edge = None if often(chance, 2) else _bounded(chance, header)
    rows = [
        _row(chance, header, number, spoilt, at_edge)
        for number in range(chance.randint(1, 24 if len(some) < 20 else 3))
    ]
    named = replace(written, quoting="need" if written.quoting == "none" else written.quoting)
    lines = [named.line([one.document["name"] for one in header]), *map(written.line, rows)]
    content = written.encoded(_with_faults(chance, lines, written))
    if often(chance, 40):
        content = _with_a_bad_byte(chance, content)
    return Drawn(
        _document(chance, some, written),
        content,
        block=chance.choice([1 << 20, 1 << 20, 64, 7]),
        at_once=chance.choice([1_000_000, 3]),
        details=chance.choice([10_000, 3]),
    )


def _ordinary(chance: Random) -> list[Column]:
    names = chance.sample(NAMES, chance.randint(1, 5))
    odd = chance.randint(0, 2)
    return [any_column(chance, name, odd=odd == 2 or (odd == 1 and at == 0)) for at, name in enumerate(names)]


def _wide(chance: Random) -> list[Column]:
    """More columns than a person would write, of few kinds."""
    few = _ordinary(chance)
    width = chance.choice([30, 30, 30, 90, 90, 130, 400])
    return [
        replace(one, document={**one.document, "name": f"{one.document['name']}{at}"})
        for at, one in ((at, few[at % len(few)]) for at in range(width))
    ]


def _with_roles(chance: Random) -> list[Column]:
    """Columns as a ledger has them, each with a role that `_document` gives it by its name."""
    roles = chance.choice([list(ROLES), ["amount", "currency"], ["id"], ["id", "account", "timestamp"]])
    return [
        *(_of_role(chance, role, roles) for role in roles),
        *([any_column(chance, "note")] if often(chance, 2) else []),
    ]


def _of_role(chance: Random, role: str, roles: Sequence[str]) -> Column:
    document: Document = {"name": role, "type": ROLES[role], "constraints": {"required": True}}
    if role == "currency" and often(chance, 2):
        return _of_lists(chance, document, historic="timestamp" in roles)
    if role == "currency":
        codes = chance.choice([["EUR", "JPY", "KWD", "CLF"], ["eur", "Usd", "jpy"], ["EUR"]])
        document["constraints"]["enum"] = codes
        document["tap"] = {"ignoreCase": often(chance, 2)}
        return column_of(document, [*alike(codes), "EURO", "XXX"])
    if role == "amount":
        if often(chance, 2):
            document["constraints"]["minimum"] = 0
        return column_of(
            document, ["12", "0", "1.50", "7.1", "1.005", "1.0005", "1.00005", "-3.10", "1" * 37, "0.12345678"]
        )
    if role == "id":
        document["constraints"]["unique"] = True
    return column_of(document, ["x" * 2048, "x" * 2049, "ü" * 1025] if role != "timestamp" else [])


def _of_lists(chance: Random, document: Document, *, historic: bool) -> Column:
    """Currencies by the lists of ISO 4217; of the historic, some are still taken at the times that are drawn."""
    lists = chance.choice([["current"], ["current", "no-minor-unit"], ["no-minor-unit"]])
    document["tap"] = {"currencies": lists, "ignoreCase": often(chance, 2)}
    one = column_of(document, ["EUR", "JPY", "jpy", "XAU", "XDR", "xau", "XXX", "EURO"])
    if not historic or often(chance, 2):
        return one
    of_before = {**document, "tap": {**document["tap"], "currencies": [*lists, "historic"]}}
    return replace(one, document=of_before, right=[*one.right, "ANG", "BGN", "HRK", "ITL", "YUN"])


def _header(chance: Random, some: Sequence[Column]) -> list[Column]:
    """The columns that the file has: in any order, some not in the schema, some that need not be there left out."""
    header = chance.sample(some, len(some))
    if often(chance, 5):
        header.insert(chance.randint(0, len(header)), column_of({"name": "extra"}))
    at = chance.randrange(len(header))
    if len(header) > 1 and often(chance, 3) and (not header[at].required or often(chance, 8)):
        header.pop(at)
    return header


def _bounded(chance: Random, header: Sequence[Column]) -> int | None:
    """The place of a column with cells at its constraints, one of them, or None."""
    return chance.choice([at for at, one in enumerate(header) if one.bounded] or [None])


def _row(chance: Random, header: Sequence[Column], number: int, spoilt: int, at_edge: int | None) -> list[str]:
    """A row: mostly what is right and fresh, some of it empty or twice; and if it is to be spoilt, something wrong.

    One column, that `at_edge`, has cells near its constraints in every other row, right and wrong.
    """
    plain = chance.random()
    cells = [_cell(chance, one, number + at * (not one.unique), plain) for at, one in enumerate(header)]
    if at_edge is not None and often(chance, 2):
        cells[at_edge] = chance.choice(header[at_edge].near)
    if chance.randrange(10) < spoilt:
        at = chance.randrange(len(header))
        cells[at] = chance.choice(chance.choice([header[at].near, header[at].near, header[at].wrong]))
    if chance.random() < 0.2:
        at = chance.randrange(len(header))
        cells[at] = chance.choice(spellings(header[at].document, chance.randrange(3)))
    return cells


def _cell(chance: Random, column: Column, number: int, plain: float) -> str:
    if chance.random() < 0.1 and "" in column.right:
        return ""
    if plain > 0.5 or (plain > 0.25 and column.unique):
        return column.fresh[number % len(column.fresh)]
    return chance.choice(column.at_edge if column.at_edge and often(chance, 2) else column.right)


def _document(chance: Random, some: Sequence[Column], written: Written) -> Document:
    """The schema of the columns, with what a schema says beside its fields."""
    names = [one.document["name"] for one in some]
    document: Document = {"fields": [one.document for one in some]}
    if written.stated is not None:
        document["dialect"] = written.stated
    roles = {role: name for name in names for role in ROLES if name in {role, f"{role}_id", f"transaction_{role}"}}
    if roles:
        document["tap"] = {"roles": roles}
    if often(chance, 3):
        document["missingValues"] = chance.choice([["", "N/A"], ["-"], [], ["", "0", "-"], ["", "\0", "'"]])
    if "transaction_id" in names:
        document["primaryKey"] = "transaction_id"
    elif often(chance, 6):
        key = chance.sample(names, chance.randint(1, min(2, len(names))))
        document["primaryKey"] = key if len(key) > 1 or often(chance, 2) else key[0]
    if often(chance, 6):
        keys = [chance.sample(names, chance.randint(1, min(3, len(names)))) for _ in range(chance.randint(1, 2))]
        document["uniqueKeys"] = keys
    if often(chance, 12):
        document["fieldsMatch"] = chance.choice(["exact", "equal", "subset", "superset", "partial", ["equal"]])
    return document


def _with_faults(chance: Random, lines: list[str], written: Written) -> str:
    """The text of a file, in which lines and characters may be out of place."""
    if often(chance, 4):
        at = chance.choice([*[1] * 6, 0, *[len(lines) - 1] * 2])
        lines[at] = "\ufeff" + lines[at]
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        lines.insert(chance.randint(1, len(lines)), _broken(chance, lines, written))
    if written.comment:
        lines.insert(chance.randint(0, len(lines)), written.comment + chance.choice(["", lines[-1], ' "']))
    lines = [*written.preamble, *lines, *written.footers]
    last = chance.choice([written.ending] * 4 + ["", "\n", "\r", written.ending * 2])
    text = written.ending.join(lines) + last
    for _ in range(chance.choice([0, 0, 0, 0, 1, 2])):
        at = chance.randint(min(len(lines[0]), len(text)) if often(chance, 2) else 0, len(text))
        strange = [*STRANGE, written.delimiter, written.quote or "", written.escape or "", written.comment or ""]
        text = text[:at] + chance.choice(strange) + text[at + chance.randint(0, 1) :]
    return text


def _broken(chance: Random, lines: Sequence[str], written: Written) -> str:
    """A line that is no row, or hardly one."""
    row, cut, quote = lines[-1], written.delimiter, written.quote or '"'
    if often(chance, 40):
        return row + "x" * LONG
    return chance.choice([
        "", "", "   ", quote, quote * 2, cut, cut * 3, row + cut, row[: len(row) // 2], row + "\r", "\r" + row,
        quote + row, row + quote, row.replace(cut, f"{cut}\n", 1), f"{quote}a\nb{quote}{row}", "\x03", "\x01",
        f"{row}{quote}\n{quote}", "\x1f" * 3, "\0", f"{quote}open{cut}", f"x{quote}{cut}y{cut}{quote}z", lines[0],
        row.replace(cut, "\x1f"), "sep=" + cut, "# " + row, f" {row}", row + (written.escape or "\\"),
        *chance.sample(STRANGE, 4),
    ])  # fmt: skip


def _with_a_bad_byte(chance: Random, content: bytes) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice([b"\xff", b"\xc3", b"\x80", b"\xed\xa0\x80", b"\xd8"]) + content[at:]


assert FRESH > 24, "a column of unique values has one for each row"
