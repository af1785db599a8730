"""The policies of `tap policy`, proved on the embedded AWS: enough for their work, refused beside it, and no wider.

Roles with exactly these policies make the state's bucket, deploy, deploy again, change, send a file, find everything
again after the state was lost, and clean up; a pull request's environment goes by its workflow's own commands. All that
is deployed has the boundary, which is wide enough for it and which nobody gets around. What was granted and not called
has its reason here. Writes build/evidence/deployer-policy.md: policy, action, whether it was called, or why it is there
all the same.
"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from deployer.deploy.cleanup import cleanup, preview
from deployer.deploy.destroy import destroy
from deployer.deploy.stages import deploy, outputs_of
from deployer.errors import FileStopped, TerraformFailed
from deployer.iam.policy import cleanup_policies, policies
from deployer.iam.roles import boundary
from deployer.logs.following import Follower
from deployer.logs.groups import groups_in
from deployer.paths import Paths
from deployer.policy_documents import policy_of
from deployer.targets.targets import EMULATOR_ACCOUNT
from deployer.terraform.state_bucket import StateBucket, bootstrap, findings
from pipeline.client import Pipeline
from pipeline.dead_letters import letters, put_back
from pipeline.diagnosis import diagnose
from pipeline.logs import WORKFLOW, FileLines
from pipeline.redrive import redrive
from stack.settings import Settings
from tests.integration.account_snapshot import census, changed
from tests.integration.factories import furnish
from tests.integration.fault_injection import Plant
from tests.proofs.forbidden_calls import ANYBODY, BEYOND, escalations, refused, trespasses, unbounded
from tests.proofs.granted import EVERYTHING_OF_IAM, Proof, granted, scope_of
from tests.proofs.grants import Grant, calls_in
from tests.proofs.justified import grants_in, needless, reason_for
from tests.proofs.workflow_runs import run_step, step_of

EVIDENCE = Path(__file__).parents[2] / "build" / "evidence"
SUFFIX, OTHER, REGION = "granted", "other", "eu-west-1"
BOUNDARY = f"arn:aws:iam::{EMULATOR_ACCOUNT}:policy/most"
SETTINGS = Settings.load(
    {}, environment_suffix=SUFFIX, aws_region=REGION, state_bucket="granted-states", permissions_boundary=BOUNDARY,
    deletion_protection="true",
)  # fmt: skip
PULL_REQUEST = 12
ROLES = {
    "bootstrapper": "bootstrap",
    "deployer": "deploy",
    "sender": "files",
    "cleaner": "cleanup",
}  # and what their policies' names begin with


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    scope = scope_of(SETTINGS)
    documents = {**policies(scope), **cleanup_policies(scope)}
    roles = {name: {one: documents[one] for one in documents if one.startswith(kind)} for name, kind in ROLES.items()}
    roles["careless"] = {**roles["deployer"], "all-of-iam": EVERYTHING_OF_IAM}
    with granted(SETTINGS, boundary(scope), roles, tmp_path_factory.mktemp("work")) as proof:
        yield replace(proof, documents=documents)


def test_the_state_bucket_is_made(proof: Proof) -> None:
    """By who may bootstrap; and `tap doctor` finds it fit as who deploys."""
    caller = proof.as_role("bootstrapper")

    assert bootstrap(StateBucket.named(SETTINGS, caller))[0].startswith("created")
    looked = findings(replace(StateBucket.named(SETTINGS, proof.as_role("deployer")), key=SETTINGS.state_key))
    assert [one for one in looked if not one.fine] == []


def test_it_deploys_again_with_nothing_to_change(proof: Proof) -> None:
    """From nothing, with an empty plan after it; and a change of the settings is applied."""
    caller = proof.as_role("deployer")
    deploy(proof.run(caller))
    again = proof.run(caller)
    deploy(again)
    changed = proof.run(caller, replace(SETTINGS, log_retention_days=400, load_concurrency=5, rows_per_part=400))
    deploy(changed)

    assert not again.changes.any
    assert changed.changes.count("change") > 5


def test_a_file_is_sent_followed_and_read(proof: Proof, tmp_path: Path) -> None:
    """By who may only send files: also what failed is seen, with its evidence, and tried again."""
    caller = proof.as_role("sender")
    pipeline = Pipeline.of(caller, outputs_of(proof.run(caller)))
    sample = Paths.here().root / "tests" / "data" / "transactions.csv"
    upload = pipeline.upload(sample, sample.name)
    *_, state = pipeline.watch(upload)
    pipeline.raw_rejects(upload.name, tmp_path / "raw.csv")
    planted = Plant(Pipeline(proof.root, pipeline.outputs))
    planted.configured(pipeline.outputs.validator_function_name, Environment={"BUCKET_NAME": "nowhere-at-all"})
    stopped = _stopped(pipeline, tmp_path)
    planted.mend()
    _fail_a_load(Pipeline(proof.root, pipeline.outputs))
    seen = letters(pipeline)
    for letter in seen:
        put_back(pipeline, letter)
    tried = [redrive(pipeline, letter) for letter in letters(pipeline)]
    told = [stopped, *diagnose(pipeline, upload, "loading")]

    assert state.reconciled
    assert [line for line in told if "/sender" in line or "could not be read" in line] == []
    assert {letter.step for letter in tried if letter.done} == {"load", pipeline.outputs.validator_function_name}
    assert len(pipeline.states()) > 1


def test_what_the_functions_log_is_followed(proof: Proof) -> None:
    """By who deploys, in each function's own log, as the state names it: what one said to somebody else is there."""
    caller, asked = proof.as_role("deployer"), SETTINGS.function("transaction-status")
    proof.root.client("lambda").invoke(FunctionName=asked, Payload=b"{}")
    groups = groups_in(proof.run(caller).terraform.state_document(), SUFFIX)
    found = Follower(0).new(caller.client("logs"), groups)

    assert len(groups) == 4
    assert "transaction-status" in {one.function for one in found}
    assert [one.message for one in found if "can't be read" in one.message] == []


