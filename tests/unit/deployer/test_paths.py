"""Which project a command is about."""

from pathlib import Path

import pytest

from deployer.paths import Paths

ROOT = Path(__file__).parents[3]


def test_the_nearest_folder_with_a_table_of_tap_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder within it, and though a pyproject.toml that says nothing of Tap is nearer."""
    inner = tmp_path / "project" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "project" / "pyproject.toml").write_text("[project]\n[tool.tap]\n")
    (inner / "pyproject.toml").write_text("[project]\n[tool.tapestry]\n")
    monkeypatch.chdir(inner)

    assert Paths.here() == Paths(tmp_path / "project")


def test_a_folder_of_cdktf_is_a_project_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deployed from there is its stack, and not the one that this code lies beside."""
    (tmp_path / "cdktf.json").write_text("{}")
    monkeypatch.chdir(tmp_path)

    assert Paths.here() == Paths(tmp_path)


def test_elsewhere_the_checkout_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when `tap` is called from anywhere; also from a folder that is gone."""
    (tmp_path / "gone").mkdir()
    for folder in (tmp_path, tmp_path / "gone"):
        monkeypatch.chdir(folder)
        if folder.name == "gone":
            folder.rmdir()
        assert Paths.here() == Paths(ROOT)
