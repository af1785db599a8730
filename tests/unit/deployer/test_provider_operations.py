"""What Terraform's provider needs is asked of an emulator first, and an apply's wait says what it waits for."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from deployer.console.progress import Progress
from deployer.console.view import NoView
from deployer.targets import provider_operations, targets


def failing(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "X")  # type: ignore[typeddict-item]


class Emulator(targets.Target):
    """Answers everything but the definition of a state machine."""

    error: Exception

    def client(self, service: str) -> Any:
        def refuse(**_: Any) -> None:
            raise type(self).error

        names = {name for asked, name, _ in provider_operations._ASKED if asked == service}
        return SimpleNamespace(**{name: refuse if name.startswith("validate") else lambda **_: {} for name in names})


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        (failing(500, "InternalFailure"), True),
        (failing(501, "NotImplemented"), True),
        (failing(400, "UnknownOperationException"), True),
        (EndpointConnectionError(endpoint_url="x"), True),
        (failing(403, "AccessDeniedException"), False),
        (failing(400, "ValidationException"), False),
    ],
)
def test_an_operation_that_is_not_there_is_named(
    error: Exception, lacking: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server error or no such operation is one that the provider would ask for again and again; a refusal is not."""
    monkeypatch.setattr(Emulator, "error", error, raising=False)
    told = provider_operations.unanswered(Emulator("localstack", "us-east-1", "1", targets.Credentials("", "")))

    assert [one.split(":")[0] for one in told] == ["stepfunctions validate_state_machine_definition"] * lacking


def test_what_is_waited_for_longest_is_told_first_with_its_time() -> None:
    """Of many that are being created at once, the one that does not come."""
    told: list[str] = []
    view = NoView()
    view.detail = lambda text, *_: told.append(text)  # type: ignore[method-assign]
    progress = Progress(view)
    for name in ("a", "b", "c", "d", "slow"):
        progress({"type": "apply_start", "hook": {"resource": {"addr": name}, "action": "create"}})
    progress({"type": "apply_progress", "hook": {"resource": {"addr": "slow"}, "elapsed_seconds": 90}})

    assert told[-1].startswith("creating slow for 90 s, creating a")
    assert told[-1].endswith("and 2 more")
