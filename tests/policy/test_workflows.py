"""The workflows: actions by commit, no permission too many, and what the gate writes is what is uploaded."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.results import FORMAT
from deployer.iam.roles import WORKS
from tests.policy.shared import PLACES

GITHUB = PLACES.root / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = [PLACES.root / "action.yml", *sorted((GITHUB / "actions").glob("*/action.yml"))]
RELEASE = "release"
OURS = "$/.github/actions/"


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def workflow_of(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text())
    return read


def signing_wrongly(name: str, workflow: dict[str, Any]) -> list[str]:
    """What lets a workflow's credentials be used by what somebody may push."""
    signing = {job: one for job, one in workflow["jobs"].items() if may_sign(one["permissions"])}
    if not signing:
        return []
    found = [f"on {event}" for event in set(workflow[True]) - {"schedule", "workflow_dispatch", "pull_request_target"}]
    if name == RELEASE:  # a tag begins it, and the environment's approval and its rule for tags guard what it signs
        found = [] if workflow[True] == {"push": {"tags": ["v*"]}} else [f"on {workflow[True]}"]
    found += [job for job, one in signing.items() if one.get("environment") != name or name not in (*WORKS, RELEASE)]
    told = json.dumps(workflow["jobs"])
    found += re.findall(r"head_ref|refs/pull|pull_request\.(?!number\b|head\.repo\.full_name\b)[\w.]+", told)
    if "pull_request_target" in workflow[True]:
        refs = [step.get("with", {}).get("ref") for step in steps(workflow) if "/checkout@" in step.get("uses", "")]
        found += [f"checks out {ref}" for ref in refs if ref != "${{ github.event.repository.default_branch }}"]
    return found


def may_sign(permissions: Any) -> bool:
    """Whether a job's permissions let it ask for a token; as one word they are for everything."""
    return permissions == "write-all" if isinstance(permissions, str) else permissions.get("id-token") == "write"


MISTAKES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "the pull request's own workflow": lambda it: it.update({True: {"pull_request": {}}}),
    "any push": lambda it: it.update({True: {"push": {}}}),
    "its commit": lambda it: checkout(it).update(ref="${{ github.event.pull_request.head.sha }}"),
    "its branch": lambda it: checkout(it).update(ref="${{ github.head_ref }}"),
    "its merge": lambda it: checkout(it).update(ref="refs/pull/${{ github.event.pull_request.number }}/merge"),
    "what it is merged into": lambda it: checkout(it).pop("ref"),
    "its title": lambda it: it["jobs"]["cleanup"]["steps"][-1].update(
        env={"T": "${{ github.event.pull_request.title }}"}
    ),
    "no environment": lambda it: it["jobs"]["cleanup"].pop("environment"),
    "another's environment": lambda it: it["jobs"]["cleanup"].update(environment="nightly"),
    "all permissions": lambda it: it["jobs"]["cleanup"].update(permissions="write-all", environment="any"),
}


def checkout(workflow: dict[str, Any]) -> dict[str, Any]:
    """What the first step of the cleanup is given."""
    given: dict[str, Any] = workflow["jobs"]["cleanup"]["steps"][0]["with"]
    return given


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """Each action that is not our own is pinned by its commit, with the version beside it."""
    uses = [one for one in re.findall(r"uses: (.*)", path.read_text()) if not one.startswith(OURS)]

    assert [one for one in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", one)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_rights_are_few(path: Path) -> None:
    """The workflow itself has no permission, no key is stored, and each job ends by itself."""
    workflow = yaml.safe_load(path.read_text())

    assert workflow["permissions"] == {}
    assert "secrets." not in path.read_text()
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_a_pull_request_is_judged_and_sees_the_answer() -> None:
    """The gate runs on pull requests, and its SARIF and Markdown go where they are read, also when it is red."""
    workflow = workflow_of("ci")
    found = steps(workflow)
    told = {str(one.get("run", one.get("uses"))).split("@")[0]: one for one in found}

    assert "pull_request" in workflow[True]  # YAML 1.1 takes `on` for a truth value
    assert any("make compliance" in name for name in told)
    assert told["github/codeql-action/upload-sarif"]["with"]["sarif_file"] == "build/compliance.sarif"
    assert "build/compliance.md" in next(name for name in told if "GITHUB_STEP_SUMMARY" in name)
    assert all("cancelled()" in one["if"] for name, one in told.items() if "SUMMARY" in name or "sarif" in name)


def test_a_release_is_built_without_rights_and_published_without_code() -> None:
    """What builds may sign nothing, and what signs for PyPI runs no line of the repository; no AWS is in reach."""
    workflow = workflow_of(RELEASE)
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]

    assert build["permissions"] == {"contents": "read"}
    assert (publish["permissions"], publish["needs"]) == ({"id-token": "write"}, "build")
    assert all("run" not in step and "checkout" not in step["uses"] for step in publish["steps"])
    assert "aws-actions" not in json.dumps(workflow)


