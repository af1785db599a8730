"""What looks like a value, and what like a name, by its form alone. Used before any type is known."""

import re
from collections.abc import Sequence

# what people write where nothing is meant
MARKERS = frozenset(
    {"-", "--", "n/a", "N/A", "NA", "#N/A", "NULL", "null", "\\N", "None", "none", "nan", "NaN", "nil", "k.A.", "?"}
)
_VALUE = re.compile(
    r"[-+(\u2212]?(?:[A-Z]{3} ?|[€$£¥] ?)?[-+]?[0-9][-0-9.,:/'\u2019 \u00a0\u202f]*"
    r"(?:T[0-9:.,]+)?(?:Z| ?[+-][0-9:]+)?(?: ?[€$£¥%]| ?[A-Z]{3})?[-)]?"
)


def is_value(cell: str) -> bool:
    """Whether it is a number, a date or a time by its form."""
    return _VALUE.fullmatch(cell.strip(" ")) is not None


def are_names(cells: Sequence[str]) -> bool:
    """Whether they can be a header's: texts that no column of values would hold; fewer than half of them blank."""
    named = [one.strip() for one in cells if one.strip()]
    return len(named) * 2 > len(cells) and not any(one in MARKERS or is_value(one) for one in named)
