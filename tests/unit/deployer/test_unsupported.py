"""What has no row goes by Terraform's state or AWS's Cloud Control, is left with what to do, or is told as not seen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.stub import Stubber

from deployer.commands import cleanup as command
from deployer.deploy import cleanup
from deployer.deploy.ledger import ledger_of
from deployer.deploy.stages import Run
from deployer.deploy.unsupported import Unsupported
from deployer.errors import ResourcesLeft, TerraformFailed
from deployer.resources import cloud_control
from deployer.resources.configuration import configuration_of
from deployer.resources.deletion import CleanupResult
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import RESOURCE_TYPES
from deployer.targets import targets
from tests.unit.deployer.fake_account import ACCOUNT, FakeTarget, Item, account
from tests.unit.deployer.test_any_stack import DEFAULT, OURS, STACK, entry, run_on, state

EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
EMULATOR = targets.emulator("embedded", "http://127.0.0.1:1", "eu-west-1")
KEY = Item("aws_kms_key", "key-dev", "k", OURS)


@pytest.fixture(autouse=True)
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A cleanup that need not be waited for, of a stack as it lies in the folder. The addresses that Terraform got."""
    asked: list[str] = []

    def removed(run: Run, _: Path, __: Any, addresses: list[str]) -> dict[str, Any]:
        asked.extend(addresses)
        (run.session.work / cleanup.FILE).write_text(json.dumps(state()))
        return state()

    monkeypatch.setattr(cleanup, "_stack", lambda run: run.session.work)
    monkeypatch.setattr(cleanup, "_removed_by_terraform", removed)
    monkeypatch.setattr("deployer.resources.deletion.QUIET_S", 0)
    return asked


KNOWN = state(
    *(entry("aws_vpc.net"), entry("random_pet.pet"), entry("aws_sqs_queue.orders")),
    entry("aws_sqs_queue.far", f"{DEFAULT}.east"),
)


def test_by_the_state_terraform_removes_what_has_no_row(tmp_path: Path, cleaned: list[str]) -> None:
    """Another region's queue too, where its data may go; then nothing is left, and state and folder go."""
    run = run_on(tmp_path, account(), KNOWN)
    would = cleanup.preview(run, data_too=True)
    done = cleanup.cleanup(run, data_too=True)

    assert cleaned == ["aws_vpc.net", "aws_sqs_queue.far"]
    assert {thing.name for thing in would.removed} == {thing.name for thing in done.removed} == set(cleaned)
    assert (done.left, done.unseen) == ({}, {})
    assert not run.session.work.exists()


def test_what_may_hold_data_stays_with_all_that_it_may_need(tmp_path: Path, cleaned: list[str]) -> None:
    """Without --data-too: the queue, the network that has no row, and the key; and the state that knows them."""
    run = run_on(tmp_path, account(KEY), KNOWN)

    for done in (cleanup.preview(run, data_too=False), cleanup.cleanup(run, data_too=False)):
        assert {thing.name for thing in done.left} == {"aws_vpc.net", "aws_sqs_queue.far", KEY.name}
        assert any("--data-too" in why for why in done.left.values())
    assert cleaned == []
    assert (run.session.work / cleanup.FILE).is_file()


