"""What a project says of itself to Tap: the table `[tool.tap]` of its pyproject.toml. Everything in it may be left out.

```toml
[tool.tap]
app = "python main.py"                      # how to synthesise
preload = ["billing.constructs"]            # which of its modules take seconds to import
stack = "Billing"                           # which stack, where there are several
inputs = ["main.py", "stack", "uv.lock"]    # what the synthesis reads
environment = ["BILLING_*"]                 # and which variables
code = ["functions"]                        # which inputs are nothing but code of functions
packages = "billing.packaging:packages"     # and what makes their ZIPs
tags = { Project = "billing", Environment = "{suffix}" }
commands = ["billing.commands:add"]         # more commands for `tap`
sample = "tap upload sample.csv"            # what `tap dev` tries each change with
integration-tests = "tests/e2e"             # where that level of the suite lies
```
"""

import json
import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any, Self

from deployer.errors import UsageError
from deployer.paths import CDKTF_FILE, PROJECT_FILE

TABLE = "[tool.tap]"
SUFFIX = "{suffix}"  # stands in a tag's value for the environment's suffix


def words(value: Any) -> tuple[str, ...]:
    """A command, as its words or as one would type it. Raises ValueError where it is none."""
    found = shlex.split(value) if isinstance(value, str) else _texts(value)
    if not found:
        raise ValueError("no command")
    return tuple(found)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_text, value))
    raise ValueError("no list of texts")


def _modules(value: Any) -> tuple[str, ...]:
    modules = _texts(value)
    if not all(part.isidentifier() for module in modules for part in module.split(".")):
        raise ValueError("no list of modules")
    return modules


def _path(value: Any) -> Path:
    if not isinstance(value, str) or not value or PurePath(value).is_absolute() or ".." in PurePath(value).parts:
        raise ValueError("no path below the project")
    return Path(value)


def _paths(value: Any) -> tuple[Path, ...]:
    return tuple(map(_path, _texts(value)))


def _tags(value: Any) -> dict[str, str]:
    """One of them tells the environment: otherwise one environment's resources would be taken for another's."""
    if not isinstance(value, dict) or not all(isinstance(one, str) and one for one in value.values()):
        raise ValueError("no table of texts")
    if not any(SUFFIX in one for one in value.values()):
        raise ValueError(f"no table with {SUFFIX} in a value, by which environments are told apart")
    return value


def _reference(value: Any) -> str:
    module, colon, name = _text(value).partition(":")
    if not colon or not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        raise ValueError("no `module:function`")
    return str(value)


def _references(value: Any) -> tuple[str, ...]:
    return tuple(map(_reference, _texts(value)))


