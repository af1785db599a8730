"""Numbers as people write them: a decimal mark, groups of three digits, and what may stand before or behind a number.

Used by `cells` for what a field states with `decimalChar`, `groupChar` and `bareNumber` (Table Schema, "number").
Nothing here may change what a number is worth. So groups have three digits, but for the first, which has one to three
and no leading zero: with "." between groups, 1.00 and 0.123 are no numbers. And with `bareNumber` false there may be
one sign, before the digits; around them letters, currency signs, "%" and blanks; but no word that says a direction
(CR, DR, S, H) or a size (k, mio), and no parentheses: what they mean would be lost.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

GROUP = 3  # digits between two group marks
_NO_MARKS = frozenset('%"\\')
_CURRENCY_SIGNS = "$\u00a2-\u00a5\u058f\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf\ufdfc\uff04\uffe0\uffe1\uffe5\uffe6"
_AFFIX = rf"(?:[^\W\d_]|[ \u00a0\u202f%{_CURRENCY_SIGNS}])*"
_WORD = re.compile(r"[^\W\d_]+")
_DIRECTIONS = "c cr credit d dr debit s soll h haben minus neg negative"
_SIZES = "k m mm mn mio mrd b bn t tsd hundred thousand million millions billion billions"
_MEANINGFUL = frozenset(f"{_DIRECTIONS} {_SIZES}".split())


def is_mark(character: str, *, group: bool) -> bool:
    """Whether a character can stand between a number's digits: punctuation that is no sign; for groups also a blank."""
    category = unicodedata.category(character) if len(character) == 1 else ""
    return character not in _NO_MARKS and (category in {"Po", "Pc", "Pi", "Pf"} or (group and category == "Zs"))


def example(decimal_char: str, group_char: str, *, whole: bool) -> str:
    """A number as it is written."""
    if whole:
        return f"1{group_char}234" if group_char else "42"
    return f"1{group_char}234{decimal_char}50"


@cache
def plain_reader(decimal_char: str, group_char: str, bare: bool, whole: bool) -> Callable[[str], str | None]:
    """What makes the plain text (-1234.50) of a number that is written so; it gives None for all else."""
    group, point = re.escape(group_char), re.escape(decimal_char)
    digits = f"(?:[1-9][0-9]{{0,2}}(?:{group}[0-9]{{{GROUP}}})+|[0-9]+)" if group else "[0-9]+"
    number = digits if whole else rf"(?:{digits}(?:{point}[0-9]*)?|{point}[0-9]+)"
    affix = "" if bare else _AFFIX
    form = re.compile(rf"({affix})(?:([+-])({affix}))?({number})({affix})")

    def plain(text: str) -> str | None:
        found = form.fullmatch(text)
        if found is None or (not bare and _has_meaning(found[1], found[3] or "", found[5])):
            return None
        written = found[4].replace(group_char, "") if group_char else found[4]
        return (found[2] or "") + written.replace(decimal_char, ".")

    return plain


def _has_meaning(*affixes: str) -> bool:
    """Whether a word around a number says more than a unit."""
    return any(word.casefold() in _MEANINGFUL for affix in affixes for word in _WORD.findall(affix))


def written(plain: str, decimal_char: str) -> str:
    """A plain number with the decimal mark of a field."""
    return plain.replace(".", decimal_char)