def test_what_terraform_can_not_remove_is_left_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the state stays, by which it can be removed."""

    def refused(*_: Any) -> None:
        raise TerraformFailed("DependencyViolation", details=("vpc-1 has dependencies",))

    monkeypatch.setattr(cleanup, "_removed_by_terraform", refused)
    run = run_on(tmp_path, account(), state(entry("aws_vpc.net")))
    done = cleanup.cleanup(run, data_too=False)

    assert {thing.name: why for thing, why in done.left.items()} == {
        "aws_vpc.net": "DependencyViolation vpc-1 has dependencies"
    }
    assert (run.session.work / cleanup.FILE).is_file()


@pytest.mark.parametrize(("unsaved", "left"), [(None, set()), ("aws_vpc.net", {"aws_vpc.net"})])
def test_what_went_with_its_bucket_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unsaved: str | None, left: set[str]
) -> None:
    """Terraform then has nothing to destroy, and leaves its state as it was; but what the state lacks may be there."""
    monkeypatch.undo()
    monkeypatch.setattr(cleanup, "_stack", lambda run: run.session.work)
    terraform = SimpleNamespace(environment={}, plan=lambda **_: False)
    monkeypatch.setattr(cleanup, "prepare", lambda *_: terraform)
    monkeypatch.setattr(cleanup, "run_init", lambda *_: None)
    run = run_on(tmp_path, account(), state(entry("aws_s3_bucket_cors_configuration.cors")))
    if unsaved:
        (run.session.work / "errored.tfstate").write_text(json.dumps(state(entry(unsaved))))

    assert {thing.name for thing in cleanup.cleanup(run, data_too=True).left} == left
    assert set(terraform.environment.values()) == {"-lock=false"}


def test_a_cleanup_knows_what_an_apply_could_not_save(tmp_path: Path, cleaned: list[str]) -> None:
    """The state beside it is older, and does not have what was made; it is not forgotten before it is in its place."""
    run = run_on(tmp_path, account(), state())
    (run.session.work / "errored.tfstate").write_text(json.dumps(state(entry("aws_vpc.net"))))

    cleanup.cleanup(run, data_too=False)
    assert cleaned == ["aws_vpc.net"]


PREFIXED = Item("aws_sqs_queue", "orders20261125", "p", OURS)


def test_what_aws_named_goes_by_the_name_that_the_state_has(tmp_path: Path) -> None:
    """A queue by `name_prefix`: neither in the stack nor with the suffix at its end, and not left behind unknown."""
    known = state(entry("aws_sqs_queue.orders", name=PREFIXED.name))

    assert [thing.name for thing in cleanup.preview(run_on(tmp_path, account(PREFIXED), known), data_too=False).removed]


def test_what_the_state_has_with_other_tags_is_left_and_the_state_with_it(tmp_path: Path) -> None:
    """Its tags say that it is somebody else's, and the state is all that says otherwise."""
    other = Item("aws_sqs_queue", "orders-dev", "1", {**OURS, "EnvironmentSuffix": "prod"})
    run = run_on(tmp_path, account(other), state(entry("aws_sqs_queue.orders", name="orders-dev")))
    done = cleanup.cleanup(run, data_too=False)

    assert ([thing.name for thing in done.left], done.others) == (["orders-dev"], [])
    assert (run.session.work / cleanup.FILE).is_file()


@pytest.mark.parametrize(("stored", "unseen"), [(None, {"aws_vpc.net", "aws_sqs_queue.far"}), (state(), set())])
def test_without_a_state_a_cleanup_says_what_it_did_not_look_for(
    tmp_path: Path, stored: dict[str, Any] | None, unseen: set[str]
) -> None:
    """It never says that nothing is left of what it can't see; a state that holds nothing is an answer."""
    done = cleanup.cleanup(run_on(tmp_path, account(), stored), data_too=False)
    lines = list(command._lines(done, dry_run=False))

    assert (set(done.unseen), done.left) == (unseen, {})
    assert ("nothing is left" in lines) is not bool(unseen)
    assert all(any(address in line for line in lines) for address in unseen)


def test_without_a_state_what_the_ledger_knows_is_left(tmp_path: Path) -> None:
    """By its ARN, with what to do; what a deployment only was about to make is told as not looked for."""
    run = run_on(tmp_path, account())
    ledger = ledger_of(run.session)
    ledger.add([("aws_vpc", "aws_vpc.net"), ("aws_vpc", "aws_vpc.begun")])
    ledger.settle(lambda: {"aws_vpc.net": {"arn": f"{EC2}:vpc/vpc-1"}, "aws_vpc.begun": {}})
    done = cleanup.cleanup(run, data_too=False)

    assert {thing.id: why for thing, why in done.left.items()} == {
        f"{EC2}:vpc/vpc-1": f"there is no state: remove it by hand, then its entry in {ledger}"
    }
    assert "aws_vpc.begun" in done.unseen
    assert ledger.unsupported()


