"""What commands print with `--json` is what docs/json says, and each command that has it has a schema.

Commands run as they are; what would need an AWS beneath them is made up.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from deployer import doctor
from deployer.cli import app
from deployer.commands import cleanup, stack, state
from deployer.compliance import scan
from deployer.compliance.judgement import BareSkip, Evaluation, Finding, Judgement, NotJudged, Suppressed
from deployer.deploy import destroy, stages, synthesis, working_directory
from deployer.deploy.differences import Difference
from deployer.deploy.plan import Change, Changes
from deployer.logs.following import Logged
from deployer.paths import Paths
from deployer.resources.deletion import CleanupResult
from deployer.resources.resource import AwsResource
from deployer.targets import embedded
from deployer.terraform import state_bucket, state_lock
from pipeline import dead_letters, demo, log_screen, logs, redrive, status_screen
from pipeline.capacity import measured, shape
from pipeline.commands import files
from pipeline.dead_letters import DeadLetter
from pipeline.demo import Demo
from pipeline.deployed import FileState
from pipeline.documents.json_schemas import path_of
from pipeline.documents.json_shapes import SHAPES
from pipeline.documents.scale import model
from pipeline.domain import Upload
from tests.commands import all_commands
from tests.unit.reporting import making
from tests.unit.rows import make_file, make_row

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 1, 2, tzinfo=UTC)
QUEUE = AwsResource("aws_sqs_queue", "q", "https://q")
FINDING = Finding("TAP_TLS_1", "HIGH", "aws_s3_bucket.b", "main.tf", 1, "plain HTTP", "deny it", "Stack/b")
STATE = FileState("a.csv", "loaded", NOW.isoformat(), rows={"read": 1}, totals={"EUR": {"read": "1.00"}},
                  reconciled=True, evidence={"parts": 1})  # fmt: skip
LETTERS = [DeadLetter("load", "a.csv", "Timeout: none", "m1", "v1")]
CHANGES = Changes(
    (Change("aws_x.a", "aws_x", "change", differences=(
        Difference("a", None, 1), Difference("policy", [], [{"Effect": "Allow"}], is_policy=True))),),
    outputs_change=True, adopted=("aws_x.b",),
)  # fmt: skip
JUDGEMENT = Judgement(
    1, 1, (Evaluation("TAP_TLS_1", "aws_s3_bucket.b", "main.tf", False),), (FINDING,),
    (Suppressed("R", "r", "known", ""),), (NotJudged("*", "none"),), (BareSkip("R", "r", "f", 1),), ("R2",), (FINDING,),
    (FINDING.identity,), "baseline.json",
)  # fmt: skip


class FakePipeline:
    """Of a file that is loaded."""

    def upload(self, *_: Any) -> Upload:
        return Upload("a.csv", "v1")

    def newest(self, _: str) -> Upload:
        return Upload("a.csv", "v1")

    resubmit = upload

    def watch(self, *_: Any, **__: Any) -> Iterator[FileState]:
        yield STATE

    def states(self) -> list[FileState]:
        return [STATE]

    def rejects(self, _: str) -> list[dict[str, str]]:
        row = {"column": "amount", "code": "cell-type", "value": "x", "message": "a number"}
        return [{"line": "3", "record": "2", **row}, {"line": "", "record": "", **row}]

    def conflicts(self, _: str) -> list[dict[str, Any]]:
        return [{"line": 2, "first": {"loaded_at": None}, "row": {"amount": "1.00"}}]

    def raw_rejects(self, _: str, path: Path) -> None:
        path.write_text("")

    def sent_at(self, _: Upload) -> datetime:
        return NOW


@contextmanager
def given(value: Any) -> Iterator[Any]:
    yield value


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands beneath the commands answers as if all were deployed."""
    bucket = SimpleNamespace(name="state", region="eu-west-1")
    holder = state_lock.Holder("l1", "ann@host", "apply", NOW)
    emulator = embedded.Emulator("http://a", "https://a", "/ca.pem", 1, 2, NOW.isoformat(), 3, "/run", "")
    run = SimpleNamespace(
        changes=CHANGES, seconds={"plan": 1.5}, settings=None, paths=None, view=None,
        session=SimpleNamespace(target=SimpleNamespace(name="embedded", account_id="1", region="r")),
    )  # fmt: skip
    source = SimpleNamespace(
        names=("validator",), pause_s=1, known=(),
        new=lambda **_: [Logged("validator", 1, '{"level": "INFO", "message": "x"}'), Logged("validator", 2, "plain")],
    )  # fmt: skip
    answers: dict[tuple[Any, str], Any] = {
        (stack, "running"): lambda *_, **__: given(run),
        (state, "running"): lambda *_, **__: given(run),
        (stack, "keep_embedded"): lambda *_, **__: None,
        (synthesis, "synth"): lambda *_: Path("out"),
        (synthesis, "stack_folder"): lambda *_: Path("out"),
        (stages, "plan_only"): lambda _: CHANGES,
        (stages, "adopt_only"): lambda _: CHANGES,
        (stages, "deploy"): lambda _: {"bucket_name": "b"},
        (stages, "outputs_of"): lambda _: {"bucket_name": "b"},
        (destroy, "destroy"): lambda *_, **__: None,
        (cleanup, "_cleaned"): lambda *_: CleanupResult([QUEUE], {QUEUE: "used"}, [(QUEUE, "x")], {"aws_x.a": "y"}),
        (cleanup, "_expired"): lambda *_, **__: ["a", "b"],
        (working_directory, "s3_backend"): lambda _: {"bucket": "state"},
        (state_bucket.StateBucket, "of"): lambda *_: bucket,
        (state_bucket.StateBucket, "named"): lambda *_: bucket,
        (state_bucket, "bootstrap"): lambda _: ["made it"],
        (state_lock, "holder_of"): lambda _: holder,
        (doctor, "examined"): lambda *_: [doctor.Check("uv", False, "none", "install it")],
        (scan, "scan"): lambda *_, **__: JUDGEMENT,
        (embedded, "local_start"): lambda *_: emulator,
        (embedded, "local_status"): lambda *_: emulator,
        (embedded, "local_stop"): lambda _: True,
        (files, "pipeline_of"): lambda *_, **__: given(FakePipeline()),
        (import_module("pipeline.commands.logs"), "pipeline_of"): lambda *_, **__: given(FakePipeline()),
        (status_screen, "followed"): lambda _: iter([[STATE]]),
        (dead_letters, "letters"): lambda *_: LETTERS,
        (dead_letters, "put_back"): lambda *_: None,
        (redrive, "redrive"): lambda _, letter: letter,
        (logs, "FileLines"): lambda *_: source,
        (log_screen, "readable"): lambda message, _: [message],
        (demo, "run_demo"): lambda *_, **__: Demo(STATE, [{"line": "3"}], [{"amount": "1.00"}], {"plan": 1.5}),
    }
    for (place, name), answer in answers.items():
        monkeypatch.setattr(place, name, answer)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files to judge, and evidence to report."""
    (tmp_path / "good.csv").write_text(make_file(1))
    (tmp_path / "bad.csv").write_text(make_file(1) + make_row(2, amount="x"))
    (tmp_path / "empty.csv").write_text("")
    making.laid(tmp_path, making.failed())
    for name in ("AWS_REGION", "TAP_TARGET", "ENVIRONMENT_SUFFIX"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


# What is typed: at least one line for each command; `@` is the folder, `lines` is of commands that print a line each.
TYPED = [
    "synth --out @/out", "plan", "deploy", "deploy --plan-only", "adopt", "outputs", "destroy --yes",
    "cleanup --suffix x --dry-run", "cleanup --expired --dry-run", "unlock", "doctor", "bootstrap", "comply @",
    "report --evidence @/evidence --out @/page", "local start", "local stop", "local status", "run @/good.csv",
    "validate @/good.csv", "validate @/bad.csv", "validate @/empty.csv", "validate @/*.csv", "upload @/good.csv",
    "upload @/good.csv --watch", "watch a.csv", "status", "status --watch", "logs a.csv", "rejects a.csv",
    "rejects a.csv --conflicts", "resubmit a.csv", "redrive", "redrive --dry-run", "capacity --rows 1e6",
    "schema init @/good.csv",
]  # fmt: skip


def command_of(typed: str) -> str:
    return next(each for each in sorted(SHAPES, key=len, reverse=True) if f"{typed} ".startswith(f"{each} "))


def documents(text: str) -> Iterator[Any]:
    """Each JSON document of a text."""
    decoder = json.JSONDecoder()
    while text := text.strip():
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:]


def schema_at(command: str) -> Any:
    return json.loads((ROOT / path_of(command)).read_text())


def test_each_command_with_json_has_a_schema_and_no_other() -> None:
    """A command that gets `--json` is described with it, and typed below."""
    found = all_commands().items()
    commands = sorted(name for name, one in found if any("--json" in each.opts for each in one.params))

    assert sorted(SHAPES) == commands
    assert sorted({command_of(typed) for typed in TYPED}) == commands
    assert {path.name for path in (ROOT / "docs" / "json").iterdir()} == {Path(path_of(each)).name for each in commands}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.usefixtures("no_aws")
def test_what_is_printed_fits_the_schema(typed: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every document, and there is one."""
    if typed.startswith("capacity"):
        known = model(Paths.here())
        monkeypatch.setattr(shape, "shape", lambda *_: known.shape)
        monkeypatch.setattr(measured, "measured", lambda *_: known.measured)
    words = [word.replace("@", str(folder)) for word in typed.split()]
    printed = CliRunner().invoke(app, [*words, "--json"])
    found = list(documents(printed.stdout))
    judged = jsonschema.Draft202012Validator(schema_at(command_of(typed)), format_checker=jsonschema.FormatChecker())

    assert found, printed.output + repr(printed.exception)
    for document in found:
        judged.validate(document)


@pytest.mark.parametrize("command", [each for each in SHAPES if each != "outputs"])
def test_the_schemas_are_strict(command: str) -> None:
    """A document without its fields, or with another, is refused; a stack's outputs are its own."""
    schema = schema_at(command)
    jsonschema.Draft202012Validator.check_schema(schema)
    judged = jsonschema.Draft202012Validator(schema)

    assert not judged.is_valid({})
    assert not judged.is_valid({"other": 1})


def test_the_page_lists_each_command_with_its_schema() -> None:
    """And no other."""
    page = (ROOT / "docs" / "json.md").read_text()
    listed = re.findall(r"^\| `tap ([a-z ]+)` \| \[[^]]+\]\((json/[a-z-]+\.schema\.json)\)", page, re.MULTILINE)

    assert dict(listed) == {each: path_of(each).removeprefix("docs/") for each in SHAPES}
