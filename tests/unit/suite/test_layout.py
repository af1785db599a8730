"""The bucket's layout stands once: lambdas/transactions/layout.py."""

import ast
from collections.abc import Iterator
from pathlib import Path

from transactions import layout

ROOT = Path(__file__).parents[3]
PREFIXES = {value for name, value in vars(layout).items() if name.isupper() and str(value).endswith("/")}
# It runs in another environment; its example of a fault is about a prefix.
ELSEWHERE = ROOT / "deployer" / "ministack_server"


def texts() -> Iterator[tuple[str, str]]:
    """Every string of the product that is no docstring."""
    for file in [path for folder in ("deployer", "stack", "lambdas") for path in (ROOT / folder).rglob("*.py")]:
        if file == Path(layout.__file__) or file.is_relative_to(ELSEWHERE):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        said = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield file.relative_to(ROOT).as_posix(), node.value


def test_no_other_module_names_a_prefix() -> None:
    """A key is derived from the layout's names, and so is a permission."""
    assert len(PREFIXES) == 6
    assert [(file, text) for file, text in texts() if text.lstrip("/^").startswith(tuple(PREFIXES))] == []
