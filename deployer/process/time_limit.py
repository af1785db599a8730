"""A command that is not to take for ever: `python -m deployer.process.time_limit MINUTES COMMAND...`. Used by the Makefile.

As `timeout --signal=INT --kill-after=10m` of the GNU core utilities, which macOS has not.
"""

import signal
import sys

from deployer import process

EXPIRED = 124  # as `timeout` exits
KILL_AFTER_S = 600.0  # for a test that removes what it made


def bounded(seconds: float, command: list[str], kill_after_s: float = KILL_AFTER_S) -> int:
    """The command's exit code, or EXPIRED where it had to be interrupted."""
    running = process.start(command, stdin=None, output=None)
    try:
        return running.wait(seconds) % 256
    except process.TimedOut:
        running.send_signal(signal.SIGINT)
    try:
        running.wait(kill_after_s)
    except process.TimedOut:
        running.kill()
        running.wait()
    return EXPIRED


if __name__ == "__main__":
    sys.exit(bounded(float(sys.argv[1]) * 60, sys.argv[2:]))
