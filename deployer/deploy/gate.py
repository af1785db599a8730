"""The gate on this very stack: what `scan` says, at the Python lines, with what only we can know of our own.

`tap comply` without a path, `make compliance` and `tap deploy` call it.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from deployer.compliance import access, coverage, suppressions
from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.judgement import Finding, Judgement, NotJudged
from deployer.compliance.origins import constructs_in, located, origins_in
from deployer.compliance.reports import equal
from deployer.compliance.scan import scan
from deployer.compliance.selection import ALL_RULES, Selection
from deployer.deploy.packages import without_code
from deployer.deploy.synthesis import inputs, stack_folder
from deployer.errors import NotCompliant, UsageError
from deployer.few import counted
from deployer.paths import PROJECT_FILE, Paths, digest_of
from deployer.process import tools
from deployer.process.environments import definition
from deployer.project import TABLE, Project
from deployer.settings import Settings
from deployer.stack_file import stack_document

_PACKAGE = Path(__file__).parents[1]  # the rules, and what they are written with
_SHOWN, _PLACES = 20, 3  # findings, and places of each, in the message of a refused deployment
STATE_BUCKET = "tap-state"  # so that the backend is judged also where nobody has set one
_ACCOUNT_DIGITS = 12
_FOR_GOOD = "9999-12-31"
_WORD = "SUFFIX"  # in capitals, as no suffix is
Document = dict[str, Any]


@dataclass(frozen=True)
class OfStack:
    """What the gate says of the stack, and as Markdown which rule watches over what."""

    judgement: Judgement
    coverage: str = ""


def with_backend(settings: Settings) -> Settings:
    """The settings as they are judged where nothing is to be deployed."""
    return replace(settings, state_bucket=settings.state_bucket or STATE_BUCKET)


def stack_judged(
    settings: Settings, paths: Paths, *, accept_access: bool = False, today: date | None = None,
    chosen: Selection = ALL_RULES,
) -> OfStack:  # fmt: skip
    """What the gate says of the stack that these settings make. Raises as `scan` does.

    `accept_access`: write down the access that it grants as the new baseline. `today`: as for `scan`. `chosen`:
    the rules that judge.
    """
    project = Project.at(paths.root)
    folder, document = configuration_of(settings, paths)
    if accept_access:
        access.accept(document, settings.environment_suffix, paths.root / _baseline(project))
    judgement = scan(
        folder, paths, only=chosen.rules, skip=chosen.skipped, mirror=settings.provider_mirror, today=today
    )
    found = at_lines(judgement, document, paths.root)
    more: list[Finding] = []
    if project.access_baseline:
        more += access.differences(document, settings.environment_suffix, paths.root, project.access_baseline)
    matrix = ""
    if project.stack_tests and chosen.is_all:
        matrix, bare = coverage.covered(found, document, paths.root / project.stack_tests)
        more += bare
    elif project.stack_tests and chosen.takes(coverage.RULE):
        found = replace(found, not_judged=(*found.not_judged, NotJudged(coverage.RULE, "known where all rules run")))
    heard = (one for one in more if chosen.takes(one.rule))
    return OfStack(replace(found, findings=tuple(sorted((*found.findings, *heard)))), matrix)


def _baseline(project: Project) -> Path:
    if project.access_baseline is None:
        raise UsageError(
            "the project has no baseline of granted access",
            where=PROJECT_FILE,
            remedy=f"name its file as access-baseline in {TABLE}",
        )
    return project.access_baseline


def require_compliant(settings: Settings, paths: Paths) -> Document:
    """The gate before a deployment; what was judged clean is not judged again until its first suppression ends.

    Returns the judgement, as `tap comply --json` prints it. On the embedded AWS, which is nobody's account, a
    suppression that has ended refuses nothing; who deploys is told by `suppressions.ending`.

    Raises:
        NotCompliant: with what was found.
        CouldNotJudge: with what could not be judged.
    """
    kept = paths.cache / "compliant" / _key(settings, paths)
    today = suppressions.FOR_GOOD if settings.target == "embedded" else suppressions.today()
    if (clean := _remembered(kept, today)) is not None:
        return clean
    judgement = stack_judged(settings, paths, today=today).judgement
    if judgement.faults:
        raise CouldNotJudge(
            "not all of the stack could be judged; nothing was applied",
            details=tuple(f"{one.rule} {one.resource} {one.file}:{one.line} {one.reason}" for one in judgement.faults),
        )
    if found := sorted(
        judgement.findings, key=lambda one: not one.is_own
    ):  # of ended suppressions before what they hid
        raise NotCompliant(
            f"the stack does not comply: {counted(len(found), 'finding')}; nothing was applied",
            remedy="fix them, or suppress each beside its resource with a reason; `tap comply` tells more",
            details=tuple(same.line(_PLACES) for same in equal(found)[:_SHOWN]),
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(judgement.to_text(), encoding="utf-8")
    return judgement.to_json()


def _remembered(kept: Path, today: date) -> Document | None:
    """A clean judgement that holds on that day; None where there is none, or only half of one."""
    try:
        clean: Document = json.loads(kept.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    ends = min((one["until"] for one in clean["suppressed"] if one["until"]), default=_FOR_GOOD)
    return clean if today.isoformat() <= ends else None


def configuration_of(settings: Settings, paths: Paths) -> tuple[Path, dict[str, Any]]:
    """The folder of the synthesised stack, and its configuration."""
    folder = stack_folder(settings, paths)
    return folder, stack_document(folder)


def _key(settings: Settings, paths: Paths) -> str:
    """Of everything that the answer depends on: the configuration, the rules, the gate, and what it compares with.

    Not of the code of functions, into which no rule looks.
    """
    _, document = configuration_of(settings, paths)
    project = Project.at(paths.root)
    told_by = [project.rules, project.stack_tests, project.access_baseline, Path("uv.lock"), Path(PROJECT_FILE)]
    files = [file for path in told_by if path is not None for file in _files_in(paths.root / path)]
    folders = [_PACKAGE, definition("policy", paths)]
    files += [file for folder in folders for file in _files_in(folder)]
    terraform = tools.provide("terraform", paths).version
    told = f"{alike(without_code(document), settings.environment_suffix)}\n{terraform}\n{digest_of(sorted(files))}"
    return hashlib.sha256(told.encode()).hexdigest()


def _files_in(path: Path) -> list[Path]:
    """The file itself, or all below the folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return [file for file in files if file.is_file() and "__pycache__" not in file.parts]


