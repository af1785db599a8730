"""Rows and files that are right, but for the cells that are given: with the columns of the shipped schema.

A column that is not named here is left blank, as an optional one may be; nothing has to be added for it.
"""

import json
from pathlib import Path

from transactions.schema import SHIPPED

NAMES: tuple[str, ...] = tuple(field["name"] for field in json.loads(SHIPPED.read_text("utf-8"))["fields"])
HEADER = ",".join(NAMES) + "\n"
OF_THE_FILES = (Path(__file__).parents[1] / "data" / "header_only.csv").read_text().strip().split(",")
RIGHT = {
    "account_id": "A-1",
    "timestamp": "2025-03-01T12:00:00+01:00",
    "amount": "1.50",
    "currency": "EUR",
    "type": "debit",
    "merchant": "Shop",
    "description": "text",
}


def make_cells(number: int = 1, **cells: str) -> dict[str, str]:
    return dict.fromkeys(NAMES, "") | RIGHT | {"transaction_id": f"T{number}"} | cells


def make_row(number: int = 1, **cells: str) -> str:
    return ",".join(make_cells(number, **cells).values()) + "\n"


def make_file(*numbers: int, **cells: str) -> str:
    return HEADER + "".join(make_row(number, **cells) for number in numbers)


def is_younger(code: str, column: str | None) -> bool:
    """Whether it is the note that a file of tests/data lacks an optional column, which the schema gained since.

    They stay as they are: files from before a column came are right.
    """
    return code == "header-missing-column" and column not in (*OF_THE_FILES, None)
