"""How Checkov is asked: by a fresh process for each request, or by forks of one that is kept. Called by `checkov`.

To load Checkov is nearly all of its time on a small folder. Who asks again and again, as a test suite does, keeps one
that is loaded (keeper.py), and gets the same answers.
"""

import json
import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

from deployer import process
from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.keeper import READY, REQUEST
from deployer.process.file_lock import file_lock

DRIVER, KEEPER = "deployer.compliance.driver", "deployer.compliance.keeper"
LONGEST = 1200  # seconds; ten thousand resources take less than one
PACKAGE = Path(__file__).resolve().parent.parent
_UNWANTED = re.compile(r"(CKV|CHECKOV|BC|PRISMA|AWS|TF|VIRTUAL|BRIDGECREW)_.*|PYTHON.*|LOG_LEVEL|RUNNING_IN.*")
_LINES_SHOWN = 8
Ask = Callable[[Path, Path, str], process.Result]  # Checkov's interpreter, the root of what is judged, the request


def fresh(python: Path, root: Path, request: str) -> process.Result:
    """What a process of its own says to the request. Raises process.TimedOut after LONGEST seconds."""
    with tempfile.TemporaryDirectory(prefix="tap-path-") as path:
        command, environment = [str(python), "-m", DRIVER], _environment(root, _laid_out(Path(path)))
        return process.run(command, folder=root, env=environment, given=request, seconds=LONGEST)


_ASKED: ContextVar[Ask] = ContextVar("asked", default=fresh)


def ask(python: Path, root: Path, request: str) -> process.Result:
    """What Checkov says to the request: exit code, output and complaints.

    Raises:
        process.TimedOut: it said nothing for LONGEST seconds.
        CouldNotJudge: it was kept, and has ended.
    """
    return _ASKED.get()(python, root, request)


@contextmanager
def by(asked: Ask) -> Iterator[None]:
    """While the block runs, `ask` asks that."""
    before = _ASKED.set(asked)
    try:
        yield
    finally:
        _ASKED.reset(before)


@contextmanager
def kept(folder: Path, python: Path) -> Iterator[Ask]:
    """While the block runs, the Checkov of this interpreter is loaded once, when it is first asked, and then kept.

    Processes that give the same folder share one, which ends with the last of them, however that ends. The folder's
    path is at most 90 letters long, as a socket is made in it. Another interpreter's Checkov is not kept.
    """
    with ExitStack() as held:
        asked = _Kept(folder, python, held)
        held.enter_context(by(asked))
        yield asked


class _Kept:
    """Where a keeper is reached. It goes on as long as somebody holds a connection to it, which `held` closes."""

    def __init__(self, folder: Path, python: Path, held: ExitStack) -> None:
        self._folder, self._python, self._held = folder, python, held
        self._path, self._address, self._log = folder / "path", folder / "asked", folder / "keeper.log"
        self._is_held = False

    def __call__(self, python: Path, root: Path, request: str) -> process.Result:
        if python.parent.resolve() != self._python.parent.resolve():
            return fresh(python, root, request)
        try:
            self._hold()
            with self._connected() as connection:
                return _asked(connection, root, _environment(root, self._path), request)
        except TimeoutError as error:
            raise process.TimedOut([str(python), "-m", KEEPER], LONGEST) from error
        except (OSError, ValueError) as error:
            raise self._ended(error) from error

    def _hold(self) -> None:
        if self._is_held:
            return
        with file_lock(self._folder / "lock", LONGEST):
            try:
                connection = self._connected()
            except (FileNotFoundError, ConnectionError):  # there is none yet, or it is about to end
                connection = self._started()
        self._held.enter_context(connection)
        self._is_held = True

    def _connected(self) -> socket.socket:
        with _closed_if_it_fails() as connection:
            connection.connect(str(self._address))
            return _greeted(connection)

    def _started(self) -> socket.socket:
        """Connected to before it is started, so that it finds who needs it however slow the machine is."""
        self._address.unlink(missing_ok=True)
        command = [str(self._python), "-m", KEEPER]
        environment = _environment(self._folder, _laid_out(self._path), without=process.EVERYTHING)
        with _closed_if_it_fails() as connection:
            with _socket() as listening, self._log.open("wb") as log:
                listening.bind(str(self._address))
                listening.listen()
                connection.connect(str(self._address))
                started = process.start(
                    command, folder=self._folder, env=environment, stdin=listening.fileno(), output=log, apart=True
                )
            self._held.callback(started.wait)  # for who shares it, too; the time that it took counts as this process's
            return _greeted(connection)

    def _ended(self, error: Exception) -> CouldNotJudge:
        said = self._log.read_text("utf-8", "replace").splitlines() if self._log.exists() else []
        return CouldNotJudge(
            f"the kept process of Checkov gave no answer: {error}", where=str(self._log),
            remedy="this is no verdict on the stack; ask again in a new session", details=tuple(said[-_LINES_SHOWN:]),
        )  # fmt: skip


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(LONGEST)
    return made


@contextmanager
def _closed_if_it_fails() -> Iterator[socket.socket]:
    with ExitStack() as open_one:
        yield open_one.enter_context(_socket())
        open_one.pop_all()


def _greeted(connection: socket.socket) -> socket.socket:
    if connection.recv(1) != READY:
        raise ConnectionResetError("it ended before it was asked")
    return connection


def _asked(connection: socket.socket, root: Path, environment: dict[str, str], request: str) -> process.Result:
    """The request by the three files that a program has. Raises OSError where no exit code comes back."""
    with ExitStack() as open_files:
        given, told, complained = (open_files.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(request.encode())
        given.seek(0)
        socket.send_fds(connection, [REQUEST], [one.fileno() for one in (given, told, complained)])
        connection.sendall(json.dumps({"folder": str(root), "environment": environment}).encode() + b"\n")
        with connection.makefile() as heard:
            if not (code := heard.read()):
                raise ConnectionResetError("it ended in the middle of its work")
        said = []
        for one in (told, complained):
            one.seek(0)
            said.append(one.read().decode("utf-8", "backslashreplace"))
        return process.Result([KEEPER], int(code), *said)


def _laid_out(folder: Path) -> Path:
    """To import Tap from, and nothing else: what is installed beside it is of other versions than Checkov's."""
    folder.mkdir(exist_ok=True)
    link = folder / PACKAGE.name
    if not link.is_symlink():
        link.symlink_to(PACKAGE, target_is_directory=True)
    return folder


def _environment(home: Path, path: Path, without: re.Pattern[str] = _UNWANTED) -> dict[str, str]:
    """Nothing that could change the verdict: no settings of Checkov's, no configuration file in the home folder.

    And nothing of Python's: where bytecode may not be kept, compiling Checkov is half of its time.
    """
    added = {"HOME": str(home), "PYTHONPATH": str(path), "PYTHONUTF8": "1", "CHECKOV_ENABLE_FOREACH_HANDLING": "False",
             "CHECKOV_ENABLE_MODULES_FOREACH_HANDLING": "False"}  # fmt: skip
    return process.environment(added, without=without)
