"""The API tells where a file is and what was loaded, to callers that IAM knows."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import urllib3

from deployer.targets.targets import Credentials, Target
from pipeline.client import Pipeline
from stack.outputs import Outputs
from tests.integration.conftest import Caller
from tests.integration.signing import signature

pytestmark = pytest.mark.security
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(pipeline: Pipeline) -> Ask:
    """`ask("/files/a.csv")` is status and JSON of a GET, signed with the deployer's credentials, or others, or none.

    A `raw` path goes as it is; `body` goes with it. The signature can be that of another path, `signed_for`.
    """
    target, outputs = pipeline.target, pipeline.outputs
    base = target.api_url(outputs.api_id, outputs.api_stage, outputs.api_url)
    pool = urllib3.PoolManager(ca_certs=target.ca_bundle or None)

    def get(
        path: str,
        *,
        by: Credentials | None = target.credentials,
        raw: bool = False,
        body: bytes = b"",
        signed_for: str = "",
    ) -> tuple[int, Any]:
        url = base + (path if raw else quote(path))
        headers = signature(base + signed_for if signed_for else url, by, target.region, body=body) if by else {}
        answer = pool.request("GET", url, headers=headers, body=body or None)
        return answer.status, json.loads(answer.data or b"null")

    return get


def test_the_url_among_the_outputs_answers_to_curl(target: Target, outputs: Outputs, tag: str) -> None:
    """As who has deployed types it, on whichever AWS: without a signature refused, signed by curl answered."""
    if not shutil.which("curl"):
        pytest.skip("this machine has no curl")
    keys = target.keys
    sign = ["--aws-sigv4", f"aws:amz:{target.region}:execute-api", "--user", f"{keys.access_key}:{keys.secret_key}"]
    sign += ["--header", f"X-Amz-Security-Token: {keys.token}"] if keys.token else []
    url = f"{outputs.api_url}/files/none-{tag}.csv"
    config = "".join(f'{name[2:]} = "{value}"\n' for name, value in batched(sign))  # no secret in the arguments
    curl = ["curl", "--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-"]

    told = [
        subprocess.run([*curl, url], input=given, capture_output=True, text=True, check=False) for given in ("", config)
    ]

    assert [one.stdout for one in told] == ["403", "404"], [one.stderr for one in told]


def batched(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words[::2], words[1::2], strict=True))


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
@pytest.mark.usefixtures("stranger")
def test_api_refuses_a_caller_without_signature(ask: Ask, tag: str) -> None:
    """No signature: 403, and nothing is told."""
    status, body = ask(f"/files/{tag}.csv", by=None)

    assert status == 403
    assert set(body) == {"message"}


@pytest.mark.needs("iam_enforced")
def test_api_answers_who_may_ask_and_signs_rightly(ask: Ask, caller: Caller, tag: str) -> None:
    """With permission a caller is told; with a wrong secret, another call's signature, or without: 403, and nothing."""
    known = caller("execute-api:Invoke").credentials
    answered, _ = ask(f"/files/{tag}.csv", by=known)
    forged = ask(f"/files/{tag}.csv", by=replace(known, secret_key="wrong"))
    moved = ask(f"/files/{tag}.csv", by=known, signed_for="/files/other.csv")
    unpermitted = ask(f"/files/{tag}.csv", by=caller("s3:ListAllMyBuckets").credentials)

    assert answered == 404
    assert [status for status, _ in (forged, moved, unpermitted)] == [403, 403, 403]
    assert all(set(body) <= {"message", "Message", "__type"} for _, body in (forged, moved, unpermitted))


@pytest.mark.needs("iam_enforced")
@pytest.mark.usefixtures("stranger")
def test_api_refuses_what_is_there_as_what_is_not(
    pipeline: Pipeline, ask: Ask, caller: Caller, csv_file: Callable[..., Path], tag: str
) -> None:
    """Who may not ask does not learn from the refusal whether there is such a file."""
    *_, _ = pipeline.watch(pipeline.upload(csv_file([{}]), f"{tag}-a.csv"))
    nobody = caller("s3:ListAllMyBuckets").credentials

    for by in (None, nobody):
        (status, there), (_, missing) = (ask(f"/files/{tag}-{name}.csv", by=by) for name in "ab")
        assert status == 403
        assert str(there).replace("-a.csv", "-b.csv") == str(missing)


@pytest.mark.parametrize(
    "path",
    [
        "/files/../table", "/files/..%2f..%2ftable", "/files/%2e%2e/reports/x", "/files/a%2f%2fb", "/files/a%00b",
        "/files/%252e%252e/x", "/transactions/..%2f..%2ffiles", "/files/" + "a" * 2_000, "/nowhere", "/files/",
    ],
)  # fmt: skip
def test_api_answers_tricks_as_what_they_are(ask: Ask, path: str) -> None:
    """Paths that lead elsewhere, names that are none, and names too long: refused or not found, with no detail."""
    status, body = ask(path, raw=True)

    assert status in (400, 403, 404)
    assert set(body or {}) <= {"message", "statusCode"}
    assert "Traceback" not in str(body)


def test_api_reads_no_body(ask: Ask, tag: str) -> None:
    """A request may carry one, within what API Gateway takes; it changes nothing."""
    assert ask(f"/transactions/{tag}", body=b"x" * 1_000_000)[0] == 404


def test_api_survives_a_body_beyond_all_limits(ask: Ask, tag: str) -> None:
    """More than the 10 MB that API Gateway takes: refused, or not read; the next call is answered as ever."""
    status, body = ask(f"/transactions/{tag}", body=b"x" * 11_000_000)

    assert status in (404, 413)
    assert set(body) <= {"message", "statusCode"}
    assert ask(f"/transactions/{tag}")[0] == 404
