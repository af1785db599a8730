"""Our judge on one file, as the validator calls it: `python tap_rows.py LAMBDAS FILE [OUT]`. Run by `judging`.

Without OUT it judges only, as `tap validate` does.
"""

import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

import transactions.vectorised  # noqa: F401 - what the peers import is not timed either
from transactions.judge import NoSink, judge
from transactions.schema import load


class ToFile:
    """The accepted rows in a file, as the validator keeps them; the rejected are counted by the verdict."""

    def __init__(self, out: Path) -> None:
        self._out = out.open("wb")

    def begin(self, header: Any, dialect: Any, columns: Any) -> None: ...

    def accepted(self, lines: bytes) -> None:
        self._out.write(lines)

    def rejected(self, record: Any, errors: Sequence[Any]) -> None: ...


begun, processor = time.perf_counter(), time.process_time()
sink = ToFile(Path(sys.argv[3])) if sys.argv[3:] else NoSink()
verdict = judge(Path(sys.argv[2]), load(), sink, way="vectorised")
seconds, processor = time.perf_counter() - begun, time.process_time() - processor
# the kernel's own mark: `ru_maxrss` of a new process begins with what its parent had
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
rows = verdict.rows
told = {"rows": rows.read, "good": rows.accepted, "seconds": seconds, "processor_s": processor, "peak_mb": peak}
print(json.dumps(told))
