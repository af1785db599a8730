"""What is written to a path, read while it is written. Used by `engine`, which writes to paths alone.

A named pipe, as it lies where one says: a function on Lambda has no `/dev/fd`, only null, zero, full and random there.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path

_SIZE = 1 << 20  # bytes; what an unprivileged process may ask of Linux, see pipe(7)


def lines_written(path: Path, write: Callable[[Path], None]) -> Iterator[bytes]:
    """What `write` writes to the path that it is called with, in another thread, in pieces of whole lines.

    Args:
        path: where the pipe is made, and is no more at the end; nothing may be there.

    Raises:
        Exception: what `write` raised; also when that was before it opened the path.
    """
    os.mkfifo(path)
    source = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # would else wait for who writes
    target = os.open(path, os.O_WRONLY)  # so that reading ends with `write`, whether or not it opened the path
    os.set_blocking(source, True)
    if sys.platform == "linux":
        fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, _SIZE)  # the fewer the turns, the faster: a third of the time
    with ThreadPoolExecutor(1) as pool, os.fdopen(source, "rb", buffering=0) as reader:
        writing = pool.submit(write, path)
        writing.add_done_callback(lambda _: os.close(target))
        try:
            yield from _whole_lines(reader)
        finally:
            path.unlink()  # first: who opens it only now makes a file, and else would wait for a reader for ever
        writing.result()


def _whole_lines(reader: FileIO) -> Iterator[bytes]:
    rest = b""
    while piece := reader.read(_SIZE):
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        else:
            rest += piece
