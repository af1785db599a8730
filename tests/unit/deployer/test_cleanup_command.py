"""`tap cleanup --expired` goes through all that is over its time."""

from typing import Any

import pytest

from deployer.commands import cleanup as command
from deployer.errors import ResourcesLeft, StateLocked
from deployer.resources.deletion import CleanupResult
from deployer.resources.resource import AwsResource
from deployer.settings import Settings

QUEUE = AwsResource("aws_sqs_queue", "q", "https://q")


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The environments that a cleanup of all that is expired went to; of `locked`, `full` and `gone`."""
    seen: list[str] = []

    def cleaned(settings: Settings, *_: Any) -> CleanupResult:
        seen.append(settings.environment_suffix)
        if settings.environment_suffix == "locked":
            raise StateLocked("another deployment holds the state", remedy="wait")
        return (
            CleanupResult(left={QUEUE: "AccessDenied"})
            if settings.environment_suffix == "full"
            else CleanupResult([QUEUE])
        )

    monkeypatch.setattr(command, "_cleaned", cleaned)
    return seen


def expire(monkeypatch: pytest.MonkeyPatch, *suffixes: str) -> None:
    monkeypatch.setattr(command, "_expired", lambda *_, **__: list(suffixes))


def test_one_locked_environment_does_not_keep_the_others(
    visited: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others go, and are told; the command still ends with the lock's error."""
    expire(monkeypatch, "locked", "gone")

    with pytest.raises(StateLocked):
        command.cleanup(expired=True, target="embedded", yes=True)
    assert visited == ["locked", "gone"]
    assert "removed  sqs_queue q" in capsys.readouterr().out


def test_what_is_left_of_one_is_an_error_after_all_were_visited(
    visited: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, naming the environment of which something is left."""
    expire(monkeypatch, "full", "gone")

    with pytest.raises(ResourcesLeft, match="1 of the environment `full` are left") as caught:
        command.cleanup(expired=True, target="embedded", yes=True)
    assert caught.value.exit_code == 1
    assert visited == ["full", "gone"]
