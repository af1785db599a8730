"""The gate on this stack: before a deployment, and with the baseline of granted access."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance import access
from deployer.compliance.coverage import covered
from deployer.compliance.judgement import Evaluation, Finding, Judgement
from deployer.compliance.origins import constructs_in, origin_of, origins_in
from deployer.compliance.selection import Selection
from deployer.console.view import PlainView
from deployer.deploy.gate import OfStack, alike, configuration_of, require_compliant, stack_judged
from deployer.deploy.plan import Changes
from deployer.deploy.stages import WHOLE, Run, apply, comply
from deployer.errors import NotCompliant, ToolMissing
from deployer.paths import Paths
from stack.settings import Settings
from tests.policy.shared import PLACES

Document = dict[str, Any]
BASELINE, STACK_TESTS = Path("tests/policy/access.json"), PLACES.root / "tests" / "unit" / "stack"
SETTINGS = Settings.load(
    environment_suffix="policy", aws_region="eu-west-1", state_bucket="tap-state", state_bucket_region="eu-west-1",
    repository="tap", commit_author="raaj1021", target="embedded",
)  # fmt: skip
SHARED = ("pyproject.toml", "tap.py", "cdktf.json", "metadata.json", "uv.lock", "stack", "lambdas", "deployer",
          "tests/policy/checks", "tests/unit", ".tap/environments", ".tap/cache/synth", ".tap/cache/plans",
          ".tap/cache/locks")  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path, tap_plan: Document) -> Paths:
    """This checkout elsewhere, with a baseline and a memory of its own; synthesis and plan are at hand."""
    for name in SHARED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(PLACES.root / name)
    (tmp_path / BASELINE).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / BASELINE).write_bytes((PLACES.root / BASELINE).read_bytes())
    return Paths(tmp_path)


def remembered(checkout: Paths) -> list[tuple[str, int]]:
    return [(one.name, one.stat().st_mtime_ns) for one in (checkout.cache / "compliant").glob("*")]


def test_a_clean_stack_is_judged_once(checkout: Paths) -> None:
    """The second deployment finds that the stack was judged, judges nothing, and says the same."""
    judged = require_compliant(SETTINGS, checkout)
    (first,) = remembered(checkout)

    again = require_compliant(SETTINGS, checkout)

    assert remembered(checkout) == [first]
    assert again == judged
    assert judged["suppressed"]


def test_what_was_clean_is_judged_again_when_a_suppression_has_ended(checkout: Paths) -> None:
    """What is remembered ends with the first suppression that the answer rests on, where an ended one refuses."""
    live = replace(SETTINGS, target="aws")
    require_compliant(live, checkout)
    ((name, written),) = remembered(checkout)
    kept = checkout.cache / "compliant" / name
    clean = kept.read_text()
    first = min(one["until"] for one in json.loads(clean)["suppressed"])
    kept.write_text(clean.replace(first, "2020-01-01"))

    require_compliant(live, checkout)

    assert kept.read_text() == clean
    assert kept.stat().st_mtime_ns > written


def test_a_stack_with_findings_is_refused_and_not_remembered(checkout: Paths) -> None:
    """A deployment of more access than the baseline has ends with exit 1, names the line, and stays refused."""
    baseline = checkout.root / BASELINE
    lines = json.loads(baseline.read_text())
    gone = next(line for line in lines if "dynamodb:TransactWriteItems" in line or "dynamodb:PutItem" in line)
    baseline.write_text(json.dumps([line for line in lines if line != gone], indent=1))

    for _ in range(2):
        with pytest.raises(NotCompliant, match="wider than the baseline") as refused:
            require_compliant(SETTINGS, checkout)

    assert gone in str(refused.value)
    assert refused.value.exit_code == 1
    assert remembered(checkout) == []


def test_a_refused_deployment_tells_equal_findings_once(checkout: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six that say the same are one line with their places, each once, and how many resources there are."""
    six = [Finding("CKV_AWS_338", "MEDIUM", f"aws_x.l{at}", "stack/logs.py", at // 2 + 1, "keeps less", "see")
           for at in range(6)]  # fmt: skip
    judged = OfStack(Judgement(6, 1, (), tuple(six)))
    monkeypatch.setattr("deployer.deploy.gate.stack_judged", lambda *_, **__: judged)
    with pytest.raises(NotCompliant, match="6 findings") as refused:
        require_compliant(SETTINGS, checkout)

    assert refused.value.details == (
        "MEDIUM CKV_AWS_338 stack/logs.py:1, stack/logs.py:2, stack/logs.py:3 keeps less (6 resources)",
    )


def test_nothing_is_applied_before_the_gate() -> None:
    """A deployment asks the gate before it changes anything."""
    assert WHOLE.index(comply) < WHOLE.index(apply)


def test_the_first_deployment_says_what_takes_long(checkout: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Checkov's environment is not made yet, a line says so; where it can't be, nothing is deployed."""
    checkout.environment("policy").parent.unlink()
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(checkout.root / "empty"))
    told = io.StringIO()
    run = Run(SETTINGS, checkout, None, PlainView(told), changes=Changes(outputs_change=True))
    with pytest.raises(ToolMissing) as refused:
        comply(run)

    assert "once, and slow only this time" in told.getvalue()
    assert refused.value.exit_code == 3
    assert remembered(checkout) == []


def test_rules_are_chosen_for_the_stack_too(checkout: Paths) -> None:
    """What the gate itself adds is chosen like a rule; who watches over a type is not known where few rules run."""
    (checkout.root / BASELINE).write_text("[]")
    chosen = stack_judged(SETTINGS, checkout, chosen=Selection.of(["TAP_LAMBDA_1", "TAP_COVERAGE_1"])).judgement
    access_alone = stack_judged(SETTINGS, checkout, chosen=Selection.of(["TAP_ACCESS_*"])).judgement

    assert chosen.findings == ()
    assert [one.rule for one in chosen.not_judged] == ["TAP_COVERAGE_1"]
    assert {one.rule for one in access_alone.findings} == {"TAP_ACCESS_1"}


def test_environments_of_one_stack_are_alike(document: Document) -> None:
    """Suffix and region do not tell two synthesised environments apart; anything else does."""
    here, there = (
        configuration_of(replace(SETTINGS, environment_suffix=suffix, aws_region=region), PLACES)[1]
        for suffix, region in (("dev", "eu-west-1"), ("it-0a1b2c", "us-east-1"))
    )

    assert alike(here, "dev") == alike(there, "it-0a1b2c")
    assert alike(here, "dev") != alike({**there, "locals": {"more": "x"}}, "it-0a1b2c")


@pytest.mark.parametrize("suffix", ["eu-west-1", "123456789012", "use1-az1"])
def test_a_suffix_that_a_rule_could_find_is_not_left_out(suffix: str) -> None:
    """What was judged clean under a harmless suffix says nothing of one that is a region, a zone or an account."""
    assert alike({"locals": {"a": f"x-{suffix}"}}, suffix) != alike({"locals": {"a": "x-dev"}}, "dev")


def test_a_region_elsewhere_than_in_its_variable_counts() -> None:
    """Two stacks are not alike when one of them has another region written in it."""
    assert alike({"locals": {"r": "eu-west-1"}}, "dev") != alike({"locals": {"r": "eu-west-2"}}, "dev")


def widened(document: Document, action: str) -> Document:
    """The stack with one more action in the validator's policy."""
    copy = json.loads(json.dumps(document))
    policies = copy["resource"]["aws_iam_role_policy"]
    name = next(one for one in policies if "validator" in one)
    policy = json.loads(policies[name]["policy"])
    policy["Statement"][0]["Action"] = [*([policy["Statement"][0]["Action"]] if isinstance(
        policy["Statement"][0]["Action"], str) else policy["Statement"][0]["Action"]), action]  # fmt: skip
    policies[name]["policy"] = json.dumps(policy)
    return copy


def test_the_baseline_is_what_the_stack_grants(document: Document) -> None:
    """Nothing is granted that the committed baseline does not have, nor the other way round."""
    assert access.differences(document, "policy", PLACES.root, BASELINE) == []


@pytest.mark.parametrize(
    ("suffix", "region"), [("it-0a1b2c", "us-east-1"), ("x", "ap-southeast-2"), ("role", "eu-central-1")]
)
def test_the_baseline_is_the_same_for_every_environment(suffix: str, region: str) -> None:
    """Synthesised with another suffix and for another region, the stack grants what the baseline has."""
    elsewhere = replace(SETTINGS, environment_suffix=suffix, aws_region=region)
    _, made = configuration_of(elsewhere, PLACES)

    assert made["variable"]["aws_region"]["default"] == region
    assert access.differences(made, suffix, PLACES.root, BASELINE) == []


def test_the_protection_of_a_live_environment_is_no_difference() -> None:
    """It denies the bucket's deletion, which the baseline of all environments does not have: that grants nothing."""
    _, made = configuration_of(replace(SETTINGS, deletion_protection=True), PLACES)
    denials = [line for line in access.granted(made, "policy") if " may not s3:DeleteBucket on " in line]

    assert len(denials) == 1
    assert access.differences(made, "policy", PLACES.root, BASELINE) == []


def test_one_action_more_is_told_with_role_action_and_resource(document: Document) -> None:
    """A widened policy is one HIGH finding for each of its resources, at the policy that grants it."""
    found = access.differences(widened(document, "s3:DeleteBucket"), "policy", PLACES.root, BASELINE)

    assert {one.severity for one in found} == {"HIGH"}
    assert all("csv-validator-role-{suffix} may s3:DeleteBucket on " in one.message for one in found), found
    assert all("validator" in one.resource and one.resource.startswith("aws_iam_role_policy.") for one in found)
    assert all(one.message.startswith("wider than the baseline, grant added: ") for one in found)
    assert found


def test_an_added_grant_is_told_where_the_baseline_would_have_it(document: Document, tmp_path: Path) -> None:
    """At the entry that it would stand before, or the last one; of an empty baseline its first line."""
    lines = json.loads((PLACES.root / BASELINE).read_text())
    for left_out in (0, len(lines) // 2, len(lines) - 1):
        kept = [line for at, line in enumerate(lines) if at != left_out]
        (tmp_path / "access.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False))
        (found,) = access.differences(document, "policy", tmp_path, Path("access.json"))
        assert found.line == min(left_out, len(kept) - 1) + 2  # `[` is the first line of the file
    (tmp_path / "access.json").write_text("[]")

    assert {one.line for one in access.differences(document, "policy", tmp_path, Path("access.json"))} == {1}


def test_a_lost_denial_is_wider_and_a_lost_grant_is_not(document: Document, tmp_path: Path) -> None:
    """A Deny that is gone widens the access; a grant that is gone has only to be written down."""
    baseline = tmp_path / "access.json"
    text = (PLACES.root / BASELINE).read_text()
    more = ["role-{suffix} may s3:GetObject on x", "role-{suffix} may not s3:GetObject on y"]
    baseline.write_text(json.dumps([*more, *json.loads(text)], indent=1))
    found = access.differences(document, "policy", tmp_path, Path(baseline.name))

    told = {one.message.partition(":")[0]: (one.severity, one.line, one.resource) for one in found}

    assert told == {
        "wider than the baseline, denial removed": ("HIGH", 3, ""),
        "narrower than the baseline, grant removed": ("LOW", 2, ""),
    }
    assert all(one.mend.startswith("put it back") for one in found)


def test_a_lost_condition_is_wider(document: Document) -> None:
    """A permission that loses its condition is another line, so it has to be accepted."""
    copy = json.loads(json.dumps(document))
    for permission in copy["resource"]["aws_lambda_permission"].values():
        permission.pop("source_account", None)
        permission.pop("source_arn", None)
    found = access.differences(copy, "policy", PLACES.root, BASELINE)

    assert {one.severity for one in found} >= {"HIGH"}


def test_an_accepted_baseline_has_no_differences(document: Document, tmp_path: Path) -> None:
    """What --accept-access writes is what is compared, one line for each permission."""
    baseline, wider = tmp_path / "access.json", widened(document, "s3:DeleteBucket")
    access.accept(wider, "policy", baseline)

    assert access.differences(wider, "policy", tmp_path, Path(baseline.name)) == []
    assert len(baseline.read_text().splitlines()) == len(json.loads(baseline.read_text())) + 2


def test_accepting_the_access_of_the_stack_changes_nothing(checkout: Paths) -> None:
    """`tap comply --accept-access` on the committed stack writes the committed baseline, whatever suffix and region."""
    before = (checkout.root / BASELINE).read_text()
    stack_judged(SETTINGS, checkout, accept_access=True)

    assert (checkout.root / BASELINE).read_text() == before


def test_a_type_with_neither_rule_nor_test_is_a_finding(document: Document) -> None:
    """The coverage matrix has a row for each type of resource; one that nobody watches over fails."""
    bare = {"resource": {**document["resource"], "aws_glue_job": {"j": {}}}}
    of_all = tuple(Evaluation("TAP_REGION_1", f"{kind}.x", "f", passed=True) for kind in bare["resource"])
    matrix, found = covered(Judgement(1, 1, of_all), bare, STACK_TESTS)

    assert [one.rule for one in found if one.resource == "aws_glue_job"] == ["TAP_COVERAGE_1"]
    assert "| aws_glue_job | 1 |" in matrix


def test_the_stack_is_covered(tap_gate: Judgement, document: Document) -> None:
    """Each type of resource is watched over by a rule or a test of its own."""
    matrix, found = covered(tap_gate, document, STACK_TESTS)

    assert found == []
    assert all(f"| {kind} |" in matrix for kind in document["resource"])


def test_every_resource_leads_to_the_call_that_made_it(document: Document) -> None:
    """Each synthesised resource maps to one line of the stack, on which a construct of its class is made."""
    origins, file_paths = origins_in((PLACES.root / "stack").rglob("*.py"), PLACES.root), constructs_in(document)
    lost, wrong = [], []
    for kind, named in document["resource"].items():
        for name in named:
            origin = origin_of(f"{kind}.{name}", file_paths[f"{kind}.{name}"], origins)
            if origin is None:
                lost.append(f"{kind}.{name}")
                continue
            line = (PLACES.root / origin.file).read_text().splitlines()[origin.line - 1]
            if f"{origin.class_name}(" not in line or not origin.file.startswith("stack/"):
                wrong.append((f"{kind}.{name}", origin))

    assert (lost, wrong) == ([], [])
