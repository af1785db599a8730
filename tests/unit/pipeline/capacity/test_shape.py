"""What the model takes from elsewhere is what stands there: the stack, the functions, the quotas."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.capacity import costs, limits
from pipeline.capacity.measured import Measured, document, measured
from pipeline.capacity.published import LATENCIES, NOT, PRICES, QUOTAS
from pipeline.capacity.shape import shape_of
from pipeline.documents.scale import Model

ROOT = Path(__file__).parents[4]
LAMBDAS = ROOT / "lambdas"


def test_a_change_of_the_stack_changes_the_model(document: dict[str, Any], model: Model) -> None:
    """Memory, time, disk, parts, concurrency, indexes, the key and the days: each is read, none is copied."""
    resources = document["resource"]
    for function in resources["aws_lambda_function"].values():
        function |= {"memory_size": 3_000, "timeout": 60, "ephemeral_storage": {"size": 700}}
        function["environment"]["variables"]["ROWS_PER_PART"] = "77"
    (machine,), (table,), (encryption,) = (
        resources[kind].values()
        for kind in (
            "aws_sfn_state_machine",
            "aws_dynamodb_table",
            "aws_s3_bucket_server_side_encryption_configuration",
        )
    )
    definition = json.loads(machine["definition"])
    definition["States"]["LoadParts"]["MaxConcurrency"] = 33
    definition["States"]["LoadParts"]["ItemProcessor"]["States"]["LoadPart"]["TimeoutSeconds"] = 44
    definition["TimeoutSeconds"] = 1_000
    machine["definition"] = json.dumps(definition)
    table["global_secondary_index"].pop()
    encryption["rule"][0]["bucket_key_enabled"] = False

    changed, before = shape_of(document), model.shape

    for function in (changed.validator, changed.transformer, changed.loader):
        assert (function.memory_mb, function.timeout_s, function.storage_mb) == (3_000, 60, 700)
    assert (changed.rows_per_part, changed.concurrency, changed.load_timeout_s) == (77, 33, 1_000)
    assert changed.part_timeout_s == 44
    assert (before.indexes, changed.indexes) == (2, 1)
    assert (before.bucket_key, changed.bucket_key) == (True, False)
    assert (before.transitions, before.part_transitions) == (3, 1)
    assert before.kept_days == 30 + 90


def test_the_stack_asks_for_no_more_than_aws_gives(model: Model) -> None:
    """A function's time, memory and disk are within Lambda's quotas, the map within Step Functions'."""
    shape = model.shape

    for function in (shape.validator, shape.transformer, shape.loader):
        assert function.timeout_s <= QUOTAS["lambda_duration"].value
        assert function.memory_mb <= QUOTAS["lambda_memory"].value
        assert function.storage_mb <= QUOTAS["lambda_storage"].value
    assert shape.concurrency <= QUOTAS["map_children"].value
    assert shape.part_timeout_s < shape.loader.timeout_s
    assert limits.payload_bytes() <= QUOTAS["payload"].value


def test_what_is_said_of_retries_is_so(document: dict[str, Any]) -> None:
    """Two for an event, for six hours; eight for a throttled part; five tries of the loader's client for a write."""
    events = document["resource"]["aws_lambda_function_event_invoke_config"].values()
    (machine,) = document["resource"]["aws_sfn_state_machine"].values()
    workflow = json.loads(machine["definition"])
    part = workflow["States"]["LoadParts"]["ItemProcessor"]["States"]["LoadPart"]
    (tries,) = re.findall(r'"mode": "standard", "max_attempts": (\d+)', (LAMBDAS / "loader" / "app.py").read_text())

    assert {each["maximum_retry_attempts"] for each in events} == {2}
    assert {each["maximum_event_age_in_seconds"] for each in events} == {QUOTAS["lambda_event_age"].value}
    assert "Throttled" in part["Retry"][0]["ErrorEquals"]
    assert part["Retry"][0]["MaxAttempts"] == 8
    assert int(tries) == limits.TRIES


def test_throttled_writes_seldom_fail_a_load(model: Model) -> None:
    """At the share that is allowed, a part that is tried nine times fails in less than one of ten million cases."""
    fails = 1 - (1 - limits.THROTTLED**limits.TRIES) ** model.shape.rows_per_part

    assert fails < 1 / 6
    assert fails**9 < 1e-7


def _connections(function: str) -> int:
    source = "".join(path.read_text() for path in (LAMBDAS / function).glob("*.py"))
    (found,) = re.findall(r"^CONNECTIONS = (\d+)", source, re.MULTILINE)
    return int(found)


def test_connections_and_metrics_are_those_of_the_functions(model: Model) -> None:
    """Counted in their source."""
    added = {
        (folder, name)
        for folder in ("validator", "transformer", "loader")
        for path in (LAMBDAS / folder).glob("*.py")
        for name in re.findall(r'add_metric\(f?"([^"]+)"', path.read_text())
    }
    outcomes = 3  # of the one name that is made of them

    assert model.measured.connections == _connections("loader")
    assert len(added) - 1 + outcomes == costs.METRICS


def test_what_was_measured_is_of_the_same_parts(model: Model) -> None:
    """And on files up to ten million rows."""
    assert document()["rows_per_part"] == model.shape.rows_per_part
    assert max(each["rows"] for each in document()["files"]) == 10_000_000


def test_a_new_measurement_is_what_the_model_computes_with() -> None:
    """Twice the processor's time is twice the seconds of a row."""
    slower = json.loads(json.dumps(document()))
    for each in slower["files"]:
        each["validator"]["processor_s"] *= 2

    before, after = measured(), measured(slower)

    assert after.validator_s == pytest.approx(2 * before.validator_s)
    assert isinstance(after, Measured)


def test_each_published_figure_names_its_page() -> None:
    """With the day it was looked up, or that it was not."""
    for figure in (*QUOTAS.values(), *PRICES.values()):
        assert figure.value > 0
        assert re.fullmatch(r"https://(docs\.aws\.amazon|aws\.amazon|repost\.aws)[\w./-]+", figure.url), figure
        assert figure.looked_up == NOT or re.search(r" on \d{4}-\d\d-\d\d$", figure.looked_up)


@pytest.mark.parametrize(("name", "least"), [("transitions", 800), ("starts", 150), ("map_starts", 100)])
def test_a_quota_of_step_functions_holds_in_any_region(name: str, least: int) -> None:
    """Three large regions have more of some, which the name says; what is reckoned with is what all others have.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    assert QUOTAS[name].value == least
    assert QUOTAS[name].looked_up != NOT


def test_one_connection_is_no_faster_than_the_function_that_reads() -> None:
    """S3 may give a connection 85 MB/s and more, an environment of Lambda has 625 Mbit/s."""
    assert LATENCIES["s3_stream"].value == 625e6 / 8
