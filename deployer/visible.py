r"""Text as a person may see it: what steers a terminal, turns text around or shows nothing is written out: `\u202e`.

Keys, cells, names and log lines are somebody else's. Each way out to people goes through here once: the standard
streams (`console.streams`), what Rich paints (`console`), errors (`errors`), HTML (`reporting.page`), the compliance
reports, and the suite's summary. Imports nothing, so that any module may. What a Lambda logs is written by
lambdas/aws_io/logs.py, which can't import this; a test holds the two together.

Letters, marks and signs of every script stay, and so does an emoji; the invisible joints (U+200C, U+200D) and variants
(U+FE0F) that Persian and emoji rightly use are written out too: two names of money movements must never look the same
and be two, and a visible joint is the smaller harm. A backslash stays one: JSON is what tells text exactly.
"""

import json
import re
import unicodedata
from typing import Final

_SUSPECTS, _SUSPECTS_IN_A_LINE = re.compile(r"[^ -~\n\t]"), re.compile(r"[^ -~]")
_HIDDEN: Final = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # controls, marks of direction, halves, what is no character
# Letters and marks that show nothing, of Default_Ignorable_Code_Point, and the blank of Braille:
# https://www.unicode.org/Public/14.0.0/ucd/DerivedCoreProperties.txt
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """Text of several lines: line feeds and tabs stay."""
    return _SUSPECTS.sub(_written, text)


def in_a_line(text: str) -> str:
    r"""The same of what has to stay within its line, as a cell of a table: a line feed is `\n`."""
    return _SUSPECTS_IN_A_LINE.sub(_written, text)


def visible_json(document: str) -> str:
    r"""JSON with the same in its own notation, `\u001b`: the same document to who reads it by a program."""
    return _SUSPECTS.sub(lambda found: json.dumps(found[0])[1:-1] if is_hidden(found[0]) else found[0], document)


def is_hidden(character: str) -> bool:
    """Whether a person would not see it for what it is."""
    return unicodedata.category(character) in _HIDDEN or bool(_BLANK.match(character))


def _written(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii") if is_hidden(found[0]) else found[0]
