"""What is said beside a proposal: what was found and by what, what a person must answer, and what is wrong."""

from dataclasses import dataclass, field

_SHOWN = 40  # characters of a value that a note quotes


@dataclass
class Notes:
    """Collected while the proposal is made, in the order of the work; a sentence each."""

    found: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def quoted(text: str) -> str:
    """A value of the file as a note names it: in quotes, and short. It may steer a terminal: print it `in_a_line`."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 1]}…'"


def lines_named(lines: list[int]) -> str:
    """The physical lines that are meant: "line 3", "lines 3 and 9", "lines 3, 9, 11 and 4 more"."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    if len(lines) == 2:
        return f"lines {lines[0]} and {lines[1]}"
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return f"lines {', '.join(map(str, lines[:3]))}{more}"
