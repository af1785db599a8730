"""Where the deployer keeps things: what nobody needs to keep below `.tap/`, what a run leaves for people
below `build/`; git ignores both."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROJECT_FILE = "pyproject.toml"
CDKTF_FILE = "cdktf.json"
_CHECKOUT = Path(__file__).resolve().parent.parent  # where Tap is installed as a wheel, no checkout lies here
_TABLE = re.compile(r"^\s*\[tool\.tap\]", re.MULTILINE)


@dataclass(frozen=True)
class Paths:
    """The folders of one checkout. Every function that writes is given one, so that tests can give their own.

    `own_state`: where to keep things, if not in `.tap/` below the root.
    """

    root: Path
    own_state: Path | None = None

    @classmethod
    def here(cls) -> Self:
        """Those of the project that the working folder is in, else of the checkout that this very code lies in.

        A project is a folder whose pyproject.toml has `[tool.tap]`, or that has a cdktf.json. Where there is none, the
        root is the working folder, and what is kept lies in the user's cache.
        """
        folder = _working_folder()
        for root in (folder, *folder.parents, _CHECKOUT):
            if is_project(root) or (root / CDKTF_FILE).is_file():
                return cls(root)
        return cls(folder, _user_cache())

    @property
    def state(self) -> Path:
        return self.own_state or self.root / ".tap"

    @property
    def cache(self) -> Path:
        return self.state / "cache"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def local(self) -> Path:
        """Of the embedded AWS that `tap local start` keeps running."""
        return self.state / "local"

    @property
    def build(self) -> Path:
        """What people and CI take away: evidence, reports."""
        return self.root / "build"

    @property
    def evidence(self) -> Path:
        return self.build / "evidence"

    @property
    def report(self) -> Path:
        return self.build / "report"

    def work(self, target: str, account: str, region: str, suffix: str) -> Path:
        """The Terraform working folder of a lasting environment; local state lives in it."""
        return self.state / "work" / f"{target}-{account}-{region}-{suffix}"

    def environment(self, name: str) -> Path:
        """A Python environment of its own, such as `embedded`; deployer/process/environments.py makes it."""
        return self.state / "environments" / name


def is_project(root: Path) -> bool:
    """Whether the folder's pyproject.toml has `[tool.tap]`; what it says there is for deployer/project.py to read."""
    try:
        return bool(_TABLE.search((root / PROJECT_FILE).read_text("utf-8")))
    except (OSError, ValueError):
        return False


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed under our feet
        return _CHECKOUT


def _user_cache() -> Path:
    """One for each version, whose environments differ.

    https://specifications.freedesktop.org/basedir-spec/latest/#variables
    """
    from importlib.metadata import version  # no checkout waits for it

    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tap" / version("tap")


def digest_of(paths: list[Path]) -> str:
    """SHA-256 over the content of `paths`, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
