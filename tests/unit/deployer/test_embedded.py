"""The embedded AWS around its guard: ports, records and leftovers. The integration tests run the emulator itself."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from deployer.errors import EndpointFailed, NotRunning, PortInUse
from deployer.paths import Paths
from deployer.process.environments import STAMP, definition, wanted_stamp
from deployer.targets import embedded, health, orphans, supervisor

GONE = 2**22 + 1  # above Linux's and macOS's highest process number


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((health.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def no_emulator(paths: Paths) -> Paths:
    """A checkout whose `embedded` environment is in sync, and whose interpreter has no MiniStack in it."""
    folder = paths.environment("embedded")
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *trustme*) exit 0;; esac\nexec {sys.executable} -c "raise SystemExit(9)"\n'
    )
    python.chmod(0o755)
    (folder / STAMP).write_text(wanted_stamp(definition("embedded", paths)))
    return paths


def record(paths: Paths, **changed: object) -> embedded.Emulator:
    emulator = embedded.Emulator("http://127.0.0.1:9", "https://127.0.0.1:9", "", GONE, 9, "", GONE, "", "")
    emulator = embedded.Emulator(**{**asdict(emulator), **changed})
    paths.local.mkdir(parents=True)
    (paths.local / "embedded.json").write_text(json.dumps(asdict(emulator)))
    return emulator


def test_a_port_in_use_is_told_before_anything_starts(paths: Paths, taken_port: int) -> None:
    """`--port` with a port that somebody listens on names the port and the remedy, and leaves no run folder."""
    with pytest.raises(PortInUse, match=rf"port {taken_port} is in use") as caught:
        embedded.local_start(paths, taken_port)

    assert caught.value.exit_code == 3
    assert "--port" in caught.value.remedy
    assert not (paths.local / "run").exists()


def test_an_emulator_that_does_not_start_leaves_nothing(no_emulator: Paths) -> None:
    """When the process dies at its start, the error comes at once and the run folder is gone."""
    with pytest.raises(EndpointFailed, match="did not answer"), embedded.started(no_emulator):
        pytest.fail("it can't run")

    assert list(no_emulator.state.glob("run-*")) == []


def test_status_without_one_is_a_no(paths: Paths) -> None:
    """`tap local status` ends with 1 where none runs."""
    with pytest.raises(NotRunning) as caught:
        embedded.local_status(paths)

    assert caught.value.exit_code == 1


def test_a_stale_record_counts_as_none(paths: Paths) -> None:
    """A record whose process is gone is not believed, and stopping clears it with the state of its deployments."""
    record(paths)
    (paths.work("embedded", "1", "r", "s")).mkdir(parents=True)
    (paths.work("aws", "1", "r", "s")).mkdir(parents=True)

    assert embedded.local(paths) is None
    assert embedded.local_stop(paths) is False
    assert not (paths.local / "embedded.json").exists()
    assert [entry.name for entry in (paths.state / "work").iterdir()] == ["aws-1-r-s"]


def test_a_record_never_ends_somebody_elses_process(paths: Paths) -> None:
    """Process numbers are given again: a recorded number that is no guard and no emulator by now is left alone."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        record(paths, pid=stranger.pid, guard_pid=stranger.pid)

        embedded.local_stop(paths)

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_run_folders_of_killed_taps_are_swept(paths: Paths) -> None:
    """A run folder whose `tap` is gone is removed, one whose `tap` lives stays."""
    dead, living = paths.state / "run-dead", paths.state / "run-living"
    for folder in (dead, living):
        folder.mkdir(parents=True)
    (dead / "owner.json").write_text(json.dumps({"pid": GONE, "created": 0}))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        supervisor.write_record(living / "owner.json", owner.pid)

        orphans.sweep(paths, fresh_seconds=-1)

        assert not dead.exists()
        assert living.exists()


def test_the_emulator_sees_nothing_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither credentials nor AWS configuration of the user reach the emulator, and its files stay in its folder."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "MY_SECRET"):
        monkeypatch.setenv(name, "the user's")

    environment = embedded.emulator_environment(tmp_path, 1, 2)

    assert "the user's" not in environment.values()
    assert environment["AUTH"] == "true"
    assert environment["HOME"] == str(tmp_path)
    assert Path(environment["TMPDIR"]).is_relative_to(tmp_path)
    assert environment["AWS_ENDPOINT_URL"] == "https://127.0.0.1:2"


def test_health_is_believed_only_from_an_emulator(taken_port: int) -> None:
    """A port that accepts and says nothing, or nobody at all, is not an AWS."""
    assert not health.healthy(f"http://127.0.0.1:{taken_port}", seconds=0.2)
    assert not health.healthy("http://127.0.0.1:9", seconds=0.2)
    assert not health.healthy("not a url", seconds=0.2)
