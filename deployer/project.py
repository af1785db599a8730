"""What a project says of itself to Tap: the table `[tool.tap]` of its pyproject.toml. Read by the compliance gate.

```toml
[tool.tap]
rules = "tests/policy/checks"
access-baseline = "tests/policy/access.json"
stack-tests = "tests/unit/stack"
unit-tests = "tests/unit"
policy-tests = "tests/policy"
integration-tests = "tests/integration"
```
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path, PurePath
from typing import Any, Self

from deployer.errors import UsedWrongly
from deployer.places import PROJECT_FILE

TABLE = "[tool.tap]"


@dataclass(frozen=True)
class Project:
    """Each a path below the folder of pyproject.toml; None where the project has no such thing.

    `rules`: a folder of Checkov rules of its own, with `canary/`, in which each must fail.
    `access_baseline`: what the stack may grant, written by `tap comply --accept-access`.
    `stack_tests`: the folder of the tests of the synthesised stack, which count as watching over the types they name.
    `unit_tests`, `policy_tests`, `integration_tests`: the folders of the three levels of tests.
    """

    rules: Path | None = None
    access_baseline: Path | None = None
    stack_tests: Path | None = None
    unit_tests: Path = Path("tests/unit")
    policy_tests: Path = Path("tests/policy")
    integration_tests: Path = Path("tests/integration")

    @classmethod
    def at(cls, root: Path) -> Self:
        """That of the folder `root`; without pyproject.toml or the table, one that has nothing.

        Raises:
            UsedWrongly: the file is not TOML, a key is unknown, or a value is no path below `root`.
        """
        file = root / PROJECT_FILE
        known = {field.name.replace("_", "-"): field.name for field in fields(cls)}
        table = _table(file)
        if unknown := sorted(table.keys() - known.keys()):
            raise UsedWrongly(
                f"unknown in {TABLE}: {', '.join(unknown)}", where=str(file), remedy=f"known are {', '.join(known)}"
            )
        return cls(**{known[key]: _path(key, value, file) for key, value in table.items()})


def _table(file: Path) -> dict[str, Any]:
    try:
        tool = tomllib.loads(file.read_text("utf-8")).get("tool", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsedWrongly(f"{PROJECT_FILE} can't be read: {error}", where=str(file), remedy="mend the file") from error
    table = tool.get("tap", {})
    if not isinstance(table, dict):
        raise UsedWrongly(f"{TABLE} is not a table", where=str(file), remedy=f"write {TABLE}, and keys below it")
    return table


def _path(key: str, value: Any, file: Path) -> Path:
    if not isinstance(value, str) or not value or PurePath(value).is_absolute() or ".." in PurePath(value).parts:
        raise UsedWrongly(
            f"{key} in {TABLE} is no path below the project: {value!r}", where=str(file),
            remedy=f"give it as a string, relative to the folder of {PROJECT_FILE}",
        )  # fmt: skip
    return Path(value)
