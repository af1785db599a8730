"""A checkout of its own for each test: the deployer's folders below a temporary one."""

from pathlib import Path

import pytest

from deployer.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "checkout")
