"""The provider's classes are loaded one by one, and a package of another layout is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

COUNT = """
import sys, stack.bindings
print(sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules))
"""


def test_only_the_named_modules_are_imported() -> None:
    """Of the provider package's some 1,500 modules, only those the stack uses are loaded."""
    output = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True).stdout

    assert 30 < int(output) < 100


def test_a_missing_package_is_refused() -> None:
    """The message says what to run."""
    from stack.bindings import BindingsLayoutError, place_bare_parent  # loads CDKTF, which takes seconds

    with pytest.raises(BindingsLayoutError, match="make setup"):
        place_bare_parent("no_such_provider_package")


def test_a_package_without_its_jsii_module_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the layout changed, nothing is half loaded."""
    from stack.bindings import BindingsLayoutError, place_bare_parent

    (tmp_path / "odd_provider").mkdir()
    (tmp_path / "odd_provider" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(BindingsLayoutError, match="_jsii"):
        place_bare_parent("odd_provider")
    assert "odd_provider" not in sys.modules
