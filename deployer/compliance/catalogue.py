"""Which rules must be there, known from their files without running them. `scan` holds what has loaded against it."""

import json
import re
from pathlib import Path

from deployer.compliance.errors import CouldNotJudge

CANARY = Path(__file__).parent / "canary"
EXPECTED = "expected.json"
_ID = re.compile(r'^    id = "(TAP_[A-Z]+_\d+)"$', re.MULTILINE)


def own_rules(checks: Path) -> dict[str, str]:
    """Id to file name of every rule in `checks`.

    Raises:
        CouldNotJudge: the folder is missing, no folder of rules, or a file holds not exactly one rule.
    """
    if not (checks / "__init__.py").is_file():
        raise CouldNotJudge(
            "the folder of rules is missing or has no __init__.py: Checkov would load no rule, and say nothing",
            where=str(checks), remedy="restore it: `git checkout -- tests/policy/checks`",
        )  # fmt: skip
    rules: dict[str, str] = {}
    for path in sorted(checks.glob("*.py")):
        if path.name.startswith("__"):
            continue
        ids = _ID.findall(path.read_text())
        if len(ids) != 1 or ids[0] in rules:
            raise CouldNotJudge(
                f"{path.name} holds not exactly one rule with an id of its own: {ids or 'none'}", where=str(path),
                remedy='one rule a file, with the line `    id = "TAP_..."`',
            )  # fmt: skip
        rules[ids[0]] = path.name
    if not rules:
        raise CouldNotJudge("the folder of rules holds no rule", where=str(checks))
    return rules


def canary_expectations(canary: Path = CANARY) -> dict[str, list[str]]:
    """For each rule the canary's files in which it must fail."""
    expected: dict[str, list[str]] = json.loads((canary / EXPECTED).read_text())
    return expected
