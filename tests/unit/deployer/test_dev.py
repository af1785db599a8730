"""`tap dev`: which changes are one, what a round does, how it ends; by changes, clock and stack that are made up."""

import io
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.cells import cell_len

from deployer.dev.lines import Lines
from deployer.dev.loop import Loop
from deployer.dev.sample import sample
from deployer.dev.stack import _awaited
from deployer.dev.watch import Watch, wakes
from deployer.errors import ToolMissing, UsageError
from deployer.targets.targets import emulator
from tests.unit.deployer.terminal import controls, on_a_terminal

HANGS_S = 600


@dataclass
class Script:
    """What happens at each look for changes: nothing, changed files, or something that is done."""

    steps: list[list[str] | Callable[[], object]]

    def changed(self) -> list[str]:
        step: Any = self.steps.pop(0) if self.steps else _interrupt
        found = step() if callable(step) else step
        return found if isinstance(found, list) else []

    def wait(self, seconds: float) -> None:
        assert seconds < 1


def _interrupt() -> None:
    raise KeyboardInterrupt


@dataclass
class Trial:
    """A sample that is over after some looks."""

    looks: int
    exit_code: int = 0
    broken_off: bool = False

    def ended(self) -> bool:
        self.looks -= 1
        return self.looks < 0


@dataclass
class Made:
    """What a deployment leaves."""

    settles_s: float = 0


@dataclass
class Stack:
    """One whose deployments succeed or not, in turn; and its samples."""

    deployments: list[Made | BaseException | None] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    words: tuple[str, ...] = ("tap", "upload", "a b.csv")
    done: list[str] = field(default_factory=list)

    def deploy(self) -> Made | None:
        self.done.append("deploy")
        found = self.deployments.pop(0) if self.deployments else Made()
        if isinstance(found, BaseException):
            raise found
        return found

    def command(self) -> tuple[str, ...]:
        return self.words

    @contextmanager
    def sample(self, deployed: Made) -> Iterator[Trial]:
        self.done.append("sample")
        trial = self.trials.pop(0) if self.trials else Trial(0)
        try:
            yield trial
        finally:
            self.done.append("end of sample")


@dataclass
class Told:
    """What a loop of these showed, and what it did."""

    stack: Stack
    text: str


def run(stack: Stack, *steps: list[str] | Callable[[], object]) -> Told:
    """A loop on the stack until the steps are used up, which is an interrupt. Each look at the clock is a second."""
    out, ticks = io.StringIO(), iter(range(1000))
    Loop(stack, Script(list(steps)), Lines(out), lambda: float(next(ticks))).run()  # type: ignore[arg-type]
    return Told(stack, out.getvalue())


def test_a_round_deploys_and_tries_it_and_the_next_change_is_the_next_round() -> None:
    """Until an interrupt, which is the usual end."""
    told = run(Stack(), [], [], ["lambdas/app.py"], [], [])

    assert told.stack.done == ["deploy", "sample", "end of sample"] * 2
    assert told.text.count("the sample: tap upload 'a b.csv'") == 2
    assert "changed: lambdas/app.py" in told.text
    assert "the sample is through after" in told.text


def test_a_deployment_that_fails_is_tried_again_with_the_next_change() -> None:
    """Nothing is sent through what was not deployed."""
    told = run(Stack([None, Made()]), ["stack/a.py"], [], [])

    assert told.stack.done == ["deploy", "deploy", "sample", "end of sample"]
    assert "waiting for a change" in told.text.splitlines()[0]


def test_what_changes_during_a_deployment_is_one_more_round() -> None:
    """And what it would have been tried with is left: nobody waits for it."""
    told = run(Stack(), ["lambdas/app.py"], [], [])

    assert told.stack.done == ["deploy", "deploy", "sample", "end of sample"]


def test_a_change_breaks_a_sample_off() -> None:
    """One that waits for what a broken function never does holds nobody up."""
    told = run(Stack(trials=[Trial(10**6)]), [], [], ["lambdas/app.py"], [], [])

    assert told.stack.done == ["deploy", "sample", "end of sample"] * 2
    assert "the sample is broken off, as something changed" in told.text


