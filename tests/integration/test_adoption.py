"""What exists and the state lacks is taken in, not made a second time; what is not ours is refused.

These tests plan and never apply: they share the session's deployment with all others. That an apply converges is
proven by tests/proofs/prove_deployer.py.
"""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deployer.console.view import NoView
from deployer.deploy.stages import Run, plan_only
from deployer.deploy.synthesis import stack_folder
from deployer.deploy.working_directory import IMPORTS, IMPORTS_OVERRIDE, prepare, run_init
from deployer.errors import AmbiguousMatch, ForeignResource
from deployer.paths import Paths
from deployer.policy_documents import policy_of, trust_of
from deployer.pytest_plugin.fixtures import Deployment
from deployer.resources.configuration import Configuration, configuration_in, configuration_of
from deployer.resources.confirmations import waiting
from deployer.resources.inventory import Inventory
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target
from pipeline.client import Pipeline
from stack.settings import Settings
from tests.integration.factories import make_bucket, pairs, tags_of

pytestmark = pytest.mark.fault
# An import does not know these: what only the state holds of a key, and what made an API's deployment, which is made
# anew and then served by the stage.
HARMLESS = {"aws_kms_key": "change", "aws_api_gateway_deployment": "replace", "aws_api_gateway_stage": "change"}


@pytest.fixture
def run(pipeline: Pipeline, settings: Settings, tmp_path: Path) -> Run:
    """A checkout that knows nothing of the session's deployment, while nobody breaks that on purpose."""
    return Run(
        settings,
        Paths.here(),
        TargetSession(pipeline.target, tmp_path / "work", tmp_path / "logs", lasting=True),
        NoView(),
    )


@pytest.fixture
def without(run: Run, tap_deployment: Deployment) -> Callable[[list[str]], None]:
    """`without(addresses)` gives the checkout the deployment's state, less these."""
    state = tap_deployment.work / "terraform.tfstate"
    if not state.is_file():
        pytest.skip("the deployment's state is not a file that could be copied")

    def lose(addresses: list[str]) -> None:
        stack = stack_folder(run.settings, run.paths)
        run_init(prepare(run.session, stack, run.settings))
        shutil.copy(state, run.session.work)
        document = json.loads(state.read_text())
        document["resources"] = [
            one for one in document["resources"] if f"{one['type']}.{one['name']}" not in addresses
        ]
        (run.session.work / "terraform.tfstate").write_text(json.dumps(document))

    return lose


def _wanted(run: Run) -> list[str]:
    stack = stack_folder(run.settings, run.paths)
    return sorted(configuration_in(stack).wanted)


def test_a_lost_state_is_found_again_whole(run: Run) -> None:
    """Every resource of the stack is adopted and none created; what changes is only what an import can't know."""
    changes = plan_only(run)

    assert list(changes.adopted) == _wanted(run)
    assert {one.type: one.kind for one in changes.all}.items() <= HARMLESS.items()
    assert not (run.session.work / IMPORTS).exists()
    assert not (run.session.work / IMPORTS_OVERRIDE).exists()


def test_exactly_what_the_state_lacks_is_adopted(run: Run, without: Callable[[list[str]], None]) -> None:
    """A random dozen of resources, lost from the state: these are adopted, nothing is created."""
    lost = sorted(random.sample(_wanted(run), 12))
    without(lost)

    changes = plan_only(run)

    assert list(changes.adopted) == lost
    assert {one.type: one.kind for one in changes.all}.items() <= HARMLESS.items()


def test_a_whole_state_is_not_looked_beyond(run: Run, without: Callable[[list[str]], None]) -> None:
    """Nothing missing: nothing is asked of AWS, and the plan is empty."""
    without([])

    changes = plan_only(run)

    assert run.adoption.imports == {}
    assert not changes.any


def test_what_the_state_holds_under_an_older_address_is_not_adopted(
    run: Run, without: Callable[[list[str]], None]
) -> None:
    """A topic whose construct was renamed: adopted under its new address, it would be destroyed under its old one."""
    without([])
    (address,) = [each for each in _wanted(run) if each.startswith("aws_sns_topic.")]
    path = run.session.work / "terraform.tfstate"
    path.write_text(path.read_text().replace(f'"{address.partition(".")[2]}"', '"older"'))

    changes = plan_only(run)

    assert changes.adopted == ()
    assert {(one.address, one.kind) for one in changes.all} >= {(address, "create"), ("aws_sns_topic.older", "destroy")}


def _inventory(account: Target, suffix: str, type_: str, **arguments: str) -> Inventory:
    """Of a configuration that wants one resource."""
    provider = {"aws": [{"default_tags": [{"tags": tags_of(suffix)}]}]}
    return Inventory(account, configuration_of({"resource": {type_: {"one": arguments}}, "provider": provider}))


