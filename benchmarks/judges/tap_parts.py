"""Accepted rows cut and made items: `python tap_parts.py LAMBDAS ACCEPTED ROWS_PER_PART`. Run by `scaling`.

The transformer's work but for the calls of S3: rows are read in pieces, cut, and listed. Of the loader's, with some of
the parts, what it does before it writes: their items.
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
from transactions.parts import Part, items_of, parts_of
from transactions.rules import to_line
from transactions.schema import load

MADE = 20  # parts
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
some: list[Part] = []
lines: list[bytes] = []
rows = 0
begun, processor = time.perf_counter(), time.process_time()
with Path(sys.argv[2]).open("rb") as source:
    chunks = itertools.chain([names], iter(lambda: source.read(1 << 18), b""))
    for part in parts_of(chunks, schema, "transaction-csv-files-bench", upload, int(sys.argv[3])):
        rows += part.rows
        lines.append(part.to_line())
        if len(some) < MADE:
            some.append(part)
listed = len(b",\n".join(lines))
seconds, processor = time.perf_counter() - begun, time.process_time() - processor
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024

with Path(sys.argv[2]).open("rb") as source:
    content = names + source.read(sum(part.cut.size for part in some if part.cut))
made = time.process_time()
items = [items_of(part, content[part.cut.start : part.cut.start + part.cut.size], schema) for part in some if part.cut]
made = time.process_time() - made
print(
    json.dumps(
        {
            "rows": rows,
            "seconds": seconds,
            "processor_s": processor,
            "peak_mb": peak,
            "item_make_s": made / sum(part.rows for part in some),
            "item_bytes": sum(map(item_bytes, items[0])) / some[0].rows,
            "listed_bytes": listed / len(lines),
        }
    )
)
