"""frictionless-py on one file, with the shipped schema as it stands: `python frictionless_rows.py SCHEMA FILE`.

Run by `judging` in environments/bench. It judges only, nothing is written. Decimals by currency are a check of ours, as
a team would add it.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from frictionless import (  # type: ignore[import-not-found] # only in environments/bench
    Check,
    Checklist,
    Resource,
    Schema,
    errors,
)

UNITS = dict.fromkeys(("JPY", "KRW", "CLP", "VND", "ISK"), 0) | dict.fromkeys(("KWD", "BHD", "TND", "OMR", "JOD"), 3)


class DecimalsFit(Check):  # type: ignore[misc] # untyped here
    Errors: ClassVar[list[type]] = [errors.RowConstraintError]

    def validate_row(self, row: Any) -> Iterator[Any]:
        amount = row["amount"]
        if amount is not None and -amount.as_tuple().exponent > UNITS.get(row["currency"], 2):
            yield errors.RowConstraintError.from_row(row, note="has more decimals than its currency")


def main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2]).parent
    begun = time.perf_counter()
    resource = Resource(path=Path(sys.argv[2]).name, basepath=str(folder), schema=Schema.from_descriptor(document))
    report = resource.validate(Checklist(checks=[DecimalsFit()]))
    seconds = time.perf_counter() - begun
    rows = report.tasks[0].stats["rows"]
    bad = {error.row_number for error in report.tasks[0].errors if hasattr(error, "row_number")}
    print(json.dumps({"rows": rows, "good": rows - len(bad), "seconds": seconds}))


if __name__ == "__main__":  # frictionless-py loads this file once more
    main()
