"""Patterns with `*` and `?`, as IAM, S3 and EventBridge have them. Imported by rules."""

from functools import cache


@cache
def meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns match."""
    if not one or not other:
        return not (one + other).strip("*")
    if "*" in (one[0], other[0]):
        star, rest = (one, other) if one[0] == "*" else (other, one)
        return meet(star[1:], rest) or meet(star, rest[1:])
    return (one[0] == other[0] or "?" in (one[0], other[0])) and meet(one[1:], other[1:])


def is_within(one: str, other: str) -> bool:
    """Whether all that a pattern matches is matched by the other: surely so, where this says so."""
    return other == one or (other.endswith("*") and not set("*?") & set(other[:-1]) and one.startswith(other[:-1]))
