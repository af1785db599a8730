"""The workflows: actions by commit, no permission too many, and what the gate writes is what is uploaded."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.policy.shared import PLACES

WORKFLOWS = sorted((PLACES.root / ".github" / "workflows").glob("*.yml"))


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_rights_are_few(path: Path) -> None:
    """Each action is pinned by its commit, with the version beside it; the workflow itself has no permission."""
    text = path.read_text()
    uses = re.findall(r"uses: (.*)", text)

    assert [one for one in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", one)] == []
    assert yaml.safe_load(text)["permissions"] == {}


def test_a_pull_request_is_judged_and_sees_the_answer() -> None:
    """The gate runs on pull requests, and its SARIF and Markdown go where they are read, also when it is red."""
    workflow = yaml.safe_load((PLACES.root / ".github" / "workflows" / "ci.yml").read_text())
    found = steps(workflow)
    told = {str(one.get("run", one.get("uses"))).split("@")[0]: one for one in found}

    assert "pull_request" in workflow[True]  # YAML 1.1 takes `on` for a truth value
    assert any("make compliance" in name for name in told)
    assert told["github/codeql-action/upload-sarif"]["with"]["sarif_file"] == "build/compliance.sarif"
    assert "build/compliance.md" in next(name for name in told if "GITHUB_STEP_SUMMARY" in name)
    assert all("cancelled()" in one["if"] for name, one in told.items() if "SUMMARY" in name or "sarif" in name)


def test_zizmor_finds_nothing() -> None:
    """The linter for workflows, offline and at its strictest, has nothing to say."""
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress", "--persona", "pedantic"]
    result = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_night_has_no_stored_keys_and_an_end() -> None:
    """The live run signs in by OIDC on an account that a variable allows, ends in time, and its report is kept."""
    workflow = yaml.safe_load((PLACES.root / ".github" / "workflows" / "nightly.yml").read_text())
    (job,) = workflow["jobs"].values()
    told = {str(one.get("run", one.get("uses"))).split("@")[0]: one for one in steps(workflow)}

    assert "schedule" in workflow[True]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["timeout-minutes"] < 60
    assert "secrets." not in json.dumps(workflow)
    assert "role-to-assume" in told["aws-actions/configure-aws-credentials"]["with"]
    assert told["make smoke-live"]["env"] == {"TAP_ALLOWED_ACCOUNTS": "${{ vars.TAP_ALLOWED_ACCOUNTS }}"}
    assert told["actions/upload-artifact"]["with"]["path"] == "build/smoke-live.xml"
