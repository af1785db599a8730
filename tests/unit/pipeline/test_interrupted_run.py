"""Ctrl-C in `tap run`: what is left and what to do about it is told in one sentence, in each stage, and exit 130."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CTRL_C = b"\x03"
# The command itself, whose slow parts wait for ever where the test says, having told that they do.
PROGRAM = """
import signal, sys, time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace as Some
signal.signal(signal.SIGINT, signal.default_int_handler)
from deployer import cli
from deployer.deploy import stages
from pipeline import demo

wait_at, lasting, there, folder, *arguments = sys.argv[1:]

def at(place):
    if place == wait_at:
        print(f"[{place}]", flush=True)
        while True:  # a signal that comes just before a sleep does not end it
            time.sleep(0.05)

@contextmanager
def opened(*_):
    at("start")
    yield Some(lasting=lasting == "lasting", target=Some(name="embedded", endpoint="http://there"), work=Path(folder))

def deployed(run):
    run.changes = Some(from_nothing=not there, any=True)
    at("plan")
    type(run).terraform = Some(state=lambda: ["a", "b", "c"])
    with stages._standing(run):
        at("apply")
    return {}

def watched(*_):
    at("file")
    yield from ()

demo.open_target, demo.deploy, demo.destroy = opened, deployed, lambda *_, **__: print("DESTROYED")
demo.embedded = Some(local_start=lambda _: at("local start"), local=lambda _: there or None)
demo.Pipeline = Some(of=lambda *_: Some(
    upload=lambda path, key: Some(name="a b.csv"), watch=watched, rejects=lambda _: [], items=lambda *_: []))
sys.argv = ["tap", *arguments]
cli.main()
"""

AGAIN = "the same command begins anew"
GONE = f"the embedded AWS ended with this command, and all that was on it; {AGAIN}"
CASES = [
    ("start", "own", "", [], f"nothing was deployed, and nothing is left; {AGAIN}"),
    ("plan", "own", "", [], GONE),
    ("apply", "own", "", [], GONE),
    ("file", "own", "", [], GONE),
    ("start", "lasting", "there", ["--keep"],
     "the embedded AWS stays, and nothing was deployed on it; `tap local stop` ends it"),
    ("plan", "lasting", "", ["--keep"],
     "what is deployed stays as it is, and no file was sent; the same command goes on from there"),
    ("apply", "lasting", "", ["--keep"], "3 resources stand and are in the state; `tap deploy` goes on from here"),
    ("apply", "lasting", "", ["--keep", "--suffix", "mine"],
     "3 resources stand and are in the state; `tap deploy --suffix mine` goes on from here"),
    ("file", "lasting", "", ["--keep"],
     "the deployment stays, and a b.csv goes on its way in it; `tap watch 'a b.csv'` follows it"),
    ("file", "lasting", "there", [],
     "the deployment stays, and a b.csv goes on its way in it; `tap watch 'a b.csv'` follows it"),
    ("file", "lasting", "", ["--target", "localstack"],
     "the deployment stays, with a b.csv on its way; `tap destroy --data-too --target localstack` removes both"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "lasting", "there", "arguments", "sentence"), CASES)
def test_it_says_what_is_left_and_the_one_thing_to_do(
    tmp_path: Path, stage: str, lasting: str, there: str, arguments: list[str], sentence: str
) -> None:
    """On a real terminal, by its own key: one sentence, once, which names nothing that is gone with the command."""
    ours, its = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHON", "CI"))}
    command = [sys.executable, "-c", PROGRAM, stage, lasting, there, str(tmp_path), "run", *arguments]
    process = subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, cwd=ROOT, start_new_session=True, preexec_fn=_owns_terminal,
        env={**plain, "TERM": "xterm-256color", "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    os.close(its)
    told = b""
    while f"[{stage}]".encode() not in told:
        told += os.read(ours, 1 << 16)
    os.write(ours, CTRL_C)
    try:
        while more := os.read(ours, 1 << 16):
            told += more
    except OSError:  # nobody has it open any more
        pass
    os.close(ours)
    code, text = process.wait(600), " ".join(told.decode().split())

    assert code == 128 + signal.SIGINT, text
    assert f"interrupted: {sentence}" in text
    assert text.count("interrupted: ") == 1
    assert ("cleanup" in text, "DESTROYED" in text, "Traceback" in text) == (False, False, False)


def _owns_terminal() -> None:
    """The terminal's keys become signals of this process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
