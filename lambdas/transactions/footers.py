"""Lines at a file's end that hold no record, such as a sum: found by reading back from the end, in blocks.

Used by `dialect`, and by `stated` to check the patterns. RE2 is loaded only where there are any, as only the functions
that judge files have it.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from transactions.lines import RECORD_LIMIT

_BLOCK = 1 << 16  # bytes; a multiple of a character's in each encoding whose characters have all the same number


def problem(pattern: str) -> str | None:
    """What is wrong with a pattern, or None. The functions that judge no file have no RE2, and find nothing wrong."""
    try:
        import re2
    except ImportError:
        return None
    try:
        re2.compile(pattern, _options(re2))
    except (re2.error, UnicodeError) as error:
        return f"{pattern!r} is not a regular expression of RE2: {_reason(error)}"
    return None


def matching(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether a line, without its ending, wholly matches one of the patterns."""
    import re2

    options = _options(re2)
    compiled = [re2.compile(pattern, options) for pattern in patterns]
    return lambda line: any(one.fullmatch(line) for one in compiled)


def first_footer(
    path: Path, low: int, encoding: str, newline: str, matches: Callable[[str], bool], comment: str | None = None
) -> int | None:
    """The byte at which the footers begin: the lines at the file's end that all match, or are blank or comments.

    Args:
        path: the file.
        low: the byte at which the rows begin; no line before it is looked at.
        encoding: the file's; a line that does not decode is no footer.
        newline: what ends a line.
        matches: whether a line is a footer.
        comment: what a comment line begins with.

    Returns:
        None if no line matches.
    """
    found = None
    with path.open("rb") as file:
        for at, line in _backwards(file, low, newline.encode(encoding)):
            try:
                text = line.decode(encoding).rstrip("\r\n")
            except UnicodeDecodeError:
                return found
            if not text or (comment and text.startswith(comment)):
                continue
            if len(text) >= RECORD_LIMIT or not matches(text):
                return found
            found = at
    return found


def _backwards(file: BinaryIO, low: int, newline: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines down to `low`, the last one first, with the byte each begins at; up to one that is too long."""
    at = end = file.seek(0, 2)
    if (end - low) % len(newline):
        return  # a character is cut
    held = b""  # from `at` to the end of the line that is looked for
    while at > low:
        size = min(_BLOCK, at - low)
        at = file.seek(at - size)
        held = file.read(size) + held
        end = len(held)
        while (start := _line_start(held, end, newline)) or (at == low and end):
            yield at + start, held[start:end]
            end = start
        held = held[:end]
        if len(held) > 4 * RECORD_LIMIT:  # 4 bytes are the most that a character has
            return


def _line_start(held: bytes, end: int, newline: bytes) -> int:
    """Where the line begins that ends at `end`; 0 if that is not known."""
    width = len(newline)
    found = held.rfind(newline, 0, max(end - width, 0))
    while found % width and found >= 0:
        found = held.rfind(newline, 0, found + width - 1)
    return found + width if found >= 0 else 0


def _options(re2: Any) -> Any:
    options = re2.Options()
    options.log_errors = False  # to stderr, and the error is told anyway
    return options


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(error)
