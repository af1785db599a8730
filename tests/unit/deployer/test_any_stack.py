"""A stack of any types, made once or several times, is planned, adopted and cleaned up as far as anybody can look."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.console.view import NoView
from deployer.deploy import adoption, cleanup, stages
from deployer.deploy.ledger import creations_in, has_nameless, names_in
from deployer.deploy.stages import Run
from deployer.identity import Identity
from deployer.resources.configuration import Configuration, Reference, configuration_of, instances_in
from deployer.terraform.cli import PLAN, Terraform
from tests.unit.deployer.fake_account import ACCOUNT, FakeTarget, Item, account
from tests.unit.deployer.working_folder import configured, run_in, terraform_in

OURS = {"Project": "tap", "EnvironmentSuffix": "dev"}
PROVIDERS = {"aws": [{"alias": "east", "region": "us-east-1"}, {"default_tags": [{"tags": OURS}]}]}
RESOURCES = {
    "aws_vpc": {"net": {"cidr_block": "10.0.0.0/16"}},
    "aws_sqs_queue": {"orders": {"name": "orders-dev"}, "far": {"name": "far-dev", "provider": "aws.east"}},
    "aws_sns_topic": {"some": {"name_prefix": "some"}},
    "random_pet": {"pet": {}},
}
STACK = {"provider": PROVIDERS, "resource": RESOURCES}
QUEUE = Item("aws_sqs_queue", "orders-dev", "1", OURS)
FAR = Item("aws_sqs_queue", "far-dev", "2", OURS)  # of the same name, in the region of the default provider
DEFAULT = 'provider["registry.terraform.io/hashicorp/aws"]'


class Told(NoView):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def entry(address: str, provider: str = DEFAULT, **attributes: str) -> dict[str, Any]:
    type_, name = address.split(".")
    instances = [{"attributes": {"id": name, **attributes}}]
    return {"mode": "managed", "type": type_, "name": name, "provider": provider, "instances": instances}


def state(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"version": 4, "resources": list(entries)}


def run_on(folder: Path, target: FakeTarget, stored: dict[str, Any] | None = None) -> Run:
    """An environment with this stack in its working folder, and this state."""
    work = configured(folder, {**STACK, "terraform": {"backend": {"local": {"path": cleanup.FILE}}}})
    if stored is not None:
        (work / cleanup.FILE).write_text(json.dumps(stored))
    return run_in(
        folder, target, view=Told(), identity=Identity("dev", {"Project": "tap", "EnvironmentSuffix": "{suffix}"})
    )


def notes(run: Run) -> str:
    assert isinstance(run.view, Told)
    return "\n".join(run.view.notes)


def test_what_can_not_be_looked_for_is_told_by_address_and_the_rest_is_adopted(tmp_path: Path) -> None:
    """A type without a row, another region and a name that AWS chooses stop nothing; what is in the state is quiet."""
    run = run_on(tmp_path, account(QUEUE, FAR), state())
    stages.adopt(run)

    assert set(run.adoption.imports) == {"aws_sqs_queue.orders"}
    assert set(run.adoption.unseen) == {"aws_vpc.net", "aws_sqs_queue.far", "aws_sns_topic.some"}
    assert "aws_vpc.net (its type has no row" in notes(run)
    assert "an import block" in notes(run)


def test_with_a_whole_state_nothing_needs_a_row(tmp_path: Path) -> None:
    """Nor is another region's ARN taken for a state of somewhere else, where the provider has an alias."""
    far = entry("aws_sqs_queue.far", f"{DEFAULT}.east", arn=f"arn:aws:sqs:us-east-1:{ACCOUNT}:far-dev")
    whole = state(*map(entry, ("aws_vpc.net", "aws_sqs_queue.orders", "aws_sns_topic.some", "random_pet.pet")), far)
    run = run_on(tmp_path, account(), whole)
    stages.adopt(run)

    assert run.adoption == adoption.Adoption()
    assert notes(run) == ""


def test_what_the_stack_imports_by_itself_is_left_to_terraform(tmp_path: Path) -> None:
    """Two import blocks for one address would be an error, and who wrote one knows where it is."""
    run = run_on(tmp_path, account(QUEUE), state())
    blocks = [{"to": "aws_sqs_queue.orders", "id": "https://q"}, {"to": "aws_vpc.net", "id": "vpc-1"}]
    (run.session.work / "cdk.tf.json").write_text(json.dumps({**STACK, "import": blocks}))
    stages.adopt(run)

    assert run.adoption.imports == {}
    assert set(run.adoption.unseen) == {"aws_sqs_queue.far", "aws_sns_topic.some"}


def test_a_name_that_aws_chooses_is_not_in_the_ledger() -> None:
    """It is known only afterwards, from the state."""
    after = {"name_prefix": "some"}
    plan = {"resource_changes": [{"type": "aws_sns_topic", "change": {"actions": ["create"], "after": after}}]}

    assert (creations_in(plan), has_nameless(plan)) == ([], True)
    assert names_in({"aws_sns_topic.some": {"name": "some1"}, "aws_vpc.net": {"id": "v"}}) == {
        ("aws_sns_topic", "some1")
    }


def test_what_has_no_row_and_carries_tags_is_in_the_ledger_by_its_address() -> None:
    """What carries none is taken for a part of something else, as an attachment is."""

    def created(address: str, **after: Any) -> dict[str, Any]:
        change = {"actions": ["create"], "after": after, "after_unknown": {"id": True}}
        return {"address": address, "type": address.split(".")[0], "change": change}

    vpc = created("aws_vpc.net", tags_all=OURS)
    plan = {"resource_changes": [vpc, created("aws_iam_role_policy_attachment.a"), created("random_pet.p")]}

    assert creations_in(plan) == [("aws_vpc", "aws_vpc.net")]


