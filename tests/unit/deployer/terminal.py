"""The real `tap` on a real terminal: a pseudo-terminal, of which every byte is read that reaches it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

COLUMNS = 160
CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)?", re.DOTALL)


class Terminal(StringIO):
    """What takes itself for a terminal, and keeps what is written to it."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(
    arguments: Sequence[str], folder: Path, columns: int = COLUMNS, program: Sequence[str] = ("-m", "deployer")
) -> str:
    """All that the command writes to stdout and stderr, in its order; its stdin is the terminal too."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHON", "CI"))}
    process = subprocess.Popen(
        [sys.executable, *program, *arguments], stdin=its, stdout=its, stderr=its, cwd=folder,
        env={**plain, "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    told = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    process.wait(600)
    return told.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # nobody has it open any more
        return b""


def controls(told: str) -> set[str]:
    """What steered the terminal, but for the ends of lines, which the terminal itself makes."""
    rest = CONTROL.sub("", told).replace("\r\n", "\n")
    return set(CONTROL.findall(told)) | {each for each in rest if each != "\n" and not each.isprintable()}
