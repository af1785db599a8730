"""A policy that names a key which is still to be made is judged all the same, in the plan too."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.judgement import Judgement
from deployer.compliance.scan import scan
from deployer.targets.provider_regions import PROVIDER
from deployer.terraform.offline_plan import LATER, answered, readable
from tests.policy.shared import PLACES, once

KEY = "${aws_kms_key.k.arn}"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allowed(action: str, *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [action], "Resource": list(resources)}


USE = allowed("kms:Decrypt", KEY)
POLICIES = {
    "good": policy(USE),
    "wide": policy(USE, allowed("dynamodb:PutItem", "*")),
    "elsewhere": policy(USE, allowed("sqs:SendMessage", "arn:aws:sqs:eu-west-1:${var.account_id}:q")),
    "any_action": policy(USE, allowed("s3:*", "arn:aws:s3:::b/*")),
    "encoded": '${jsonencode({Statement = [{Effect = "Allow", Action = "*", Resource = aws_kms_key.k.arn}]})}',
    "whole": "${aws_kms_key.k.policy}",
}
STACK = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER}}},
    "variable": {"account_id": {"type": "string"}, "aws_region": {"type": "string"}},
    "provider": {"aws": [{"region": "${var.aws_region}"}]},
    "resource": {
        "aws_kms_key": {"k": {"enable_key_rotation": True}},
        "aws_iam_role_policy": {name: {"name": name, "role": "r", "policy": text} for name, text in POLICIES.items()},
    },
}
FOUND = {
    "wide": {"TAP_IAM_1"},
    "elsewhere": {"TAP_REGION_1"},
    "any_action": {"TAP_IAM_1"},
    "encoded": {"TAP_UNREADABLE_1"},
    "whole": {"TAP_UNREADABLE_1"},
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """What our rules say of the stack, written and planned."""

    def make(folder: Path) -> Judgement:
        (folder / "stack").mkdir()
        (folder / "stack" / "cdk.tf.json").write_text(json.dumps(STACK))
        return scan(folder / "stack", PLACES, only=("TAP_IAM_1", "TAP_REGION_1", "TAP_UNREADABLE_1"))

    return once(tmp_path_factory, "known-later", make)


@pytest.mark.parametrize("name", POLICIES)
def test_the_plan_shows_what_stands_beside_the_keys_arn(judged: Judgement, name: str) -> None:
    """A wildcard, a region, an open action: each found; what is no JSON as it is written stays unreadable."""
    address = f"aws_iam_role_policy.{name}"
    failed = {one.rule for one in judged.evaluations if one.resource == address and one.eye == "planned"
              and not one.passed}  # fmt: skip

    assert failed == FOUND.get(name, set())


CALLER = "${data.aws_caller_identity.me.account_id}"


def asking(text: str, **question: Any) -> dict[str, Any]:
    return {"data": {"aws_caller_identity": {"me": question}, "aws_region": {"here": {}}}, "locals": {"one": text}}


def test_a_plan_needs_nobody_to_ask_for_the_callers_account() -> None:
    """It is given as by a variable, so that its number is nobody's literal; within an ARN too."""
    found = answered(asking(f"arn:aws:sqs:r:{CALLER}:q ${{data.aws_caller_identity.me.arn}}"))
    (name,) = found["variable"]

    assert found["locals"]["one"] == f'arn:aws:sqs:r:${{var.{name}}}:q ${{"arn:aws:iam::${{var.{name}}}:root"}}'
    assert found["data"] == {"aws_region": {"here": {}}}
    assert "data" not in answered({"data": {"aws_caller_identity": {"me": {}}}})


@pytest.mark.parametrize(
    "document",
    [asking(CALLER, count='${var.a == "" ? 1 : 0}'), asking("${data.aws_caller_identity.me}."), {"locals": {}}],
)
def test_a_question_that_is_not_understood_is_left(document: dict[str, Any]) -> None:
    """Asked under a condition, used as a whole, or not asked at all."""
    assert answered(document) == document


def test_a_word_stands_for_an_arn_within_a_policys_strings_alone() -> None:
    """Other attributes are left: one could hold a wildcard. So is what is no policy, or no JSON."""
    document = {"resource": {"aws_x": {"y": {
        "policy": policy(allowed("kms:Decrypt", KEY, "${aws_s3_bucket.b.arn}/*", "${aws_x.y.name}")),
        "inline_policy": [{"policy": policy(USE)}],
        "kms_key_arn": KEY,
    }}}}  # fmt: skip

    values = readable(document)["resource"]["aws_x"]["y"]

    (statement,) = json.loads(values["policy"])["Statement"]
    assert statement["Resource"] == [LATER, f"{LATER}/*", "${aws_x.y.name}"]
    assert LATER in values["inline_policy"][0]["policy"]
    assert values["kms_key_arn"] == KEY
    assert readable({"policy": POLICIES["encoded"]}) == {"policy": POLICIES["encoded"]}