def test_a_files_log_is_read(proof: Proof) -> None:
    """By who may only send files: each function's lines about it, and what the workflow did."""
    caller = proof.as_role("sender")
    pipeline = Pipeline.of(caller, outputs_of(proof.run(caller)))
    found = FileLines(pipeline, SUFFIX, pipeline.newest("transactions.csv"), 0).new(strict=True)

    assert {one.function for one in found} == {"csv-validator", "csv-transformer", "transaction-loader", WORKFLOW}


def test_who_deploys_gets_no_more_than_the_boundary(proof: Proof) -> None:
    """Each way around it is refused, to who may all of IAM beside it too; and a role that is granted everything may do
    what the boundary says, no more.
    """
    caller, iam = proof.as_role("deployer"), proof.root.client("iam")
    ours = SETTINGS.role("csv-validator")
    before = iam.get_role(RoleName=ours)["Role"]["AssumeRolePolicyDocument"]
    got = [
        each[0] for who in ("deployer", "careless") for each in escalations(SETTINGS)
        if not refused(proof.as_role(who), each)
    ]  # fmt: skip
    everything = policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"})
    caller.client("iam").put_role_policy(RoleName=ours, PolicyName="more", PolicyDocument=everything)
    caller.client("iam").update_assume_role_policy(RoleName=ours, PolicyDocument=policy_of(ANYBODY))
    raised = proof.as_role(ours)
    within = ("our letters", "sqs", "send_message", {"QueueUrl": _letters(proof), "MessageBody": "x"})
    reached = [each[0] for each in (*BEYOND, within) if not refused(raised, each)]
    caller.client("iam").delete_role_policy(RoleName=ours, PolicyName="more")
    caller.client("iam").update_assume_role_policy(RoleName=ours, PolicyDocument=json.dumps(before))
    proof.root.client("sqs").purge_queue(QueueUrl=_letters(proof))

    assert got == []
    assert reached == ["our letters"]


