"""The gate: `tap comply` against bare Checkov over the same plan and over the same folder of a thousand resources, and
what our own rules add to Checkov's time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Figure, Peer, paired, timed
from deployer.compliance import checkov
from deployer.compliance.catalogue import rule_folders
from deployer.compliance.copies import lay_out
from deployer.compliance.scan import to_judge
from deployer.deploy.gate import configuration_of, with_backend
from deployer.paths import Paths
from deployer.process.environments import ensure
from deployer.terraform.offline_plan import plan_of
from stack.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = {"ENVIRONMENT_SUFFIX": "bench", "AWS_REGION": "eu-west-1", "TAP_TARGET": "embedded"}
ROUNDS = 5
MOST_ADDED = 0.3  # seconds
FILES, EACH = 50, 4  # of HCL, with so many times what follows: a thousand resources
SHARED = """
variable "region" {}
variable "prefix" { default = "shop" }
provider "aws" { region = var.region }
locals { tags = { Team = "shop" } }
"""
HCL = """
resource "aws_s3_bucket" "b_NAME" {
  bucket = "${var.prefix}-b-NAME"
  tags   = local.tags
}
resource "aws_sqs_queue" "q_NAME" {
  name                      = "${var.prefix}-q-NAME"
  message_retention_seconds = 86400
}
resource "aws_sns_topic" "t_NAME" { name = "${var.prefix}-t-NAME" }
resource "aws_iam_role" "r_NAME" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "p_NAME" {
  role   = aws_iam_role.r_NAME.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "${aws_s3_bucket.b_NAME.arn}/*" }]
  })
}
"""


def figures() -> Iterator[Figure]:
    paths = Paths(ROOT)
    python = ensure("policy", paths)
    folder, document = configuration_of(with_backend(Settings.load(SETTINGS)), paths)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        plan = scratch / "plan.json"
        plan.write_text(json.dumps(plan_of(folder, document, paths)))
        gate, bare = paired(_gate, lambda: _bare(python, "--file", plan, checkov.PLAN), ROUNDS)
        yield _against_bare("`tap comply`, after the set-up", gate, bare)
        thousand = _folder(scratch / "thousand")
        gate, bare = paired(
            lambda: _gate(thousand), lambda: _bare(python, "--directory", thousand, "terraform"), ROUNDS
        )
        yield _against_bare("`tap comply` of 1,000 resources", gate, bare)
        whole, rules = scratch / "whole", rule_folders(ROOT)
        lay_out(to_judge(folder, paths), whole)
        ours, without = paired(lambda: _checkov(python, whole, rules), lambda: _checkov(python, whole, ()), ROUNDS)
        met = ours - without <= MOST_ADDED
        goal = f"+ {MOST_ADDED} s at most"
        yield Figure("checkov with our rules", ours, Peer("without them", without), goal, met, rounds=ROUNDS)


def _against_bare(name: str, gate: float, bare: float) -> Figure:
    return Figure(name, gate, Peer("bare checkov", bare), "<= 1.5x", gate <= 1.5 * bare, rounds=ROUNDS)


def _gate(*path: Path) -> float:
    """As typed; synthesis and plan are in their caches."""
    command = [str(Path(sys.executable).with_name("tap")), "comply", "--soft-fail", *map(str, path)]
    return timed(command, {**_environment(), **SETTINGS})


def _folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "shared.tf").write_text(SHARED)
    for file in range(FILES):
        parts = (HCL.replace("NAME", f"{file}_{at}") for at in range(EACH))
        (folder / f"part{file}.tf").write_text("".join(parts))
    return folder


def _bare(python: Path, kind: str, path: Path, framework: str) -> float:
    """Checkov as people run it. It exits with 1, as findings that we suppress are findings to it."""
    begun = time.perf_counter()
    command = [str(python), "-m", "checkov.main", kind, str(path), "--framework", framework, "--skip-download"]
    subprocess.run([*command, "--output", "json"], env=_environment(), capture_output=True, check=False)
    return time.perf_counter() - begun


def _checkov(python: Path, root: Path, checks: Sequence[Path]) -> float:
    begun = time.perf_counter()
    checkov.run(python, root, checks, {checkov.JSON: (), checkov.PLAN: ()})
    return time.perf_counter() - begun


def _environment() -> dict[str, str]:
    """A machine that keeps bytecode, as nearly all do."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