def test_two_apis_of_one_name_are_told_and_none_is_guessed(account: Target) -> None:
    """Two APIs that are ours by name and tags: both are named with their ids, and a stranger's of that name is not."""
    made = [account.client("apigateway").create_rest_api(name="a-x", tags=tags_of("x"))["id"] for _ in range(2)]
    stranger = account.client("apigateway").create_rest_api(name="a-x")["id"]

    with pytest.raises(AmbiguousMatch) as refused:
        _inventory(account, "x", "aws_api_gateway_rest_api", name="a-x").existing(["aws_api_gateway_rest_api.one"])

    told = str(refused.value)
    assert all(each in told for each in made)
    assert stranger not in told


def test_an_api_of_a_stranger_with_our_name_is_no_obstacle(account: Target) -> None:
    """Without our tags it is not ours, and since names may repeat it is in nobody's way."""
    account.client("apigateway").create_rest_api(name="a-x")

    found = _inventory(account, "x", "aws_api_gateway_rest_api", name="a-x").existing(["aws_api_gateway_rest_api.one"])

    assert found == {}


def test_a_topic_with_other_tags_is_refused_by_name(account: Target) -> None:
    """Another environment's topic under our name is not taken over: the message names it, its tags and the remedy."""
    account.client("sns").create_topic(Name="t-x", Tags=[{"Key": "EnvironmentSuffix", "Value": "y"}])

    with pytest.raises(ForeignResource, match=r"sns_topic t-x .*EnvironmentSuffix=y(.|\n)*--suffix"):
        _inventory(account, "x", "aws_sns_topic", name="t-x").existing(["aws_sns_topic.one"])


def test_a_confirmed_subscription_is_found_and_one_that_waits_is_told(account: Target) -> None:
    """SNS tells the ARN of the one alone. The other is subscribed again, to which SNS answers with the same; and who
    deploys is told that it waits, without the address.
    """
    topic = account.client("sns").create_topic(Name="t-x", Tags=pairs(tags_of("x")))["TopicArn"]
    queue = account.client("sqs").create_queue(QueueName="q-x")["QueueUrl"]
    arn = topic.replace(":sns:", ":sqs:").replace("t-x", queue.rpartition("/")[2])
    wanted = {"sqs": arn, "email": "ann@example.org"}

    def subscribe(protocol: str) -> str:
        asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": wanted[protocol]}
        return str(account.client("sns").subscribe(**asked, ReturnSubscriptionArn=True)["SubscriptionArn"])

    made = {protocol: subscribe(protocol) for protocol in wanted}
    configuration = _subscribed(wanted)
    found = Inventory(account, configuration).existing(configuration.wanted)

    assert {address: thing.id for address, thing in found.items() if "subscription" in address} == {
        "aws_sns_topic_subscription.sqs": made["sqs"]
    }
    assert subscribe("email") == made["email"]
    if account.name != "localstack":  # which takes every mail address for confirmed
        assert waiting(account, configuration).endswith(": 1 by email")


def _subscribed(wanted: dict[str, str]) -> Configuration:
    """A topic with these subscriptions, by protocol; the addresses are variables, as the stack has them."""
    subscriptions = {
        protocol: {"topic_arn": "${aws_sns_topic.t.arn}", "protocol": protocol, "endpoint": f"${{var.{protocol}}}"}
        for protocol in wanted
    }
    return configuration_of({
        "provider": {"aws": [{"default_tags": [{"tags": tags_of("x")}]}]},
        "variable": {protocol: {"default": endpoint} for protocol, endpoint in wanted.items()},
        "resource": {"aws_sns_topic": {"t": {"name": "t-x"}}, "aws_sns_topic_subscription": subscriptions},
    })  # fmt: skip


@pytest.mark.needs("buckets_shared")
def test_a_bucket_of_another_account_is_refused_by_name(account: Target, target: Target, tag: str) -> None:
    """All of AWS shares bucket names: one that another account holds is told before anything is created."""
    make_bucket(target, f"b-{tag}", tags_of("x"))
    try:
        with pytest.raises(ForeignResource, match=f"s3_bucket b-{tag} .*another account"):
            _inventory(account, "x", "aws_s3_bucket", bucket=f"b-{tag}").existing(["aws_s3_bucket.one"])
    finally:
        from deployer.resources.empty_bucket import empty_bucket

        empty_bucket(target.client("s3"), f"b-{tag}")
        target.client("s3").delete_bucket(Bucket=f"b-{tag}")


def test_a_role_of_the_same_suffix_in_another_region_is_refused(account: Target) -> None:
    """Roles are the whole account's: one that serves another region is not taken away from it."""
    arn = f"arn:aws:lambda:eu-west-1:{account.account_id}:function:f"
    trust = {**trust_of(Service="lambda.amazonaws.com"), "Condition": {"ArnLike": {"aws:SourceArn": arn}}}
    account.client("iam").create_role(
        RoleName="r-x", AssumeRolePolicyDocument=policy_of(trust),
        Tags=[{"Key": name, "Value": value} for name, value in tags_of("x").items()],
    )  # fmt: skip

    with pytest.raises(ForeignResource, match="it belongs to eu-west-1"):
        _inventory(account, "x", "aws_iam_role", name="r-x").existing(["aws_iam_role.one"])
