"""Records a real run of the README's commands: `make recording`. Writes docs/recordings/, from which the README quotes.

A command runs under a pseudo terminal, as it does for a person. What it leaves on the screen is kept as text, and as a
picture of that screen which needs nothing else: no font and no script is fetched.

The terminal is the standard library's: `script` differs between Linux and macOS, asciinema's recorder is no longer
Python's, and what either writes would still have to become lines.
"""

import io
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Sequence
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path

from deployer import process
from deployer.errors import EnvironmentUnready
from deployer.paths import Paths

FOLDER = Path("docs") / "recordings"
COLUMNS, ROWS = 120, 50
_FONTS = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_CONTROL = re.compile(r"\x1b\[(?P<count>\d*)(?P<verb>[A-Za-ln-z])|\x1b\[\?\d+[hl]")  # all but colours
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_AGAIN = re.compile(r"(\x1b\[[\d;]+m)([^\x1b]*)\x1b\[0?m\1")  # a colour that ends and begins again
_OF_MAKE = re.compile("MAKE(FLAGS|LEVEL|OVERRIDES)|MFLAGS")  # with which make tells that another one called it
_LONG = 12  # rows of the rejected ones that the picture shows


def main(names: Sequence[str] = ("run", "test-local")) -> None:
    """Record `make NAME` for each name; the checkout's folder is told as `.`. Nothing is written before all are done.

    Raises:
        EnvironmentUnready: one fails, or shows a folder of this machine.
    """
    paths = Paths.here()
    folder = paths.root / FOLDER
    folder.mkdir(exist_ok=True)
    recorded = {}
    for name in names:
        lines = screen(_ran(["make", name], paths.root).replace(str(paths.root), "."))
        text = plain(lines)
        if str(Path.home()) in text:
            raise EnvironmentUnready(
                "the recording shows a path of this machine", where=name, remedy="let the command print none"
            )
        recorded[name] = (text, lines)
    for name, (text, lines) in recorded.items():  # the suite compares the recordings that are there with the README
        (folder / f"make-{name}.txt").write_text(text)
        (folder / f"make-{name}.svg").write_text(picture(f"make {name}", shortened(lines)))


def screen(said: str) -> list[str]:
    """What is left on the screen, as lines with their colours: what a spinner wrote over itself is gone."""
    lines, row = [""], 0
    for part in re.split(r"(\r*\n|\r|\x1b\[\d*[AK])", said):
        if part.endswith("\n"):
            row += 1
            lines += [""] * (row == len(lines))
        elif part == "\r":
            lines[row] = ""  # who goes back to the first column writes the line anew
        elif part.endswith("A") and part.startswith("\x1b["):
            row = max(0, row - int(part[2:-1] or 1))
        elif part.endswith("K") and part.startswith("\x1b["):
            lines[row] = ""
        else:
            lines[row] += _CONTROL.sub("", part)
    return [line.rstrip() for line in lines]


def plain(lines: Sequence[str]) -> str:
    """The lines without colours."""
    return "\n".join(_COLOUR.sub("", line).rstrip() for line in lines).strip("\n") + "\n"


def shortened(lines: Sequence[str]) -> list[str]:
    """Without the middle of the list of rejected rows, which is as long as the file is bad."""
    numbers = [number for number, line in enumerate(lines) if re.match(r"\s+\d+\s{2,}\w", _COLOUR.sub("", line))]
    if len(numbers) <= _LONG:
        return list(lines)
    first, last = numbers[_LONG - 1], numbers[-1]
    return [*lines[:first], f"  ... {last - first} lines more", *lines[last:]]


def picture(title: str, lines: Sequence[str]) -> str:
    """The screen as SVG, which needs nothing else, and is the same for the same lines."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for line in lines:
        console.print(Text.from_ansi(_in_one_piece(line)), overflow="fold")
    form = re.sub(r"@font-face\s*\{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    form = form.replace("Fira Code, monospace", _FONTS)
    return console.export_svg(title=title, code_format=form, unique_id=title.replace(" ", "-")) + "\n"


def _in_one_piece(line: str) -> str:
    """The line with each colour told once: pytest colours every dot by itself, and each would be an element."""
    while (shorter := _AGAIN.sub(r"\1\2", line)) != line:
        line = shorter
    return line


def _ran(command: Sequence[str], folder: Path) -> str:
    """All that the command wrote to its terminal."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    terminal = {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
    environment = process.environment(terminal, without=_OF_MAKE)
    running = process.start(command, folder=folder, env=environment, stdin=theirs, output=theirs)
    os.close(theirs)
    said = b""
    with suppress(OSError):  # Linux's way to say that nobody writes any more
        while piece := os.read(ours, 1 << 16):
            said += piece
    os.close(ours)
    if running.wait():
        last = tuple(said.decode(errors="replace").splitlines()[-_LONG:])
        raise EnvironmentUnready(f"`{' '.join(command)}` failed, and is not recorded", details=last)
    return said.decode()


if __name__ == "__main__":
    main(sys.argv[1:] or ("run", "test-local"))
