"""Our judge on one file, as the validator calls it: `python tap_rows.py LAMBDAS FILE [OUT [WAY]]`. Run by `judging`.

Without OUT it judges only, as `tap validate` does. Of rejected rows each error is told, however many there are.
"""

import json
import re
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

import transactions.vectorised  # noqa: F401 - what the peers import is not timed either
from transactions.judge import NoSink, judge
from transactions.quarantine import RejectedCsv, RejectedRaw
from transactions.schema import load


class ToFile(ExitStack):
    """Accepted and rejected rows in files, as the validator keeps them."""

    def __init__(self, file: Path, out: Path) -> None:
        super().__init__()
        self._file, self._accepted = file, self.enter_context(out.open("wb"))
        told = out.with_suffix(".rejected").open("w", encoding="utf-8", newline="")
        self._csv = RejectedCsv(self.enter_context(told), sys.maxsize)
        self._out = self.enter_context(out.with_suffix(".raw").open("wb"))

    def begin(self, header: Any, dialect: Any, columns: Any) -> None:
        self._raw = self.enter_context(closing(RejectedRaw(self._out, self._file, dialect, header)))

    def accepted(self, lines: bytes) -> None:
        self._accepted.write(lines)

    def rejected(self, record: Any, errors: Sequence[Any]) -> None:
        self._csv.add(errors)
        self._raw.add(record)


begun, processor = time.perf_counter(), time.process_time()
file, out, (way,) = Path(sys.argv[2]), sys.argv[3:4], sys.argv[4:] or ["vectorised"]
with ToFile(file, Path(out[0])) if out else nullcontext(NoSink()) as sink:
    verdict = judge(file, load(), sink, way="rows" if way == "rows" else "vectorised")
seconds, processor = time.perf_counter() - begun, time.process_time() - processor
# the kernel's own mark: `ru_maxrss` of a new process begins with what its parent had
peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
rows = verdict.rows
told = {"rows": rows.read, "good": rows.accepted, "seconds": seconds, "processor_s": processor, "peak_mb": peak}
print(json.dumps(told))
