"""State locks natively in S3, or is a local file; a lock table never."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.stack.reading import strings

Synthesised = Callable[..., dict[str, Any]]


@pytest.fixture
def remote(synthesised: Synthesised) -> dict[str, Any]:
    return synthesised(state_bucket="states", state_bucket_region="eu-central-1")


def test_backend_locks_with_a_lockfile_and_never_a_dynamodb_table(remote: dict[str, Any]) -> None:
    """With a state bucket, the backend is S3 with `use_lockfile`, encrypted, and no lock table."""
    assert remote["terraform"]["backend"] == {
        "s3": {
            "bucket": "states",
            "key": "unit/TapStack.tfstate",
            "region": "eu-central-1",
            "encrypt": True,
            "use_lockfile": True,
        }
    }
    assert "dynamodb_table" not in set(strings(remote))


def test_backend_region_falls_back_to_the_stacks(synthesised: Synthesised) -> None:
    """A state bucket without a region of its own lies where the stack is deployed."""
    backend = synthesised(state_bucket="states")["terraform"]["backend"]["s3"]

    assert backend["region"] == "eu-west-1"


@pytest.mark.parametrize("blank", ["", "   "])
def test_backend_is_a_local_file_where_the_state_bucket_is_blank(synthesised: Synthesised, blank: str) -> None:
    """No bucket, or one of spaces, means a local state beside the stack, by a path that fits every machine."""
    backend = synthesised(state_bucket=blank)["terraform"]["backend"]

    assert backend == {"local": {"path": "terraform.tfstate"}}


def test_only_the_backend_differs(synthesised: Synthesised, remote: dict[str, Any]) -> None:
    """Where the state is kept changes nothing of what is deployed."""
    local = synthesised()
    parts = ("resource", "data", "provider", "variable", "locals", "output")

    assert {part: remote[part] for part in parts} == {part: local[part] for part in parts}
