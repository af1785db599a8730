"""The README's words, typed by somebody who has only them: `make prove-readme`.

A fresh clone in a folder of its own, an environment with little more than PATH and an empty home. The commands are
read out of README.md, not repeated here.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.markdown import blocks, commands_in

ROOT = Path(__file__).parents[2]
# How this machine reaches package indexes, where it needs to be told.
REACHING = re.compile(r"(?:PIP|UV|SSL|NODE)_\w+|\w+_PROXY|\w+_proxy")
# What tools keep for their next run: uv's locks, the grammar of Checkov's parser, pytest's last folders, dot folders.
KEPT = re.compile(r"uv-.*\.lock|pytest-of-.*|\..*")
OWN = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description\n" + "".join(
    f"mine-{number},acc-1,2025-03-01T10:00:0{number}Z,{number}.50,EUR,debit,Shop,Goods\n" for number in range(1, 4)
)


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a clone, an empty home and a folder for scratch files."""

    clone: Path
    home: Path
    scratch: Path

    @property
    def environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if REACHING.fullmatch(name)}
        own = {"PATH": _path(), "HOME": str(self.home), "TMPDIR": str(self.scratch), "LANG": "C.UTF-8"}
        return {**kept, **own}

    def types(self, command: str) -> str:
        """What the command says; fails unless it ends with 0."""
        result = subprocess.run(
            ["bash", "-c", command], cwd=self.clone, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, f"{command}\n{result.stdout[-3000:]}{result.stderr[-3000:]}"
        return result.stdout

    def left(self) -> list[str]:
        """What runs in one of the folders, and what lies outside the clone, but for what tools keep."""
        folders = [str(folder) for folder in (self.clone, self.home, self.scratch)]
        running = []
        for process in psutil.process_iter(["cmdline", "pid"]):
            told = " ".join(process.info["cmdline"] or [])
            if process.pid != os.getpid() and any(folder in told for folder in folders):
                running.append(told)
        lying = [path for folder in (self.scratch, self.home) for path in folder.iterdir()]
        return [*running, *(str(path) for path in lying if not KEPT.fullmatch(path.name))]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("newcomer")
    found = Newcomer(folder / "tap", folder / "home", folder / "scratch")
    found.home.mkdir()
    found.scratch.mkdir()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(found.clone)], check=True)
    yield found
    shutil.rmtree(folder, ignore_errors=True)


def test_the_first_commands_work_in_a_fresh_clone(newcomer: Newcomer) -> None:
    """The first block of the README: everything ends with 0, the file is reconciled, the suite is green."""
    first, second = commands_in(blocks(newcomer.clone / "README.md")[0])
    ran = newcomer.types(first)
    tested = newcomer.types(second)

    assert "reconciled: every row and every amount is accounted for" in ran
    assert re.search(r"\d+ passed", tested)
    assert newcomer.left() == []


def test_ones_own_file_goes_through(newcomer: Newcomer) -> None:
    """By the words of `Your own file`, with a file that lies elsewhere and has a space in its name."""
    own = newcomer.home.parent / "my own.csv"
    own.write_text(OWN)
    section = (newcomer.clone / "README.md").read_text().split("## Your own file")[1]
    typed = [command.replace("path/to/file.csv", f"'{own}'") for command in commands_in(section.split("```")[1])]
    said = [newcomer.types(command) for command in typed]

    assert len(said) == 2
    assert "reconciled: every row and every amount is accounted for" in said[0]
    assert "all rows accepted" in said[1]
    assert newcomer.left() == []


def test_nothing_is_left_in_the_clone_but_what_git_ignores(newcomer: Newcomer) -> None:
    """And `make clean` takes that away too."""
    newcomer.types("make clean")
    status = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=newcomer.clone, capture_output=True, text=True, check=True
    )

    assert [line for line in status.stdout.splitlines() if "__pycache__" not in line and ".egg-info" not in line] == []


def _path() -> str:
    """Without the environment that this test itself runs in."""
    return os.pathsep.join(
        part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if not part.startswith(str(ROOT))
    )
