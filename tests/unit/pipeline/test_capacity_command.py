"""`tap capacity`: its exit codes, and the same answer for people and for programs."""

import json
import subprocess

import pytest

from pipeline.documents.example import SUFFIX
from stack.settings import Settings
from tests.unit.deployer.test_cli import tap

STACK = ("--suffix", SUFFIX, "--region", "us-east-1", "--target", "embedded")
EXAMPLE = Settings.load({}, environment_suffix=SUFFIX).environment(for_stack=True)


def capacity(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Of the stack that the documents are made from, which is synthesised once."""
    return tap("capacity", *arguments, *STACK, **{**EXAMPLE, **environment})


def test_a_workload_that_fits_ends_with_zero_and_says_what_it_costs() -> None:
    """A million rows in one file; one JSON document on stdout, the same for people on stderr."""
    result = capacity("--rows", "1e6", "--json")
    told = json.loads(result.stdout)

    assert result.returncode == 0
    assert (told["rows"], told["files"], told["fits"], told["files_needed"]) == (1_000_000, 1, True, 1)
    assert told["limiting"]["name"] in result.stderr
    assert f"${told['dollars']['once']:,.2f}" in result.stderr


def test_a_workload_that_does_not_fit_ends_with_one_and_says_how_it_would() -> None:
    """Ten billion rows in one file: the quota, by how much, and into how many files."""
    result = capacity("--rows", "10_000_000_000")

    assert result.returncode == 1
    assert "does NOT fit: Lambda /tmp: validator is exceeded" in result.stdout
    assert "files it would fit" in result.stdout


@pytest.mark.parametrize("arguments", [["--rows", "many"], ["--rows", "1.5"], ["--rows", "5", "--files", "6"], []])
def test_what_is_no_workload_is_used_wrongly(arguments: list[str]) -> None:
    """Text, half a row, more files than rows, nothing."""
    result = capacity(*arguments)

    assert result.returncode == 2
    assert result.stderr.strip()


def test_the_settings_of_the_environment_count() -> None:
    """Larger parts take fewer calls."""
    result = capacity("--rows", "1e6", "--json", TAP_ROWS_PER_PART="5000")

    assert json.loads(result.stdout)["parts"] == 200
