"""Bindings load what is used, in the project's Python and in jsii's Node; that bytes stay: tests/unit/stack."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deployer.deploy import bindings, synthesis
from deployer.deploy.bindings import loaded_when_used
from deployer.paths import Paths
from deployer.settings import Settings

PACKAGE = "cdktf_cdktf_provider_odd"
HEAD = """
__all__ = ["__jsii_assembly__", "s3_bucket", "topic"]
from ._jsii import *
import publication
publication.publish()
"""
MARK = "\n# Loading modules to ensure their types are registered with the jsii runtime library\n"
IMPORTS = "from . import s3_bucket\nfrom . import topic\n"
JSII = '__all__ = ["__jsii_assembly__"]\nclass __jsii_assembly__:\n    name = "@cdktf/provider-odd"\n'
TELL = f"""
import json, sys
import {PACKAGE} as odd
def loaded():
    return sorted(name for name in sys.modules if name in ("{PACKAGE}.s3_bucket", "{PACKAGE}.topic"))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A provider's package as jsii writes them, of two modules."""
    folder = tmp_path / PACKAGE
    for submodule in ("s3_bucket", "topic"):
        (folder / submodule).mkdir(parents=True)
        (folder / submodule / "__init__.py").write_text(f"NAME = {submodule!r}\n")
    (folder / "_jsii.py").write_text(JSII)
    (folder / "__init__.py").write_text(HEAD + MARK + IMPORTS)
    return folder


def told(folder: Path, program: str, *, given: Mapping[str, str] | None = None) -> Any:
    """What a program says that is started as a project's command is, with `folder` on its path."""
    environment = loaded_when_used({**os.environ, "PYTHONPATH": str(folder), **(given or {})})
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_a_module_is_imported_when_it_is_first_asked_for(package: Path) -> None:
    """By its name in the package, by `from`, or by all of them at once."""
    program = TELL + (
        "before = loaded(); odd.topic.NAME; one = loaded(); from cdktf_cdktf_provider_odd import *\n"
        "print(json.dumps([before, one, loaded(), s3_bucket.NAME, set(dir(odd)) > {'s3_bucket', 'topic'}]))"
    )

    both = [f"{PACKAGE}.s3_bucket", f"{PACKAGE}.topic"]
    assert told(package.parent, program) == [[], both[1:], both, "s3_bucket", True]


def test_a_name_that_is_none_of_its_modules_is_no_attribute(package: Path) -> None:
    """As of any module."""
    assert told(package.parent, TELL + "print(json.dumps([hasattr(odd, 'queue'), loaded()]))") == [False, []]


def test_jsii_imports_the_module_of_a_type_that_it_meets_first(package: Path) -> None:
    """An object that Node made, of a class that the program never named."""
    program = TELL + (
        "from jsii._reference_map import _assembly_to_module, _try_import_type_module\n"
        f"_assembly_to_module['@cdktf/provider-odd'] = '{PACKAGE}'\n"
        "print(json.dumps([_try_import_type_module('@cdktf/provider-odd.s3Bucket.S3Bucket'), loaded()]))"
    )

    assert told(package.parent, program) == [True, [f"{PACKAGE}.s3_bucket"]]


@pytest.mark.parametrize("text", [HEAD + IMPORTS, HEAD + MARK + IMPORTS + "MORE = 1\n"])
def test_a_package_of_another_form_is_imported_as_it_is(package: Path, text: str) -> None:
    """Nothing of a text that is not understood is left out."""
    (package / "__init__.py").write_text(text)

    assert len(told(package.parent, TELL + "print(json.dumps(loaded()))")) == 2


def test_a_jsii_that_cannot_be_told_gets_every_type(package: Path) -> None:
    """One from before there were packages that import late."""
    (package.parent / "jsii").mkdir()
    for name in ("__init__.py", "_reference_map.py"):
        (package.parent / "jsii" / name).touch()

    assert len(told(package.parent, TELL + "print(json.dumps(loaded()))")) == 2


def test_what_the_machine_runs_before_every_program_still_runs(package: Path) -> None:
    """Python would run the first `sitecustomize` of its path alone."""
    (package.parent / "sitecustomize.py").write_text("import sys; sys.machine_s_own = True")

    assert told(package.parent, "import json, sys; print(json.dumps(sys.machine_s_own))") is True


