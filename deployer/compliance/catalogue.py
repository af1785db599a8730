"""Which rules must be there, known from their files without running them. `scan` holds what has loaded against it."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from deployer.compliance.errors import CouldNotJudge

RULES = Path(__file__).parent / "rules"
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
            where=str(checks), remedy="restore it",
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


@dataclass(frozen=True)
class Rule:
    """What a rule of ours says of itself."""

    id: str
    title: str
    mend: str
    why: str


def described(checks: Path) -> dict[str, Rule]:
    """Every rule of ours by its id; `why` is what its file says first."""
    found = {}
    for rule, name in own_rules(checks).items():
        tree = ast.parse((checks / name).read_text("utf-8"))
        texts = {
            target.id: node.value.value
            for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        why = " ".join((ast.get_docstring(tree) or "").partition(": ")[2].split())
        found[rule] = Rule(rule, str(texts.get("title", rule)), str(texts.get("mend", "")), why)
    return found


def canary_expectations(canary: Path = CANARY) -> dict[str, list[str]]:
    """For each rule the canary's files in which it must fail."""
    expected: dict[str, list[str]] = json.loads((canary / EXPECTED).read_text())
    return expected
