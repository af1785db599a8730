r"""Regular expressions of a schema: RE2's alone, the same in both ways of judging, and in a time linear to the text.

Used by `constraints` and `stated`, which refuse others, and by `rules`, `footers` and `predicates`. The engine has RE2
built in; what its version may have otherwise is left to `rules`: the letters that Unicode knows, and their cases.
https://github.com/google/re2/wiki/Syntax
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from transactions.sql import text

_LACKING = "RE2 has neither look-ahead nor back-references, and repeats at most 1,000 times, also within a repetition"
_ESCAPED = r"\\[^\w\s\"\\]"
_SET = rf"\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|\\[dw]|{_ESCAPED}|[^\\\[\]^\"\x00-\x1f-])*-?\]"
# what means the same within a longer expression, and matches no sign that a line of the engine uses for itself
_IN_LINE = re.compile(rf"(?:[^\\\[\]^$.(\"\x00-\x1f]|\\[dw]|{_ESCAPED}|{_SET}|\((?:\?:|(?!\?)))*", re.ASCII)
_FOREIGN = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([^\x00-\x7f])|.)", re.DOTALL)
_SMALL = 1_000  # instructions of an expression that is worth to be part of a longer one
_UNICODE = re.compile(r"\\[pP]|\(\?[^:P]")  # classes of Unicode, and flags such as that for any case
_NEWER = re.compile(r"\(\?<")  # the engine's version has not got this way to name a group


def spelled(pattern: str) -> str:
    r"""A pattern in RE2's spelling, where others have one that means the same.

    They write \u00e9 for its \x{e9}, and may have a backslash before a sign beyond ASCII.
    """
    return pattern if r"\Q" in pattern else _FOREIGN.sub(_spelled, pattern)


def _spelled(found: re.Match[str]) -> str:
    return rf"\x{{{found[1]}}}" if found[1] else found[2] or found[0]


def problem(pattern: str) -> str | None:
    """What is wrong with a pattern, or None.

    Of the functions only the validator has RE2. The others load the same schema, but use no pattern of it, and find
    nothing wrong: it was checked when the stack was made, and is when the validator starts.
    """
    try:
        import re2
    except ImportError:
        return None
    try:
        _compiled(pattern)
    except (re2.error, UnicodeError) as error:
        return f"is not a regular expression of RE2: {_reason(error)}; {_LACKING}"
    return None


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(error)


@lru_cache(1024)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False  # to stderr, and the error is told anyway
    options.never_capture = True  # which takes several times as long
    return re2.compile(pattern, options)


def matcher(pattern: str) -> Callable[[str], bool]:
    """Tells whether a whole text matches.

    By the call within the library's own, which takes four times as long for what it makes of the answer.
    """
    from re2 import _re2

    match, whole = _compiled(pattern)._regexp.Match, _re2.RE2.Anchor.ANCHOR_BOTH

    def matches(cell: str) -> bool:
        encoded = cell.encode()
        return bool(match(whole, encoded, 0, len(encoded))[0][0] == 0)

    return matches


def text_class(separator: str) -> str:
    """The characters, for a negated set, that no cell of the engine has: control characters, and what JSON escapes."""
    return rf"\x00-\x1f\x22\x5c\x{{{ord(separator):x}}}"


def in_line(pattern: str) -> str | None:
    """The pattern as a part of one for a whole line, None if that is not the same, or not the faster."""
    bare = pattern.removeprefix("^")
    bare = bare[:-1] if bare.endswith("$") and not bare.endswith("\\$") else bare
    if _IN_LINE.fullmatch(bare) is None or problem(bare) or size(bare) > _SMALL:
        return None
    return f"(?:{bare})"


def size(pattern: str) -> int:
    """Instructions of the pattern's program: what it takes of the memory that RE2 allows itself."""
    return int(_compiled(pattern).programsize)


def in_sql(pattern: str, cell: str) -> str | None:
    """SQL of whether a cell matches, None if the engine can't tell."""
    if _NEWER.search(pattern):
        return None
    matches = f"regexp_full_match({cell}, {text(pattern)})"
    return f"{matches} AND strlen({cell}) = length({cell})" if _UNICODE.search(pattern) else matches
