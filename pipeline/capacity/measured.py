"""What a row and a call cost on a processor, as `python -m benchmarks scaling` measured it last."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("measured.json")
_STEADY = 1_000_000  # rows, from which on a start no longer counts


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds are of one processor, bytes of a row unless said otherwise.

    `validator_s`, `transformer_s`, `item_make_s`, `item_put_s` are for a row; `s3_get_s` for a call. `disk_bytes` is
    what the validator needs in /tmp, the file included; `item_bytes` an item's size as DynamoDB counts it.
    `validator_mb` is the most memory for any file, `transformer_mb` the same without the list of parts, of which each
    takes `listed_mb`. `connections` are the loader's.
    """

    row_bytes: float
    accepted_bytes: float
    item_bytes: float
    disk_bytes: float
    validator_s: float
    transformer_s: float
    item_make_s: float
    item_put_s: float
    s3_get_s: float
    validator_mb: float
    transformer_mb: float
    listed_mb: float
    connections: int


@cache
def document() -> Mapping[str, Any]:
    """The benchmark's file as it is."""
    found: Mapping[str, Any] = json.loads(FILE.read_text())
    return found


def measured(found: Mapping[str, Any] | None = None) -> Measured:
    """The worst of what was measured on large files."""
    found = document() if found is None else found
    files = [each for each in found["files"] if each["rows"] >= _STEADY]
    small, large = min(files, key=_rows), max(files, key=_rows)
    calls = found["calls"]

    def most(stage: str, figure: str) -> float:
        return max(float(each[stage][figure] / each["rows"]) for each in files)

    grown = large["transformer"]["peak_mb"] - small["transformer"]["peak_mb"]
    return Measured(
        row_bytes=large["file_bytes"] / large["rows"],
        accepted_bytes=large["accepted_bytes"] / large["rows"],
        item_bytes=large["transformer"]["item_bytes"],
        disk_bytes=max((each["file_bytes"] + each["validator"]["disk_bytes"]) / each["rows"] for each in files),
        validator_s=most("validator", "processor_s"),
        transformer_s=most("transformer", "processor_s"),
        item_make_s=max(float(each["transformer"]["item_make_s"]) for each in files),
        item_put_s=calls["item_put_s"],
        s3_get_s=calls["s3_get_s"],
        validator_mb=max(each["validator"]["peak_mb"] for each in files),
        transformer_mb=small["transformer"]["peak_mb"],
        listed_mb=max(0.0, grown) / ((large["rows"] - small["rows"]) / found["rows_per_part"]),
        connections=calls["connections"],
    )


def _rows(found: Mapping[str, Any]) -> int:
    return int(found["rows"])
