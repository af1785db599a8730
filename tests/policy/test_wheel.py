"""The wheel is whole: installed by itself, in an empty folder, `tap comply` judges what it is given."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.catalogue import CANARY, RULES
from deployer.process.environments import interpreter
from tests.policy.shared import CHECKS, PLACES

pytestmark = pytest.mark.xdist_group("wheel")  # one worker builds and installs it, for all
Comply = Callable[..., subprocess.CompletedProcess[str]]
POLICY = """
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "%s", Resource = "arn:aws:s3:::b/*" }] })
}
"""
IMAGE = 'resource "aws_lambda_function" "f" {\n  package_type = "Image"\n  image_uri = var.image\n}\n'


def uv(*arguments: object) -> str:
    """What uv says of it."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    return subprocess.run(command, cwd=PLACES.root, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def tap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from the wheel with what is locked for it; the path has a folder that Checkov skips."""
    folder = tmp_path_factory.mktemp("wheel")
    environment, locked = folder / ".venv", folder / "locked.txt"
    python = interpreter(environment)
    uv("build", "--wheel", "--no-build-isolation", "--out-dir", folder)
    uv("venv", "--no-project", "--python", sys.executable, environment)
    uv("export", "--frozen", "--no-default-groups", "--no-emit-project", "--output-file", locked)
    uv("pip", "sync", "--require-hashes", "--python", python, locked)
    uv("pip", "install", "--no-deps", "--python", python, *folder.glob("*.whl"))
    return python.with_name("tap")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def comply(tap: Path, home: Path, tmp_path: Path) -> Comply:
    """`tap comply` in an empty folder, by somebody with an empty home."""
    cache = uv("cache", "dir")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHON", "XDG_"))
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**kept, "HOME": str(home), "UV_CACHE_DIR": cache}
        command = [str(tap), "comply", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def rules_in(answer: subprocess.CompletedProcess[str]) -> set[str]:
    document: dict[str, Any] = json.loads(answer.stdout)
    return {one["rule"] for one in document["findings"]}


def test_hcl_with_a_wide_policy_is_a_finding(comply: Comply, tmp_path: Path) -> None:
    """Exit 1, by a rule of ours; nothing is left in the folder."""
    (tmp_path / "main.tf").write_text(POLICY % "s3:*")
    answer = comply(".", "--json")

    assert answer.returncode == 1, answer.stderr
    assert rules_in(answer) == {"TAP_IAM_1"}
    assert [one.name for one in tmp_path.iterdir()] == ["main.tf"]


def test_hcl_that_complies_is_none(comply: Comply, tmp_path: Path) -> None:
    """Exit 0, by all rules that it can be judged by."""
    (tmp_path / "main.tf").write_text(POLICY % "s3:GetObject")
    answer = comply("main.tf")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no findings" in answer.stdout


def test_a_plan_is_judged(comply: Comply, tmp_path: Path) -> None:
    """Exit 1 for a plan as JSON, by Checkov's rules and by ours."""
    shutil.copy(RULES / CANARY / "canary.plan.json", tmp_path / "plan.json")
    answer = comply("plan.json", "--json", "--sarif", "found.sarif")

    assert answer.returncode == 1, answer.stderr
    assert {"TAP_IAM_1", "TAP_UNREADABLE_1", "CKV_AWS_28"} <= rules_in(answer)
    assert json.loads((tmp_path / "found.sarif").read_text())["runs"]


def test_a_project_has_rules_of_its_own(comply: Comply, tmp_path: Path) -> None:
    """Those of the folder that its pyproject.toml names judge as well; without it, nobody minds an image."""
    (tmp_path / "main.tf").write_text(IMAGE)
    without = comply("main.tf", "--json")
    shutil.copytree(CHECKS[-1], tmp_path / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text('[tool.tap]\nrules = "rules"\n')
    answer = comply("main.tf", "--json")

    assert answer.returncode == 1, answer.stderr
    assert rules_in(answer) - rules_in(without) == {"TAP_LAMBDA_1", "TAP_LOGS_1"}


@pytest.mark.parametrize("arguments", [(), ("nowhere",)])
def test_what_is_not_there_is_told(comply: Comply, arguments: tuple[str, ...]) -> None:
    """Without a path there is no stack to judge, and a path may lead nowhere: exit 2, with what to do."""
    answer = comply(*arguments)

    assert answer.returncode == 2, answer.stderr
    assert "Remedy: " in answer.stderr
