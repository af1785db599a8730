"""The judgement against frictionless-py, row by row, on files that neither was made for.

The two agree on the part of the rules that they share. Where they differ on purpose, the difference has its name, the
side that rejects, and the reason here; a difference that is not listed fails, and so does one that is gone.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.rows import NAMES
from transactions.judge import judge
from transactions.schema import SHIPPED

from .conftest import Collected
from .oracle import oracle_on

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
FILES, ROWS = 8, 300

AGREED = {
    "right": {},
    "no id": {"transaction_id": ""},
    "odd id": {"transaction_id": "odd {}"},
    "no account": {"account_id": ""},
    "no amount": {"amount": ""},
    "no number": {"amount": "ten"},
    "negative": {"amount": "-1.00"},
    "too much": {"amount": "1000000000000.00"},
    "a thousands separator": {"amount": "1 000.00"},
    "no currency": {"currency": ""},
    "no such currency": {"currency": "EURO"},
    "no such type": {"type": "gift"},
    "no time": {"timestamp": "yesterday"},
    "30 February": {"timestamp": "2025-02-30T00:00:00Z"},
    "month first": {"timestamp": "03/01/2025"},
    "long merchant": {"merchant": "m" * 201},
    "quoted text": {"description": 'a "quoted" text'},
    "quoted newline": {"description": "one\ntwo"},
    "other script": {"merchant": "日本 Übersicht"},
}
# plant: (its cells, who alone rejects it, why)
DIFFERENT = {
    "decimals": ({"amount": "1.5", "currency": "JPY"}, "ours", "Table Schema knows no decimals by currency"),
    "exponent": ({"amount": "1e3"}, "ours", "a ledger writes amounts in full; 1e3 is more often a damaged cell"),
    "no offset": ({"timestamp": "2025-01-01T00:00:00"}, "ours", "a time without offset is no moment"),
    "lower case": ({"currency": "eur"}, "oracle", "the case of a code does not matter: `ignoreCase` in our schema"),
    "too old": ({"timestamp": "1969-12-31T23:59:59Z"}, "ours", "the oracle fails on limits of times with an offset"),
}
PLANTS = {**AGREED, **{name: cells for name, (cells, _, _) in DIFFERENT.items()}}


def _rows(random_: random.Random, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    for row in range(ROWS):
        plant = random_.choice(["right", *PLANTS])
        good = dict.fromkeys(NAMES, "") | {
            "transaction_id": f"F{number}-{row}",
            "account_id": f"A-{row % 7}",
            "timestamp": f"2025-03-{1 + row % 28:02d}T12:00:00+01:00",
            "amount": f"{random_.randrange(10**6)}.{random_.randrange(100):02d}",
            "currency": random_.choice(["EUR", "USD", "CHF"]),
            "type": random_.choice(["debit", "credit"]),
            "merchant": "Shop",
            "description": "Goods",
        }
        yield plant, good | {name: cell.format(row) for name, cell in PLANTS[plant].items()}


def _cell(cell: str, delimiter: str) -> str:
    special = any(mark in cell for mark in ('"', delimiter, "\n"))
    return '"' + cell.replace('"', '""') + '"' if special else cell


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """The folder of files, and for each the plants of its rows."""
    folder = tmp_path_factory.mktemp("oracle")
    plants: dict[str, list[str]] = {}
    for number in range(FILES):
        name, delimiter = list(DELIMITERS.items())[number % len(DELIMITERS)]
        rows = list(_rows(random.Random(number), number))
        lines = [delimiter.join(NAMES)]
        lines += [delimiter.join(_cell(row[column], delimiter) for column in NAMES) for _, row in rows]
        path = folder / f"{name}-{number:02d}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
        plants[path.name] = [plant for plant, _ in rows]
    return folder, plants


@pytest.fixture(scope="module")
def oracle(drawn) -> dict[str, set[int]]:
    """The records that frictionless-py rejects, by file. It gets the shipped schema without the limits of times."""
    schema = json.loads(SHIPPED.read_text())
    for field in schema["fields"]:
        if field["type"] == "datetime":
            field["constraints"] = {"required": True}
    dialects = {name: {"delimiter": DELIMITERS[name.split("-")[0]]} for name in drawn[1]}
    found = oracle_on(drawn[0], {name: {"schema": schema, "dialect": dialects[name]} for name in dialects})
    return {name: {row - 1 for row in rows} for name, rows in found.items()}


@pytest.mark.parametrize("way", ["rows", "vectorised"])
def test_the_oracle_rejects_the_same_rows_but_for_the_listed_differences(schema, drawn, oracle, way):
    """2,400 rows, each with the same verdict, or with a difference that is named and reasoned above."""
    folder, plants = drawn
    surprises, differed = [], set()
    for name, planted in plants.items():
        collected = Collected()
        judge(folder / name, schema, collected, way=way)
        ours = {record.number for record, _ in collected.refused}
        for number, plant in enumerate(planted, 1):
            sides = {side for side, found in (("ours", ours), ("oracle", oracle[name])) if number in found}
            if plant in DIFFERENT and sides == {DIFFERENT[plant][1]}:
                differed.add(plant)
            elif len(sides) == 1:
                surprises.append((name, number, plant, sides))

    assert surprises == []
    assert differed == set(DIFFERENT), "a listed difference is gone: take it from the list"
