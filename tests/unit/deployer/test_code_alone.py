"""When the code of functions is deployed alone, what Lambda and the state are told, and every doubt that forbids it."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from deployer.console.view import PlainView
from deployer.deploy import code_alone, stages
from deployer.deploy.code_alone import Doubt
from deployer.deploy.deployment import Run
from deployer.errors import CodeNotTaken
from deployer.targets import targets
from tests.unit.deployer.working_folder import run_in

ADDRESS = "aws_lambda_function.one"
BEFORE = {"last_modified": "2026-11-30T10:00:00.000+0000", "architectures": ["arm64"], "function_name": "one-dev"}


def hashed(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def file_of(content: bytes) -> str:
    return f"assets/one/{hashlib.md5(content, usedforsecurity=False).hexdigest().upper()}/one.zip"


def lay_out(work: Path, content: bytes, **more: Any) -> None:
    """The stack with this code in the working folder; `more` are arguments of the function, or other resources."""
    file = file_of(content)
    (work / file).parent.mkdir(parents=True, exist_ok=True)
    (work / file).write_bytes(content)
    resources = {name: more.pop(name) for name in list(more) if name.startswith("aws_")}
    function = {"filename": file, "source_code_hash": f'${{filebase64sha256("{file}")}}', **more}
    document = {"resource": {"aws_lambda_function": {"one": function}, **resources}}
    (work / "cdk.tf.json").write_text(json.dumps(document))


@dataclass
class Lambda:
    """As much of Lambda as is asked, with one function; `after` is what becomes of it by an update."""

    live: dict[str, Any]
    asked: list[dict[str, Any]] = field(default_factory=list)
    after: dict[str, Any] = field(default_factory=dict)
    ends: dict[str, Any] | None = None  # of an update that never succeeds

    def get_function(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        if FunctionName != "one-dev":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetFunction")
        return {"Configuration": dict(self.live)}

    def update_function_code(self, **asked: Any) -> None:
        self.asked.append(asked)
        if asked["RevisionId"] != self.live["RevisionId"]:
            raise ClientError({"Error": {"Code": "PreconditionFailedException"}}, "UpdateFunctionCode")
        code = {"CodeSha256": hashed(asked["ZipFile"]), "CodeSize": len(asked["ZipFile"]), "LastModified": "now"}
        self.live.update(code | self.after)

    def get_waiter(self, name: str) -> Any:
        assert name == "function_updated_v2"
        return self

    def wait(self, **_: Any) -> None:
        if self.ends is not None:
            raise WaiterError("FunctionUpdatedV2", "failed", {"Configuration": self.ends})


@dataclass
class State:
    """Terraform's, as far as it is asked."""

    document: dict[str, Any]
    locked: list[bool] = field(default_factory=list)

    def state_document(self) -> dict[str, Any]:
        return json.loads(json.dumps(self.document))

    def amend(self, attributes: Mapping[str, Mapping[str, Any]], held: dict[str, Any] | None = None) -> None:
        assert held == self.document
        self.document["resources"][0]["instances"][0]["attributes"].update(attributes[ADDRESS])
        self.document["serial"] += 2


@dataclass(frozen=True)
class Deployed:
    """A run on an environment where the code `old` is deployed."""

    run: Run
    aws: Lambda
    state: State

    @property
    def attributes(self) -> dict[str, Any]:
        return self.state.document["resources"][0]["instances"][0]["attributes"]

    def lay_out(self, content: bytes, **more: Any) -> None:
        lay_out(self.run.session.work, content, **more)


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    known = {"code_sha256": hashed(b"old"), "source_code_hash": hashed(b"old"), "filename": file_of(b"old"), **BEFORE}
    instance = {"attributes": dict(known)}
    resource = {"mode": "managed", "type": "aws_lambda_function", "name": "one", "instances": [instance]}
    state = State({"lineage": "l", "serial": 7, "resources": [resource]})
    aws = Lambda({
        "CodeSha256": hashed(b"old"), "LastModified": BEFORE["last_modified"], "State": "Active", "RevisionId": "r1",
        "Architectures": ["arm64"], "LastUpdateStatus": "Successful",
    })  # fmt: skip
    monkeypatch.setattr(Run, "terraform", state)
    monkeypatch.setattr(targets.Target, "client", lambda _, service: {"lambda": aws}[service])
    run = run_in(tmp_path, targets.Target("aws", "eu-west-1", "123456789012", targets.Credentials("a", "b")))
    lay_out(run.session.work, b"old")
    code_alone.remember(run)
    return Deployed(run, aws, state)


