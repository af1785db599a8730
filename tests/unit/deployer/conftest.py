"""A checkout of its own for each test: the deployer's folders below a temporary one."""

from pathlib import Path

import pytest

from deployer.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "checkout")
