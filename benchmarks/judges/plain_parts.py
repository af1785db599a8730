"""Parts of accepted rows, each row by itself by its values: `python plain_parts.py LAMBDAS ACCEPTED ROWS_PER_PART`.

Run by `transforming`, as what `transactions.items` is measured against. It makes the same bytes.
"""

import json
import re
import sys
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from transactions.layout import Upload
from transactions.parts import enrich, to_lines
from transactions.schema import load

schema, upload = load(), Upload("bench/transactions.csv", "3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH")
names = [*schema.names, "source_line"]
rows = size = 0
processor = time.process_time()
with Path(sys.argv[2]).open("rb") as source:
    while lines := list(islice(source, int(sys.argv[3]))):
        values = (dict(zip(names, json.loads(line), strict=True)) for line in lines)
        part = to_lines([enrich(row, schema, upload, rows // int(sys.argv[3])) for row in values])
        size += len(part)
        rows += len(lines)
processor = time.process_time() - processor
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
print(json.dumps({"rows": rows, "processor_s": processor, "peak_mb": peak, "part_bytes": size / rows}))
