"""A Checkov that is loaded once says what a fresh one says, forgets what it was asked, and is red where it fails."""

import json
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from deployer import process
from deployer.compliance import asking, checkov
from deployer.compliance.asking import KEEPER, READY, Ask, by, fresh, kept
from deployer.compliance.catalogue import CANARY, RULES
from deployer.compliance.checkov import JSON, PLAN
from deployer.compliance.errors import CouldNotJudge
from deployer.process.environments import ensure
from tests.policy.shared import CASES, CHECKS, PLACES, asked_once

HCL = "terraform"
PYTHON = ensure("policy", PLACES)
MEDDLING = """
import os, sys
from checkov.common.checks.base_check import BaseCheck
from checkov.terraform.checks.resource.registry import resource_registry
BaseCheck.run = None
resource_registry.checks.clear()
os.environ["CKV_SKIP_CHECK"] = "*"
os.chdir("/")
"""
KILLED = "import os, signal\nos.killpg(0, signal.SIGKILL)\n"
NOT_ONE = "import sys\nsys.exit('no')\n"


@pytest.fixture(autouse=True)
def asked_each_time(one_checkov: Ask) -> Iterator[None]:
    """Nothing that was asked before is answered from what was kept of it."""
    with by(one_checkov):
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What is judged: a canary, written and planned, and HCL."""
    folder = tmp_path / "root"
    shutil.copytree(PLACES.root / "tests" / "policy" / "terraform" / "small" / "acl_public", folder / "acl")
    shutil.copy(CASES / "lambda_zip" / "functions.tf.json", folder / "cdk.tf.json")
    shutil.copy(RULES / CANARY / "canary.plan.json", folder / "plan.json")
    return folder


def request(root: Path, checks: tuple[Path, ...] = CHECKS, *frameworks: str) -> str:
    asked = dict.fromkeys(frameworks or (HCL, JSON, PLAN), ())
    return json.dumps({"root": str(root), "checks": list(map(str, checks)), "frameworks": asked, "skipped": []})


def told(result: process.Result) -> object:
    """What it says, in an order of our own."""
    assert result.returncode == 0, result.stderr
    return {name: {key: sorted(map(str, some)) for key, some in report.items()}
            for name, report in json.loads(result.stdout).items()}  # fmt: skip


def rules_with(folder: Path, text: str) -> tuple[Path, Path]:
    """Our rules, and a folder with one that does as the text says when it is loaded."""
    folder.mkdir()
    (folder / "__init__.py").write_text((CHECKS[-1] / "__init__.py").read_text())
    (folder / "meddling.py").write_text(text)
    return CHECKS[0], folder


def keepers(folder: Path) -> list[psutil.Process]:
    """Those of the folder that this process has started."""
    return [one for one in psutil.Process().children() if _keeps(one, folder)]


def _keeps(process: psutil.Process, folder: Path) -> bool:
    try:
        return KEEPER in process.cmdline() and Path(process.cwd()) == folder
    except psutil.NoSuchProcess:  # it has just ended, or nobody has asked yet how
        return False


def test_a_kept_one_says_what_a_fresh_one_says(root: Path) -> None:
    """Of HCL, JSON and a plan, by Checkov's rules and by ours: the same verdicts, faults and complaints."""
    ours, theirs = asking.ask(PYTHON, root, request(root)), fresh(PYTHON, root, request(root))

    assert ours.args == [KEEPER]
    assert told(ours) == told(theirs)
    assert sorted(set(ours.stderr.splitlines())) == sorted(set(theirs.stderr.splitlines()))
    assert all(report["verdicts"] for report in json.loads(ours.stdout).values())


def test_the_next_does_not_know_what_one_has_loaded(root: Path) -> None:
    """A project's rules are those of its request."""
    first = checkov.run(PYTHON, root, CHECKS, {JSON: ()})
    second = checkov.run(PYTHON, root, [], {JSON: ()})

    assert {"TAP_LAMBDA_1", "TAP_IAM_1"} <= first.rules
    assert [one for one in second.rules if one.startswith("TAP_")] == []
    assert [one for one in second.records if one.rule.startswith("TAP_")] == []


def test_the_next_is_not_changed_by_what_one_did(root: Path, tmp_path: Path) -> None:
    """A rule that empties Checkov's registry and environment and breaks its methods spoils its own answer alone."""
    asked = request(root, CHECKS[:1], JSON)
    before = told(asking.ask(PYTHON, root, asked))
    spoiled = told(asking.ask(PYTHON, root, request(root, rules_with(tmp_path / "rules", MEDDLING), JSON)))

    assert spoiled != before
    assert told(asking.ask(PYTHON, root, asked)) == before


def test_what_one_asks_for_in_its_environment_is_its_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of Checkov's in the environment of who asks, or asked first, changes nothing."""
    before = told(asking.ask(PYTHON, root, request(root, CHECKS, JSON)))
    monkeypatch.setenv("CKV_SKIP_CHECK", "TAP_LAMBDA_1")
    monkeypatch.setenv("CHECKOV_RENDER_DYNAMIC_MODULES", "False")

    assert told(asking.ask(PYTHON, root, request(root, CHECKS, JSON))) == before


