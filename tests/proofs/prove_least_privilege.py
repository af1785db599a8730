"""Least privilege, proved: each grant is taken away, and some way of a file is blocked; or it is justified, with a day.

What the roles really called, as the emulator recorded it, is within what was granted. Writes
build/evidence/least-privilege.json and .md: role, action, resource, whether it was called, what proved it needed.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import pytest

from deployer.console.view import NoView
from deployer.deploy.stages import Run, deploy
from deployer.paths import Paths
from deployer.pytest_plugin.enforcement import require_enforced
from deployer.targets import embedded
from deployer.targets.connect import TargetSession, on
from pipeline.client import Pipeline
from stack.settings import Settings
from tests.proofs.grants import Call, Grant, calls_in, grants_of, permissions_of, taken_away, uninvited
from tests.proofs.ways import WayError, Ways

EVIDENCE = Path(__file__).parents[2] / "build" / "evidence"
# What a role's grants can block; the quickest first. Every way for a role that is not named.
ROLES = {
    "csv-validator": ("good", "overwritten", "unversioned", "failed_validation"),
    "csv-transformer": ("good", "forgotten", "failed_transformation"),
    "transaction-load": ("good", "failed_load"),
    "transaction-loader": ("good", "conflict", "stopped", "failed_load"),
    "transaction-status": ("asked",),
}
PATIENT = 5.0


@dataclass(frozen=True)
class Justified:
    """A grant that no way here can prove needed: which, why, and the last day on which that is taken for an answer."""

    role: str  # this and the next with wildcards
    action: str
    reason: str
    until: date
    resource: str = "*"


LAST_DAY = date(2027, 5, 31)
WORKFLOW = "transaction-load-role-*"
JUSTIFIED = (
    Justified("*", "xray:*", "the emulator has no X-Ray that a function could be refused by", LAST_DAY),
    Justified(WORKFLOW, "logs:*", "AWS asks for it when the machine is made, the emulator does not", LAST_DAY),
    Justified(WORKFLOW, "states:DescribeExecution", "AWS asks for it of a map's runs, the emulator does not", LAST_DAY),
    Justified(WORKFLOW, "states:StopExecution", "the same, when a map is stopped", LAST_DAY),
    Justified(WORKFLOW, "kms:Encrypt", "AWS lists it for a map's results, of which the emulator writes none", LAST_DAY),
    Justified(
        WORKFLOW, "s3:*", "AWS asks for it of a map's results, of which the emulator writes none", LAST_DAY, "*/runs/*"
    ),
)


@dataclass(frozen=True)
class Verdict:
    """What became of one grant: the way that was blocked without it, or why it may stand all the same."""

    grant: Grant
    used: bool  # something called it, as the emulator recorded
    needed_by: str = ""
    told: str = ""  # the first refusal that was told
    justified: str = ""

    @property
    def stands(self) -> bool:
        return bool(self.needed_by or self.justified)


@dataclass(frozen=True)
class Watched:
    """A deployment, and where the emulator records what its roles call."""

    pipeline: Pipeline
    calls: Path


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A deployment of its own, on an emulator that certainly enforces IAM."""
    paths, settings = Paths.here(), Settings.load({}, environment_suffix="least")
    with embedded.started(paths) as emulator:
        target = on(emulator, settings)
        require_enforced(target)
        folder = tmp_path_factory.mktemp("work")
        session = TargetSession(target, folder / "work", folder / "logs", lasting=False)
        yield Watched(Pipeline.of(target, deploy(Run(settings, paths, session, NoView()))), emulator.calls)


def test_each_grant_is_needed_or_justified(watched: Watched, tmp_path: Path) -> None:
    """Without it some way is blocked, and with it again that way is free; what nothing needs is red.

    And what was called is within the grants: no call was allowed by anything else.
    """
    pipeline = watched.pipeline
    ways = Ways(pipeline, tmp_path, PATIENT)
    for way in ways.all().values():
        way()  # each is free to begin with, and its functions are warm
    begun, roles = time.monotonic(), sorted(_roles(pipeline))
    grants = [grant for role in roles for grant in grants_of(pipeline.target, role)]
    calls = [call for call in calls_in(watched.calls) if call.role in roles]
    verdicts = [_judged(pipeline, grant, calls, tmp_path) for grant in grants]
    _keep(verdicts, time.monotonic() - begun)

    assert {call.role for call in calls} == set(roles)
    assert [str(call) for call in calls if not any(grant.covers(call) for grant in grants)] == []
    assert len(verdicts) > len(ROLES)
    assert [str(each.grant) for each in verdicts if not each.stands] == []


