"""The values of an enumeration that a wrong cell seems to mean. Used by `rules`.

To compare a cell with all values takes a millisecond, so it is done for the first cells of a column alone: a file of
wrong cells must not cost more than a judgement. Which cells are the first is the same in both ways of judging.
"""

import json
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from transactions import currencies
from transactions.codes import counted

_SHOWN = 15  # values of an enumeration that a message names
_NEAREST = 3
_CELLS = 1000  # different ones, for which the nearest values are looked for
_LENGTH = 40  # characters of such a cell


def one_of(values: Sequence[str]) -> str:
    """The values in words: all of a few, the number of many."""
    return f"must be one of {', '.join(values) if len(values) <= _SHOWN else counted(len(values), 'value')}"


def adviser(values: Sequence[str], lists: Sequence[str]) -> Callable[[str], str]:
    """What tells which of the values are near to a cell, and what it is if it is a currency that is not taken.

    Args:
        values: as they are written in the file.
        lists: those of `currencies.LISTS` that the column takes.
    """
    folded = {value.casefold(): value for value in values}
    of_money = not currencies.CURRENT.isdisjoint(values)
    known: dict[str, str] = {}

    def look(cell: str) -> str:
        meant = cell.strip()
        if meant != cell and meant.casefold() in folded:
            return f"{folded[meant.casefold()]} is, without the blanks around it"
        near = [folded[one] for one in get_close_matches(meant.casefold(), folded, n=_NEAREST)]
        told = f"the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""
        return (_of_another_list(meant.upper(), lists) if of_money else "") or told

    def advise(cell: str) -> str:
        if cell not in known and len(known) < _CELLS and len(cell) <= _LENGTH:
            known[cell] = look(cell)
        return known.get(cell, "")

    return advise


def _of_another_list(code: str, lists: Sequence[str]) -> str:
    """Of a code that ISO 4217 has, and the column does not take: how it would."""
    month, taken = currencies.WITHDRAWN.get(code), list(lists) or ["current"]
    if month:
        told, other = f"{code} was withdrawn in {month}", "historic"
    elif code in currencies.NO_MINOR_UNIT:
        told, other = f"{code} has no minor unit", "no-minor-unit"
    else:
        return ""
    setting = json.dumps({"currencies": [*taken, other]})
    return f'{told}: to take it, state "tap": {setting} at the field{"" if lists else " in place of its enum"}'
