"""The synthesis cache, with a small `tap.py` that counts how often it runs."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from deployer.deploy import synthesis
from deployer.errors import SynthesisFailed, ToolMissing, UsageError
from deployer.paths import Paths
from deployer.settings import Settings

COUNTING = """
import os, pathlib
with open("runs", "a") as runs:
    runs.write("run ")
folder = pathlib.Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "TapStack"
folder.mkdir(parents=True)
(folder / "cdk.tf.json").write_text('{"suffix": "%s"}' % os.environ["ENVIRONMENT_SUFFIX"])
"""
INPUTS = (
    "tap.py",
    "cdktf.json",
    "metadata.json",
    "uv.lock",
    "stack/a.py",
    "lambdas/one/app.py",
    "lambdas/one/data.json",
)


PROJECT = """
[tool.tap]
app = "python tap.py"
inputs = ["tap.py", "cdktf.json", "metadata.json", "uv.lock", "stack", "lambdas"]
environment = ["TEAM", "MY_*"]
"""


@pytest.fixture
def checkout(paths: Paths) -> Paths:
    paths.root.mkdir(parents=True)
    (paths.root / "pyproject.toml").write_text(PROJECT)
    for name in INPUTS:
        path = paths.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(COUNTING if name == "tap.py" else "x\n")
    return paths


@pytest.fixture
def settings() -> Settings:
    return Settings.load({})


def runs(paths: Paths) -> int:
    return len((paths.root / "runs").read_text().split())


def test_unchanged_inputs_are_synthesised_once(checkout: Paths, settings: Settings, tmp_path: Path) -> None:
    """A second synthesis answers from the cache with the same content."""
    first = synthesis.synth(settings, checkout, tmp_path / "a")
    second = synthesis.synth(settings, checkout, tmp_path / "b")

    assert runs(checkout) == 1
    assert first == tmp_path / "a" / "stacks" / "TapStack"
    assert (first / "cdk.tf.json").read_text() == (second / "cdk.tf.json").read_text() == '{"suffix": "dev"}'


@pytest.mark.parametrize("name", INPUTS)
def test_a_changed_byte_in_any_input_misses_the_cache(checkout: Paths, settings: Settings, name: str) -> None:
    """Every input file is part of the cache's key, down to one byte."""
    before = synthesis.key(settings, checkout)
    path = checkout.root / name
    path.write_bytes(path.read_bytes() + b"#")

    assert synthesis.key(settings, checkout) != before


def test_a_new_and_a_renamed_input_miss_the_cache(checkout: Paths, settings: Settings) -> None:
    """A file's name counts as its content does."""
    before = synthesis.key(settings, checkout)
    (checkout.root / "stack" / "b.py").write_text("")
    added = synthesis.key(settings, checkout)
    (checkout.root / "stack" / "b.py").rename(checkout.root / "stack" / "c.py")

    assert len({before, added, synthesis.key(settings, checkout)}) == 3


@pytest.mark.parametrize("name", ["stack/__pycache__/a.pyc", "lambdas/one/b.pyc", "tests/unit/test_a.py", "README.md"])
def test_what_the_stack_does_not_read_leaves_the_cache_alone(checkout: Paths, settings: Settings, name: str) -> None:
    """Bytecode, tests and prose are no inputs."""
    before = synthesis.key(settings, checkout)
    path = checkout.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")

    assert synthesis.key(settings, checkout) == before


OTHER_VALUES = {"allowed_accounts": ("123456789012",)}


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_a_setting_counts_if_it_reaches_the_stack(checkout: Paths, settings: Settings, name: str) -> None:
    """Each setting is part of the key, except those that only the deployer reads."""
    value = getattr(settings, name)
    other = OTHER_VALUES[name] if name in OTHER_VALUES else value + (1 if isinstance(value, int) else "x")
    given: dict[str, Any] = {name: other}
    changed = synthesis.key(replace(settings, **given), checkout) != synthesis.key(settings, checkout)

    assert changed == (name not in {"provider_mirror", "allowed_accounts", "lock_seconds", "local_state"})


@pytest.mark.parametrize(
    ("name", "counts"), [("TEAM", True), ("MY_SIZE", True), ("ENVIRONMENT_SUFFIX", False), ("MINE", False)]
)
def test_a_variable_counts_if_the_project_says_that_the_stack_reads_it(
    checkout: Paths, settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, counts: bool
) -> None:
    """By its name or a pattern; what a setting says goes before the variable of the environment."""
    before = synthesis.key(settings, checkout)
    monkeypatch.setenv(name, "another")

    assert (synthesis.key(settings, checkout) != before) == counts


def test_an_input_that_is_named_and_not_there_is_told(checkout: Paths, settings: Settings) -> None:
    """A name that was misspelt would leave the cache stale."""
    (checkout.root / "metadata.json").unlink()

    with pytest.raises(UsageError, match=r"not there: metadata\.json"):
        synthesis.key(settings, checkout)


