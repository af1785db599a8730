"""Files of every dialect with errors planted at known places: each row's verdict is the plan, and nothing is lost.

`make prove-files` draws thousands of them; the ordinary run a hundred.
"""

import io
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rows import NAMES
from transactions.judge import judge

from .conftest import Collected

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\x00"), max_size=20)

# What is planted in a good row: cells that replace its own, and the codes by column that must be told, no more.
PLANTED = {
    "right": ({}, {}),
    "no id": ({"transaction_id": ""}, {"transaction_id": "cell-required"}),
    "odd id": ({"transaction_id": "odd {}"}, {"transaction_id": "cell-pattern"}),
    "no amount": ({"amount": ""}, {"amount": "cell-required"}),
    "no number": ({"amount": "1e3"}, {"amount": "cell-type"}),
    "negative": ({"amount": "-1"}, {"amount": "cell-minimum"}),
    "too much": ({"amount": "1000000000000", "currency": "EUR"}, {"amount": "cell-maximum"}),
    "too fine": ({"amount": "1.001", "currency": "EUR"}, {"amount": "cell-decimals"}),
    "half a yen": ({"amount": "1.5", "currency": "JPY"}, {"amount": "cell-decimals"}),
    "no such currency": ({"currency": "EURO"}, {"currency": "cell-enum"}),
    "no offset": ({"timestamp": "2025-01-01T00:00:00"}, {"timestamp": "cell-type"}),
    "30 February": ({"timestamp": "2025-02-30T00:00:00Z"}, {"timestamp": "cell-type"}),
    "too old": ({"timestamp": "1969-12-31T23:59:59Z"}, {"timestamp": "cell-minimum"}),
    "two at once": ({"type": "gift", "account_id": ""}, {"type": "cell-enum", "account_id": "cell-required"}),
}


@dataclass(frozen=True)
class Drawn:
    """A file: how it is written, its rows, and what is planted in each. `repeats` are rows with an earlier row's id."""

    delimiter: str
    encoding: str
    ending: str
    quote_all: bool
    columns: Sequence[str]
    rows: Sequence[dict[str, str]]
    plants: Sequence[str]
    repeats: set[int]


@st.composite
def files(draw: st.DrawFn) -> Drawn:
    """Any dialect, any order of columns, any texts; amounts with the decimals of their currency."""
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    plants = draw(st.lists(st.one_of(st.just("right"), st.sampled_from(sorted(PLANTED))), max_size=25))
    rows = [_row(draw, number, ending) for number in range(len(plants))]
    for number, (row, plant) in enumerate(zip(rows, plants, strict=True)):
        row.update({name: cell.format(number) for name, cell in PLANTED[plant][0].items()})
    return Drawn(
        delimiter=draw(st.sampled_from(",;\t|")),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        ending=ending,
        quote_all=draw(st.booleans()),
        columns=draw(st.permutations(NAMES)),
        rows=rows,
        plants=plants,
        repeats=_repeats(draw, rows, plants),
    )


def _row(draw: st.DrawFn, number: int, ending: str) -> dict[str, str]:
    currency = draw(st.sampled_from(sorted(DECIMALS)))
    amount = draw(st.decimals(0, 10**9, places=DECIMALS[currency]))
    lines = draw(st.lists(TEXT, min_size=1, max_size=3))
    return dict.fromkeys(NAMES, "") | {
        "transaction_id": f"T{number}",
        "account_id": f"A-{number % 3}",
        "timestamp": f"2025-03-01T12:{number:02d}:00+01:00",
        "amount": f"{amount:f}",
        "currency": currency,
        "type": draw(st.sampled_from(["debit", "credit"])),
        "merchant": draw(TEXT),
        "description": ending.join(lines),
    }


def _repeats(draw: st.DrawFn, rows: list[dict[str, str]], plants: Sequence[str]) -> set[int]:
    """Some rows take the id of the first one that is right in its id."""
    able = [number for number, plant in enumerate(plants) if "transaction_id" not in PLANTED[plant][0]]
    chosen = draw(st.sets(st.sampled_from(able[1:]), max_size=3)) if len(able) > 1 else set()
    for number in chosen:
        rows[number]["transaction_id"] = rows[able[0]]["transaction_id"]
    return chosen


def _written(drawn: Drawn) -> tuple[bytes, list[int]]:
    """The file's bytes, and the physical line that each row begins in."""
    out = io.StringIO()
    out.write(_line(drawn, dict(zip(NAMES, NAMES, strict=True))))
    line, begins = 2, []
    for row in drawn.rows:
        begins.append(line)
        text = _line(drawn, row)
        out.write(text)
        line += text.count(drawn.ending)
    return out.getvalue().encode(drawn.encoding), begins


def _line(drawn: Drawn, row: dict[str, str]) -> str:
    return drawn.delimiter.join(_cell(drawn, row[name]) for name in drawn.columns) + drawn.ending


def _cell(drawn: Drawn, cell: str) -> str:
    special = any(mark in cell for mark in ('"', drawn.delimiter, "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if special or drawn.quote_all else cell


@pytest.mark.parametrize("way", ["rows", "vectorised"])
@settings(deadline=None)
@given(drawn=files())
def test_each_rows_verdict_is_the_plan_and_nothing_is_lost(schema, way, drawn):
    """Every planted error is told at its line and column and no other is; figures add up; accepted rows come back."""
    content, begins = _written(drawn)
    collected = Collected()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        verdict = judge(path, schema, collected, way=way)

    told = defaultdict(set)
    for error in verdict.errors:
        told[error.line].add((error.column, error.code))
    expected = {
        line: {*PLANTED[plant][1].items(), *({("transaction_id", "cell-duplicate")} if number in drawn.repeats else ())}
        for number, (line, plant) in enumerate(zip(begins, drawn.plants, strict=True))
    }
    assert dict(told) == {line: errors for line, errors in expected.items() if errors}
    good = [row for row, line in zip(drawn.rows, begins, strict=True) if not expected[line]]
    _assert_come_back(good, collected.rows)
    _assert_conserved(verdict, len(drawn.rows), good)
    assert verdict.file.delimiter == drawn.delimiter or not drawn.rows


def _assert_come_back(good, accepted):
    """The accepted output is the accepted input: ids in order, money to the cent, texts letter by letter."""
    for name in ("transaction_id", "account_id", "currency", "merchant", "description"):
        assert [row[name] or "" for row in accepted] == [row[name] for row in good]
    assert [Decimal(row["amount"]) for row in accepted] == [Decimal(row["amount"]) for row in good]


def _assert_conserved(verdict, read, good):
    """Rows and, for each currency, amounts."""
    rows = verdict.rows
    assert (rows.read, rows.accepted, rows.rejected) == (read, len(good), read - len(good))
    sums = defaultdict(Decimal)
    for row in good:
        sums[row["currency"]] += Decimal(row["amount"])
    for currency, figures in verdict.totals.items():
        amounts = {name: Decimal(figure) for name, figure in figures.items()}
        assert amounts["read"] == amounts["accepted"] + amounts["rejected"]
        assert amounts["accepted"] == sums[currency]