def test_what_is_left_makes_the_command_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, and not "nothing is left"."""
    left = CleanupResult(left={AwsResource("aws_vpc", "aws_vpc.net", "vpc-1"): "why"})
    monkeypatch.setattr(command, "_cleaned", lambda *_: left)

    with pytest.raises(ResourcesLeft) as caught:
        command.cleanup(suffix="dev", target="embedded", yes=True)
    assert caught.value.exit_code == 1


# Live AWS, as its documentation has the answers.


@dataclass(frozen=True)
class Stubbed(FakeTarget):
    """A live account whose tagging API and Cloud Control give the answers that a test has prepared, in that order."""

    stubs: tuple[tuple[str, Stubber], ...] = ()

    def client(self, service: str) -> Any:
        found = dict(self.stubs).get(service)
        return found.client if found else super().client(service)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubbed]:
    """All answers must have been asked for at the end."""
    services = ("resourcegroupstaggingapi", "cloudformation", "cloudcontrol")
    keys = targets.Credentials("testing", "testing")
    real = targets.Target("aws", "eu-west-1", ACCOUNT, keys)
    stubs = tuple((service, Stubber(real.client(service))) for service in services)
    for _, stub in stubs:
        stub.activate()
    monkeypatch.setattr(cloud_control, "_WAIT", {"Delay": 0, "MaxAttempts": 5})
    yield Stubbed("aws", "eu-west-1", ACCOUNT, keys, stubs=stubs)
    for _, stub in stubs:
        stub.assert_no_pending_responses()


def answers(live: Stubbed, service: str, operation: str, answer: dict[str, Any]) -> None:
    dict(live.stubs)[service].add_response(operation, answer)


def lists(live: Stubbed, *pages: dict[str, str]) -> None:
    """The tagging API's pages, each ARNs with the `Name` of each."""
    for number, page in enumerate(pages, 1):
        told = [
            {
                "ResourceARN": arn,
                "Tags": [{"Key": key, "Value": value} for key, value in {**OURS, "Name": name}.items()],
            }
            for arn, name in page.items()
        ]
        answer = {"ResourceTagMappingList": told, "PaginationToken": "more" if number < len(pages) else ""}
        answers(live, "resourcegroupstaggingapi", "get_resources", answer)


def knows_types(live: Stubbed, *names: str) -> None:
    summaries = [{"TypeName": name, "Type": "RESOURCE"} for name in names]
    answers(live, "cloudformation", "list_types", {"TypeSummaries": summaries[:1], "NextToken": "more"})
    answers(live, "cloudformation", "list_types", {"TypeSummaries": summaries[1:]})
    answers(live, "cloudformation", "list_types", {"TypeSummaries": []})


def refuses(live: Stubbed, service: str, operation: str, code: str) -> None:
    dict(live.stubs)[service].add_client_error(operation, code, code, 400)


def describes(live: Stubbed, tags: dict[str, str]) -> None:
    """By the second identifier: a VPC's is not its ARN."""
    refuses(live, "cloudcontrol", "get_resource", "ValidationException")
    properties = json.dumps({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})
    answers(live, "cloudcontrol", "get_resource", {"ResourceDescription": {"Properties": properties}})


def removes(live: Stubbed, *statuses: str) -> None:
    answers(
        live, "cloudcontrol", "delete_resource", {"ProgressEvent": {"RequestToken": "t", "OperationStatus": "PENDING"}}
    )
    for status in statuses:
        event = {"OperationStatus": status, "StatusMessage": "has dependencies"}
        answers(live, "cloudcontrol", "get_resource_request_status", {"ProgressEvent": event})


VPC, SUBNET = f"{EC2}:vpc/vpc-1", f"{EC2}:subnet/s-1"
DATABASE = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders-dev"


