"""Our transformer's work on accepted rows: `python tap_parts.py LAMBDAS ACCEPTED ROWS_PER_PART`. Run by `scaling`.

All but the calls of S3: rows are read a line at a time, enriched, cut, written as JSON Lines, and listed as parts.
"""

import itertools
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

from transactions.layout import Upload
from transactions.parts import Part, items, rows_of, to_lines
from transactions.rules import to_line
from transactions.schema import load

schema, upload = load(), Upload("bench/transactions.csv", "3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH")  # as long as S3's


def item_bytes(item: dict[str, Any]) -> int:
    """As DynamoDB counts it, with the time of its loading; a number takes a byte for two digits, and one more.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    numbers = {schema.role("amount"), "source_line"}
    values = {**item, "loaded_at": "2025-03-01T09:00:00.000+00:00"}
    sizes = (
        len(str(value)) // 2 + 2 if name in numbers else len(str(value).encode()) for name, value in values.items()
    )
    return sum(map(len, values)) + sum(sizes)


names = to_line([*schema.names, "source_line"])  # the first line of what the validator writes
parts: list[Part] = []
rows = size = 0
begun, processor = time.perf_counter(), time.process_time()
with Path(sys.argv[2]).open("rb") as source:
    lines = rows_of(itertools.chain([names], source), schema)
    for number, batch in enumerate(items(lines, schema, upload, int(sys.argv[3]))):
        size += len(to_lines(batch))
        rows += len(batch)
        if not parts:
            sample = batch
        parts.append(Part.of("transaction-csv-files-bench", upload, number, len(batch)))
listed = len(json.dumps([part.to_json() for part in parts], indent=1))
seconds, processor = time.perf_counter() - begun, time.process_time() - processor
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
print(
    json.dumps(
        {
            "rows": rows,
            "seconds": seconds,
            "processor_s": processor,
            "peak_mb": peak,
            "item_bytes": sum(map(item_bytes, sample)) / len(sample),
            "part_bytes": size / rows,
            "listed_bytes": listed / len(parts),
        }
    )
)
