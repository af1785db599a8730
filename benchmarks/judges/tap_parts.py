"""Our transformer's work on accepted rows: `python tap_parts.py LAMBDAS ACCEPTED ROWS_PER_PART`. Run by `scaling`.

All but the calls of S3: rows are read in pieces, cut, enriched, written as JSON Lines, and listed as parts.
"""

import itertools
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

from transactions.items import parts_of
from transactions.layout import Upload
from transactions.parts import Part, of_lines
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
    chunks = itertools.chain([names], iter(lambda: source.read(1 << 18), b""))
    for number, made in enumerate(parts_of(chunks, schema, upload, int(sys.argv[3]))):
        size += len(made.lines)
        rows += made.rows
        if not parts:
            sample = made.lines
        parts.append(Part.of("transaction-csv-files-bench", upload, number, made.rows))
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
            "item_bytes": sum(map(item_bytes, of_lines(sample))) / parts[0].rows,
            "part_bytes": size / rows,
            "listed_bytes": listed / len(parts),
        }
    )
)