def test_an_environment_from_before_the_boundary_gets_it(proof: Proof) -> None:
    """Nothing is added to a role that has none until the deployer has set it; it could be removed all the same."""
    ours, deployer, careless = SETTINGS.role("csv-validator"), proof.as_role("deployer"), proof.as_role("careless")
    proof.root.client("iam").delete_role_permissions_boundary(RoleName=ours)
    added, attached, taken = unbounded(ours)
    got = [who for who in (deployer, careless) if not refused(who, added)]
    got += [who for who in (deployer, careless) if not refused(who, attached)]
    kept = refused(deployer, taken)
    deploy(proof.run(deployer))

    assert got == []
    assert not kept
    role = proof.root.client("iam").get_role(RoleName=ours)["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


def test_a_closed_pull_requests_environment_goes_by_the_workflows_commands(proof: Proof) -> None:
    """With the state's lock, which it waits for; and `prod`, whose name begins alike, is not reached."""
    gone, stays = (replace(SETTINGS, environment_suffix=name) for name in (f"pr{PULL_REQUEST}", "prod"))
    furnish(proof.root, stays)
    before = census(proof.root)
    deploy(proof.run(proof.root, gone))
    for key in ("kept/x", "kept/y"):  # MiniStack takes the first of a batch for one without a version
        proof.root.client("s3").put_object(Bucket=gone.bucket, Key=key, Body=b"x")
    step = step_of("cleanup", "cleanup", "Everything with its suffix")
    given = {
        "github.event.pull_request.number": str(PULL_REQUEST), "vars.TAP_ALLOWED_ACCOUNTS": EMULATOR_ACCOUNT,
        "vars.TERRAFORM_STATE_BUCKET": gone.state_bucket, "vars.TERRAFORM_STATE_BUCKET_REGION": REGION,
    }  # fmt: skip
    caller = proof.as_role("cleaner")
    lock = {"Bucket": gone.state_bucket, "Key": f"{gone.state_key}.tflock"}
    proof.root.client("s3").put_object(**lock, Body=json.dumps({"ID": "x", "Who": "somebody", "Operation": "apply"}))
    blocked = run_step(step, given, caller, {"TAP_LOCK_SECONDS": "1"})
    stood = _named(proof, f"-pr{PULL_REQUEST}")
    proof.root.client("s3").delete_object(**lock)
    without = run_step(step, {**given, "vars.TERRAFORM_STATE_BUCKET": ""}, caller, {})
    done = run_step(step, given, caller, {})
    beside = {**step, "run": step["run"].replace("pr${NUMBER}", "prod")}
    other = run_step(beside, given, caller, {})
    left = changed(before, census(proof.root))
    cleanup(proof.run(proof.root, stays), data_too=True)

    assert (blocked.returncode, len(stood) > 15) == (3, True), blocked.stderr
    assert without.returncode != 0
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing is left" in done.stdout
    assert other.returncode != 0
    assert {name: rows for name, rows in left.items() if "mapRun" not in json.dumps(rows)} == {}


def test_what_stands_is_found_again_after_the_state_was_lost(proof: Proof) -> None:
    """Everything is adopted, and nothing is made twice."""
    caller = proof.as_role("deployer")
    proof.root.client("s3").delete_object(Bucket=SETTINGS.state_bucket, Key=SETTINGS.state_key)
    run = proof.run(caller)
    shutil.rmtree(run.session.work)
    deploy(run)

    assert run.changes.count("create") == 0
    assert len(run.adoption.imports) > 40


def test_what_the_state_knows_is_destroyed(proof: Proof) -> None:
    """`tap destroy` lifts what protects table and bucket, empties the bucket and takes each part away, as who deploys;
    and what it took can be deployed again.
    """
    caller = proof.as_role("deployer")
    destroy(proof.run(caller), data_too=True)
    left = _named(proof, f"-{SUFFIX}")
    deploy(proof.run(caller))

    assert left == []


def test_another_environment_is_not_touched(proof: Proof) -> None:
    """Not deployed, not read, not removed; and none of our roles is passed to anybody else."""
    caller = proof.as_role("deployer")
    with pytest.raises((TerraformFailed, ClientError), match=r"not authorized|AccessDenied"):
        deploy(proof.run(caller, replace(SETTINGS, environment_suffix=OTHER, state_bucket="")))

    assert _named(proof, f"-{OTHER}") == []
    assert [each[0] for each in trespasses(proof.root, SETTINGS, OTHER) if not refused(caller, each)] == []


def test_it_leaves_nothing(proof: Proof) -> None:
    """The cleanup sees and removes everything, its files too, as who deploys."""
    caller = proof.as_role("deployer")
    seen = preview(proof.run(caller), data_too=True).removed
    done = cleanup(proof.run(caller), data_too=True)

    assert len(seen) > 15
    assert {thing.label: why for thing, why in done.left.items()} == {}
    assert _named(proof, f"-{SUFFIX}") == []


def test_nothing_is_granted_without_need(proof: Proof) -> None:
    """Each action of each policy was called by its role, or has its reason, and no reason is left over."""
    calls = [call for call in calls_in(proof.emulator.calls) if call.role in ROLES]
    rows, uncalled = [], []
    grants = list(grants_in(proof.documents))
    for kind, action, resources in grants:
        role = next(role for role, name in ROLES.items() if kind.startswith(name))
        called = any(Grant(role, kind, 0, action, each).covers(call) for each in resources for call in calls)
        reason = "" if called else reason_for(kind, action)
        rows.append(f"| {kind} | `{action}` | `{resources[0]}` | {'yes' if called else 'no'} | {reason} |")
        uncalled += [] if called else [(kind, action)]
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    head = "| policy | action | on | called | or why it is there |\n|---|---|---|---|---|\n"
    (EVIDENCE / "deployer-policy.md").write_text(head + "\n".join(rows) + "\n")

    assert {call.role for call in calls} == set(ROLES)
    assert [each for each in uncalled if not reason_for(*each)] == []
    assert needless(uncalled) == []


def _named(proof: Proof, ending: str) -> list[str]:
    """What a service lists under such a name and did not before; a map's runs are listed by the emulator for ever."""
    gained = [row for _, rows in changed(proof.before, census(proof.root)).values() for row in rows]
    return [row for row in gained if ending in row and "mapRunArn" not in row]


def _letters(proof: Proof) -> str:
    return str(proof.root.client("sqs").get_queue_url(QueueName=SETTINGS.dead_letters)["QueueUrl"])


def _stopped(pipeline: Pipeline, folder: Path) -> str:
    """What is told of a file that its validator can't work on."""
    path = folder / "stopped.csv"
    path.write_text("transaction_id\nx\n")
    upload = pipeline.upload(path, path.name)
    with pytest.raises(FileStopped) as stopped:
        list(pipeline.watch(upload))
    return str(stopped.value)


def _fail_a_load(pipeline: Pipeline) -> None:
    """A load of parts that nobody wrote, and its letter."""
    start = dict.fromkeys(("key", "manifest_key", "parts_key"), "incoming/lost.csv")
    machine = {"stateMachineArn": pipeline.outputs.state_machine_arn}
    given = json.dumps({"bucket": pipeline.bucket, "version_id": "none", **start})
    client = pipeline.target.client("stepfunctions")
    arn = client.start_execution(**machine, name="lost", input=given)["executionArn"]
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        time.sleep(0.2)
