"""Which rules must be there, known from their files without running them. `scan` holds what has loaded against it."""

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deployer.compliance.errors import CouldNotJudge
from deployer.project import Project

RULES = Path(__file__).parent / "rules"  # those that any Terraform is judged by
CANARY = "canary"  # the folder beside rules with files in which they must fail
EXPECTED = "expected.json"
_ID = re.compile(r'^    id = "(TAP_[A-Z]+_\d+)"$', re.MULTILINE)


def rule_folders(root: Path) -> tuple[Path, ...]:
    """Tap's own rules, and those that the project at `root` has. Raises as `Project.at` does."""
    own = Project.at(root).rules
    return (RULES,) if own is None else (RULES, root / own)


def catalogued(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """For each rule in the folders the files of its canary in which it must fail.

    Raises:
        CouldNotJudge: as `own_rules` does; two folders hold a rule of one id; or nothing makes a rule fail.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        canary = folder / CANARY
        expected = canary_expectations(canary)
        for rule, name in own_rules(folder).items():
            if rule in found:
                raise CouldNotJudge(f"two rules have the id {rule}", where=str(folder / name))
            if not expected.get(rule):
                raise CouldNotJudge(
                    f"nothing in the canary makes the rule {rule} fail, so nobody knows whether it works",
                    where=str(canary), remedy=f"name it in {EXPECTED}, with files beside it in which it fails",
                )  # fmt: skip
            found[rule] = [canary / each for each in expected[rule]]
    return found


def own_rules(checks: Path) -> dict[str, str]:
    """Id to file name of every rule in `checks`.

    Raises:
        CouldNotJudge: the folder is missing, no folder of rules, or a file holds not exactly one rule.
    """
    if not (checks / "__init__.py").is_file():
        raise CouldNotJudge(
            "the folder of rules is missing or has no __init__.py: Checkov would load no rule, and say nothing",
            where=str(checks), remedy="restore it; a project's own is named by `rules` in [tool.tap]",
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


def described(folders: Iterable[Path]) -> dict[str, Rule]:
    """Every rule in the folders by its id; `why` is what its file says first."""
    found = {}
    for rule, path in ((rule, folder / name) for folder in folders for rule, name in own_rules(folder).items()):
        tree = ast.parse(path.read_text("utf-8"))
        texts = {
            target.id: node.value.value
            for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        why = " ".join((ast.get_docstring(tree) or "").partition(": ")[2].split())
        found[rule] = Rule(rule, str(texts.get("title", rule)), str(texts.get("mend", "")), why)
    return found


def canary_expectations(canary: Path) -> dict[str, list[str]]:
    """For each rule the canary's files in which it must fail; none where there is no canary."""
    try:
        expected: dict[str, list[str]] = json.loads((canary / EXPECTED).read_text())
    except FileNotFoundError:
        return {}
    return expected
