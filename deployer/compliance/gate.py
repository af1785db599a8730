"""The gate on this very stack: what `scan` says, at the Python lines, with what only we can know of our own.

`tap comply` without a path, `make compliance` and `tap deploy` call it.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployer.compliance.judgement import Finding, Judgement
from deployer.compliance.origins import constructs_in, located, origins_in
from deployer.compliance.scan import scan
from deployer.places import Places
from deployer.synthesis import synthesised

if TYPE_CHECKING:
    from stack.settings import Settings

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
    folder = synthesised(settings, places) / "stacks" / settings.construct_id
    document = json.loads((folder / "cdk.tf.json").read_text())
    found = scan(folder, places, mirror=settings.provider_mirror)
    return OfStack(at_lines(found, document, places.root))


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
