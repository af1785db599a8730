"""Amounts: decimals that fit their currency, and exact sums. Used by `rules`, `judge` and the loader's figures.

Never a float: an amount is a `Decimal` or its canonical text from the file to the table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from transactions.currencies import MINOR_UNITS as MINOR_UNITS
from transactions.currencies import minor_units as minor_units

DIGITS = 38  # of a number in DynamoDB
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")

_QUANTA = {units: Decimal(1).scaleb(-units) for units in range(5)}
# Room for 10^20 amounts of the longest kind; a sum that had to be rounded is an error instead.
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])


def read_number(text: str) -> Decimal | None:
    """A plain decimal number, or None: no exponent, no NaN, no separators of thousands, at most 38 digits."""
    if NUMBER.fullmatch(text) is None or (len(text) > DIGITS and digits(text) > DIGITS):
        return None
    return Decimal(text)


def digits(text: str) -> int:
    """Digits of a number as it is written, also those that say nothing."""
    return sum(map(str.isdigit, text))


def written_decimals(text: str) -> int:
    """Decimals of a number as it is written: 2 in 1.50."""
    return len(text.partition(".")[2])


def decimals(value: Decimal) -> int:
    """Decimals as written: 2 for 1.50."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def canonical(value: Decimal, currency: str) -> str:
    """The one way to write an amount: the currency's decimals, or those it needs if there are none; no sign for zero.

    Raises:
        decimal.Inexact: it has more decimals than the currency; the rules refuse such a row before.
    """
    units = minor_units(currency)
    return plain(_EXACT.normalize(value) if units is None else _EXACT.quantize(value, _QUANTA[units]))


def plain(value: Decimal) -> str:
    """A number as it is, with no exponent and no sign for zero: Python's own context would round 29 digits to 28."""
    return format(_EXACT.plus(value), "f")


def add(first: Decimal, second: Decimal) -> Decimal:
    """An exact sum; raises `decimal.Inexact` rather than round."""
    return _EXACT.add(first, second)


class Totals:
    """Exact sums per currency."""

    def __init__(self) -> None:
        self._sums: dict[str, Decimal] = {}

    def add(self, currency: str, amount: Decimal) -> None:
        """Count one amount."""
        known = self._sums.get(currency)
        self._sums[currency] = amount if known is None else _EXACT.add(known, amount)

    def __getitem__(self, currency: str) -> Decimal:
        return self._sums.get(currency, Decimal(0))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._sums))

    def text(self, currency: str) -> str:
        """The sum as text, with at least the currency's decimals."""
        return amount_text(self[currency], currency)

    def to_json(self) -> dict[str, str]:
        """Sums by currency, in the order of the codes."""
        return {currency: self.text(currency) for currency in self}


def amount_text(value: Decimal, currency: str) -> str:
    """An amount or a sum as text: the currency's decimals, or more where it has more."""
    units = minor_units(currency)
    return canonical(value, currency) if units is None or decimals(value) <= units else format(value, "f")


def sum_texts(totals: Iterable[Mapping[str, str]]) -> dict[str, Decimal]:
    """Add up totals as they stand in documents: {"EUR": "1.00"} and so on."""
    result = Totals()
    for one in totals:
        for currency, amount in one.items():
            result.add(currency, Decimal(amount))
    return {currency: result[currency] for currency in result}
