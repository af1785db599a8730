"""The deployed API keeps what docs/openapi.json says, for right calls and wrong ones, as schemathesis makes them up."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from pipeline.client import Pipeline
from tests.integration.signing import Signature
from tests.integration.waiting import HANG_S

pytestmark = pytest.mark.security
OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"
CALLS = 40  # made up for each route, besides the values at the limits of what is described


def _configuration(pipeline: Pipeline) -> SchemathesisConfig:
    """All checks, on the same calls each time. Calls without a signature are made where they are refused."""
    target, outputs = pipeline.target, pipeline.outputs
    unsigned = bool(target.trait("iam_enforced")) and target.hears_unsigned
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "base-url": target.api_url(outputs.api_id, outputs.api_stage, outputs.api_url),
            "tls-verify": target.ca_bundle or True,
            "request-timeout": HANG_S,
            "continue-on-failure": True,
            "generation": {
                "deterministic": True,
                "max-examples": CALLS,
                "database": "none",
                "with-security-parameters": unsigned,
            },
            "cache": {"enabled": False},
            "checks": {
                "ignored_auth": {"enabled": unsigned},
                # it knows 401 alone; API Gateway answers 403 to a call without signature, as is described:
                # https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
                "missing_required_header": {"enabled": False},
            },
        }
    )


def _described(known: dict[str, str]) -> dict[str, Any]:
    """The description with, for each parameter, an example of what is there and of what is not."""
    document: dict[str, Any] = json.loads(OPENAPI.read_text())
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            there = known[parameter["name"]]
            parameter["examples"] = {"known": {"value": there}, "unknown": {"value": f"{there}-unknown"}}
    return document


def _run(schema: Any) -> Iterator[tuple[str, int, str]]:
    """Each call's operation, the status of its answer, and what is wrong with it; nothing where nothing is."""
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            yield event.label, 0, str(event.value)
        if isinstance(event, events.ScenarioFinished):
            for call, interaction in event.recorder.interactions.items():
                failed = [each for each in event.recorder.checks.get(call, ()) if each.status != Status.SUCCESS]
                request, response = interaction.request, interaction.response
                told = [f"{each.name}: {each.failure_info.failure.message}" for each in failed if each.failure_info]
                status = response.status_code if response else 0
                yield str(event.label), status, "; ".join([*told, f"{request.method} {request.uri}"] if failed else [])


def test_the_api_answers_as_it_is_described(pipeline: Pipeline, csv_file: Callable[..., Path], tag: str) -> None:
    """Known and unknown names, odd ones and impossible ones: status, type and body of each answer are described."""
    *_, _ = pipeline.watch(pipeline.upload(csv_file([{"amount": "10.10"}]), f"{tag}/a b.csv"))
    document = _described({"key": f"{tag}/a b.csv", "transaction_id": f"{tag}-0"})
    schema = schemathesis.openapi.from_dict(document, config=_configuration(pipeline))
    schema.auth.set_from_requests(Signature(pipeline.target.credentials, pipeline.target.region))

    seen, wrong = defaultdict(set), set()
    for operation, status, problem in _run(schema):
        seen[operation].add(status)
        wrong |= {problem} - {""}

    assert not wrong, "\n".join(sorted(wrong))
    assert {"GET /files/{key}", "GET /transactions/{transaction_id}"} == set(seen)
    assert all({200, 404} <= statuses for statuses in seen.values()), seen
    assert 400 in seen["GET /files/{key}"]
