"""The provider's classes are loaded one by one, and a package of another layout is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.deploy.bindings import loaded_when_used
from deployer.project import Project
from deployer.pytest_plugin.stacks import Stack

ROOT = Path(__file__).parents[3]
COUNT = """
import sys, stack.bindings
print(sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules))
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Node starts as for a project's command: two seconds of it less."""
    monkeypatch.setenv("NODE_OPTIONS", loaded_when_used(os.environ)["NODE_OPTIONS"])


@pytest.mark.usefixtures("quick")
def test_only_the_named_modules_are_imported() -> None:
    """Of the provider package's some 2,100 modules, only those the stack uses are loaded."""
    output = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True).stdout

    assert 30 < int(output) < 100


@pytest.mark.usefixtures("quick")
def test_a_missing_package_is_refused() -> None:
    """The message says what to run."""
    from stack.bindings import BindingsLayoutError, place_bare_parent  # loads CDKTF, which takes seconds

    with pytest.raises(BindingsLayoutError, match="make setup"):
        place_bare_parent("no_such_provider_package")


@pytest.mark.usefixtures("quick")
def test_a_package_without_its_jsii_module_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the layout changed, nothing is half loaded."""
    from stack.bindings import BindingsLayoutError, place_bare_parent

    (tmp_path / "odd_provider").mkdir()
    (tmp_path / "odd_provider" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(BindingsLayoutError, match="_jsii"):
        place_bare_parent("odd_provider")
    assert "odd_provider" not in sys.modules


WATCH = """
process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes("provider-aws"));
  require("fs").appendFileSync(process.env.WATCHED, loaded.map((file) => file.split("provider-aws")[1]).join());
});
"""


def test_the_locked_provider_loads_what_is_used_in_python_and_in_node(tmp_path: Path) -> None:
    """Imported whole, as other projects do: its package and jsii's kernel are as `deployer.deploy.bindings` takes them.

    Else all would be loaded, and nothing would say so but the time.
    """
    (tmp_path / "watch.js").write_text(WATCH)
    watched = {"NODE_OPTIONS": f'--require="{tmp_path / "watch.js"}"', "WATCHED": str(tmp_path / "watched")}
    program = "import sys, cdktf_cdktf_provider_aws as aws; aws.sqs_queue; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], env=loaded_when_used({**os.environ, **watched}), capture_output=True,
        text=True, check=True,
    )  # fmt: skip

    of_python = {name.split(".")[1] for name in told.stdout.split() if name.startswith("cdktf_cdktf_provider_aws.")}
    assert of_python == {"_jsii", "_private", "sqs_queue"}
    assert (tmp_path / "watched").read_text() == "/lib/lazy-index.js"


def test_the_stack_is_the_same_where_node_loads_every_module(tap_stack: Stack, tmp_path: Path) -> None:
    """To the byte, with each asset: `tap.py` run by hand, without what the deployer says to Node and Python."""
    bare = {name: value for name, value in os.environ.items() if not Project.at(ROOT).reads(name)}
    environment = {**bare, **tap_stack.settings.environment(), "CDKTF_OUTDIR": str(tmp_path)}
    subprocess.run([sys.executable, "tap.py"], cwd=ROOT, env=environment, check=True, capture_output=True)

    whole = tmp_path / "stacks" / tap_stack.folder.name
    names = [path.relative_to(whole) for path in whole.rglob("*") if path.is_file()]
    assert len(names) > 4
    assert [name for name in names if (whole / name).read_bytes() != (tap_stack.folder / name).read_bytes()] == []
