"""The command line: exit codes, messages and JSON, by the real command."""

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from deployer import cli
from tests.unit.rows import HEADER, make_file, make_row


def tap(*arguments: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_"))}
    return subprocess.run(
        [sys.executable, "-m", "deployer", *arguments], cwd=folder, env={**plain, **environment},
        capture_output=True, text=True, timeout=600, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.csv"
    path.write_text(HEADER + make_row(1) + make_row(2, amount="ten"))
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["deploy", "--nonsense"],
        ["watch"],
        ["deploy", "--target", "moon"],
        ["deploy", "--suffix", "Not A Suffix"],
        ["synth", "--region", "nowhere"],
        ["local", "start", "--port", "none"],
        ["validate", "nowhere.csv"],
        ["upload", "nowhere.csv"],
        ["run", "nowhere.csv"],
        ["run", "/"],
        ["upload", "a.csv", "b.csv", "--key", "c"],
        ["deploy", "--target", "aws"],
        ["cleanup"],
        ["cleanup", "--suffix", "Not A Suffix"],
        ["cleanup", "--suffix", "x"],
        ["cleanup", "--expired"],
        ["destroy"],
        ["destroy", "--data-too"],
        ["report", "--evidence", "nowhere"],
    ],
)
def test_wrong_use_is_two_and_never_a_traceback(arguments: list[str]) -> None:
    """A wrong option, a refused setting or a file that is not there ends with 2 and a message on stderr."""
    result = tap(*arguments)

    assert result.returncode == 2, result.stderr
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
    assert result.stdout == "" or arguments == ["nonsense"]


def test_a_command_without_arguments_shows_all_commands() -> None:
    """`tap --help` lists the commands of this release."""
    result = tap("--help")

    assert result.returncode == 0
    for command in ("run", "synth", "plan", "deploy", "outputs", "destroy", "validate", "upload", "watch", "status"):
        assert f" {command} " in result.stdout


def test_the_help_is_in_parts_by_what_people_do() -> None:
    """`-h` is `--help`, everywhere; each command stands in a part with a name, and a flag takes nothing."""
    result, below = tap("-h", COLUMNS="80"), tap("local", "start", "-h")

    parts = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("╭")]
    assert parts == ["Options", "The", "The", "Checks", "Files"]
    assert "bool" not in result.stdout + below.stdout
    assert "--port" in below.stdout


def test_the_version_is_the_packages() -> None:
    """And nothing else is done."""
    result = tap("--version")

    assert (result.returncode, result.stdout) == (0, f"tap {version('tap')}\n")


def test_the_shell_completes_commands_of_tap_and_of_the_project() -> None:
    """By Typer's own protocol, as the script has it that `tap --install-completion` writes."""
    result = tap(_TAP_COMPLETE="complete_bash", COMP_WORDS="tap re", COMP_CWORD="1")

    assert set(result.stdout.split()) >= {"report", "redrive", "rejects", "resubmit"}


def test_validate_judges_with_the_engine_of_the_lambda(csv: Path) -> None:
    """A rejected row makes exit 1; the document has exactly the promised members."""
    result = tap("validate", str(csv), "--json")

    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert list(document) == ["file", "rows", "totals", "errors", "errors_by_code", "errors_truncated"]
    assert document["rows"] == {"read": 2, "accepted": 1, "rejected": 1, "duplicates": 0}
    assert list(document["errors"][0]) == ["line", "record", "column", "code", "value", "message"]
    assert document["errors"][0]["line"] == 3


def test_validate_of_good_rows_is_zero(csv: Path) -> None:
    """Nothing rejected: exit 0."""
    csv.write_text(make_file(1))

    assert tap("validate", str(csv)).returncode == 0


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"a,b\n1,2\n"])
def test_validate_of_something_else_is_two_with_the_reason(csv: Path, content: bytes) -> None:
    """A file that can't be judged ends with 2, the document on stdout and the file's error in it."""
    csv.write_bytes(content)

    result = tap("validate", str(csv), "--json")

    assert result.returncode == 2
    assert json.loads(result.stdout)["errors"]


def test_validate_with_a_broken_schema_is_wrong_use(csv: Path, tmp_path: Path) -> None:
    """A schema that can't be used is told with its own message."""
    (tmp_path / "schema.json").write_text("{}")

    result = tap("validate", str(csv), "--schema", str(tmp_path / "schema.json"))

    assert result.returncode == 2
    assert "schema" in result.stderr


def test_run_refuses_a_file_that_is_no_csv_before_anything_starts(tmp_path: Path) -> None:
    """An image instead of a CSV ends with 3 and the reason, at once."""
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")

    result = tap("run", str(path))

    assert result.returncode == 3
    assert "file-not-csv" in result.stderr
    assert result.stdout == ""


def test_run_keeps_its_hands_off_live_accounts(csv: Path) -> None:
    """`tap run` removes what it made, so it refuses a live account."""
    result = tap("run", str(csv), "--target", "aws", "--region", "eu-west-1")

    assert result.returncode == 2
    assert "tap deploy" in result.stderr


def test_an_unreachable_endpoint_is_three_with_the_remedy() -> None:
    """A LocalStack that does not answer ends with 3 and names the variable."""
    result = tap("status", "--target", "localstack", AWS_ENDPOINT_URL="http://127.0.0.1:9")

    assert result.returncode == 3
    assert "AWS_ENDPOINT_URL" in result.stderr


def test_a_tool_that_cant_be_had_is_three_with_the_remedy(tmp_path: Path) -> None:
    """Neither on PATH nor in reach of uv: the command that needs it says what to install, and ends with 3."""
    (tmp_path / "cdktf.json").write_text('{"app": "python main.py"}')
    (tmp_path / "home").mkdir()
    nothing = {"PATH": str(tmp_path / "home"), "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home")}
    result = tap(
        "synth", "--out", "out", folder=tmp_path, UV_DEFAULT_INDEX="http://127.0.0.1:9", UV_HTTP_RETRIES="0", **nothing
    )

    assert result.returncode == 3
    assert "no Node.js in a version that Tap can use, and its package could not be installed" in result.stderr
    assert "node is not on PATH" in result.stderr
    assert "https://nodejs.org" in result.stderr


@pytest.mark.parametrize("ignored", [True, False])
def test_a_hang_up_ends_a_command_unless_nohup_ignores_it(ignored: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by `nohup`, a deployment outlives its terminal; else it ends, and closes what it opened."""

    def hang_up() -> None:
        os.kill(os.getpid(), signal.SIGHUP)

    monkeypatch.setattr(cli, "app", hang_up)
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit, match=str(0 if ignored else 128 + signal.SIGHUP)):
            cli.main()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