def test_a_sample_that_fails_ends_nothing() -> None:
    """Its exit code is told."""
    told = run(Stack(trials=[Trial(0, exit_code=1)]), [], [], ["a.py"])

    assert "the sample ended with 1 after" in told.text
    assert told.stack.done.count("deploy") == 2


@pytest.mark.parametrize("error", [UsageError("the table is broken"), ToolMissing("there is no such program")])
def test_a_sample_that_cant_begin_ends_nothing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the project's table nor by its program."""

    def failing(_: Stack) -> tuple[str, ...]:
        raise error

    monkeypatch.setattr(Stack, "command", failing)
    told = run(Stack(), [], ["a.py"])

    assert told.stack.done == ["deploy", "deploy"]
    assert f"no sample: {error}" in told.text


def test_without_a_sample_a_round_ends_with_its_deployment() -> None:
    """Which is told with its time."""
    told = run(Stack(words=()), [], [])

    assert told.stack.done == ["deploy"]
    assert "deployed after 1.0 s; no sample is named" in told.text


def test_the_sample_waits_until_what_was_deployed_is_in_force() -> None:
    """As long as the target says; the clock goes on by one with each look at it."""
    looks: list[list[str] | Callable[[], object]] = [[]] * 30

    assert run(Stack([Made(settles_s=100)]), *looks).stack.done == ["deploy"]
    assert run(Stack([Made(settles_s=10)]), *looks).stack.done == ["deploy", "sample", "end of sample"]


def test_an_interrupt_of_a_sample_ends_it_in_order() -> None:
    """And the loop, without an error."""
    told = run(Stack(trials=[Trial(10**6)]), [], [], _interrupt, ["a.py"])

    assert told.stack.done == ["deploy", "sample", "end of sample"]