def test_many_at_once_synthesise_once(checkout: Paths, settings: Settings) -> None:
    """Of several processes that want the same synthesis, one makes it and all get it."""
    program = (
        "import sys; from pathlib import Path; from deployer.deploy import synthesis; "
        "from deployer.paths import Paths; from deployer.settings import Settings; "
        "print(synthesis.cached_synthesis(Settings.load({}), Paths(Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", program, str(checkout.root)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate(timeout=600)[0].strip() for process in processes}

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1
    assert runs(checkout) == 1


def test_a_failed_synthesis_tells_its_message_and_leaves_no_result(checkout: Paths, settings: Settings) -> None:
    """The stack's own message is shown, the traceback goes to the log, and nothing half-made is cached."""
    (checkout.root / "tap.py").write_text("raise ValueError('the table has no name')")

    with pytest.raises(SynthesisFailed) as caught:
        synthesis.cached_synthesis(settings, checkout)

    assert caught.value.details == ("ValueError: the table has no name",)
    assert "Traceback" in Path(caught.value.where).read_text()
    assert list((checkout.cache / "synth").iterdir()) == []


def test_a_node_that_does_not_start_is_told_in_its_own_words(
    checkout: Paths, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as the broken pipe that it leaves behind."""
    (checkout.root / "tap.py").write_text("raise BrokenPipeError")
    monkeypatch.setenv("NODE_OPTIONS", "--nonsense")

    with pytest.raises(ToolMissing, match="node does not start") as caught:
        synthesis.cached_synthesis(settings, checkout)

    assert "--nonsense is not allowed in NODE_OPTIONS" in " ".join(caught.value.details)
    assert "NODE_OPTIONS" in caught.value.remedy


def test_what_node_says_on_its_way_down_is_shown(checkout: Paths, settings: Settings) -> None:
    """Beside the exception that it left behind, and without the frames of the traceback."""
    (checkout.root / "tap.py").write_text(
        "import sys; sys.stderr.write('FATAL ERROR: out of memory\\n')\nraise BrokenPipeError('gone')"
    )

    with pytest.raises(SynthesisFailed) as caught:
        synthesis.cached_synthesis(settings, checkout)

    assert caught.value.details == ("FATAL ERROR: out of memory", "BrokenPipeError: gone")


PACKAGING = """
import os, pathlib, shutil
folder = pathlib.Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "TapStack"
for place in ("assets/a", "assets/b"):
    (folder / place).mkdir(parents=True)
(folder / "cdk.tf.json").write_text(os.environ["ENVIRONMENT_SUFFIX"])
shutil.copy(".tap/cache/packages/new/one.zip", folder / "assets/a/one.zip")
(folder / "assets/b/two.zip").write_text("of nobody else")
"""


@pytest.fixture
def packages(checkout: Paths) -> Path:
    """A function's package, its successor, and one that has long had none to take it."""
    (checkout.root / "tap.py").write_text(PACKAGING)
    folder = checkout.cache / "packages"
    for name, content in (("old", "before"), ("new", "a package"), ("left", "long ago")):
        (folder / name).mkdir(parents=True)
        (folder / name / "one.zip").write_text(content)
    os.utime(folder / "left" / "one.zip", (0, 0))
    return folder


def test_results_hold_one_copy_of_a_package(checkout: Paths, settings: Settings, packages: Path) -> None:
    """However many there are: what they hold is on the disk once, and once it is nobody's it goes."""
    given = [replace(settings, environment_suffix=name) for name in ("one", "two", "three")]
    results = [synthesis.stack_folder(each, checkout) for each in given]

    assert {(each / "assets/a/one.zip").stat().st_ino for each in results} == {(packages / "new/one.zip").stat().st_ino}
    assert [(each / "cdk.tf.json").read_text() for each in results] == ["one", "two", "three"]
    assert {path.parent.name for path in packages.rglob("*.zip")} == {"old", "new"}
    assert [(each / "assets/b/two.zip").read_text() for each in results] == ["of nobody else"] * 3


def test_what_is_made_of_a_result_is_a_copy(
    checkout: Paths, settings: Settings, packages: Path, tmp_path: Path
) -> None:
    """Who writes to it changes neither the result nor the package."""
    folder = synthesis.synth(settings, checkout, tmp_path / "out")
    (folder / "assets/a/one.zip").write_text("changed")

    assert (packages / "new/one.zip").read_text() == "a package"


def test_a_disk_without_links_keeps_copies(
    checkout: Paths, settings: Settings, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before: the same result, in more room."""

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    result = synthesis.stack_folder(settings, checkout)

    assert (result / "assets/a/one.zip").read_text() == "a package"
    assert (result / "assets/a/one.zip").stat().st_nlink == 1


def test_an_earlier_synthesis_in_the_folder_is_replaced(checkout: Paths, settings: Settings, tmp_path: Path) -> None:
    """What another configuration left below `stacks/` is gone; other files of the folder stay."""
    out = tmp_path / "out"
    (out / "stacks" / "Old").mkdir(parents=True)
    (out / "mine.txt").write_text("kept")

    synthesis.synth(settings, checkout, out)

    assert [entry.name for entry in (out / "stacks").iterdir()] == ["TapStack"]
    assert (out / "mine.txt").read_text() == "kept"


def test_an_output_that_can_not_be_written_is_wrong_use(checkout: Paths, settings: Settings, tmp_path: Path) -> None:
    """A file where the folder should be is told with the option that mends it."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="--out"):
        synthesis.synth(settings, checkout, tmp_path / "file")


def test_a_cached_synthesis_imports_nothing_heavy(checkout: Paths, settings: Settings, tmp_path: Path) -> None:
    """On a hit, neither CDKTF nor boto3 nor Rich is imported: that is what keeps it below 0.6 s."""
    synthesis.cached_synthesis(settings, checkout)
    program = (
        "import sys, json; from pathlib import Path; import deployer.cli; from deployer.deploy import synthesis; "
        "from deployer.paths import Paths; from deployer.settings import Settings; "
        "synthesis.synth(Settings.load({}), Paths(Path(sys.argv[1])), Path(sys.argv[2])); "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    command = [sys.executable, "-c", program, str(checkout.root), str(tmp_path / "out")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert set(json.loads(answer)) & {"boto3", "botocore", "rich", "cdktf", "jsii", "constructs", "pydantic"} == set()
    assert runs(checkout) == 1


CODE = """
import hashlib
from pathlib import Path

def packages():
    made = Path(__file__).with_name("made") / "one.zip"
    made.parent.mkdir(exist_ok=True)
    made.write_bytes(Path(__file__).with_name("lambdas").joinpath("one", "app.py").read_bytes())
    return [made]
"""
WITH_CODE = """
import hashlib, json
content = pathlib.Path("lambdas/one/app.py").read_bytes()
file = f"assets/one/{hashlib.md5(content).hexdigest().upper()}/one.zip"
(folder / file).parent.mkdir(parents=True)
(folder / file).write_bytes(content)
function = {"filename": file, "source_code_hash": '${filebase64sha256("' + file + '")}'}
(folder / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_lambda_function": {"one": function}}}))
"""

TYPED = """
if not pathlib.Path("typed").exists():
    pathlib.Path("typed").touch()
    pathlib.Path("lambdas/one/app.py").write_text("typed")
"""


@pytest.fixture
def with_code(checkout: Paths, request: pytest.FixtureRequest) -> Paths:
    """Of its inputs one file is code, and its ZIP is made by a module that no other project has."""
    module = f"packs_{abs(hash(request.node.nodeid))}"
    (checkout.root / f"{module}.py").write_text(CODE)
    (checkout.root / "tap.py").write_text(COUNTING + WITH_CODE)
    table = PROJECT + f'code = ["lambdas/one/app.py"]\npackages = "{module}:packages"\n'
    (checkout.root / "pyproject.toml").write_text(table)
    return checkout


def stack_text(paths: Paths, settings: Settings) -> str:
    return (synthesis.stack_folder(settings, paths) / "cdk.tf.json").read_text()


def test_new_code_does_not_run_the_stack(with_code: Paths, settings: Settings) -> None:
    """The result is as if it had run, and any other change runs it."""
    stack_text(with_code, settings)
    (with_code.root / "lambdas/one/app.py").write_text("y\n")
    derived = stack_text(with_code, settings)

    assert runs(with_code) == 1
    assert hashlib.md5(b"y\n", usedforsecurity=False).hexdigest().upper() in derived
    (with_code.root / "lambdas/one/data.json").write_text("z\n")
    assert stack_text(with_code, settings) == derived
    assert runs(with_code) == 2


def test_where_the_package_cannot_be_made_the_stack_tells(with_code: Paths, settings: Settings) -> None:
    """A project's own code that fails is no reason to fail: the stack is run, as without it."""
    stack_text(with_code, settings)
    (with_code.root / "lambdas/one/app.py").write_text("y\n")
    next(with_code.root.glob("packs_*.py")).write_text("def packages():\n    raise ValueError\n")
    stack_text(with_code, settings)

    assert runs(with_code) == 2


def test_what_is_typed_while_the_stack_is_made_is_not_kept_under_the_old_text(
    with_code: Paths, settings: Settings
) -> None:
    """Otherwise who takes the change back would get what the change made."""
    code = with_code.root / "lambdas/one/app.py"
    before = code.read_text()
    (with_code.root / "tap.py").write_text(COUNTING + TYPED + WITH_CODE)
    typed = stack_text(with_code, settings)
    code.write_text(before)

    assert hashlib.md5(b"typed", usedforsecurity=False).hexdigest().upper() in typed
    assert stack_text(with_code, settings) != typed
