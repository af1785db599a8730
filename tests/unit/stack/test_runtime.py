"""The functions' runtime ends on a day that AWS announced, and is left before it."""

from datetime import UTC, date, datetime

import pytest

from stack.packaging import RUNTIME

# Three months before AWS deprecates it: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
LEAVE_BY = {"python3.11": date(2027, 3, 31), "python3.12": date(2028, 7, 31), "python3.13": date(2029, 3, 31)}
DECISION = "docs/decisions/lambda-runtime.md"


def overdue(runtime: str, today: date) -> str:
    """Why a runtime may not be deployed any more on a day; blank while it may."""
    if runtime not in LEAVE_BY:
        return f"nobody has said until when {runtime} is supported: add its day here, see {DECISION}"
    return "" if today < LEAVE_BY[runtime] else f"{runtime} was to be left by {LEAVE_BY[runtime]}: see {DECISION}"


def test_the_runtime_is_left_in_time() -> None:
    """The runtime of the functions is not one that AWS deprecates within three months."""
    assert not overdue(RUNTIME, datetime.now(UTC).date()), overdue(RUNTIME, datetime.now(UTC).date())


@pytest.mark.parametrize(
    ("runtime", "today", "told"),
    [
        ("python3.11", date(2027, 3, 30), ""),
        ("python3.11", date(2027, 3, 31), DECISION),
        ("python3.13", date(2027, 3, 31), ""),
        ("python4.0", date(2027, 3, 31), DECISION),
    ],
)
def test_the_day_is_held(runtime: str, today: date, told: str) -> None:
    """A day before it nothing is said, on it the decision is named, and a successor has days of its own."""
    why = overdue(runtime, today)

    assert bool(why) == bool(told)
    assert told in why
