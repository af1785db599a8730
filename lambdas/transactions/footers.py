"""Lines at a file's end that hold no record, such as a sum: found by reading back from the end, in blocks."""

from typing import Any


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


def _options(re2: Any) -> Any:
    options = re2.Options()
    options.log_errors = False  # to stderr, and the error is told anyway
    return options


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(error)
