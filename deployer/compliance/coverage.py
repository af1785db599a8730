"""Which rule and which test watches over each type of resource in the stack; one with neither is a finding.

Called by `gate`. Rules that look at every resource, such as that on regions, cover none in particular.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from deployer.compliance.judgement import Finding, Judgement
from deployer.compliance.reports.markdown import table
from deployer.few import few

RULE = "TAP_COVERAGE_1"
MEND = "add a rule for the type, or a test of the stack that names it"
_SHOWN = 6


def covered(judgement: Judgement, document: dict[str, Any], stack_tests: Path) -> tuple[str, list[Finding]]:
    """The matrix as Markdown, and a finding for each type that neither a rule nor a test in the folder watches over."""
    types = {kind: len(named) for kind, named in sorted(document.get("resource", {}).items())}
    rules, tests = _rules_by_type(judgement, types), _tests_by_type(stack_tests, types)
    rows = [(kind, str(count), few(tests[kind], _SHOWN), few(rules[kind], _SHOWN)) for kind, count in types.items()]
    matrix = table(("resource", "how many", "level 1: tests that name it", "level 2: rules that judged it"), rows)
    matrix += "\n\nLevel 3 applies all of them together, and asks that a second plan is empty."
    bare = [kind for kind in types if not rules[kind] and not tests[kind]]
    return matrix, [
        Finding(RULE, "MEDIUM", kind, "stack", 0, "no rule and no test watches over this type", MEND) for kind in bare
    ]


def _rules_by_type(judgement: Judgement, types: dict[str, int]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in judgement.evaluations:
        found[one.rule].add(one.resource.split(".")[0])
    particular = {rule: kinds for rule, kinds in found.items() if not kinds >= types.keys()}
    return {kind: sorted(rule for rule, kinds in particular.items() if kind in kinds) for kind in types}


def _tests_by_type(folder: Path, types: dict[str, int]) -> dict[str, list[str]]:
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("test_*.py"))}
    return {kind: [name for name, text in texts.items() if f'"{kind}"' in text] for kind in types}
