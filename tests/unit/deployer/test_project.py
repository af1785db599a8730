"""What pyproject.toml says of a project to Tap."""

import re
from pathlib import Path

import pytest

from deployer.errors import UsageError
from deployer.project import Project


def test_a_project_says_where_its_parts_are(tmp_path: Path) -> None:
    """Each key of the table is a path; what is not said the project has not."""
    (tmp_path / "pyproject.toml").write_text('[tool.tap]\nrules = "policy/rules"\n')

    assert Project.at(tmp_path) == Project(rules=Path("policy/rules"))


@pytest.mark.parametrize("text", ["", "[project]\n", "[tool.tap]\n", None])
def test_a_project_may_say_nothing(tmp_path: Path, text: str | None) -> None:
    """Without a key, a table or a file, there are Tap's own rules alone."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)

    assert Project.at(tmp_path) == Project()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.tap]\nrulse = 'x'", "unknown in [tool.tap]: rulse"),
        ("[tool]\ntap = 3", "not a table"),
        ("[tool.tap]\nrules = 3", "rules in [tool.tap] is no path below the project: 3"),
        ("[tool.tap]\nrules = ''", "no path below"),
        ("[tool.tap]\nrules = '/etc'", "no path below"),
        ("[tool.tap]\nstack-tests = 'a/../../b'", "no path below"),
        ("[tool.tap", "can't be read"),
    ],
)
def test_what_is_wrong_in_the_table_is_told(tmp_path: Path, text: str, said: str) -> None:
    """With the file, the key, and what is known: exit 2, and nothing is guessed."""
    (tmp_path / "pyproject.toml").write_text(text)

    with pytest.raises(UsageError, match=re.escape(said)) as told:
        Project.at(tmp_path)

    assert str(tmp_path / "pyproject.toml") in told.value.where
    assert told.value.exit_code == 2
    assert told.value.remedy
