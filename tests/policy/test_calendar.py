"""The clock moved: suppressions end on a day, which nobody shall meet unprepared."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from deployer.compliance import suppressions
from deployer.compliance.judgement import Judgement, Suppressed
from deployer.compliance.reports import people
from deployer.compliance.reports.markdown import markdown
from deployer.compliance.suppressions import ending
from deployer.deploy.gate import require_compliant
from deployer.errors import NotCompliant
from deployer.paths import Paths
from stack.suppressions import UNTIL
from tests.policy.test_gate import SETTINGS, checkout

__all__ = ["checkout"]
LIVE = replace(SETTINGS, target="aws")
AFTER, LAST_DAY, SOON = UNTIL + timedelta(days=1), UNTIL, UNTIL - timedelta(days=60)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Sets the clock."""
    return lambda day: monkeypatch.setattr(suppressions, "today", lambda: day)


def test_after_the_last_day_a_live_account_refuses_and_the_embedded_aws_does_not(
    checkout: Paths, at: Callable[[date], None]
) -> None:
    """The exceptions are reviewed before AWS is changed by them again; a laptop and a pull request go on."""
    at(AFTER)

    assert require_compliant(SETTINGS, checkout)["suppressed"]
    with pytest.raises(NotCompliant, match=f"ended on {UNTIL}"):
        require_compliant(LIVE, checkout)


def test_until_their_last_day_suppressions_hold_everywhere(checkout: Paths, at: Callable[[date], None]) -> None:
    """Told beforehand or not."""
    at(LAST_DAY)

    assert require_compliant(LIVE, checkout)["suppressed"] == require_compliant(SETTINGS, checkout)["suppressed"]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (SOON - timedelta(days=1), []),
        (SOON, [f"warning: 2 suppressions of findings will end on {UNTIL}, in 60 days: "]),
        (LAST_DAY, [f"warning: 2 suppressions of findings will end on {UNTIL}, in 0 days: "]),
        (AFTER, [f"warning: 2 suppressions of findings ended on {UNTIL}: "]),
    ],
)
def test_sixty_days_before_it_is_told(day: date, told: list[str]) -> None:
    """With how many end, and when."""
    said = ending([UNTIL.isoformat()] * 2, day)

    assert [one.partition("review")[0] for one in said] == told


def test_the_gates_reports_tell_it(at: Callable[[date], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, in the summary of a pull request, and as GitHub's own annotation."""
    at(SOON)
    judgement = Judgement(1, 1, (), suppressed=(Suppressed("R", "aws_x.y", "for a reason", UNTIL.isoformat()),))
    said = []
    for on_github in (False, True):
        monkeypatch.setattr(people, "_ON_GITHUB", on_github)
        people.show(stream := io.StringIO(), judgement)
        said += stream.getvalue().splitlines()[:1]

    assert [line.partition("1 suppr")[0] for line in said] == ["warning: ", "::warning:: "]
    assert f"will end on {UNTIL}" in markdown(judgement)
