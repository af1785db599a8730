"""The gate on this very stack: what `scan` says, at the Python lines, with what only we can know of our own.

`tap comply` without a path, `make compliance` and `tap deploy` call it.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployer.compliance import access, coverage
from deployer.compliance.judgement import Finding, Judgement
from deployer.compliance.origins import constructs_in, located, origins_in
from deployer.compliance.scan import scan
from deployer.errors import NotCompliant
from deployer.places import Places, digest_of
from deployer.synthesis import synthesised

if TYPE_CHECKING:
    from stack.settings import Settings

_SHOWN = 20  # findings in the message of a refused deployment
STATE_BUCKET = "tap-state"  # so that the backend is judged also where nobody has set one


@dataclass(frozen=True)
class OfStack:
    """What the gate says of the stack, and as Markdown which rule watches over what."""

    judgement: Judgement
    coverage: str = ""


def stack_judged(settings: "Settings", places: Places, *, accept_access: bool = False) -> OfStack:
    """What the gate says of the stack that these settings make. Raises as `scan` does.

    `accept_access`: write down the access that it grants as the new baseline.
    """
    settings = replace(settings, state_bucket=settings.state_bucket or STATE_BUCKET)
    folder, document = _synthesised(settings, places)
    baseline = places.root / access.BASELINE
    if accept_access:
        access.accept(document, settings.environment_suffix, baseline)
    found = at_lines(scan(folder, places, mirror=settings.provider_mirror), document, places.root)
    matrix, bare = coverage.covered(found, document, places.root)
    more = [*access.differences(document, settings.environment_suffix, baseline), *bare]
    return OfStack(replace(found, findings=tuple(sorted((*found.findings, *more)))), matrix)


def require_compliant(settings: "Settings", places: Places) -> None:
    """The gate before a deployment, from a cache by content: what was judged clean needs no second look that day.

    Raises:
        NotCompliant: with what was found.
    """
    folder, document = _synthesised(settings, places)
    clean = places.cache / "compliant" / _key(folder, settings, places)
    if clean.is_file():
        return
    found = at_lines(scan(folder, places, mirror=settings.provider_mirror), document, places.root)
    findings = [
        *found.findings,
        *access.differences(document, settings.environment_suffix, places.root / access.BASELINE),
    ]
    if findings:
        raise NotCompliant(
            f"the stack does not comply: {len(findings)} findings; nothing was applied",
            remedy="mend them, or suppress each beside its resource with a reason; `tap comply` tells more",
            details=tuple(
                f"{one.severity} {one.rule} {one.file}:{one.line} {one.message}" for one in findings[:_SHOWN]
            ),
        )
    clean.parent.mkdir(parents=True, exist_ok=True)
    clean.touch()


def _synthesised(settings: "Settings", places: Places) -> tuple[Path, dict[str, Any]]:
    folder = synthesised(settings, places) / "stacks" / settings.construct_id
    return folder, json.loads((folder / "cdk.tf.json").read_text())


def _key(folder: Path, settings: "Settings", places: Places) -> str:
    """Everything that the answer depends on; the day, as suppressions end."""
    policy, code = places.root / "tests" / "policy", places.root / "deployer"
    files = [folder / "cdk.tf.json", *sorted((policy / "checks").rglob("*.py")), places.root / access.BASELINE]
    files += [*sorted((code / "compliance").rglob("*.*")), places.environment("policy") / "uv.lock"]
    content = digest_of([file for file in files if file.is_file() and file.suffix != ".pyc"])
    return f"{content}-{settings.environment_suffix}-{datetime.now(UTC):%Y%m%d}"


def at_lines(judgement: Judgement, document: dict[str, Any], root: Path) -> Judgement:
    """The judgement with findings and suppressions at the lines of Python that made their resources."""
    constructs, origins = constructs_in(document), origins_in(root / "stack", root)

    def moved(one: Finding) -> Finding:
        return located(one, constructs, origins)

    suppressed = []
    for entry in judgement.suppressed:
        at = moved(Finding(entry.rule, "LOW", entry.resource, entry.file, entry.line, "", ""))
        suppressed.append(replace(entry, file=at.file, line=at.line))
    return replace(judgement, findings=tuple(map(moved, judgement.findings)), suppressed=tuple(suppressed))
