"""A person's first mistakes with each command: one sentence says what is wrong, one remedy what to do, no traceback.

By the real command line, in a project of its own, so that what runs in the checkout changes nothing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from deployer.paths import Paths
from deployer.targets.embedded import Emulator

ROOT = Path(__file__).parents[3]
SILENT = "http://127.0.0.1:1"  # where nobody listens
SIGNED_IN = {"AWS_ACCESS_KEY_ID": "AKIA" + "A" * 16, "AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_MAX_ATTEMPTS": "1"}
NO_NETWORK = {**SIGNED_IN, "HTTPS_PROXY": SILENT, "NO_PROXY": ""}
OF_FILES = [
    ["watch", "a.csv"], ["status"], ["logs"], ["logs", "a.csv"], ["rejects", "a.csv"], ["resubmit", "a.csv"],
    ["redrive"], ["upload", "good.csv"],
]  # fmt: skip
OF_THE_STACK = [["outputs"], ["destroy", "--yes"], ["adopt"], ["unlock"]]
ON_AWS = [*OF_FILES, *OF_THE_STACK, ["plan"], ["deploy", "--yes"]]
DEPLOYS = "`tap deploy`, which starts one; or name another target with --target"
CHECKS_PATH = "check the path"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The pipeline's own project file, with nothing deployed."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "data" / "tab_crlf.csv", tmp_path / "good.csv")
    shutil.copy(ROOT / "tests" / "data" / "png.csv", tmp_path / "picture.csv")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "policy").symlink_to(ROOT / "tests" / "policy")  # the rules of the gate
    return tmp_path


def tap(project: Path, arguments: Sequence[str], environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, what is wrong, and the remedy: of the last message, without progress before it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "TERRAFORM_"))}
    nobody = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    nobody |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-m", "deployer", *arguments], cwd=project, env={**plain, **nobody, **(environment or {})},
        capture_output=True, text=True, timeout=600, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    assert sum(line.startswith("Remedy: ") for line in lines) == 1, done.stderr
    what = done.stderr.strip().rpartition("\n\n")[2].splitlines()[0]
    return done.returncode, what, next(line for line in lines if line.startswith("Remedy: ")).removeprefix("Remedy: ")


def shown(arguments: Sequence[str]) -> str:
    return " ".join(arguments)


@pytest.mark.parametrize(
    "arguments",
    [["validate", "no.csv"], ["upload", "no.csv"], ["run", "no.csv"], ["resubmit", "a.csv", "no.csv"],
     ["schema", "init", "no.csv"], ["upload", "good.csv", "no.csv"]],
    ids=shown,
)  # fmt: skip
def test_a_file_that_is_not_there(project: Path, arguments: list[str]) -> None:
    """Before anything is asked of an AWS."""
    assert tap(project, arguments) == (2, "there is no file no.csv", CHECKS_PATH)


@pytest.mark.parametrize(
    ("arguments", "what", "remedy"),
    [
        (["validate", "."], ". is a folder", "name a CSV file in it"),
        (["upload", "."], ". is a folder", "name a CSV file in it"),
        (["validate", "good.csv", "--schema", "no.json"], "no.json", ""),
        (["logs", "--since", "yesterday"], "'yesterday' is neither a duration nor a time", "give one such as 30s"),
        (["comply", "no.tf"], "there is nothing there", "name a folder or a file with Terraform"),
        (["report", "--evidence", "no"], "there is no evidence of a run", "--evidence names another folder"),
        (["capacity", "--rows", "many"], "invalid workload", "give whole numbers"),
        (["run", "good.csv", "--target", "aws", "--region", "eu-west-1"], "on an emulator", "`tap deploy --target aws"),
    ],
    ids=range(8),
)
def test_something_else_than_is_meant(project: Path, arguments: list[str], what: str, remedy: str) -> None:
    """A folder, a word that is none: told by name, with what would be right."""
    code, told, mended = tap(project, arguments)

    assert code == 2
    assert what in told
    assert remedy in mended


def test_a_picture_is_no_csv(project: Path) -> None:
    """Told before an AWS is started for it."""
    code, what, remedy = tap(project, ["run", "picture.csv"])

    assert (code, what) == (3, "picture.csv is not a CSV file of transactions that can be judged")
    assert remedy == "fix what is named; `tap validate picture.csv` tells more"


@pytest.mark.parametrize("arguments", [*OF_FILES, *OF_THE_STACK], ids=shown)
def test_nothing_is_deployed(project: Path, arguments: list[str]) -> None:
    """No embedded AWS was ever started here."""
    assert tap(project, arguments) == (3, "the embedded AWS is not running, so nothing is deployed on it", DEPLOYS)


@pytest.mark.parametrize("arguments", [*OF_FILES, *OF_THE_STACK], ids=shown)
def test_an_emulator_that_was_killed(project: Path, arguments: list[str]) -> None:
    """Its record is there, and its process is not; the number may be somebody else's by now."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    emulator = Emulator(SILENT, SILENT, "x.pem", ended.pid, 1, "2026-12-01T00:00:00+00:00", ended.pid, "run", "")
    paths = Paths(project)
    paths.local.mkdir(parents=True)
    (paths.local / "embedded.json").write_text(json.dumps(asdict(emulator)))
    code, what, remedy = tap(project, arguments)

    assert code == 3
    assert what == "the embedded AWS that was kept running has ended, and with it all that was deployed on it"
    assert remedy == "`tap deploy`, which starts a new one"


