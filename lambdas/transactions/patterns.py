r"""Regular expressions of a schema for the engine: what it matches, Python's `fullmatch` does too.

Used by `predicates`. The engine's dialect (RE2) is another one than Python's, so a pattern is taken over piece by
piece, and only pieces that mean the same, or less: `\d` is the digits of ASCII alone. What matches less is no loss, as
the exact rules judge what the engine did not pass. A pattern with any other piece is not taken over.
"""

import re

_QUANTIFIER = re.compile(r"(?:[*+?]|\{(?:\d{1,3}(?:,\d{0,3})?|,\d{1,3})\})\??(?![*+?{])")
_RANGE = re.compile(r"([a-z])-([a-z])|([A-Z])-([A-Z])|([0-9])-([0-9])")
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " "}
_SHORTHAND = re.compile(r"\\([dws])")
_ESCAPED = re.compile(r"\\([^\w\s\"\\])", re.ASCII)
_MOST_REPEATS = 200


def text_class(separator: str) -> str:
    """The characters, for a negated set, that no cell of the engine has: control characters, and what JSON escapes."""
    return rf"\x00-\x1f\x22\x5c{_literal(separator)}"


def translated(pattern: re.Pattern[str], separator: str) -> str | None:
    """The pattern for the engine, or None if it has a piece that is not taken over."""
    if pattern.flags != re.UNICODE:
        return None
    text = pattern.pattern.removeprefix("^")
    if text.endswith("$") and not text.endswith("\\$"):
        text = text[:-1]
    pieces, at, repeatable = list[str](), 0, False
    while at < len(text):
        if repeatable and (found := _QUANTIFIER.match(text, at)):
            repeatable, piece, at = False, _repeat(found[0]), found.end()
        else:
            repeatable, piece, at = _piece(text, at, separator)
        if piece is None:
            return None
        pieces.append(piece)
    return "(?:" + "".join(pieces) + ")"


def _piece(text: str, at: int, separator: str) -> tuple[bool, str | None, int]:
    """Whether the piece that begins here may be repeated, its form for the engine, and where it ends."""
    character = text[at]
    if character == "[":
        return _class(text, at + 1, separator)
    if character == "(":
        if text.startswith("(?", at) and not text.startswith("(?:", at):
            return False, None, at
        return False, "(?:", at + (3 if text.startswith("(?:", at) else 1)
    if character == ")" or character == "|":
        return character == ")", character, at + 1
    if character == ".":
        return True, f"[^{text_class(separator)}]", at + 1
    if found := _SHORTHAND.match(text, at):
        return True, f"[{_CLASSES[found[1]]}]", found.end()
    if found := _ESCAPED.match(text, at):
        return True, _literal(found[1]), found.end()
    return True, _plain(character), at + 1


def _plain(character: str) -> str | None:
    """A character that stands for itself."""
    return None if character in '\\^$*+?{}[]"' or character < " " else _literal(character)


def _literal(character: str) -> str:
    return f"\\x{{{ord(character):x}}}"


def _repeat(quantifier: str) -> str | None:
    """Lazy or not is the same where the whole must match."""
    plain = quantifier.removesuffix("?") if len(quantifier) > 1 else quantifier
    counts = [int(one) for one in re.findall(r"\d+", plain)]
    if max(counts, default=0) > _MOST_REPEATS:
        return None
    return plain.replace("{,", "{0,")


def _class(text: str, at: int, separator: str) -> tuple[bool, str | None, int]:
    """A set of characters, as `_piece`; `at` is behind its bracket."""
    negated = text.startswith("^", at)
    at += negated
    items = list[str]()
    while at < len(text) and text[at] != "]":
        if found := _RANGE.match(text, at):
            first, last = [one for one in found.groups() if one]
            if first > last:
                return False, None, at
            items.append(found[0])
        elif (found := _SHORTHAND.match(text, at)) and not negated:
            items.append(_CLASSES[found[1]])
        elif found := _ESCAPED.match(text, at):
            items.append(_literal(found[1]))
        elif _alone(text, at) and (plain := _plain(text[at])):
            found = None
            items.append(plain)
        else:
            return False, None, at
        at = found.end() if found else at + 1
    if not items or at >= len(text):
        return False, None, at
    return True, f"[{'^' + text_class(separator) if negated else ''}{''.join(items)}]", at + 1


def _alone(text: str, at: int) -> bool:
    """Whether a character of a set is neither an end of a range nor half of an operator."""
    if text[at] == "-":
        return text[at + 1 : at + 2] == "]" or text[at - 1] in "[^"
    return text[at + 1 : at + 2] != "-" or text[at + 2 : at + 3] == "]"
