"""What `tap dev` shows: lines of several who speak at once, in one column beside their names."""

import queue
from collections.abc import Callable, Iterable
from typing import TextIO

from deployer.console.table import width_of
from deployer.logs.lines import in_columns

OWN = "tap"


class Lines:
    """Lines as they come, shown when the screen is free: a deployment has it to itself."""

    def __init__(self, stream: TextIO, width: Callable[[TextIO], int | None] = width_of) -> None:
        """`width`: of the terminal that a stream goes to, in columns; None where nobody reads on one."""
        self.stream, self._width = stream, width
        self._names = len(OWN)
        self._waiting = queue.SimpleQueue[tuple[str, Iterable[str]]]()

    def expect(self, names: Iterable[str]) -> None:
        """The names, which the column is made for."""
        self._names = max([self._names, *map(len, names)])

    def put(self, name: str, *lines: str) -> None:
        """From any thread; shown with the next `show`."""
        self._waiting.put((name, lines))

    def tell(self, *lines: str) -> None:
        """Lines of our own, at once, behind all that came before."""
        self.put(OWN, *lines)
        self.show()

    def show(self) -> None:
        """All that came."""
        width = None if self._waiting.empty() else self._width(self.stream)  # a window changes its size
        while not self._waiting.empty():
            name, lines = self._waiting.get()
            self.expect([name])
            for line in in_columns(name, lines, self._names, width):
                print(line, file=self.stream)
        self.stream.flush()
