"""Lines at a file's end that hold no record, such as a sum: found by reading back from the end, in blocks.

Used by `dialect`.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from transactions.lines import RECORD_LIMIT
from transactions.patterns import matcher

_BLOCK = 1 << 16  # bytes; a multiple of a character's in each encoding whose characters have all the same number


def matching(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether a line, without its ending, wholly matches one of the patterns."""
    matchers = [matcher(pattern) for pattern in patterns]
    return lambda line: any(matches(line) for matches in matchers)


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
