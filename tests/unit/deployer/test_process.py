"""Other programs: one module runs them, and what they see of the caller is what they are given."""

import ast
import re
import sys
from pathlib import Path

import pytest

import deployer
from deployer import process
from deployer.errors import ToolMissing

PACKAGE = Path(deployer.__file__).parent
# Runs with the embedded environment's interpreter, which has nothing else of Tap on its path.
ELSEWHERE = {"process/__init__.py", "targets/ministack_server/functions.py"}
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own example


def imported(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    names = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return names | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_one_module_runs_other_programs() -> None:
    """No other module of the deployer imports subprocess."""
    found = {file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py") if "subprocess" in imported(file)}

    assert found == ELSEWHERE


@pytest.mark.parametrize("how", [process.run, process.start])
def test_a_program_that_is_not_there_is_told_by_its_name(how, monkeypatch, tmp_path: Path) -> None:
    """And that it is to be installed."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="docker is not on PATH") as told:
        how(["docker", "version"])
    assert told.value.remedy == "install docker"


def test_a_folder_that_is_not_there_is_no_missing_program(tmp_path: Path) -> None:
    """The folder to work in is what the error names."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        process.run([sys.executable, "-V"], folder=tmp_path / "nowhere")


def test_a_program_sees_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's variables that match are left out, what is added goes before the rest, and PATH is there."""
    monkeypatch.setenv("TAP_ONE", "caller's")
    monkeypatch.setenv("TAP_TWO", "caller's")
    made = process.environment({"TAP_THREE": "added"}, without=re.compile("TAP_ONE"))

    assert "TAP_ONE" not in made
    assert (made["TAP_TWO"], made["TAP_THREE"]) == ("caller's", "added")
    assert process.environment({"A": "1"}, without=process.EVERYTHING).keys() == {"A", "PATH"}


def test_a_program_reads_what_it_is_given_and_nothing_else() -> None:
    """Without an input its stdin is at its end, so it never waits for a person."""
    echo = [sys.executable, "-c", "import sys; print(sys.stdin.read() or 'nothing')"]

    assert process.run(echo, given="ä").stdout == "ä\n"
    assert process.run(echo).stdout == "nothing\n"


@pytest.mark.parametrize(("apart", "told"), [(False, ["answer trouble", ""]), (True, ["answer", "trouble"])])
def test_what_a_program_complains_of_goes_with_its_answer_or_elsewhere(
    tmp_path: Path, apart: bool, told: list[str]
) -> None:
    """So that an answer can be read by a program, and the rest by people."""
    says = [sys.executable, "-c", "import sys; print('answer', flush=True); print('trouble', file=sys.stderr)"]
    with (tmp_path / "answer").open("wb") as answer, (tmp_path / "trouble").open("wb") as trouble:
        assert process.start(says, output=answer, complaints=trouble if apart else process.SAME).wait() == 0

    assert [" ".join((tmp_path / name).read_text().split()) for name in ("answer", "trouble")] == told


def test_a_program_that_takes_too_long_is_ended() -> None:
    """After its seconds, as an error."""
    with pytest.raises(process.TimedOut):
        process.run([sys.executable, "-c", "import time; time.sleep(600)"], seconds=0.1)


@pytest.mark.parametrize("how", [process.run, process.start])
@pytest.mark.parametrize("variable", ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "TF_TOKEN_app_terraform_io"])
def test_credentials_never_stand_in_a_command(how, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments are seen by every user of the machine; the refusal does not show them either."""
    monkeypatch.setenv(variable, SECRET)

    with pytest.raises(ValueError, match="give them by its environment") as told:
        how([sys.executable, "-c", f"key={SECRET}"])
    assert SECRET not in str(told.value)