def alike(document: dict[str, Any], suffix: str) -> str:
    """The configuration as text that is the same for all environments of one stack: without suffix and region.

    A suffix that could itself be found by a rule, as a region or an account, stays in. Of the region only the default
    of its variable is left out, where every region is right.
    """
    variables = {name: {**value, "default": ""} if name == "aws_region" else value
                 for name, value in document.get("variable", {}).items()}  # fmt: skip
    text = json.dumps({**document, "variable": variables}, sort_keys=True)
    if len(suffix) >= _ACCOUNT_DIGITS or suffix.count("-") > 1 or "-az" in suffix:
        return text
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(suffix)}(?![A-Za-z0-9])", _WORD, text)


def at_lines(judgement: Judgement, document: dict[str, Any], root: Path) -> Judgement:
    """The judgement with findings and suppressions at the lines of Python that made their resources."""
    constructs, origins = constructs_in(document), origins_in(inputs(root, Project.at(root)), root)

    def moved(one: Finding) -> Finding:
        return located(one, constructs, origins)

    suppressed = []
    for entry in judgement.suppressed:
        at = moved(Finding(entry.rule, "LOW", entry.resource, entry.file, entry.line, "", ""))
        suppressed.append(replace(entry, file=at.file, line=at.line))
    return replace(judgement, findings=tuple(map(moved, judgement.findings)), suppressed=tuple(suppressed))