def _said(read: Callable[[Any], Any], default: Any = None) -> Any:
    """A key: what makes a value of what stands there (raises ValueError), and what holds where nothing does."""
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True)
class Project:
    """What the engine asks of a project. Paths are below the folder of pyproject.toml.

    `app`: the command that synthesises, run in the project's folder with CDKTF_OUTDIR. A leading `python` is the Python
    that runs Tap. Blank: cdktf.json's `app`.
    `preload`: modules that the app imports and that do nothing but load what takes long, whatever the settings are.
    Where several configurations are synthesised, such as by tests, and `app` is a script in Python, one process loads
    them once (deploy/kept_synthesis.py).
    `stack`: the construct id, which is the folder below `stacks/`. Blank: the only one.
    `inputs`: files and folders that the synthesis reads. Blank: all that is neither hidden, nor generated, nor a test.
    `environment`: the variables that the stack reads, beside the deployer's own settings; `*` stands for any letters.
    `code`: of the inputs, the files and folders that nothing reads but what makes the functions' packages.
    `packages`: a function without parameters that makes the ZIP of each function and answers their paths; no two have
    one name. The stack lays down each as an asset of type FILE, with filebase64sha256 of it as `source_code_hash`.
    With both said, a change of code alone is deployed without synthesis, plan and apply (deploy/code_alone.py).
    `tags`: by which an environment's resources are told from others', with `{suffix}` in at least one value. They must
    be among the default tags of the provider. Blank: all of its default tags, where one of them holds the suffix.
    `commands`: functions that are given a Typer application and add commands to it.
    `sample`: a command that sends something through what is deployed, and tells how far it comes: `tap dev` runs it
    after each change. A leading `tap` or `python` is the one that runs. It reads the outputs on stdin, as
    `tap outputs --json` prints them, and its environment says which AWS is meant, to `tap` as to any SDK.
    `policies`: a mapping of names to what who works with the deployed stack asks of AWS, for `tap policy`; `nightly` is
    what the tests of a night ask besides.
    `report`: a function that makes a chapter of the report (deployer/reporting/chapter.py) of a run's evidence.
    `faults`: a document with a table of faults, each with the test that causes it, which the report follows.
    `rules`: a folder of Checkov rules of its own, with `canary/`, in which each must fail.
    `access_baseline`: what the stack may grant, written by `tap comply --accept-access`.
    `stack_tests`: the folder of the tests of the synthesised stack, which count as watching over the types they name.
    `unit_tests`, `policy_tests`, `integration_tests`: the folders of the three levels of tests.
    """

    app: tuple[str, ...] = _said(words, ())
    preload: tuple[str, ...] = _said(_modules, ())
    stack: str = _said(_text, "")
    inputs: tuple[Path, ...] = _said(_paths, ())
    environment: tuple[str, ...] = _said(_texts, ())
    code: tuple[Path, ...] = _said(_paths, ())
    packages: str = _said(_reference, "")
    tags: Mapping[str, str] = field(default_factory=dict, metadata={"read": _tags})
    commands: tuple[str, ...] = _said(_references, ())
    sample: tuple[str, ...] = _said(words, ())
    policies: str = _said(_reference, "")
    report: str = _said(_reference, "")
    faults: Path | None = field(default=None, metadata={"read": _path})
    rules: Path | None = field(default=None, metadata={"read": _path})
    access_baseline: Path | None = field(default=None, metadata={"read": _path})
    stack_tests: Path | None = field(default=None, metadata={"read": _path})
    unit_tests: Path = field(default=Path("tests/unit"), metadata={"read": _path})
    policy_tests: Path = field(default=Path("tests/policy"), metadata={"read": _path})
    integration_tests: Path = field(default=Path("tests/integration"), metadata={"read": _path})

    @classmethod
    def at(cls, root: Path) -> Self:
        """That of the folder `root`; without pyproject.toml or the table, one that says nothing.

        Raises:
            UsageError: the file is not TOML, a key is unknown, or a value is not what the key takes.
        """
        file = root / PROJECT_FILE
        known = {each.name.replace("_", "-"): each for each in fields(cls)}
        table = _table(file)
        if unknown := sorted(table.keys() - known.keys()):
            raise UsageError(
                f"unknown in {TABLE}: {', '.join(unknown)}", where=str(file), remedy=f"known are {', '.join(known)}"
            )
        return cls(**{known[key].name: _value(key, known[key].metadata["read"], table[key], file) for key in table})

    def command(self, root: Path) -> tuple[str, ...]:
        """What synthesises, as it is run. Raises UsageError where the project does not say."""
        return runnable(self.app or _cdktf_app(root))

    def is_code(self, file: Path) -> bool:
        """Whether a file, below the project, is read by nothing but what makes the functions' packages."""
        return any(file.is_relative_to(each) for each in self.code)

    def reads(self, variable: str) -> bool:
        """Whether the stack reads a variable of the environment."""
        return any(fnmatchcase(variable, pattern) for pattern in self.environment)


def runnable(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command as it is run: with the Python, or the Tap, that runs now."""
    own = {"python": (sys.executable,), "python3": (sys.executable,), "tap": (sys.executable, "-P", "-m", "deployer")}
    return (*own.get(command[0], command[:1]), *command[1:])


def resolved(reference: str, root: Path) -> Any:
    """What `module:name` of a project stands for. The project's folder is put behind all else on Python's path.

    Raises:
        UsageError: there is no such thing, or its module can't be imported.
    """
    module, _, name = reference.partition(":")
    if str(root) not in sys.path:
        sys.path.append(str(root))
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise UsageError(
            f"{reference} can't be imported: {type(error).__name__}: {error}",
            where=f"{TABLE} in {root / PROJECT_FILE}",
            remedy="mend it, or take it out; what it needs must be installed where Tap is",
        ) from error
    return found


def _value(key: str, read: Callable[[Any], Any], value: Any, file: Path) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise UsageError(
            f"{key} in {TABLE} is {error}: {value!r}", where=str(file),
            remedy=f"mend it; paths are relative to the folder of {PROJECT_FILE}",
        ) from error  # fmt: skip


def _table(file: Path) -> dict[str, Any]:
    try:
        tool = tomllib.loads(file.read_text("utf-8")).get("tool", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{PROJECT_FILE} can't be read: {error}", where=str(file), remedy="mend the file") from error
    table = tool.get("tap", {})
    if not isinstance(table, dict):
        raise UsageError(f"{TABLE} is not a table", where=str(file), remedy=f"write {TABLE}, and keys below it")
    return table


def _cdktf_app(root: Path) -> tuple[str, ...]:
    """https://developer.hashicorp.com/terraform/cdktf/create-and-deploy/configuration-file"""
    try:
        return words(json.loads((root / CDKTF_FILE).read_text("utf-8"))["app"])
    except FileNotFoundError:
        why = f"there is no stack here: neither {CDKTF_FILE} nor `app` in {TABLE}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{CDKTF_FILE} says no app: {type(error).__name__}: {error}"
    raise UsageError(
        why,
        where=str(root),
        remedy="go to the project's folder; other Terraform is judged by `tap comply PATH`",
    )