@pytest.mark.parametrize("arguments", [["local", "status"]], ids=shown)
def test_no_emulator_is_kept(project: Path, arguments: list[str]) -> None:
    assert tap(project, arguments) == (1, "the embedded AWS is not running", "`tap local start` keeps one")


@pytest.mark.parametrize("arguments", [*ON_AWS, ["dev"]], ids=shown)
def test_a_region_that_is_none(project: Path, arguments: list[str]) -> None:
    """On a live account and on an emulator alike; nobody is asked for anything, and no emulator is left running."""
    for target in ("aws", "embedded") if arguments in (["status"], ["deploy", "--yes"], ["dev"]) else ("aws",):
        code, what, remedy = tap(project, [*arguments, "--target", target, "--region", "us-east-9"], SIGNED_IN)

        assert (code, what) == (2, "AWS has no region 'us-east-9' that this Tap knows of")
        assert remedy == "choose one that `aws account list-regions` prints"
    assert not (project / ".tap" / "local").exists()


@pytest.mark.parametrize("arguments", [["status"], ["deploy", "--yes"], ["logs", "a.csv"]], ids=shown)
def test_no_region_at_all(project: Path, arguments: list[str]) -> None:
    """A live account is never given one that nobody chose."""
    code, what, remedy = tap(project, [*arguments, "--target", "aws"], SIGNED_IN)

    assert (code, what) == (2, "a setting is missing or malformed")
    assert remedy == "set the variable that is named, or pass the option that overrides it"


@pytest.mark.parametrize("arguments", ON_AWS, ids=shown)
def test_no_network(project: Path, arguments: list[str]) -> None:
    """Who is signed in is not told to sign in again."""
    code, what, remedy = tap(project, [*arguments, "--target", "aws", "--region", "eu-west-1"], NO_NETWORK)

    assert code == 3
    assert what.startswith("AWS can't be reached: ")
    assert remedy == "check the network, and HTTPS_PROXY where there is a proxy"


@pytest.mark.parametrize("arguments", [["status"], ["deploy", "--yes"]], ids=shown)
def test_nobody_is_signed_in(project: Path, arguments: list[str]) -> None:
    code, what, remedy = tap(project, [*arguments, "--target", "aws", "--region", "eu-west-1"])

    assert (code, what) == (3, "no AWS credentials were found")
    assert remedy == "sign in, for example with `aws sso login`"


@pytest.mark.parametrize("arguments", [["status"], ["deploy", "--yes"]], ids=shown)
def test_no_localstack_answers(project: Path, arguments: list[str]) -> None:
    code, what, remedy = tap(project, [*arguments, "--target", "localstack"], {"AWS_ENDPOINT_URL": SILENT})

    assert (code, what) == (3, f"no LocalStack answers at {SILENT}")
    assert "AWS_ENDPOINT_URL" in remedy
