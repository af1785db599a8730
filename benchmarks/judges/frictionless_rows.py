"""frictionless-py on one file, with the shipped schema as it stands: `python frictionless_rows.py SCHEMA FILE`.

Run by `judging` in environments/bench. It judges only: nothing is written, and decimals by currency are not its rule.
"""

import json
import sys
import time
from pathlib import Path

from frictionless import Checklist, Resource, Schema  # type: ignore[import-not-found] # only in environments/bench


def main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2]).parent
    begun = time.perf_counter()
    resource = Resource(path=Path(sys.argv[2]).name, basepath=str(folder), schema=Schema.from_descriptor(document))
    report = resource.validate(Checklist())
    seconds = time.perf_counter() - begun
    rows = report.tasks[0].stats["rows"]
    bad = {error.row_number for error in report.tasks[0].errors if hasattr(error, "row_number")}
    print(json.dumps({"rows": rows, "good": rows - len(bad), "seconds": seconds}))


if __name__ == "__main__":  # frictionless-py loads this file once more
    main()
