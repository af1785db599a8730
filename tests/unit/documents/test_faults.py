"""docs/faults.md names every fault that the suite causes, and no test that is not there."""

import ast
from pathlib import Path

from deployer.reporting.faults import DOCUMENT, faults_in

ROOT = Path(__file__).parents[3]
FAULTS = ("test_faults.py", "test_planted_faults.py", "test_failures.py")


def _tests_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


def test_each_fault_of_the_suite_has_its_row() -> None:
    """A test that causes a fault and has no row is drift, and so is a row without its test."""
    rows = (ROOT / DOCUMENT).read_text().count("\n| ") - 1  # the head
    told = {tuple(each.test.split("::")) for each in faults_in((ROOT / DOCUMENT).read_text())}
    folder = ROOT / "tests" / "integration"
    caused = {(f"tests/integration/{name}", test) for name in FAULTS for test in _tests_of(folder / name)}

    assert len(told) == rows
    assert caused - told == set()
    assert [row for row in sorted(told) if row[1] not in _tests_of(ROOT / row[0])] == []
