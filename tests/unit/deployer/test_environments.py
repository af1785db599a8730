"""The Python environments beside the main one are made on demand, or it is told why they can't be."""

import shutil
from pathlib import Path

import pytest

from deployer.environments import ensured, is_made
from deployer.errors import ToolMissing
from deployer.places import Places


def test_an_environment_that_cannot_be_made_is_told(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without network and cache it is exit 3, with the environment's name and what to do, each time anew."""
    places.environment("policy").mkdir(parents=True)
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(Places.here().environment("policy") / name, places.environment("policy"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))

    for _ in range(2):
        with pytest.raises(ToolMissing, match="`policy` could not be made") as told:
            ensured("policy", places)

        assert told.value.exit_code == 3
        assert "index" in told.value.remedy
        assert told.value.details
        assert not is_made("policy", places)


def test_a_lost_lock_file_is_told(places: Places) -> None:
    """An environment whose lock file is gone is not taken for one that is made."""
    with pytest.raises(ToolMissing, match="is missing"):
        is_made("policy", places)
