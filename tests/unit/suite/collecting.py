"""What this session did while it collected its tests, for the test of that.

A pytest plugin, named by the root conftest.py.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Collecting:
    """`files`: the modules that were collected. `asked`: the programs that were started, or looked for on PATH."""

    files: set[Path] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    with_jsii: bool = False


DONE = pytest.StashKey[Collecting]()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    done = session.config.stash[DONE] = Collecting()
    start, which = subprocess.Popen.__init__, shutil.which

    def starting(self: Any, args: Any, *more: Any, **options: Any) -> None:
        done.asked.add(Path(args if isinstance(args, (str, os.PathLike)) else args[0]).name)
        start(self, args, *more, **options)

    def looking(cmd: Any, *more: Any, **options: Any) -> Any:
        done.asked.add(Path(cmd).name)
        return which(cmd, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", starting)
        patch.setattr(shutil, "which", looking)
        result = yield
    done.with_jsii = "jsii" in sys.modules
    return result


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    parent.config.stash.setdefault(DONE, Collecting()).files.add(module_path)