def replace(one: Deployed) -> None:
    new, state = code_alone.new_code(one.run)
    code_alone.replace_code(one.run, new, state)


def test_lambda_is_given_the_code_and_the_state_is_told_what_came_of_it(deployed: Deployed) -> None:
    """Bound to the revision that was looked at, for the machine that the function is of, and without a version."""
    deployed.lay_out(b"new")
    replace(deployed)

    assert deployed.aws.asked == [
        {"FunctionName": "one-dev", "ZipFile": b"new", "RevisionId": "r1", "Architectures": ["arm64"]}
    ]
    assert deployed.attributes == BEFORE | {
        "filename": file_of(b"new"), "source_code_hash": hashed(b"new"), "code_sha256": hashed(b"new"),
        "source_code_size": 3, "last_modified": "now",
    }  # fmt: skip


def test_the_next_change_of_code_goes_the_same_way(deployed: Deployed) -> None:
    """What it left is remembered as what is deployed, with the state that Terraform made of it."""
    for content in (b"new", b"newer"):
        deployed.lay_out(content)
        replace(deployed)

    assert deployed.attributes["code_sha256"] == hashed(b"newer")
    assert code_alone.new_code(deployed.run)[0] == []


def test_without_new_code_or_an_earlier_deployment_it_is_for_a_plan(deployed: Deployed) -> None:
    """Nothing is said of it, as nothing stands against anything."""
    unchanged = code_alone.new_code(deployed.run)[0]
    deployed.lay_out(b"new")
    (deployed.run.session.work / code_alone.DEPLOYED).unlink()

    assert (unchanged, code_alone.new_code(deployed.run)[0]) == ([], [])


def note_removal(one: Deployed) -> None:
    (one.run.session.work / "leaving").touch()


def referring(text: str) -> Callable[[Deployed], None]:
    """Something else in the stack, which was there at the last deployment already."""

    def change(one: Deployed) -> None:
        more = {"aws_other": {"o": {"argument": [text], "depends_on": [ADDRESS]}}}
        one.lay_out(b"old", **more)
        code_alone.remember(one.run)
        one.lay_out(b"new", **more)

    return change


def arguing(**more: Any) -> Callable[[Deployed], None]:
    def change(one: Deployed) -> None:
        one.lay_out(b"old", **more)
        code_alone.remember(one.run)
        one.lay_out(b"new", **more)

    return change