def test_another_environment_is_not_answered_for(tmp_path: Path) -> None:
    """The Checkov of another interpreter is asked itself."""
    (tmp_path / "bin").mkdir()
    other = tmp_path / "bin" / "python"
    other.write_text("#!/bin/sh\nexit 7\n")
    other.chmod(0o755)

    assert asking.ask(other, tmp_path, request(tmp_path)).returncode == 7


def test_one_serves_all_and_ends_with_the_last(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who gives the same folder shares it, also where another has started it; after that there is no process."""
    folder = tmp_path_factory.mktemp("k")
    with kept(folder, PYTHON):
        first = asking.ask(PYTHON, root, request(root, (), JSON))
        with kept(folder, PYTHON):
            assert told(asking.ask(PYTHON, root, request(root, (), JSON))) == told(first)
            (one,) = keepers(folder)
        assert one.is_running()

    assert not one.is_running()


@pytest.mark.parametrize("text", [KILLED, NOT_ONE], ids=["killed", "exits"])
def test_one_that_ends_in_the_middle_is_red(root: Path, tmp_path: Path, text: str) -> None:
    """With its exit code; the next request is answered."""
    with pytest.raises(CouldNotJudge, match="exit code") as refused:
        checkov.run(PYTHON, root, rules_with(tmp_path / "rules", text), {JSON: ()})

    assert refused.value.exit_code == 3
    assert checkov.run(PYTHON, root, CHECKS, {JSON: ()}).records


def test_one_that_is_gone_is_red(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is judged by another in its place: whoever looks is to know."""
    folder = tmp_path_factory.mktemp("k")
    with kept(folder, PYTHON):
        checkov.run(PYTHON, root, [], {JSON: ()})
        (one,) = keepers(folder)
        one.send_signal(signal.SIGKILL)
        one.wait()
        with pytest.raises(CouldNotJudge, match="kept process of Checkov gave no answer"):
            checkov.run(PYTHON, root, [], {JSON: ()})


def test_one_that_does_not_load_is_red(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With what it said."""
    folder = tmp_path_factory.mktemp("k")
    python = folder / "python"
    python.write_text("#!/bin/sh\necho 'no module named checkov'\nexit 1\n")
    python.chmod(0o755)
    with kept(folder, python), pytest.raises(CouldNotJudge, match="no module named checkov"):
        checkov.run(python, folder, [], {JSON: ()})


def nonsense(output: bytes, code: bytes) -> Callable[[socket.socket], None]:
    """What greets, and then answers that."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(READY)
        _, files, *_ = socket.recv_fds(connection, 1, 3)
        if files:
            connection.makefile().readline()
            os.write(files[1], output)
            connection.sendall(code)
        for file in files:
            os.close(file)
        if files:
            connection.close()

    return answer


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [
        (b"", b"0", "can't be read"),
        (b"{}", b"0", "can't be read"),
        (b"{}", b"", "gave no answer"),
        (b"{}", b"green", "gave no answer"),
        (b'{"terraform_json": {"unparsed": [], "skipped": [], "verdicts": [], "rules": []}}', b"0", "judged nothing"),
        (b"{}", b"3", "exit code 3"),
    ],
)
def test_nonsense_is_red(tmp_path_factory: pytest.TempPathFactory, output: bytes, code: bytes, said: str) -> None:
    """Whatever is at the other end, only a whole answer is one."""
    folder = tmp_path_factory.mktemp("k")
    answer = nonsense(output, code)
    with ExitStack() as held:
        listening = held.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(folder / "asked"))
        listening.listen()

        def serve() -> None:
            for _ in range(2):  # who holds it, and the request
                connection = held.enter_context(listening.accept()[0])
                threads.append(threading.Thread(target=answer, args=[connection]))
                threads[-1].start()

        threads = [threading.Thread(target=serve)]
        threads[0].start()
        with kept(folder, PYTHON), pytest.raises(CouldNotJudge, match=said):
            checkov.run(PYTHON, folder, [], {JSON: ()})
        for thread in threads:
            thread.join()


def test_the_same_question_is_asked_once(root: Path, tmp_path: Path) -> None:
    """Wherever the files lie; with another file, rule or choice it is another question, and no answer is none."""
    (tmp_path / "answers").mkdir()
    asked = list[Path]()

    def ask(_python: Path, folder: Path, _request: str) -> process.Result:
        asked.append(folder)
        return process.Result([], 0, str(len(asked)), "")

    def answer(folder: Path, given: str, ask: Ask = ask) -> str:
        return asked_once(tmp_path / "answers", ask)(PYTHON, folder, given).stdout

    moved, rules = tmp_path / "moved", rules_with(tmp_path / "rules", "")
    shutil.copytree(root, moved)
    first = [answer(root, request(root, rules)), answer(moved, request(moved, rules))]
    (rules[1] / "meddling.py").write_text("1")
    (moved / "plan.json").write_text("{}")
    others = [request(root, rules), request(root, CHECKS[:1]), request(root, rules, JSON), request(moved, rules)]
    told = [answer(moved if str(moved) in one else root, one) for one in others]

    assert (first, told) == (["1", "1"], ["2", "3", "4", "5"])
    for _ in range(2):
        failed = answer(moved, request(moved, ()), lambda *_: process.Result([], 1, "", "broken"))
        assert failed == ""
    assert answer(moved, request(moved, ())) == "6"
