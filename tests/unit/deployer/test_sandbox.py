"""The sandbox that functions of the embedded AWS run in, without an emulator: a program is started in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import functions

pytestmark = pytest.mark.skipif(bool(functions.refusal()), reason=f"no sandbox here: {functions.refusal()}")
Start = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """The function's code."""
    (tmp_path / "app.py").write_text("ours = 1\n")
    return tmp_path


@pytest.fixture
def start(task: Path) -> Iterator[Start]:
    """Runs Python code in one environment with 8 MB of /tmp, time and again."""
    environment = functions.Environment({"/var/task": str(task)}, tmp_mb=8)

    def run(code: str, memory_mb: int = 128, **variables: str) -> "subprocess.CompletedProcess[str]":
        given = environment.variables([functions.PYTHON, "-c", code], {**functions.ENVIRONMENT, **variables}, memory_mb)
        command = [sys.executable, "-I", "-S", str(functions.SANDBOX), "run"]
        return subprocess.run(
            command, env={**os.environ, **given}, capture_output=True, text=True, check=False, timeout=600
        )

    yield run
    environment.close()


def test_what_is_in_tmp_stays_from_one_program_to_the_next(start: Start) -> None:
    """Whatever ends in an environment, its /tmp is there for what comes next."""
    start("import os; open('/tmp/left', 'w').write('here'); os.kill(os.getpid(), 9)")

    assert start("print(open('/tmp/left').read())").stdout == "here\n"


def test_tmp_is_full_at_its_size(start: Start) -> None:
    """A file larger than the function's /tmp ends in the error that Lambda gives."""
    assert "No space left on device" in start("open('/tmp/a', 'wb').write(b'x' * (9 << 20))").stderr


def test_a_program_has_its_own_variables_and_no_others(start: Start) -> None:
    """Nothing of the caller's environment comes in but what is passed by name."""
    ended = start("import os; print(sorted(os.environ))", OURS="1")

    assert "OURS" in ended.stdout
    assert "HOME" not in ended.stdout


def test_named_pipes_work_where_there_are_no_descriptors_by_name(start: Start) -> None:
    """There is no /dev/fd but for the three standard ones, and a pipe with a name can be had in /tmp."""
    code = "import os; os.mkfifo('/tmp/pipe'); print(os.path.exists('/dev/fd'), os.path.exists('/dev/stdout'))"

    assert start(code).stdout == "False True\n"


def test_a_program_that_takes_more_memory_than_it_has_is_killed(start: Start) -> None:
    """The limit holds for all processes together, and the answer is the code of a killed program."""
    held = "a = b'x' * (80 << 20); import time; time.sleep(600)"
    both = f"a = b'x' * (30 << 20); import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}])"

    assert start(held, memory_mb=64).returncode == 137
    assert start(both, memory_mb=100).returncode == 137


AT_ONCE = """import os
os.write(2, b"Traceback (most recent call last):\\n  in a frame\\nPermissionError: unshare: Operation not permitted\\n")
raise SystemExit(1)
"""


@pytest.mark.parametrize("program", ["raise PermissionError('unshare: Operation not permitted')", AT_ONCE])
def test_a_machine_that_allows_no_namespaces_says_why(
    program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reason is the system's own, however its lines arrive, and functions then run as MiniStack runs them."""
    broken = tmp_path / "sandbox.py"
    broken.write_text(program)
    monkeypatch.setattr(functions, "SANDBOX", broken)
    service: Any = SimpleNamespace(_execute_function_warm=print)

    assert functions.mend_functions(service, SimpleNamespace()) == "unshare: Operation not permitted"
    assert service._execute_function_warm is print


def test_a_later_layers_file_wins() -> None:
    """Layers are one tree, as in /opt."""
    first, second = functions._zipped({"a": b"1", "b": b"1"}), functions._zipped({"b": b"2"})

    assert functions._merged([first, second]) == functions._zipped({"a": b"1", "b": b"2"})


def test_a_package_that_starts_again_is_compiled_once(task: Path) -> None:
    """Its first start pays for nothing; from the second on, Python finds what it would compile each time."""
    bytecode, compiled = functions.Bytecode(), task / "__pycache__"

    bytecode.starts(str(task))
    at_first = compiled.exists()
    bytecode.starts(str(task))
    made = [(one.name, one.stat().st_mtime_ns) for one in compiled.iterdir()]
    bytecode.starts(str(task))

    assert not at_first
    assert [name.partition(".")[0] for name, _ in made] == ["app"]
    assert [(one.name, one.stat().st_mtime_ns) for one in compiled.iterdir()] == made
