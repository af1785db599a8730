"""Policies and trusts as IAM wants them, for what tests make of their own."""

import json
from typing import Any


def policy_of(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust_of(**principal: str) -> dict[str, Any]:
    """The statement that lets somebody assume a role: `AWS="*"`, or `Service="lambda.amazonaws.com"`."""
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
