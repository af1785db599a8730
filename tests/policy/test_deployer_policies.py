"""The policies that `tap policy` gives are judged as anybody's Terraform is."""

import json

import pytest

from deployer.compliance.judgement import Judgement
from deployer.compliance.scan import scan
from tests.policy.shared import OWN, PLACES, once

# What looks through all of a kind for what is ours: no name is known before, and nothing but a description is told.
LOOKING = {
    "policy allows cloudwatch:DescribeAlarms on *, though it can be scoped",
    "policy allows kms:DescribeKey on arn:aws:kms:REGION:ACCOUNT_ID:key/*, though it can be scoped",
}


@pytest.fixture(scope="module")
def of_policies(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    documents = json.loads((PLACES.root / "docs" / "deployer-policies.json").read_text())
    resources: dict[str, dict[str, object]] = {"aws_iam_policy": {}, "aws_iam_role": {}}
    for name, document in documents.items():
        type_, holds = ("aws_iam_role", "assume_role_policy") if "trust" in name else ("aws_iam_policy", "policy")
        resources[type_][name] = {"name": name, holds: json.dumps(document)}
    file = tmp_path_factory.mktemp("policies") / "main.tf.json"
    file.write_text(json.dumps({"resource": resources}))
    return once(tmp_path_factory, "policies", lambda _: scan(file, PLACES, plan=False, only=OWN))


def test_only_what_looks_for_ours_is_found(of_policies: Judgement) -> None:
    """No wildcard action, no way to more, no resource that could be named and is not; but for two that only look."""
    judged = {one.resource for one in of_policies.evaluations if one.rule == "TAP_IAM_1"}

    assert len(judged) > 4
    assert {(one.rule, one.message) for one in of_policies.findings} == {("TAP_IAM_1", told) for told in LOOKING}
