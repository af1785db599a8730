"""The Makefile on other systems than this one: GNU make 3.81, without the GNU core utilities."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.process.time_limit import EXPIRED, bounded

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile, with an environment whose programs all do nothing."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("ruff", "mypy", "pytest", "python", "tap"):
        program(tmp_path, name, "exit 0")
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def program(checkout: Path, name: str, does: str) -> None:
    path = checkout / ".venv" / "bin" / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def old_make(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    """As where `.SHELLFLAGS` is ignored: a shell that goes on after a failure."""
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["make", ".SHELLFLAGS=-c", target], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("function", ["validator", "transformer", "loader", "status"])
def test_a_loop_fails_at_its_first_failure(checkout: Path, function: str) -> None:
    """One function with a wrong type is enough for `make check` to fail, whichever it is."""
    assert old_make(checkout, "check").returncode == 0

    program(checkout, "mypy", f'[ "$1" != lambdas/{function} ]')
    assert old_make(checkout, "check").returncode != 0


def test_help_names_each_target(checkout: Path) -> None:
    """A target and what it is for, in columns."""
    told = old_make(checkout, "help").stdout

    assert "  make setup                   The environment alone" in told
    assert "\\t" not in told


@pytest.mark.parametrize("gnu", ["timeout ", "sed -i", "sed -r", "realpath", "readlink -f"])
def test_nothing_is_asked_of_the_gnu_core_utilities(gnu: str) -> None:
    """What only Linux has is not in a recipe."""
    assert gnu not in (ROOT / "Makefile").read_text()


def test_a_bounded_command_ends_as_it_ends() -> None:
    """Its exit code is passed on."""
    assert bounded(60, [sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.parametrize("deaf", [False, True])
def test_a_command_out_of_time_is_interrupted_then_killed(deaf: bool) -> None:
    """Ctrl-C first, so that it removes what it made; who does not listen is ended."""
    listens = f"signal.signal({int(signal.SIGINT)}, signal.SIG_IGN)" if deaf else ""

    code = bounded(0, [sys.executable, "-c", f"import signal, time\n{listens}\ntime.sleep(600)"], kill_after_s=1)

    assert code == EXPIRED


def without_python(folder: Path, other: bool) -> dict[str, str]:
    """An environment whose PATH has no Python 3.11; `other`: a Python 3 of another release."""
    (folder / "bin").mkdir()
    for name in ("sh", "dirname", "rm"):
        (folder / "bin" / name).symlink_to(str(shutil.which(name)))
    if other:
        python = folder / "bin" / "python3"
        python.write_text("#!/bin/sh\nexit 1\n")
        python.chmod(0o755)
    return {"PATH": str(folder / "bin")}


def python_found(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(ROOT / "environments" / "python")], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_a_python_that_is_there_is_taken(tmp_path: Path) -> None:
    """Under any of its names."""
    environment = without_python(tmp_path, other=False)
    (tmp_path / "bin" / "python").symlink_to(sys.executable)

    assert python_found(tmp_path, environment).stdout.strip() == str(tmp_path / "bin" / "python")


def test_without_python_uv_installs_the_one_that_is_named(tmp_path: Path) -> None:
    """Once, and says so; by a release that uv knows, with its hash."""
    environment = without_python(tmp_path, other=True)
    (tmp_path / ".tap" / "uv" / "bin").mkdir(parents=True)
    uv = tmp_path / ".tap" / "uv" / "bin" / "uv"
    uv.write_text('#!/bin/sh\necho "$@" >> asked\n[ "$2" = install ] && : > there\n[ -e there ] && echo /a/python\n')
    uv.chmod(0o755)
    found = [python_found(tmp_path, environment) for _ in range(2)]
    version = "3.11.18"

    assert [one.stdout.splitlines()[-1] for one in found] == ["/a/python"] * 2
    assert f"uv installs Python {version} (once)" in found[0].stderr
    assert found[1].stderr == ""
    assert (tmp_path / "asked").read_text().count(f"python install {version}") == 1
    known = subprocess.run(
        [sys.executable, "-m", "uv", "python", "list", "--only-downloads", "--all-versions", "--offline", "3.11"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"cpython-{version}-" in known.stdout


@pytest.mark.parametrize("other", [False, True])
def test_where_python_cant_be_had_the_message_says_what_to_do(tmp_path: Path, other: bool) -> None:
    """Whether uv can't be installed, or there is nothing to install it with."""
    told = python_found(tmp_path, without_python(tmp_path, other))

    assert told.returncode == 3
    assert "make PYTHON=/path/to/python3.11" in told.stderr
