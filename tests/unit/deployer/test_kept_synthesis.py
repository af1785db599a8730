"""One process that synthesises for many: each as if it were the only one, and whatever goes wrong is told."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployer import process
from deployer.deploy.kept_synthesis import Kept
from deployer.errors import SynthesisFailed
from deployer.project import Project

SLOW = """
import os
with open("loaded", "a") as loaded:
    loaded.write(f"{os.getpid()} ")
state = []
"""
APP = """
import atexit, os, pathlib, sys
import slow

slow.state.append(os.environ.get("ORDERS_TOPIC"))
out = pathlib.Path(os.environ["CDKTF_OUTDIR"])
assert list(out.iterdir()) == []
if os.environ.get("ORDERS_TOPIC") == "bad":
    sys.exit("no topic is bad")
if os.environ.get("ORDERS_TOPIC") == "endless":
    pathlib.Path("endless").write_text(str(os.getpid()))
    import time; time.sleep(3600)
if os.environ.get("ORDERS_TOPIC") == "deadly":
    os.kill(os.getppid(), 9)
(out / "said").write_text(repr((slow.state, sorted(n for n in os.environ if n.startswith("ORDERS")), sys.argv[1:])))
atexit.register((out / "at-its-end").touch)
print("done", __name__)
os.environ["ORDERS_LEFT"] = "x"
"""
Run = Callable[..., process.Result | None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "orders"
    root.mkdir()
    (root / "slow.py").write_text(SLOW)
    (root / "app.py").write_text(APP)
    return root


@pytest.fixture
def kept() -> Iterator[Kept]:
    """In a folder whose path is short, as a session's is."""
    folder = Path(tempfile.mkdtemp(prefix="tap-kept-"))
    kept = Kept(folder)
    yield kept
    kept.close()
    shutil.rmtree(folder)


@pytest.fixture
def run(kept: Kept, root: Path, tmp_path: Path) -> Run:
    """`run("a", ORDERS_TOPIC="x")` synthesises into the folder `a`."""

    def run(out: str, *, app: tuple[str, ...] = ("python", "app.py", "-v"), **variables: str) -> process.Result | None:
        (tmp_path / out).mkdir()
        project = Project(app=app, preload=("slow",), environment=("ORDERS_*",))
        environment = process.environment({"CDKTF_OUTDIR": str(tmp_path / out), **variables})
        return kept.run(project, root, environment, {"AWS_REGION"})

    return run


def loaded(root: Path) -> list[str]:
    return (root / "loaded").read_text().split()


def test_what_is_slow_is_loaded_once(run: Run, root: Path, tmp_path: Path) -> None:
    """Each has its variables, its folder and its modules; of one before, nothing is left."""
    results = [run(name, ORDERS_TOPIC=name) for name in ("a", "b")]

    assert [(one.returncode, one.stdout, one.stderr) for one in results if one] == [(0, "done __main__\n", "")] * 2
    assert [(tmp_path / name / "said").read_text() for name in ("a", "b")] == [
        f"(['{name}'], ['ORDERS_TOPIC'], ['-v'])" for name in ("a", "b")
    ]
    assert (tmp_path / "a" / "at-its-end").exists()
    assert len(loaded(root)) == 1


def test_all_who_share_the_folder_share_the_process(run: Run, kept: Kept, root: Path, tmp_path: Path) -> None:
    """As the workers of a session do."""
    run("a")
    other = Kept(kept.folder)
    project = Project(app=("python", "app.py", "-v"), preload=("slow",), environment=("ORDERS_*",))
    (tmp_path / "b").mkdir()
    result = other.run(project, root, process.environment({"CDKTF_OUTDIR": str(tmp_path / "b")}), ())
    other.close()

    assert result is not None
    assert result.returncode == 0
    assert len(loaded(root)) == 1


def test_a_failure_is_told_and_the_next_has_another_process(run: Run, root: Path) -> None:
    """With the app's own words and exit code: Node may be left in the middle of something."""
    failed, after = run("a", ORDERS_TOPIC="bad"), run("b")

    assert failed is not None
    assert after is not None
    assert (failed.returncode, failed.stderr) == (1, "no topic is bad\n")
    assert after.returncode == 0
    assert len(set(loaded(root))) == 2


def test_a_process_that_dies_is_told_of(run: Run) -> None:
    """Not taken for a failure of the stack; the next synthesis has another one."""
    with pytest.raises(SynthesisFailed, match="ended in the middle of a synthesis"):
        run("a", ORDERS_TOPIC="deadly")

    result = run("b")
    assert result is not None
    assert result.returncode == 0


def test_what_can_not_be_loaded_is_told_as_the_app_would(run: Run, root: Path) -> None:
    """The trace of the import; the process is not there, and nobody waits for it."""
    (root / "slow.py").write_text("raise ImportError('no provider')")
    result = run("a")

    assert result is not None
    assert result.returncode == 1
    assert "ImportError: no provider" in result.stderr


def test_a_module_that_was_edited_is_loaded_anew(run: Run, root: Path, tmp_path: Path) -> None:
    """Somebody types while the tests run."""
    run("a")
    (root / "slow.py").write_text(SLOW.replace("[]", "['edited']"))
    run("b", ORDERS_TOPIC="b")

    assert "['edited', 'b']" in (tmp_path / "b" / "said").read_text()


def test_where_node_might_read_something_else_it_goes_the_usual_way(run: Run) -> None:
    """Node keeps the environment that it was started with. Settings, credentials and pytest's own are not for it."""
    assert run("a", HOME="/a") is not None

    assert run("b", HOME="/b") is None
    assert run("c", HOME="/a", NODE_OPTIONS="--trace-warnings") is None
    assert run("d", HOME="/a", AWS_REGION="x", AWS_ACCESS_KEY_ID="x", ORDERS_TOPIC="x", PYTEST_VERSION="x") is not None


@pytest.mark.parametrize("app", [("node", "app.js"), (sys.executable, "-m", "app"), ("python",)])
def test_other_apps_go_the_usual_way(run: Run, app: tuple[str, ...]) -> None:
    """What is no script in the Python that runs Tap can't be run by it."""
    assert run("a", app=app) is None


def test_who_interrupts_waits_for_nothing(run: Run, kept: Kept, root: Path) -> None:
    """Ctrl-C in a synthesis that never ends: it is killed, and so can the session end."""

    def interrupt() -> None:
        while not (root / "endless").exists() or not (root / "endless").read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run("a", ORDERS_TOPIC="endless")
    kept.close()

    with pytest.raises(ProcessLookupError):
        os.kill(int((root / "endless").read_text()), 0)


def test_it_ends_with_who_started_it(run: Run, kept: Kept, root: Path) -> None:
    """Nothing of a session outlives it."""
    run("a")
    kept.close()

    with pytest.raises(ProcessLookupError):
        os.kill(int(loaded(root)[0]), 0)
