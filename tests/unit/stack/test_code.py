"""What `[tool.tap]` calls code of functions is read by nothing but what packs it, and may go past the stack.

And the stack is the same, whichever process synthesises it.
"""

import json
import os
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deployer import process
from deployer.deploy.bindings import loaded_when_used
from deployer.deploy.derived import derive
from deployer.deploy.kept_synthesis import Kept
from deployer.deploy.synthesis import inputs
from deployer.project import Project

ROOT = Path(__file__).parents[3]
# The stack twice, with two contents of the packages; and each file that Python opens or imports on the way.
SCRIPT = """
import json, os, shutil, sys
from pathlib import Path

opened = set()
sys.addaudithook(lambda event, given: opened.add(str(given[0])) if event == "open" else None)
out = Path(os.environ["CDKTF_OUTDIR"]).resolve()

from stack import function
from stack.settings import Settings
from stack.tap_stack import synthesise

for content in ("old", "new"):
    def package(lambdas, source):
        made = out.parent / content / f"{source}.zip"
        made.parent.mkdir(exist_ok=True)
        made.write_text(content + source)
        return made
    function.package = package
    out.mkdir()
    synthesise(Settings.load({}))
    out.rename(out.parent / f"{content}-stack")
opened |= {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
print(json.dumps(sorted(opened)))
"""


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[Path]]:
    """Where the two lie, and what was opened of the project."""
    folder = tmp_path_factory.mktemp("twice")
    done = process.run([sys.executable, "-c", SCRIPT], folder=ROOT, env=environment(folder))
    assert done.returncode == 0, done.stderr
    opened = {source_of(Path(name)) for name in json.loads(done.stdout)}
    return folder, {path.relative_to(ROOT) for path in opened if path.is_relative_to(ROOT)}


def environment(folder: Path) -> dict[str, str]:
    """As the deployer's for a project's command."""
    paths = {"CDKTF_OUTDIR": str(folder / "out"), "PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}"}
    return loaded_when_used(os.environ | paths | {"PYTHONDONTWRITEBYTECODE": "1"})


def contents(folder: Path) -> dict[str, Any]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def source_of(path: Path) -> Path:
    """The module that bytecode is of."""
    return path.parent.parent / f"{path.name.split('.')[0]}.py" if path.parent.name == "__pycache__" else path


def test_no_synthesis_reads_what_is_called_code(synthesised: tuple[Path, set[Path]]) -> None:
    """Otherwise a change that the stack depends on would pass the stack by, and the gate."""
    project, (_, opened) = Project.at(ROOT), synthesised

    assert {Path("lambdas/transactions/layout.py"), Path("lambdas/transactions/transactions.schema.json")} <= opened
    assert sorted(map(str, filter(project.is_code, opened))) == []


def test_a_derived_stack_is_the_one_that_is_synthesised(synthesised: tuple[Path, set[Path]], tmp_path: Path) -> None:
    """Byte for byte: what CDKTF makes of an asset is told without it."""
    folder, _ = synthesised

    assert derive(folder / "old-stack", tmp_path / "derived", sorted((folder / "new").iterdir()))
    assert contents(tmp_path / "derived") == contents(folder / "new-stack")
    assert contents(folder / "old-stack") != contents(folder / "new-stack")


def test_a_kept_process_writes_what_one_of_its_own_does(synthesised: tuple[Path, set[Path]], tmp_path: Path) -> None:
    """Byte for byte, also after another one: of what it loaded and did before, nothing is in the stack."""
    folder, _ = synthesised
    (tmp_path / "app.py").write_text(SCRIPT)
    project = replace(Project.at(ROOT), app=("python", str(tmp_path / "app.py")))
    with tempfile.TemporaryDirectory(prefix="tap-kept-") as shared, closing(Kept(Path(shared))) as kept:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            done = kept.run(project, ROOT, environment(tmp_path / name), ())
            assert done is not None
            assert done.returncode == 0, done.stderr

    for name in ("first", "second"):
        assert contents(tmp_path / name / "new-stack") == contents(folder / "new-stack")


def test_what_is_called_code_is_there_and_an_input() -> None:
    """A name that nothing has any more would be a module of that name tomorrow."""
    project = Project.at(ROOT)
    known = [path.relative_to(ROOT) for path in inputs(ROOT, project)]

    assert [each for each in project.code if not any(path.is_relative_to(each) for path in known)] == []
