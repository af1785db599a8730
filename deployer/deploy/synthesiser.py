"""The process that synthesises one configuration after the other: what `kept_synthesis` starts, by `python -m`.

It imports the modules that `preload` of `[tool.tap]` names, and with them what takes seconds: jsii with a Node of its
own, and the provider's types in that. For each synthesis it forks, and the child runs the app as Python would: with the
variables that were asked for and none besides, modules of its own, an output folder that is empty. What the child did
in Python ends with it. In Node stays what CDKTF keeps there, which is nothing that it writes; where a child fails, Node
may be left in the middle of something, so this process ends, and the next synthesis has another.

One synthesis at a time. It ends with whoever holds its stdin, when it has nothing to do for a while, and when a module
that it imported is not what lies on the disk any more.
"""

import atexit
import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, TextIO

TAKEN, OTHER = "taken", "other"  # what it says first; it says nothing where it is at its end
OUT = "CDKTF_OUTDIR"
IDLE_S = 120.0  # Node holds half a gigabyte
MOST = 100  # syntheses; what CDKTF keeps of each is never freed
_LOOK_AGAIN_S = 0.02
Request = Mapping[str, Any]


def main(given: str) -> None:
    """`given` as JSON: `socket` to listen at, `link` to the output folder, `script`, `preload`, `environment`."""
    told = json.loads(given)
    sys.path[0] = str(Path(told["script"]).resolve().parent)
    for module in told["preload"]:
        import_module(module)
    before = _imported(Path.cwd())
    place = Path(told["socket"])
    place.with_suffix(".new").unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place.with_suffix(".new")))
        listening.listen(64)
        place.with_suffix(".new").rename(place)  # whoever sees it can connect
        try:
            _serve(listening, told, lambda: _imported(Path.cwd()) == before)
        finally:
            place.unlink(missing_ok=True)


def _imported(root: Path) -> dict[str, tuple[int, int]]:
    """The modules of the project that this process has, as they lie on the disk now."""
    files = {str(getattr(module, "__file__", None) or "") for module in tuple(sys.modules.values())}
    return {name: _state(Path(name)) for name in files if name and Path(name).is_relative_to(root)}


def _state(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


def _serve(listening: socket.socket, told: Request, is_fresh: Callable[[], bool]) -> None:
    done = 0
    while done < MOST:
        ready, _, _ = select.select([listening, sys.stdin], [], [], IDLE_S)
        if listening not in ready or sys.stdin in ready or not is_fresh():
            return
        connection, _ = listening.accept()
        with connection, connection.makefile("rw") as stream, suppress(BrokenPipeError, ConnectionResetError):
            if not (line := stream.readline()):  # somebody looked whether this is here
                continue
            request = json.loads(line)
            if request["environment"] != told["environment"]:
                _say(stream, OTHER)
                continue
            _say(stream, TAKEN)
            answer = _synthesised(request, Path(told["link"]), connection)
            _say(stream, answer)
            done += 1
            if answer["code"]:
                return


def _say(stream: IO[str], what: object) -> None:
    stream.write(json.dumps(what) + "\n")
    stream.flush()


def _synthesised(request: Request, link: Path, asker: socket.socket) -> dict[str, Any]:
    """The exit code, and all that was said. CDKTF's own variable of the output folder is read by Node, whose
    environment is fixed: so it is a link, which leads to the folder that was asked for."""
    link.unlink(missing_ok=True)
    link.symlink_to(request["variables"][OUT])
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        kept = os.dup(1), os.dup(2)
        os.dup2(out.fileno(), 1)  # here too: what Node says is read by a thread of this process
        os.dup2(error.fileno(), 2)
        if (child := os.fork()) == 0:
            _run(request["command"][1:], {**request["variables"], OUT: str(link)})
        code = _waited_for(child, asker)
        for number, was in zip((1, 2), kept, strict=True):
            os.dup2(was, number)
            os.close(was)
        return {"code": code, "out": _said(out), "error": _said(error)}


def _waited_for(child: int, asker: socket.socket) -> int:
    """Its exit code. Who asked and has gone, as with Ctrl-C, waits for nothing: then it is killed."""
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if select.select([asker], [], [], _LOOK_AGAIN_S)[0]:  # nothing is said to us any more but the end
            os.kill(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return os.waitstatus_to_exitcode(ended[1])


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="backslashreplace")


def _run(arguments: list[str], variables: Mapping[str, str]) -> None:
    """As `python SCRIPT ...` in a process of its own. Never returns."""
    code = 1
    try:
        _forget_the_end()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
        sys.stdout, sys.stderr = (_anew(stream) for stream in (sys.stdout, sys.stderr))
        os.environ.clear()
        os.environ.update(variables)
        sys.argv = arguments
        code = _exit_code(arguments[0])
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _forget_the_end() -> None:
    """What the parent does at its end is not the child's to do, such as to end the Node that both have."""
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined] # has no public name, nor has what follows
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]


def _anew(stream: TextIO) -> TextIO:
    """The same without a lock, which a thread of the parent may have held."""
    return open(stream.fileno(), "w", encoding=stream.encoding, errors=stream.errors, closefd=False)


def _exit_code(script: str) -> int:
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main(sys.argv[1])