@pytest.mark.parametrize(("change", "told"), [
    (lambda one: one.lay_out(b"new", memory_size=256), "more than the code of functions changed"),
    (lambda one: one.lay_out(b"new", aws_iam_policy={"p": {}}), "more than the code of functions changed"),
    (lambda one: (one.run.session.work / "tap.auto.tfvars.json").write_text("{}"), "more than the code"),
    (lambda one: one.state.document.update(serial=8), "the state has gone on"),
    (lambda one: one.state.document.update(lineage="another"), "the state has gone on"),
    (lambda one: one.state.document.update(resources=[]), "is not in the state"),
    (note_removal, "began to remove"),
    (lambda one: one.attributes.update(code_signing_config_arn="arn"), "code_signing_config_arn"),
    (arguing(publish=True), "publish"),
    (arguing(for_each="${toset([1])}"), "for_each"),
    (arguing(provider="aws.elsewhere"), "provider"),
    (referring("${aws_lambda_function.one.version}"), r"one\.version"),
    (referring("${aws_lambda_function.one.qualified_arn}"), r"one\.qualified_arn"),
    (referring("${jsonencode(aws_lambda_function.one)}"), r"aws_lambda_function\.one"),
    (referring("aws_lambda_function.one"), r"aws_lambda_function\.one"),
    (lambda one: one.aws.live.update(CodeSha256="other"), "not by Terraform"),
    (lambda one: one.aws.live.update(LastModified="later"), "not by Terraform"),
    (lambda one: one.aws.live.update(State="Pending"), "not ready"),
    (lambda one: one.aws.live.update(LastUpdateStatus="InProgress"), "not ready"),
    (lambda one: one.attributes.update(function_name="gone"), "ResourceNotFound"),
])  # fmt: skip
def test_in_doubt_nothing_is_replaced(deployed: Deployed, change: Callable[[Deployed], None], told: str) -> None:
    """Whatever else changed, here, in the state or at AWS, or hangs on the function's code."""
    deployed.lay_out(b"new")
    change(deployed)

    with pytest.raises(Doubt, match=told):
        replace(deployed)
    assert deployed.aws.asked == []


@pytest.mark.parametrize("text", ["${aws_lambda_function.one.arn}", "${aws_lambda_function.one-b.version}", "one"])
def test_what_lasts_of_a_function_may_be_referred_to(deployed: Deployed, text: str) -> None:
    """And another function's name may begin like this one's."""
    referring(text)(deployed)
    replace(deployed)

    assert deployed.attributes["code_sha256"] == hashed(b"new")


def test_a_change_between_the_look_and_the_update_is_for_the_whole_way(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda refuses a revision that is not the newest."""
    look = deployed.aws.get_function
    monkeypatch.setattr(
        deployed.aws, "get_function",
        lambda **asked: {"Configuration": look(**asked)["Configuration"] | {"RevisionId": "r0"}},
    )  # fmt: skip
    deployed.lay_out(b"new")

    with pytest.raises(Doubt, match="PreconditionFailed"):
        replace(deployed)
    assert code_alone.new_code(deployed.run)[0] == []


def test_code_that_lambda_cannot_use_is_an_error_and_the_next_deployment_compares_all(deployed: Deployed) -> None:
    """With Lambda's own reason."""
    deployed.aws.ends = {"LastUpdateStatusReason": "the key is disabled"}
    deployed.lay_out(b"new")

    with pytest.raises(CodeNotTaken, match="the key is disabled"):
        replace(deployed)
    assert deployed.attributes["code_sha256"] == hashed(b"old")
    assert code_alone.new_code(deployed.run)[0] == []


def test_other_code_than_was_sent_is_an_error(deployed: Deployed) -> None:
    """Somebody replaced it between the update and the look at what came of it."""
    deployed.aws.after = {"CodeSha256": hashed(b"somebody's")}
    deployed.lay_out(b"new")

    with pytest.raises(CodeNotTaken, match="somebody else"):
        replace(deployed)
    assert deployed.attributes["code_sha256"] == hashed(b"old")


def test_the_gate_is_asked_before_code_is_replaced(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It refuses, and nothing was replaced."""

    def refuse(run: Run) -> None:
        assert run.changes.any
        raise RuntimeError("refused")

    monkeypatch.setattr(stages, "comply", refuse)
    deployed.lay_out(b"new")

    with pytest.raises(RuntimeError, match="refused"):
        stages.code_or_whole(deployed.run)
    assert deployed.aws.asked == []


def test_the_whole_way_is_said_in_one_line(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And gone."""
    import sys

    gone: list[Run] = []
    monkeypatch.setattr(stages, "WHOLE", (gone.append,))
    deployed.run.view = PlainView(sys.stdout)
    deployed.lay_out(b"new", memory_size=256)
    stages.code_or_whole(deployed.run)

    assert gone == [deployed.run]
    assert capsys.readouterr().out == "the whole way, as more than the code of functions changed\n"
