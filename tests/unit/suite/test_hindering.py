"""What slows an embedded AWS for a proof stops the emulator's processes, and nobody else's."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.proofs.hindering import Slowed

WAITS = "import sys; sys.stdin.read()"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[int]:
    """The number of one that only waits, beside a supervisor who was given its command."""
    server = tmp_path / "deployer" / "targets" / "ministack_server"
    server.mkdir(parents=True)
    (server / "__main__.py").write_text(WAITS)
    command = [sys.executable, "-P", str(server)]
    started = [
        subprocess.Popen(each, stdin=subprocess.PIPE, start_new_session=True)
        for each in (command, [sys.executable, "-c", WAITS, "--", *command])
    ]
    yield started[0].pid
    for each in started:
        each.communicate()


def test_an_emulator_stands_still_for_most_of_the_time_and_goes_on_at_the_end(tmp_path: Path, emulator: int) -> None:
    """It and no other; however late the timers are, it runs for a quarter of the time."""
    process = psutil.Process(emulator)
    with Slowed(tmp_path) as slowed:
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.001)

    assert slowed.seen == {emulator}
    assert 0 < slowed.share < 0.26
    assert process.status() != psutil.STATUS_STOPPED
