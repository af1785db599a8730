"""Patterns with `*` and `?`, as IAM, S3 and EventBridge have them. Imported by rules."""

import re
from fnmatch import translate
from functools import cache

_WILD = re.compile(r"[*?]")


def meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns match."""
    if not _WILD.search(other):
        return bool(_matcher(one).fullmatch(other))
    if not _WILD.search(one):
        return bool(_matcher(other).fullmatch(one))
    return _both(one, other)


def is_within(one: str, other: str) -> bool:
    """Whether all that a pattern matches is matched by the other: surely so, where this says so."""
    return other == one or (other.endswith("*") and not _WILD.search(other[:-1]) and one.startswith(other[:-1]))


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    """By `fnmatch`, whose expressions take no more than linear time for each star; a bracket means nothing here."""
    return re.compile(translate(pattern.replace("[", "[[]")))


def _both(one: str, other: str) -> bool:
    """Walks both at once, by all pairs of places that can be come to."""
    waiting, seen = [(0, 0)], set[tuple[int, int]]()
    while waiting:
        at, there = place = waiting.pop()
        if at == len(one) or there == len(other):
            if not (one[at:] + other[there:]).strip("*"):
                return True
        elif place not in seen:
            seen.add(place)
            waiting += _next(one[at], other[there], at, there)
    return False


def _next(char: str, other: str, at: int, there: int) -> list[tuple[int, int]]:
    if "*" in (char, other):
        return [(at + 1, there), (at, there + 1)]
    return [(at + 1, there + 1)] if char == other or "?" in (char, other) else []
