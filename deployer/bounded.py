"""A command that is not to take for ever: `python -m deployer.bounded MINUTES COMMAND...`. Used by the Makefile.

As `timeout --signal=INT --kill-after=10m` of the GNU core utilities, which macOS has not.
"""

import signal
import subprocess
import sys

EXPIRED = 124  # as `timeout` exits
KILL_AFTER_S = 600.0  # for a test that removes what it made


def bounded(seconds: float, command: list[str], kill_after_s: float = KILL_AFTER_S) -> int:
    """The command's exit code, or EXPIRED where it had to be interrupted."""
    process = subprocess.Popen(command)
    try:
        return process.wait(seconds) % 256
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(kill_after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return EXPIRED


if __name__ == "__main__":
    sys.exit(bounded(float(sys.argv[1]) * 60, sys.argv[2:]))
