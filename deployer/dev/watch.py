"""What a deployment reads, watched: a change wakes the loop, and the files' content decides.

The folders are those of the files that the synthesis reads (deploy/synthesis.py), of what the gate compares with, and
of what the project says of itself; each is watched by itself, so that a file that an editor replaces is still seen, and
nothing below `.tap`, `build` or an environment costs a watch. Where the system tells of nothing, as on some network
disks, a look now and then finds it all the same.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from deployer.deploy.synthesis import inputs
from deployer.errors import UsageError
from deployer.paths import CDKTF_FILE, PROJECT_FILE
from deployer.project import Project

QUIET_MS = 50  # a save of several files, or of one in several steps, is over after so much without another
LOOK_MS = 5_000  # between looks without a word from the system
WITHOUT_S = 1.0  # the same where the system can't be asked for word at all

Contents = dict[Path, bytes]
Wakes = Callable[[Iterable[Path], threading.Event], Iterator[object]]


def wakes(folders: Iterable[Path], stop: threading.Event) -> Iterator[object]:
    """Something whenever a change in one of the folders is over, and now and then, until `stop` is set."""
    from watchfiles import watch

    try:
        yield from watch(
            *folders, recursive=False, watch_filter=None, step=QUIET_MS, rust_timeout=LOOK_MS, yield_on_timeout=True,
            stop_event=stop,
        )  # fmt: skip
    except OSError:  # as many watches as the system gives; or a folder went as it was to be watched
        while not stop.wait(WITHOUT_S):
            yield None


class Watch:
    """The files that a deployment of the project at `root` reads, from now on."""

    def __init__(self, root: Path, wakes: Wakes = wakes) -> None:
        self._root, self._wakes = root, wakes
        self._contents, self._folders = contents(root), set[Path]()
        self._woken, self._stop = threading.Event(), threading.Event()

    def __enter__(self) -> "Watch":
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def changed(self) -> list[str]:
        """The files, below the root, whose content is another than when they were last asked for."""
        if not self._woken.is_set():
            return []
        self._woken.clear()
        before, self._contents = self._contents, contents(self._root)
        self._listen()
        others = before.items() ^ self._contents.items()
        return sorted({path.relative_to(self._root).as_posix() for path, _ in others})

    def wait(self, seconds: float) -> None:
        """Until something may have changed, or so long."""
        self._woken.wait(seconds)

    def _listen(self) -> None:
        """To the folders that there are now."""
        folders = {path.parent for path in self._contents} | {self._root}
        if folders != self._folders:
            self._stop.set()
            self._folders, self._stop = folders, threading.Event()
            threading.Thread(target=self._wake, args=(sorted(folders), self._stop), daemon=True).start()

    def _wake(self, folders: list[Path], stop: threading.Event) -> None:
        self._woken.set()  # by what came before anybody listened
        for _ in self._wakes(folders, stop):
            self._woken.set()


def contents(root: Path) -> Contents:
    """A hash of each file that a deployment reads. What can't be read is none; the deployment says why."""
    from watchfiles import Change, DefaultFilter

    found, is_meant = Contents(), DefaultFilter()  # no editor's own: swap files, backups, locks
    for path in _files(root):
        if is_meant(Change.modified, str(path.relative_to(root))):
            with suppress(OSError):
                found[path] = hashlib.sha256(path.read_bytes()).digest()
    return found


def _files(root: Path) -> Iterator[Path]:
    yield from (root / PROJECT_FILE, root / CDKTF_FILE)
    with suppress(UsageError):
        project = Project.at(root)
        for compared in filter(None, (project.rules, project.access_baseline)):
            yield from sorted((root / compared).rglob("*.py")) if (root / compared).is_dir() else [root / compared]
        yield from inputs(root, project)
