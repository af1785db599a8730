"""What other repositories take of this one: the hook of pre-commit, and the GitHub action."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.policy.shared import PLACES, session_folder

pytestmark = pytest.mark.xdist_group("wheel")  # one worker installs, for all
PRE_COMMIT = "pre-commit==4.7.0"
ACTION = PLACES.root / "action.yml"
SARIF = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text())
TOPIC = 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n'
ENCRYPTED = TOPIC.replace('"t"\n', '"t"\n  kms_master_key_id = "k"\n')
CHOSEN = "CKV_AWS_26,TAP_ENCRYPTION_1"
Commit = Callable[[], subprocess.CompletedProcess[str]]
Judge = Callable[..., tuple[int, str, str]]


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository that takes the hook; what the hook would install is on the path."""
    hooks, theirs = tmp_path / "hooks", tmp_path / "theirs"
    for folder in (hooks, theirs):
        folder.mkdir()
        git(folder, "init", "--quiet")
    shutil.copy(PLACES.root / ".pre-commit-hooks.yaml", hooks)
    git(hooks, "add", ".")
    git(hooks, "commit", "--quiet", "--message", "hooks")
    here = {"language": "system", "language_version": "default"}  # in place of an environment of its own: minutes
    hook = {"id": "tap-comply", **here, "args": ["infra", "--rule", CHOSEN]}
    taken = {"repo": str(hooks), "rev": git(hooks, "rev-parse", "HEAD"), "hooks": [hook]}
    (theirs / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [taken]}))
    (theirs / "infra").mkdir()
    return theirs


@pytest.fixture
def hooked(repository: Path, tmp_path: Path) -> Commit:
    """pre-commit over what is staged."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(tmp_path / "home")}

    def run() -> subprocess.CompletedProcess[str]:
        git(repository, "add", ".")
        uv = [sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--with", PRE_COMMIT]
        return subprocess.run(
            [*uv, "pre-commit", "run", "--verbose"], cwd=repository, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_the_hook_judges_the_folder_when_terraform_is_staged(repository: Path, hooked: Commit) -> None:
    """Red with a finding, green without, and asleep where only other files are staged."""
    (repository / "infra" / "main.tf").write_text(TOPIC)
    red = hooked()
    (repository / "infra" / "main.tf").write_text(ENCRYPTED)
    green = hooked()
    git(repository, "commit", "--quiet", "--message", "m")
    (repository / "readme.md").write_text("words\n")
    asleep = hooked()

    assert (red.returncode, "CKV_AWS_26  1 resource" in red.stdout) == (1, True), red.stdout + red.stderr
    assert (green.returncode, "no findings" in green.stdout) == (0, True), green.stdout + green.stderr
    assert (asleep.returncode, "Skipped" in asleep.stdout) == (0, True), asleep.stdout


def test_the_hook_is_installed_from_this_repository() -> None:
    """By pre-commit itself, on the Python that the project is for; for each kind of file that `tap comply` reads."""
    (hook,) = yaml.safe_load((PLACES.root / ".pre-commit-hooks.yaml").read_text())
    names = ["a/main.tf", "b.tofu", "terraform.tfvars", "cdk.tf.json", "x.tofu.json"]

    assert (hook["language"], hook["language_version"], hook["entry"]) == ("python", "python3.11", "tap comply")
    assert [name for name in names if not re.search(hook["files"], name)] == []
    assert not re.search(hook["files"], "package.json")
    assert hook["pass_filenames"] is False


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    return found


def as_set(step: dict[str, Any], inputs: dict[str, str]) -> dict[str, str]:
    """The step's environment, as GitHub evaluates it."""
    known = {"github.action_path": str(PLACES.root), **{f"inputs.{name}": value for name, value in inputs.items()}}
    return {name: re.sub(r"\$\{\{ (.+?) \}\}", lambda told: known[told[1]], value)
            for name, value in step["env"].items()}  # fmt: skip