KEYS = ("plain", "a.b", 'quoted " and \\', "${not} %{either}", "ü")
BUILT_IN = {
    "module": {"inner": {"source": "./inner", "for_each": '${toset(["x.y"])}'}},
    "resource": {
        "terraform_data": {
            "each": {"for_each": "${toset(var.keys)}", "input": "${each.key}"},
            "count": {"count": 2, "input": "${count.index}"},
            "one": {"input": 1},
        }
    },
    "variable": {"keys": {"type": "list(string)"}},
}


@pytest.fixture
def made(tmp_path: Path) -> Terraform:
    """Things of Terraform's own, of each form, applied."""
    terraform = terraform_in(tmp_path, BUILT_IN)
    work = terraform.folder
    (work / "inner").mkdir()
    (work / "keys.auto.tfvars.json").write_text(json.dumps({"keys": KEYS}))
    (work / "inner" / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"in": {"count": 1}}}}))
    terraform.init()
    terraform.plan()
    return terraform


def test_a_plan_tells_every_instance_by_the_address_that_the_state_has(made: Terraform) -> None:
    """Of `count`, `for_each` with any key, and a module: one name in the plan, in the state, and for Terraform."""
    document = {**BUILT_IN, "provider": PROVIDERS}
    planned = instances_in(made.show_json(PLAN), configuration_of(document))
    made.apply()
    listed = made._answer("state", "list").splitlines()

    assert configuration_of(document).multiplied
    assert set(planned.wanted) == made.state().keys() == set(listed)
    assert len(planned.wanted) == len(KEYS) + 2 + 1 + 1


def of_plan(address: str, **values: Any) -> dict[str, Any]:
    """An instance as a plan's values have it."""
    block, _, index = address.removesuffix("]").partition("[")
    indexed = {"index": json.loads(index)} if index else {}
    return {"address": address, "mode": "managed", "type": block.split(".")[-2], "values": values, **indexed}


def instances(resources: dict[str, Any], *planned: dict[str, Any], **calls: Any) -> Configuration:
    inner = {"child_modules": [{"resources": [one for one in planned if one["address"].startswith("module.")]}]}
    outer = [one for one in planned if not one["address"].startswith("module.")]
    plan = {
        "planned_values": {"root_module": {"resources": outer, **inner}},
        "configuration": {"root_module": {"module_calls": calls}},
    }
    return instances_in(plan, configuration_of({"provider": PROVIDERS, "resource": resources, "module": calls}))


def test_an_instance_refers_to_the_instance_of_its_own_key() -> None:
    """A policy for each queue is looked for at the queue of the same key, whose address AWS alone knows."""
    each = {"for_each": '${toset(["a.b"])}'}
    found = instances(
        {
            "aws_sqs_queue": {"q": {**each, "name": "q-${each.key}"}},
            "aws_sqs_queue_policy": {"p": {**each, "queue_url": "${aws_sqs_queue.q[each.value].id}"}},
        },
        of_plan('aws_sqs_queue.q["a.b"]', name="q-ab", name_prefix=None),
        of_plan('aws_sqs_queue_policy.p["a.b"]', policy="{}"),
    )

    policy = found.wanted['aws_sqs_queue_policy.p["a.b"]']
    assert policy.argument("queue_url") == Reference('aws_sqs_queue.q["a.b"]', "id")
    assert found.wanted['aws_sqs_queue.q["a.b"]'].argument("name") == "q-ab"
    assert found.wanted['aws_sqs_queue.q["a.b"]'].argument("name_prefix") is None


def test_the_provider_of_a_module_is_the_one_that_it_was_given() -> None:
    """With an alias it works elsewhere, where the account here has nothing to tell."""

    def call(key: str) -> dict[str, Any]:
        return {"module": {"resources": [{"address": "aws_sqs_queue.q", "provider_config_key": key}]}}

    found = instances(
        {}, *(of_plan(f"module.{name}.aws_sqs_queue.q", name="q") for name in ("near", "far", "own")),
        near=call("aws"), far=call("aws.east"), own=call("module.own:aws"),
    )  # fmt: skip

    assert {one.address.split(".")[1]: one.elsewhere for one in found.wanted.values()} == {
        "near": False, "far": True, "own": True
    }  # fmt: skip


def test_what_a_plan_knows_nothing_of_is_wanted_all_the_same() -> None:
    """Terraform leaves out the values where none is known yet."""
    bare = {name: value for name, value in of_plan("aws_sns_topic_policy.p").items() if name != "values"}
    found = instances({"aws_sns_topic_policy": {"p": {}}}, bare)

    assert set(found.wanted) == {"aws_sns_topic_policy.p"}


def test_each_instance_of_a_queue_is_adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names that the plan knows; the import goes to the instance's address."""
    found = instances(
        {"aws_sqs_queue": {"q": {"for_each": "${var.queues}", "name": "${each.value}"}}},
        of_plan('aws_sqs_queue.q["a"]', name="orders-dev"), of_plan('aws_sqs_queue.q["b"]', name="other-dev"),
    )  # fmt: skip
    run = run_on(tmp_path, account(QUEUE), state())
    monkeypatch.setattr(adoption, "_instances", lambda *_: found)
    stages.adopt(run)

    assert set(run.adoption.imports) == {'aws_sqs_queue.q["a"]'}


def test_the_tags_of_the_default_provider_count_wherever_it_stands() -> None:
    """Not those of one with an alias, and Terraform takes one block for a list of one."""
    assert configuration_of(STACK).identity == OURS
    assert configuration_of({**STACK, "provider": {"aws": PROVIDERS["aws"][1]}}).identity == OURS