def resolved(folder: Path, *asked: str, hook: str | None = None) -> str:
    """The file that Node in `folder` resolves by `require.resolve(ASKED)`."""
    program = f"process.stdout.write(require('module').createRequire(__filename).resolve({', '.join(asked)}))"
    (folder / "kernel.js").write_text(program)
    environment = {**os.environ, "NODE_OPTIONS": hook or loaded_when_used({})["NODE_OPTIONS"]}
    return Path(
        subprocess.run(
            ["node", str(folder / "kernel.js")], env=environment, capture_output=True, text=True, check=True
        ).stdout
    ).name


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """The folder into which jsii's kernel links its packages, with one of a provider."""
    folder = tmp_path / "jsii-kernel-x1"
    library = folder / "node_modules" / "@cdktf" / "provider-odd" / "lib"
    library.mkdir(parents=True)
    (library.parent / "package.json").write_text('{"name": "@cdktf/provider-odd", "main": "lib/index.js"}')
    (library / "index.js").touch()
    (library / "lazy-index.js").write_text("// generated by cdktf get\n")
    return folder


PROVIDER = "'@cdktf/provider-odd'"
HERE = "{paths: [__dirname]}"


def test_the_kernel_gets_the_index_that_loads_late(kernel: Path) -> None:
    """Of a provider's two, whichever Node is on PATH."""
    assert resolved(kernel, PROVIDER, HERE) == "lazy-index.js"


def test_a_package_that_requires_a_provider_gets_what_it_asks_for(kernel: Path) -> None:
    """It may look through what it gets, of which the other index hides the names."""
    assert resolved(kernel, PROVIDER) == "index.js"


@pytest.mark.parametrize("text", [None, "// somebody else's"])
def test_without_such_an_index_the_kernel_gets_the_only_one(kernel: Path, text: str | None) -> None:
    """Of an older package, or of another kind."""
    lazy = kernel / "node_modules" / "@cdktf" / "provider-odd" / "lib" / "lazy-index.js"
    lazy.unlink() if text is None else lazy.write_text(text)

    assert resolved(kernel, PROVIDER, HERE) == "index.js"


def test_outside_of_the_kernel_nothing_is_different(kernel: Path) -> None:
    """A stack in TypeScript uses the same packages by their own rules."""
    project = kernel.rename(kernel.with_name("project"))

    assert resolved(project, PROVIDER, HERE) == "index.js"


def test_any_folder_that_tap_lies_in_will_do(kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Node splits its variable at spaces, and has quotes of its own."""
    moved = tmp_path / 'a "b" \\c' / "lazy_index.js"
    moved.parent.mkdir()
    shutil.copy(bindings._LAZY_INDEX, moved)
    monkeypatch.setattr(bindings, "_LAZY_INDEX", moved)

    assert resolved(kernel, PROVIDER, HERE) == "lazy-index.js"


def test_what_the_variables_say_already_stays() -> None:
    """Both are lists; ours comes first in them."""
    given = {"NODE_OPTIONS": "--trace-warnings", "PYTHONPATH": "mine", "HOME": "/home"}

    both = loaded_when_used(given)

    assert both["NODE_OPTIONS"].endswith('lazy_index.js" --trace-warnings')
    assert both["PYTHONPATH"].endswith(f"python{os.pathsep}mine")
    assert both["HOME"] == "/home"


TAP = """
import json, os, pathlib
folder = pathlib.Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "Any"
folder.mkdir(parents=True)
(folder / "cdk.tf.json").write_text(json.dumps({name: os.environ[name] for name in ("NODE_OPTIONS", "PYTHONPATH")}))
"""


def test_a_project_s_command_is_started_so(paths: Paths) -> None:
    """Without a word about it by the project."""
    paths.root.mkdir(parents=True)
    (paths.root / "pyproject.toml").write_text('[tool.tap]\napp = "python any.py"\n')
    (paths.root / "any.py").write_text(TAP)

    seen = json.loads((synthesis.stack_folder(Settings.load({}), paths) / "cdk.tf.json").read_text())

    assert seen == {name: loaded_when_used(os.environ)[name] for name in seen}
