"""What a command says arrives on any stream, or its failure does: in one message, with the right exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.cli import with_options

SIGNS = "from deployer.streams import streams\nwith streams():\n    print('✓ a → b … ✗ ☃')"


def tap(*arguments: str, stdout: int, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deployer", *arguments]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(
    "arguments", [("--help",), ("capacity", "--rows", "10"), ("capacity", "--rows", "10", "--json")]
)
def test_a_full_disk_behind_stdout_is_told_once(arguments: tuple[str, ...]) -> None:
    """Exit 3, what to do, and no traceback."""
    full = os.open("/dev/full", os.O_WRONLY)
    ended = tap(*arguments, stdout=full)
    os.close(full)

    assert ended.returncode == 3
    assert ended.stderr.count("there is no room left to write") == 1
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_a_stdout_that_is_closed_is_nobodys_failure() -> None:
    """A job that is started without one does its work."""
    command = f'exec "{sys.executable}" -m deployer capacity --rows 10 >&-'
    ended = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_sign_that_the_encoding_lacks_is_told_in_others() -> None:
    """Plain letters where the terminal has no others; what has none like it is a question mark."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run([sys.executable, "-c", SIGNS], capture_output=True, text=True, check=True, env=environment)

    assert ended.stdout == "ok a -> b ... x ?\n"


def test_a_document_keeps_its_characters_in_any_encoding() -> None:
    """A key that is not ASCII is escaped, as JSON has it, and not replaced."""
    program = (
        "from deployer.streams import streams\nfrom deployer.commands.options import print_json\n"
        "with streams():\n    print_json({'key': 'Zürich ☃'})"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)

    assert json.loads(ended.stdout) == {"key": "Zürich ☃"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["plan", "--suffix", "b1"], "`tap unlock --suffix b1`; or `tap deploy --suffix b1`, `make setup`"),
        (["plan", "--suffix=b1", "--target", "aws"], "`tap unlock --target aws --suffix b1`; or "
         "`tap deploy --target aws --suffix b1`, `make setup`"),
        (["plan"], "`tap unlock`; or `tap deploy`, `make setup`"),
    ],
)  # fmt: skip
def test_a_remedy_is_for_the_environment_that_was_meant(given: list[str], told: str) -> None:
    """Typed as it is told, it works on the same one."""
    assert with_options("`tap unlock`; or `tap deploy`, `make setup`", given) == told


def test_a_remedy_keeps_what_it_names_itself_and_commands_what_they_know() -> None:
    """An option is not said twice, and not to a command that has it not."""
    remedy = "`tap cleanup --suffix pr1`, `tap validate`, `tap local start`"

    assert with_options(remedy, ["deploy", "--suffix", "b1"]) == remedy