@pytest.mark.parametrize(
    ("function", "way"), [("validator", "good"), ("transformer", "good"), ("loader", "stopped"), ("status", "asked")]
)
def test_each_permission_to_invoke_a_function_is_needed(
    watched: Watched, tmp_path: Path, function: str, way: str
) -> None:
    """Without the statement of a function's own policy nothing invokes it, and with it again the way is free."""
    pipeline = watched.pipeline
    name = getattr(pipeline.outputs, f"{function}_function_name")
    (permission,) = permissions_of(pipeline.target, name)
    Ways(pipeline, tmp_path, PATIENT).all()[way]()

    with uninvited(pipeline.target, name, permission), pytest.raises(WayError):
        Ways(pipeline, tmp_path).all()[way]()

    assert permissions_of(pipeline.target, name) == [permission]
    Ways(pipeline, tmp_path, PATIENT).all()[way]()


def _roles(pipeline: Pipeline) -> set[str]:
    """Every role of the deployment, by the suffix of its name."""
    pages = pipeline.target.client("iam").get_paginator("list_roles").paginate()
    return {role["RoleName"] for page in pages for role in page["Roles"] if role["RoleName"].endswith("-role-least")}


def _judged(pipeline: Pipeline, grant: Grant, calls: Sequence[Call], folder: Path) -> Verdict:
    used = any(grant.covers(call) for call in calls)
    named = ROLES.get(grant.role.removesuffix("-role-least"), ())
    for name in named or Ways(pipeline, folder).all():
        with taken_away(pipeline.target, grant):
            told = _blocked(pipeline, name, grant, folder)
        if told:
            Ways(pipeline, folder, PATIENT).all()[name]()  # free again: it was the grant
            return Verdict(grant, used, name, told)
    return Verdict(grant, used, justified=_justification(grant))


def _blocked(pipeline: Pipeline, name: str, grant: Grant, folder: Path) -> str:
    """Why the way is blocked, blank if it is free. What names no refusal is asked again, with more patience."""
    for patience in (1.0, PATIENT):
        try:
            Ways(pipeline, folder, patience).all()[name]()
        except WayError as error:
            told = [line.strip() for line in str(error).splitlines() if grant.action in line]
            if told or patience == PATIENT:
                return (told or str(error).splitlines())[0][:300]
        else:
            return ""
    return ""


def _justification(grant: Grant) -> str:
    for each in JUSTIFIED:
        if (
            fnmatch(grant.role, each.role)
            and fnmatch(grant.action, each.action)
            and (fnmatch(grant.resource, each.resource) and date.today() <= each.until)
        ):
            return f"{each.reason} (until {each.until})"
    return ""


def _keep(verdicts: list[Verdict], seconds: float) -> None:
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            **_of(each.grant), "used": each.used, "needed_by": each.needed_by, "told": each.told,
            "justified": each.justified,
        }
        for each in verdicts
    ]  # fmt: skip
    document = {"seconds": round(seconds, 1), "grants": rows}
    (EVIDENCE / "least-privilege.json").write_text(json.dumps(document, indent=1))
    head = "| role | action | resource | called | needed by | or justified |\n|---|---|---|---|---|---|\n"
    lines = [
        f"| {row['role']} | `{row['action']}` | `{row['resource']}` | {'yes' if row['used'] else 'no'} "
        f"| {row['needed_by']} | {row['justified']} |"
        for row in rows
    ]
    (EVIDENCE / "least-privilege.md").write_text(head + "\n".join(lines) + "\n")


def _of(grant: Grant) -> Mapping[str, str]:
    return {"role": grant.role, "action": grant.action, "resource": grant.resource}
