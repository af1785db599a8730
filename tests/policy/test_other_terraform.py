"""Other people's Terraform: HCL with modules, functions and data sources is judged for what it comes to."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from deployer.compliance.judgement import Judgement
from deployer.compliance.scan import scan
from deployer.compliance.subject import subjects_at
from tests.policy.shared import OWN, PLACES, once

FOLDER = PLACES.root / "tests" / "policy" / "terraform"
OURS = ("TAP_REGION", "TAP_IAM", "TAP_UNREADABLE")


@pytest.fixture(scope="session")
def of_clean(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    return once(tmp_path_factory, "clean", lambda _: scan(FOLDER / "clean", PLACES, plan=False, only=OWN))


@pytest.fixture(scope="session")
def of_odd(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    return once(tmp_path_factory, "odd", lambda _: scan(FOLDER / "odd", PLACES, plan=False, only=OWN))


@pytest.fixture(scope="session")
def of_projects(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    return once(tmp_path_factory, "projects", lambda _: scan(FOLDER / "projects", PLACES, plan=False, only=OWN))


def marked(folder: Path) -> set[tuple[str, str, str]]:
    """What the comments `# found: RULE...` say of the block or local below: its file, its first line, and the rule."""
    return {
        (file.relative_to(folder).as_posix(), block, rule)
        for file in folder.rglob("*.tf")
        for comment, block in pairwise(file.read_text().splitlines()) if comment.startswith("# found: ")
        for rule in comment.split()[2:]
    }  # fmt: skip


def found(judgement: Judgement) -> set[tuple[str, str]]:
    return {(one.rule, one.resource) for one in judgement.findings if one.rule.startswith(OURS)}


def test_careful_terraform_is_clean(of_clean: Judgement) -> None:
    """Regions by data and variables, words that look like regions, narrow policies in every form: nothing is found."""
    assert found(of_clean) == set()


def test_all_of_it_is_judged(of_clean: Judgement) -> None:
    """Resources of local modules count as well, at their own addresses."""
    judged = {one.resource for one in of_clean.evaluations}

    assert {'module.bucket["a"].aws_s3_bucket.this', 'module.bucket["b"].aws_s3_bucket.this'} <= judged
    assert {'aws_sqs_queue.this["orders"]', "aws_sqs_queue.this", "aws_iam_role_policy.fn"} <= judged
    assert of_clean.resources > 20


def test_policies_are_seen_through_functions_loops_and_files(of_odd: Judgement) -> None:
    """A policy made by `for`, `merge`, `for_each`, a file or a condition is found, and its blameless twin is not."""
    assert found(of_odd) == {
        ("TAP_IAM_1", "aws_iam_policy.all"),
        ("TAP_IAM_1", 'aws_iam_policy.each["admin"]'),
        ("TAP_IAM_1", "aws_iam_policy.file"),
        ("TAP_IAM_1", "aws_iam_user_policy.merged"),
        ("TAP_IAM_1", "aws_iam_group_policy.cond"),
        ("TAP_IAM_4", "data.aws_iam_policy_document.counted"),
        ("TAP_IAM_4", "aws_iam_role.gov"),
        ("TAP_REGION_1", "aws_iam_role.gov"),
        ("TAP_REGION_1", "aws_instance.i"),
        ("TAP_REGION_1", "aws_cloudwatch_dashboard.d"),
        ("TAP_REGION_1", "locals"),
    }


def test_ten_projects_have_what_is_marked_and_nothing_else(of_projects: Judgement) -> None:
    """In Terraform as others write it, exactly the blocks with a comment that says so have findings, at their lines."""
    folder = FOLDER / "projects"
    lines = {file: (folder / file).read_text().splitlines() for file in {one.file for one in of_projects.findings}}
    found = {(one.file, lines[one.file][one.line - 1], one.rule) for one in of_projects.findings
             if one.rule.startswith(OURS)}  # fmt: skip

    assert (found - marked(folder), marked(folder) - found) == (set(), set())


@pytest.mark.parametrize("name", ["clean", "clean/main.tf"])
def test_a_path_is_judged_however_it_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """A relative path, and one by a symbolic link, is read as the absolute one is."""
    (tmp_path / "link").symlink_to(FOLDER)
    whole = subjects_at(FOLDER / name)
    monkeypatch.chdir(FOLDER)

    assert subjects_at(Path(name)) == subjects_at(tmp_path / "link" / name) == whole


def test_a_finding_is_at_its_line_of_hcl(of_odd: Judgement) -> None:
    """File and line are those of the block."""
    (one,) = {(one.file, one.line) for one in of_odd.findings if one.resource == "aws_iam_policy.file"}
    line = (FOLDER / "odd" / one[0]).read_text().splitlines()[one[1] - 1]

    assert line.startswith('resource "aws_iam_policy" "file"')


def test_an_expression_in_terraform_json_is_evaluated(tmp_path: Path) -> None:
    """`jsonencode` in a synthesised file, with a variable's default, is a policy like any other."""
    policy = '${jsonencode({"Statement": [{"Effect": "Allow", "Action": var.actions, "Resource": "*"}]})}'
    document = {
        "variable": {"actions": {"default": ["sqs:SendMessage"]}},
        "resource": {"aws_iam_policy": {"p": {"policy": policy}}},
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps(document))

    assert found(scan(tmp_path, PLACES, plan=False, only=OWN)) == {("TAP_IAM_1", "aws_iam_policy.p")}


def test_a_policy_that_nobody_can_read_is_a_finding(tmp_path: Path) -> None:
    """A policy by a variable without a value, or actions that nobody knows, do not pass unseen."""
    (tmp_path / "main.tf").write_text(
        """
        variable "policy" {}
        variable "actions" {}
        resource "aws_iam_policy" "whole" { policy = var.policy }
        resource "aws_iam_policy" "actions" {
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = var.actions, Resource = "arn:aws:s3:::b" }] })
        }
        """
    )

    assert found(scan(tmp_path, PLACES, plan=False, only=OWN)) == {
        ("TAP_UNREADABLE_1", "aws_iam_policy.whole"),
        ("TAP_UNREADABLE_1", "aws_iam_policy.actions"),
    }


def test_a_module_that_is_not_here_is_not_judged_and_said_so(tmp_path: Path) -> None:
    """Of a module from a registry nothing is fetched; the answer names it."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_vpc" "v" {}\nmodule "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'
    )

    (told,) = [one.reason for one in scan(tmp_path, PLACES, plan=False, only=OWN).not_judged if one.rule == "*"]

    assert "module.vpc (terraform-aws-modules/vpc/aws)" in told


def test_values_of_tfvars_count(tmp_path: Path) -> None:
    """What terraform.tfvars gives goes before a variable's default, and a region in it is in its place."""
    (tmp_path / "terraform.tfvars").write_text('action = "s3:*"\nregion = "us-east-1"\n')
    (tmp_path / "main.tf").write_text(
        """
        variable "action" { default = "s3:GetObject" }
        variable "region" {}
        resource "aws_iam_policy" "p" {
          policy = jsonencode({ Statement = [{ Action = var.action, Resource = "arn:aws:s3:::b", Effect = "Allow" }] })
        }
        resource "aws_vpc_endpoint" "e" { service_name = "com.amazonaws.${var.region}.s3" }
        """
    )

    assert found(scan(tmp_path, PLACES, plan=False, only=OWN)) == {("TAP_IAM_1", "aws_iam_policy.p")}