@pytest.mark.parametrize(
    "event", [{"push": {}}, {"push": {"tags": ["v*"], "branches": ["main"]}}, {"pull_request": {}}]
)
def test_a_release_that_anybody_begins_is_found(event: dict[str, Any]) -> None:
    """By a branch or a pull request."""
    assert signing_wrongly(RELEASE, {**workflow_of(RELEASE), True: event}) != []


def test_the_changelog_tells_of_the_version() -> None:
    """In the form that the release asks for, and with a place for what comes next."""
    version = tomllib.loads((PLACES.root / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\](?: - \d{4}-\d\d-\d\d)?$", (PLACES.root / "CHANGELOG.md").read_text(), re.M)

    assert headings[:2] == ["Unreleased", version]


def test_the_devcontainer_sets_the_project_up() -> None:
    """With the Python that the functions run on, and the environment that `make setup` makes."""
    told = json.loads((PLACES.root / ".devcontainer" / "devcontainer.json").read_text())

    assert "python:3.11" in told["image"]
    assert told["postCreateCommand"] == "make setup"
    assert told["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_zizmor_finds_nothing() -> None:
    """The linter for workflows, offline and at its strictest, has nothing to say."""
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress", "--persona", "pedantic"]
    files = [*WORKFLOWS, *ACTIONS, GITHUB / "dependabot.yml"]
    result = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_night_has_no_stored_keys_and_an_end() -> None:
    """The live run signs in by OIDC on an account that a variable allows, ends in time, and its report is kept."""
    workflow = workflow_of("nightly")
    job = workflow["jobs"]["smoke"]
    told = {str(one.get("run", one.get("uses"))).split("@")[0]: one for one in job["steps"]}

    assert "schedule" in workflow[True]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["timeout-minutes"] < 60
    assert "role-to-assume" in told["aws-actions/configure-aws-credentials"]["with"]
    assert told["make smoke-live"]["env"] == {
        "TAP_ALLOWED_ACCOUNTS": "${{ vars.TAP_ALLOWED_ACCOUNTS }}",
        "TAP_PERMISSIONS_BOUNDARY": "${{ vars.TAP_SMOKE_BOUNDARY }}",
    }
    uploaded = told["actions/upload-artifact"]["with"]["path"].split()
    assert uploaded == ["build/smoke-live.xml", "build/evidence", "build/report"]


def test_the_benchmarks_history_outlives_a_red_night() -> None:
    """Compared before it is added to, each step whatever the one before said; no permission to write is needed."""
    job = workflow_of("nightly")["jobs"]["proofs"]
    told = [f"{one.get('run', one.get('uses'))}" for one in job["steps"]]
    words = (
        "cache/restore",
        "make bench",
        "benchmarks compare",
        "benchmarks remember",
        "cache/save",
        "upload-artifact",
    )
    found = [next(number for number, one in enumerate(told) if word in one) for word in words]

    assert found == sorted(found)
    assert all("!cancelled()" in job["steps"][number]["if"] for number in found)
    assert "pipefail" in told[found[2]]  # what is piped on loses its exit code otherwise
    assert job["permissions"] == {"contents": "read"}


def test_the_history_that_is_read_is_of_the_form_that_is_written() -> None:
    """A new form begins a new history: a cache's key has the form's number, and what is restored is what is saved."""
    caches = [one["with"] for one in steps(workflow_of("nightly")) if "actions/cache/" in one.get("uses", "")]
    prefix = f"tap-bench-{FORMAT.removeprefix('tap-bench/')}-"

    assert [one["path"] for one in caches] == ["build/bench-history.jsonl"] * 2
    assert len({one["key"] for one in caches}) == 1
    assert caches[0]["key"].startswith(prefix)
    assert caches[0]["restore-keys"] == prefix


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_credentials_are_for_the_default_branch_alone(path: Path) -> None:
    """A job that can ask for a token runs no workflow, action or code of a pull request, and in an environment."""
    workflow = yaml.safe_load(path.read_text())

    assert signing_wrongly(path.stem, workflow) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_way_to_the_credentials_is_found(mistake: str) -> None:
    """Each change that would let a pull request's code have them is."""
    workflow = workflow_of("cleanup")
    MISTAKES[mistake](workflow)

    assert signing_wrongly("cleanup", workflow) != []


def test_a_pull_requests_environment_goes_when_it_closes() -> None:
    """Not that of a fork, and by the default branch's code; the number reaches the shell as a variable."""
    workflow = workflow_of("cleanup")
    job = workflow["jobs"]["cleanup"]
    *_, last = job["steps"]

    assert workflow[True] == {"pull_request_target": {"types": ["closed"]}}
    assert "head.repo.full_name == github.repository" in job["if"]
    assert job["steps"][0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert "${{" not in last["run"]
    assert '--suffix "pr${NUMBER}" --data-too --yes --target aws' in last["run"]
    assert last["run"].startswith(': "${TERRAFORM_STATE_BUCKET:?')
    assert last["env"]["TERRAFORM_STATE_BUCKET"] == "${{ vars.TERRAFORM_STATE_BUCKET }}"
