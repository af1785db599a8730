"""A deployed pipeline as everything that asks it sees it: what it is reached by, and where a file can be in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from deployer.targets.targets import Target
from stack.outputs import Outputs

STAGES = ("uploaded", "validated", "transformed", "loading", "loaded")
FAILED = "failed"
# Longer than anything on the way may take without a word: an event's three calls of 15 minutes, with pauses of one and
# two (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html); a part's five of 5 minutes.
SILENCE_S = 3600.0


@dataclass(frozen=True)
class FileState:
    """Where one file is. `since` is ISO 8601 in UTC; `reconciled` is None until the figures are in."""

    key: str
    stage: str
    since: str
    state: str = "ok"
    rows: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reconciled: bool | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the file goes no further. A load whose figures do not add up has ended too."""
        return self.stage in ("loaded", FAILED) or self.state == FAILED

    def is_silent(self, now: datetime) -> bool:
        """Whether a file that is not yet loading stands for longer than its event and all its tries may take.

        Such a file was not told of, as while the bucket's notification was gone; S3 sends no event again by itself.
        """
        if self.ended or self.stage == "loading":
            return False
        return (now - datetime.fromisoformat(self.since)).total_seconds() > SILENCE_S

    def to_json(self) -> dict[str, Any]:
        """As `tap status --json` and `tap watch --json` print it."""
        return {**asdict(self), "silent": self.is_silent(datetime.now(UTC))}


@dataclass(frozen=True)
class Deployed:
    """The pipeline that `outputs` name, on `target`."""

    target: Target
    outputs: Outputs

    @property
    def bucket(self) -> str:
        return self.outputs.bucket_name