def test_on_aws_cloud_control_removes_what_carries_the_tags(tmp_path: Path, live: Stubbed) -> None:
    """From all pages of the listing; a VPC that its subnet is in the way of goes the second time."""
    lists(live, {VPC: "net-dev"}, {SUBNET: "net-dev", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-dev": ""})
    knows_types(live, "AWS::EC2::Subnet", "AWS::EC2::VPC")
    for statuses in (("IN_PROGRESS", "FAILED"), ("SUCCESS",), ("SUCCESS",)):
        describes(live, OURS)
        removes(live, *statuses)
    done = cleanup.cleanup(run_on(tmp_path, live), data_too=False)

    assert ({thing.id for thing in done.removed}, done.left) == ({VPC, SUBNET}, {})


def test_on_aws_what_is_not_ours_for_certain_is_left(tmp_path: Path, live: Stubbed) -> None:
    """No name of ours and not in the ledger; and other tags than the listing told a moment ago."""
    lists(live, {VPC: "net", SUBNET: "net-dev"})
    run = run_on(tmp_path, live)
    first = cleanup.preview(run, data_too=False).left
    lists(live, {SUBNET: "net-dev"})
    knows_types(live, "AWS::EC2::Subnet")
    describes(live, {**OURS, "EnvironmentSuffix": "prod"})
    second = cleanup.cleanup(run, data_too=False).left

    assert "neither its name nor the ledger" in {thing.id: why for thing, why in first.items()}[VPC]
    assert list(second.values()) == [cloud_control._OTHERS]


def test_on_aws_what_the_ledger_knows_needs_no_name(tmp_path: Path, live: Stubbed) -> None:
    """The deployment wrote down its ARN; once it is gone, the ledger no longer has it."""
    run = run_on(tmp_path, live, state())
    ledger = ledger_of(run.session)
    ledger.add([("aws_vpc", "aws_vpc.net")])
    ledger.settle(lambda: {"aws_vpc.net": {"arn": VPC}})
    lists(live, {VPC: ""})
    knows_types(live, "AWS::EC2::VPC")
    describes(live, OURS)
    removes(live, "SUCCESS")
    done = cleanup.cleanup(run, data_too=False)

    assert ([thing.id for thing in done.removed], done.left) == ([VPC], {})


def test_on_aws_what_cloud_control_can_not_name_is_left(tmp_path: Path, live: Stubbed) -> None:
    """`rds:db` is `AWS::RDS::DBInstance`, which its ARN does not tell; and without --data-too it would stay anyway."""
    run = run_on(tmp_path, live)
    lists(live, {DATABASE: ""})
    kept = cleanup.preview(run, data_too=False).left
    lists(live, {DATABASE: ""})
    knows_types(live, "AWS::RDS::DBInstance")
    left = cleanup.cleanup(run, data_too=True).left

    assert [why for why in kept.values() if "--data-too" in why]
    assert list(left.values()) == ["Cloud Control has no type for it; remove it by hand"]


def test_what_is_listed_and_gone_is_not_told_as_removed(live: Stubbed) -> None:
    """The listing has it for a while yet, or it goes by an identifier that its ARN does not tell."""
    for _ in range(2):
        refuses(live, "cloudcontrol", "get_resource", "ResourceNotFoundException")
    vpc = AwsResource("ec2:vpc", "vpc-1", VPC, VPC)

    assert "gone" in cloud_control.remove(live, vpc, OURS, {"ec2vpc": "AWS::EC2::VPC"})


def test_a_refused_listing_is_told(tmp_path: Path, live: Stubbed) -> None:
    """Who may not list by tags did not see everything, and is told so."""
    refuses(live, "resourcegroupstaggingapi", "get_resources", "AccessDeniedException")

    assert "tag:GetResources is refused" in cleanup.preview(run_on(tmp_path, live), data_too=False).unseen.values()


def test_an_emulator_is_not_asked_what_it_does_not_have(tmp_path: Path) -> None:
    """It answers nothing at this address, and nothing is asked."""
    ledger = ledger_of(run_on(tmp_path, account()).session)
    found = Unsupported.found(EMULATOR, configuration_of(STACK), None, ledger, data_too=False)

    assert (found.by_tags, set(found.unseen)) == ([], {"aws_vpc.net", "aws_sqs_queue.far"})


@pytest.mark.parametrize("type_", sorted(RESOURCE_TYPES))
def test_what_has_a_row_is_none_of_cloud_controls(type_: str) -> None:
    """A service of the tables is in the list of those whose ARNs the tables know."""
    signed = {"stepfunctions": "states"}.get(RESOURCE_TYPES[type_].service, RESOURCE_TYPES[type_].service)

    assert any(one.partition(":")[0] == signed for one in cloud_control.LISTED)
