"""docs/faults.md names every fault that the suite causes, and no test that is not there."""

from deployer.paths import Paths
from deployer.reporting.faults import faults_of
from tests.markdown import ROOT, defined_in, missing, rows

FAULTS = ("test_faults.py", "test_planted_faults.py", "test_failures.py", "test_moods.py")


def test_each_fault_of_the_suite_has_its_row() -> None:
    """A test that causes a fault and has no row is drift, and so is a row without its test."""
    told = {each.test for each in faults_of(Paths.here())}
    files = [f"tests/integration/{name}" for name in FAULTS]
    caused = {f"{file}::{test}" for file in files for test in defined_in(file)}

    assert len(told) == len(rows(ROOT / "docs" / "faults.md"))
    assert caused - told == set()
    assert missing(told) == []
