"""What can't be judged ends with a message and exit code 2 or 3: never green, never with a traceback."""

import json
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance import scan as gate
from deployer.compliance.deadline import deadline
from deployer.compliance.errors import CouldNotJudge, NotTerraform
from deployer.compliance.scan import scan
from deployer.compliance.subject import reading_at, subjects_at
from deployer.errors import TapError
from tests.policy.shared import OWN, PLACES

QUEUE = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
PLANNED = {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "values": {}}


def plan_with(resources: Any, **more: Any) -> str:
    root = {"root_module": {"resources": resources}}
    return json.dumps({"format_version": "1.2", "planned_values": root, **more})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cdk.tf.json", b'{"resource": ', "not JSON"),
        ("cdk.tf.json", b"", "not JSON"),
        ("cdk.tf.json", b"\x80\x81\x00", "can't be read"),
        ("main.tf", b"\x7fELF\x00\xff\xfe", "can't be read"),
        ("main.tf", b"", "no HCL"),
        ("main.tf", b"locals { a = " + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
        ("cdk.tf.json", b'{"locals": {"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}", "not JSON"),
        ("main.tf", b'resource "aws_iam_policy" "p" { policy = "no json" }', "no JSON"),
        ("main.tf", b'resource "aws_iam_policy" "p" { policy = jsonencode({ Statement = ["x", 3] }) }', "no policy"),
        (
            "main.tf",
            b'resource "aws_iam_policy" "p" { policy = jsonencode({ Statement = [{ Action = { a = 1 } }] }) }',
            "no policy",
        ),
        ("plan.json", plan_with([PLANNED]).replace("1.2", "2.0").encode(), "format that is not known"),
        ("plan.json", plan_with([PLANNED]).replace("1.2", "0.1").encode(), "format that is not known"),
        ("plan.json", plan_with("x").encode(), "a plan with a resource"),
        ("plan.json", plan_with([{**PLANNED, "values": None}]).encode(), "a plan with a resource"),
        ("plan.json", plan_with([{"address": "aws_sqs_queue.q"}]).encode(), "a plan with a resource"),
        ("plan.json", plan_with([PLANNED], resource_changes=None).encode(), "a plan with a resource"),
        ("plan.json", plan_with([]).encode(), "no plan with a resource"),
        ("cdk.tf.json", b'{"resource": {"aws_sqs_queue": {"q": null}}}', "not a block"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_judged_is_told(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """A broken, binary, empty, endless or foreign file is used wrongly: exit 2, with what is wrong and where."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(NotTerraform, match=said) as told:
        scan(tmp_path, PLACES, plan=False, only=OWN)

    assert told.value.exit_code == 2
    assert told.value.where


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A path that does not exist, and a folder with nothing in it, are used wrongly."""
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(NotTerraform):
            scan(path, PLACES, plan=False)


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """A file that can't be opened is not left out, with the rest green: it is a fault, and the rest is judged."""
    (tmp_path / "main.tf").write_text(QUEUE)
    (tmp_path / "more.tf").symlink_to("nowhere")
    reading = reading_at(tmp_path)

    assert any(one.blocks() for one in subjects_at(tmp_path, reading=reading))
    assert [(one.file, "can't be read" in one.reason) for one in reading.faults] == [("more.tf", True)]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """A folder that contains itself by a link is read once."""
    (tmp_path / "main.tf").write_text(QUEUE)
    (tmp_path / "again").symlink_to(".")

    assert {one.shown for one in subjects_at(tmp_path)} == {"root"}


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n  a = local.b\n  b = local.a\n}\n" + QUEUE,
        'module "m" {\n  source = "./"\n}\n' + QUEUE,
        'resource "aws_sqs_queue" "q" {\n  count = 100000000\n  name = "q"\n}\n',
        'resource "aws_iam_policy" "p" {\n  policy = file("/dev/zero")\n}\n' + QUEUE,
    ],
    ids=["circle", "module-of-itself", "count", "endless-file"],
)
def test_what_has_no_end_is_read_to_an_end(tmp_path: Path, text: str) -> None:
    """Circles, huge counts and endless files neither hang nor break the reading."""
    (tmp_path / "main.tf").write_text(text)

    assert any(one.blocks() for one in subjects_at(tmp_path))


# what is raised in a callback of the garbage collector is ignored, and told; Hypothesis, where it is loaded, has one
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_reading_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand locals that each take as long as they may end as `could not judge`, exit 3."""
    loops = "".join(f"  a{at} = [for a in range(1000) : [for b in range(1000) : a]]\n" for at in range(1000))
    (tmp_path / "main.tf").write_text(f"locals {{\n{loops}}}\n{QUEUE}")
    monkeypatch.setattr(gate, "LONGEST_READING", 1)

    with pytest.raises(CouldNotJudge, match="took more than 1 s") as told:
        scan(tmp_path, PLACES, plan=False)

    assert told.value.exit_code == 3


def test_a_deadline_that_is_met_leaves_nothing_behind() -> None:
    """After the block no alarm is set, and whose the alarm was before, it is again."""
    before = signal.getsignal(signal.SIGALRM)
    with deadline(600, "here"):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
    with pytest.raises(TapError), deadline(0.01, "there"):
        time.sleep(5)


def test_a_deadline_that_was_ignored_comes_again() -> None:
    """What swallows the first alarm does not make the reading endless."""

    def read() -> None:
        with suppress(CouldNotJudge):
            time.sleep(5)
        time.sleep(5)

    with pytest.raises(CouldNotJudge), deadline(0.05, "here"):
        read()


def test_thousands_of_resources_are_all_judged(tmp_path: Path) -> None:
    """Of 2,000 resources, as JSON and as HCL, each has its verdict, and the one that is wrong is found in both."""
    names = {f"q{at}": f"queue-{at}" for at in range(999)} | {"wrong": "arn:aws:sqs:eu-west-1:queue"}
    for kind in ("json", "hcl"):
        (tmp_path / kind).mkdir()
    queues = {"resource": {"aws_sqs_queue": {label: {"name": name} for label, name in names.items()}}}
    (tmp_path / "json" / "cdk.tf.json").write_text(json.dumps(queues))
    blocks = (f'resource "aws_sqs_queue" "{label}" {{\n  name = "{name}"\n}}\n' for label, name in names.items())
    (tmp_path / "hcl" / "main.tf").write_text("".join(blocks))
    found = scan(tmp_path, PLACES, plan=False)
    files = ("hcl/main.tf", "json/cdk.tf.json")

    assert found.resources == 2000
    assert found.by_rule("TAP_REGION_1", passed=False) == {f"{file} aws_sqs_queue.wrong" for file in files}
    assert found.by_rule("TAP_REGION_1", passed=True) == {
        f"{file} aws_sqs_queue.q{at}" for file in files for at in range(999)
    }
    assert {one.line for one in found.findings if one.rule == "TAP_REGION_1"} == {1, 2998}
