"""`tap cleanup --expired` goes through all that is over its time, and a session that leaves something behind is red."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.commands import cleanup as command
from deployer.errors import LeftBehind, StateLocked
from deployer.estate.cleanup import Cleaned
from deployer.estate.things import Thing
from deployer.settings import Settings
from tests.integration.session import Deployment, Starter, pytest_sessionfinish

QUEUE = Thing("aws_sqs_queue", "q", "https://q")


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The environments that a cleanup of all that is expired went to; of `locked`, `full` and `gone`."""
    seen: list[str] = []

    def cleaned(settings: Settings, *_: Any) -> Cleaned:
        seen.append(settings.environment_suffix)
        if settings.environment_suffix == "locked":
            raise StateLocked("another deployment holds the state", remedy="wait")
        return Cleaned(left={QUEUE: "AccessDenied"}) if settings.environment_suffix == "full" else Cleaned([QUEUE])

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

    with pytest.raises(LeftBehind, match="1 of the environment `full` are left") as caught:
        command.cleanup(expired=True, target="embedded", yes=True)
    assert caught.value.exit_code == 1
    assert visited == ["full", "gone"]


@pytest.mark.parametrize(("code", "status"), [(0, pytest.ExitCode.OK), (1, pytest.ExitCode.TESTS_FAILED)])
def test_a_session_whose_takedown_fails_is_red(tmp_path: Path, code: int, status: pytest.ExitCode) -> None:
    """All tests passed, and something stands that nobody will remove: the session fails, with the log."""
    deployment = Deployment(tmp_path, {})
    (tmp_path / "deployment.log").write_text("2 of it-1 are left")
    deployment.process = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.stdin.read(); sys.exit({code})"], stdin=subprocess.PIPE
    )
    session: Any = SimpleNamespace(config=SimpleNamespace(stash={Starter: deployment}), exitstatus=pytest.ExitCode.OK)

    pytest_sessionfinish(session)

    assert session.exitstatus == status
