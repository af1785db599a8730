"""Where the deployer keeps things: what nobody needs to keep below `.tap/`, what a run leaves for people
below `build/`; git ignores both."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Places:
    """The folders of one checkout. Every function that writes is given one, so that tests can give their own."""

    root: Path

    @classmethod
    def here(cls) -> Self:
        """Those of the checkout that this very code lies in."""
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def state(self) -> Path:
        return self.root / ".tap"

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
        """A Python environment of its own, such as `embedded`; deployer/environments.py makes it."""
        return self.state / "environments" / name


def digest_of(paths: list[Path]) -> str:
    """SHA-256 over the content of `paths`, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