def test_an_interrupt_of_a_deployment_is_the_callers() -> None:
    """As that is not whole: the exit code says so."""
    with pytest.raises(KeyboardInterrupt):
        run(Stack([KeyboardInterrupt()]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Without a word about its inputs: all that could be one is read."""
    for name, text in {
        "pyproject.toml": "[tool.tap]\napp = 'python main.py'\nrules = 'tests/policy/checks'\n", "main.py": "1",
        "functions/app.py": "2", "build/x.py": "3", ".tap/y": "4", "tests/test_it.py": "5",
        "tests/policy/checks/rule.py": "6",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@dataclass
class Woken:
    """Wakes by hand; notes which folders were listened to."""

    watches: list[tuple[list[str], threading.Event]] = field(default_factory=list)
    root: Path = Path()

    def __call__(self, folders: Any, stop: threading.Event) -> Iterator[object]:
        self.watches.append(([path.relative_to(self.root).as_posix() for path in folders], stop))
        while not stop.wait(0.001):
            yield None


def seen(watch: Watch) -> list[str]:
    """What changed, once it was woken."""
    watch.wait(HANGS_S)
    return watch.changed()


@pytest.fixture
def watched(project: Path) -> Iterator[tuple[Watch, Woken, Path]]:
    woken = Woken(root=project)
    with Watch(project, woken) as watch:
        seen(watch)
        yield watch, woken, project


def test_only_another_content_is_a_change(watched: tuple[Watch, Woken, Path]) -> None:
    """Of what a deployment reads: neither a file that is written as it was, nor one that is none of it."""
    watch, _, project = watched
    for name in ("main.py", "build/x.py", ".tap/y", "tests/test_it.py"):
        (project / name).write_text((project / name).read_text())
    for name in ("build/x.py", ".tap/y", "tests/test_it.py", "functions/.app.py.swp", "functions/app.py~"):
        (project / name).write_text("new")
    assert seen(watch) == []

    (project / "functions" / "app.py").write_text("new")
    (project / "new.py").write_text("")
    (project / "main.py").unlink()
    assert seen(watch) == ["functions/app.py", "main.py", "new.py"]
    assert seen(watch) == []


def test_what_the_gate_compares_with_is_watched_too(watched: tuple[Watch, Woken, Path]) -> None:
    """As a round that it refused is mended there, or in what the project says of itself."""
    watch, _, project = watched
    (project / "tests/policy/checks/rule.py").write_text("new")
    assert seen(watch) == ["tests/policy/checks/rule.py"]
    (project / "pyproject.toml").write_text("[tool.tap")
    assert "pyproject.toml" in seen(watch)


def test_each_folder_is_listened_to_and_a_new_one_as_soon_as_it_is_there(watched: tuple[Watch, Woken, Path]) -> None:
    """None of those that nobody reads: they may be tens of thousands."""
    watch, woken, project = watched
    (project / "functions" / "more").mkdir()
    (project / "functions" / "more" / "b.py").touch()
    assert seen(watch) == ["functions/more/b.py"]
    (project / "main.py").write_text("new")  # seen by those who listen now
    assert seen(watch) == ["main.py"]

    assert woken.watches[0][0] == [".", "functions", "tests/policy/checks"]
    assert woken.watches[-1][0] == [".", "functions", "functions/more", "tests/policy/checks"]
    assert [stop.is_set() for _, stop in woken.watches] == [True, False]


def test_the_systems_own_word_wakes_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of a file that is written, and of one that an editor puts in the place of another, again and again."""
    monkeypatch.setattr("deployer.dev.watch.LOOK_MS", HANGS_S * 1000)  # no look without a word
    with Watch(project) as watch:
        for number in range(4):
            written, ends = tmp_path_factory.mktemp("beside") / "new", time.monotonic() + HANGS_S
            while "main.py" not in watch.changed():  # nobody listens from the first moment on
                assert time.monotonic() < ends
                written.write_text(f"{number} {time.monotonic()}")
                if number % 2:
                    written.replace(project / "main.py")
                else:
                    (project / "main.py").write_bytes(written.read_bytes())
                watch.wait(0.5)


def test_where_the_system_gives_no_watch_it_looks_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where all watches are taken."""
    import watchfiles

    def refused(*_: object, **__: object) -> Iterator[object]:
        raise OSError("OS file watch limit reached")
        yield

    monkeypatch.setattr(watchfiles, "watch", refused)
    monkeypatch.setattr("deployer.dev.watch.WITHOUT_S", 0.001)
    stop = threading.Event()
    awake = wakes([tmp_path], stop)

    assert [next(awake), next(awake)] == [None, None]
    stop.set()
    assert list(awake) == []


SAMPLE = """
import json, os, sys

print("of", json.load(sys.stdin)["queue"], "on", os.environ["AWS_ENDPOINT_URL"], os.environ["ENVIRONMENT_SUFFIX"])
print("and of", os.environ.get("AWS_PROFILE"), sys.argv[1:], file=sys.stderr)
sys.exit(3)
"""
HANGS = """
import os, subprocess, sys, time

if sys.argv[1:]:
    print(os.getppid(), os.getpid(), flush=True)
    time.sleep(600)
subprocess.run([sys.executable, __file__, "below"])
"""


def sampled(tmp_path: Path, code: str, *arguments: str) -> tuple[Any, Lines, io.StringIO]:
    """What `sample` needs to run this code; what it says, and where that is shown."""
    (tmp_path / "sample.py").write_text(code)
    out = io.StringIO()
    lines = Lines(out)
    command = ("python", "sample.py", *arguments)
    settings, outputs = {"ENVIRONMENT_SUFFIX": "pr7"}, {"queue": "q"}
    target = emulator("embedded", "https://127.0.0.1:1", "eu-west-1")
    return (lambda: sample(command, settings, target, outputs, tmp_path, lines)), lines, out


def test_a_sample_knows_the_outputs_and_which_aws_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the words of its command, whatever a shell would make of them; nothing of another AWS reaches it."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    begun, lines, out = sampled(tmp_path, SAMPLE, "$HOME; ls", "*")
    with begun() as running:
        while not running.ended():
            time.sleep(0.01)
    lines.show()

    assert running.exit_code == 3
    assert {line[:8] for line in out.getvalue().splitlines()} == {"sample  "}
    assert {line[8:] for line in out.getvalue().splitlines()} == {
        "and of None ['$HOME; ls', '*']", "of q on https://127.0.0.1:1 pr7"
    }  # fmt: skip


def test_a_sample_that_is_broken_off_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """Otherwise each round would leave one that goes on beside the next."""
    begun, lines, out = sampled(tmp_path, HANGS)
    with begun() as running:
        while not out.getvalue():
            lines.show()
            time.sleep(0.01)
        assert not running.ended()
    started = [int(word) for word in out.getvalue().split()[1:]]
    left = [psutil.Process(pid) for pid in started if psutil.pid_exists(pid)]

    assert len(started) == 2
    assert psutil.wait_procs(left, timeout=HANGS_S)[1] == []


@dataclass
class Child:
    """A deployment under way: what its waiter meets, one after the other, and which signals it is sent."""

    met: list[type[BaseException]]
    sent: list[int] = field(default_factory=list)
    over: bool = False

    def wait(self) -> int:
        if self.met:
            raise self.met.pop(0)
        self.over = True
        return 130

    def poll(self) -> int | None:
        return 130 if self.over else None

    def send_signal(self, number: int) -> None:
        self.sent.append(number)


@pytest.mark.parametrize("first", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_deployment_is_asked_once_and_let_finish(first: type[BaseException]) -> None:
    """As at a second interrupt Terraform would drop what it does; whoever is impatient waits all the same."""
    child = Child([first, KeyboardInterrupt, KeyboardInterrupt])
    with pytest.raises(first):
        _awaited(child)  # type: ignore[arg-type]

    assert (child.sent, child.over) == ([signal.SIGINT], True)


ON_A_TERMINAL = r"""
import sys
from contextlib import nullcontext
from types import SimpleNamespace

from deployer.console import streams
from deployer.dev.lines import Lines
from deployer.dev.loop import Loop
from deployer.logs.lines import readable

streams.prepare()
lines = Lines(sys.stdout)
lines.expect(["csv-validator"])
RECORD = '{"level":"INFO","message":"judged","file_key":"incoming/\\u001b[31mred.csv","rows":' + '"' + "9" * 90 + '"}'
def deploy():
    lines.put("csv-validator", *readable(RECORD), *readable("\x1b]0;title\x07 \u4e2d" + "\u6587" * 60))
    lines.put("csv-validator", *readable("[ERROR] ValueError: x\rTraceback (most recent call last):"))
    return SimpleNamespace(settles_s=0)
def changed(looks=iter([[], [], ["lambdas/" + "long/" * 30 + "app.py"]])):
    found = next(looks, None)
    if found is None:
        raise KeyboardInterrupt
    return found
sample = SimpleNamespace(ended=lambda: True, exit_code=0)
words = ("tap", "upload", "--watch", "tests/data/a-file-with-a-long-name-that-fits-no-line-of-eighty.csv")
stack = SimpleNamespace(deploy=deploy, command=lambda: words, sample=lambda _: nullcontext(sample))
Loop(stack, SimpleNamespace(changed=changed, wait=lambda _: None), lines).run()
lines.tell("ended; what is deployed stays")
"""


def test_on_a_terminal_of_80_columns_each_line_fits_and_none_steers_it(tmp_path: Path) -> None:
    """Names in a column of their own, and beside them what was said, folded."""
    (tmp_path / "loop.py").write_text(ON_A_TERMINAL)
    told = on_a_terminal([], tmp_path, columns=80, program=["loop.py"])
    shown = told.replace("\r\n", "\n").splitlines()

    assert shown[-1] == "tap            ended; what is deployed stays", told
    assert controls(told) == set()
    assert max(map(cell_len, shown)) <= 80
    assert {line[:15].strip() for line in shown} == {"tap", "csv-validator", ""}
    assert "csv-validator  INFO judged file_key=incoming/\\x1b[31mred.csv" in shown
    assert "               Traceback (most recent call last):" in shown
    assert {len(line) for line in shown if "9999" in line} >= {80}
