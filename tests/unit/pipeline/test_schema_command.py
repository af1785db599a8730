"""`tap schema init` by the real command: what it prints where, what it writes, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BANK = "Konto;DE02120300000000202051\n\nTag;Betrag;Text\n31.01.2025;1.234,50;Miete\n01.02.2025;-4,20;Kiosk\n"


def tap(*arguments: object, piped: str = "") -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_"))}
    return subprocess.run(
        [sys.executable, "-m", "deployer", *map(str, arguments)],
        capture_output=True, text=True, env=plain, timeout=600, check=False, input=piped,
    )  # fmt: skip


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "bank.csv"
    path.write_text(BANK)
    return path


def test_the_schema_goes_to_stdout_and_what_is_said_of_it_to_stderr(bank: Path) -> None:
    """So that it can be sent to a file, while a person reads why."""
    result = tap("schema", "init", bank)

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["dialect"] == {"encoding": "utf-8", "delimiter": ";", "headerRows": [3]}
    assert "- Tag: date, day.month.year (%d.%m.%Y); line 4: '31.01.2025' can only be read so" in result.stderr
    assert "To be answered by a person:" in result.stderr


def test_validate_takes_what_init_wrote(bank: Path, tmp_path: Path) -> None:
    """The schema of --out judges the file; a file that is there is overwritten with --force alone."""
    out = tmp_path / "bank.schema.json"

    assert tap("schema", "init", bank, "--out", out).returncode == 0
    assert tap("validate", bank, "--schema", out).returncode == 0
    refused = tap("schema", "init", bank, "--out", out)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert tap("schema", "init", bank, "--out", out, "--force").returncode == 0
    assert tap("schema", "init", bank, "--out", bank, "--force").returncode == 2
    assert bank.read_text() == BANK


def test_a_file_may_come_through_a_pipe(bank: Path) -> None:
    """The same proposal as from the disk."""
    assert tap("schema", "init", "-", piped=BANK).stdout == tap("schema", "init", bank).stdout


def test_rows_that_do_not_fit_end_with_1(bank: Path) -> None:
    """The proposal is printed with the lines that it does not fit; a script that goes on would be wrong."""
    bank.write_text("a,b\n1,x\n2,y,z\n3,z\n")

    result = tap("schema", "init", bank, "--json")

    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert [one["name"] for one in document["schema"]["fields"]] == ["a", "b"]
    assert "line 3: row-extra-cells" in document["notes"]["wrong"][0]


def test_what_a_file_says_steers_no_terminal(bank: Path) -> None:
    """Names and values are shown escaped, in the schema and beside it."""
    bank.write_text("a\x1b[2J,b\u202e\n\x1b]0;owned\x07,1\nx,2\n")

    result = tap("schema", "init", bank)

    assert json.loads(result.stdout)["fields"][0]["name"] == "a\x1b[2J"
    assert not {"\x1b", "\x07", "\u202e"} & {*result.stdout, *result.stderr}


@pytest.mark.parametrize(("content", "code"), [(b"", 1), (b"\x1f\x8b\x08", 1), (b"1,2\n3,4\n", 1), (None, 2)])
def test_what_no_schema_fits_gives_none(bank: Path, content: bytes | None, code: int) -> None:
    """Nothing on stdout, and the reason on stderr."""
    if content is None:
        bank.unlink()
    else:
        bank.write_bytes(content)

    result = tap("schema", "init", bank)

    assert result.returncode == code
    assert result.stdout == ""
    assert "Remedy:" in result.stderr
