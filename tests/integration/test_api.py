"""The API tells where a file is and what was loaded, to callers that IAM knows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deployer.pipeline import Pipeline

pytestmark = pytest.mark.security
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(pipeline: Pipeline) -> Ask:
    """`ask("/files/a.csv")` is status and JSON of a GET, signed by the deployer's credentials unless told otherwise."""
    target, outputs = pipeline.target, pipeline.outputs
    base = target.api_url(outputs.api_id, outputs.api_stage, outputs.api_url)
    pool = urllib3.PoolManager(ca_certs=target.ca_bundle or None)
    keys = Credentials(target.credentials.access_key, target.credentials.secret_key, target.credentials.token or None)

    def get(path: str, *, signed: bool = True) -> tuple[int, Any]:
        request = AWSRequest("GET", base + quote(path))
        if signed:
            SigV4Auth(keys, "execute-api", target.region).add_auth(request)
        answer = pool.request("GET", request.url, headers=dict(request.headers))
        return answer.status, json.loads(answer.data or b"null")

    return get


def test_api_tells_of_a_file_and_of_a_transaction(
    pipeline: Pipeline, ask: Ask, csv_file: Callable[..., Path], tag: str
) -> None:
    """A loaded file's stage and figures, and a transaction with its amount as text, so that no cent is rounded."""
    *_, _ = pipeline.watch(pipeline.upload(csv_file([{"amount": "10.10"}]), f"{tag}/a.csv"))

    status, report = ask(f"/files/{tag}/a.csv")
    found, transaction = ask(f"/transactions/{tag}-0")

    assert (status, report["stage"], report["reconciled"]) == (200, "loaded", True)
    assert (found, transaction["amount"]) == (200, "10.10")


def test_api_does_not_know_what_is_not_there(ask: Ask, tag: str) -> None:
    """404 for a file that nobody sent and for a transaction that nobody loaded."""
    assert ask(f"/files/{tag}.csv")[0] == 404
    assert ask(f"/transactions/{tag}")[0] == 404


@pytest.mark.needs("iam_enforced")
def test_api_refuses_a_caller_without_signature(ask: Ask, tag: str) -> None:
    """No signature: 403, and nothing is told."""
    status, body = ask(f"/files/{tag}.csv", signed=False)

    assert status == 403
    assert set(body) == {"message"}