def ran(step: dict[str, Any], folder: Path, inputs: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """The step, by bash as GitHub calls it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TAP_", "PYTHON"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=folder,
        env={**kept, "PATH": path, **more, **as_set(step, inputs)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a runner has as RUNNER_TEMP once the action has installed what is locked."""
    folder = session_folder(tmp_path_factory) / "runner"
    folder.mkdir(exist_ok=True)
    (install,) = [step for step in steps() if step.get("name") == "Install what is locked"]
    done = ran(install, folder, {}, RUNNER_TEMP=str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def judge(runner: Path, tmp_path: Path) -> Judge:
    """The step that judges a workspace: its exit code, what it prints, and the file that it hands on."""
    defaults = {name: one["default"] for name, one in yaml.safe_load(ACTION.read_text())["inputs"].items()}
    (step,) = [step for step in steps() if step.get("id") == "judge"]
    workspace, output, summary = tmp_path / "work", tmp_path / "output", tmp_path / "summary"
    (workspace / "infra dir").mkdir(parents=True)
    (workspace / "infra dir" / "main.tf").write_text(TOPIC)

    def run(**inputs: str) -> tuple[int, str, str]:
        for file in (output, summary):
            file.write_text("")
        given = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        done = ran(
            step, workspace, given, RUNNER_TEMP=str(runner), GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(summary), XDG_CACHE_HOME=str(runner / "cache"),
        )  # fmt: skip
        assert bool(output.read_text()) == bool(summary.read_text())
        return done.returncode, done.stdout + done.stderr, output.read_text().removeprefix("sarif=").strip()

    return run


def test_the_action_judges_and_hands_on_sarif(judge: Judge) -> None:
    """Findings fail the step, and the SARIF, valid and seen from the repository's root, is there to upload."""
    code, said, handed = judge(path="infra dir", rule=CHOSEN)
    soft, _, _ = judge(path="infra dir", rule="CKV_AWS_*", skip_rule="CKV_AWS_1*", soft_fail="true")
    high, _, _ = judge(path="infra dir", severity="HIGH")
    document = json.loads(Path(handed).read_text())

    assert (code, soft, high) == (1, 0, 0), said
    jsonschema.Draft7Validator(SARIF).validate(document)
    paths = [one["locations"][0]["physicalLocation"] for one in document["runs"][0]["results"]]
    assert {one["artifactLocation"]["uri"] for one in paths} == {"infra%20dir/main.tf"}


@pytest.mark.parametrize(
    "inputs",
    [
        {"path": "nowhere; touch pwned"},
        {"path": "$(touch pwned)"},
        {"path": "--soft-fail"},
        {"path": "infra dir", "rule": '"; touch pwned; "'},
        {"path": "infra dir", "baseline": "`touch pwned`", "soft_fail": "true"},
    ],
)
def test_the_action_takes_inputs_for_words_alone(judge: Judge, tmp_path: Path, inputs: dict[str, str]) -> None:
    """What was meant for a shell is a path or a rule that is not there: exit 2, nothing to upload, nothing run."""
    code, said, handed = judge(**inputs)

    assert (code, handed) == (2, ""), said
    assert [one.name for one in (tmp_path / "work").iterdir()] == ["infra dir"]


def test_the_action_puts_no_input_into_a_script() -> None:
    """No expression stands in a `run`; each input is one that the action has, and each is used."""
    scripts = [step["run"] for step in steps() if "run" in step]
    named = set(re.findall(r"inputs\.([\w-]+)", json.dumps(steps())))

    assert not any("${{" in script for script in scripts)
    assert named == set(yaml.safe_load(ACTION.read_text())["inputs"])


def test_the_action_uploads_also_what_is_red() -> None:
    """But not from a fork, whose token may not write, and not what could not be judged."""
    (upload,) = [step for step in steps() if "upload-sarif" in step.get("uses", "")]

    assert "!cancelled()" in upload["if"]
    assert "steps.judge.outputs.sarif != ''" in upload["if"]
    assert "head.repo.full_name == github.repository" in upload["if"]
