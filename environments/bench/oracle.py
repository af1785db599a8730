"""frictionless-py's judgement of a folder of CSV files, for a differential test: `python oracle.py SCHEMA FOLDER`.

Prints one JSON object: file name to the sorted numbers of the records (from 1, without the header) that it rejects.
Runs in the environment of this folder and imports nothing of Tap.
"""

import json
import sys
from pathlib import Path

from frictionless import Dialect, Resource, Schema, system, validate
from frictionless.formats import CsvControl


def rejected(path: Path, schema: Path) -> list[int]:
    delimiter = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}[path.stem.split("-")[0]]
    resource = Resource(
        path=path.name,
        basepath=str(path.parent),
        schema=Schema.from_descriptor(json.loads(schema.read_text())),
        dialect=Dialect(controls=[CsvControl(delimiter=delimiter)]),
        encoding="utf-8",
        format="csv",
    )
    report = validate(resource, limit_errors=100_000)
    (task,) = report.tasks
    if task.errors and any(not hasattr(error, "row_number") for error in task.errors):
        raise SystemExit(f"{path}: {[error.message for error in task.errors][:3]}")
    return sorted({error.row_number - 1 for error in task.errors})


if __name__ == "__main__":
    system.trusted = True
    schema, folder = Path(sys.argv[1]), Path(sys.argv[2])
    print(json.dumps({path.name: rejected(path, schema) for path in sorted(folder.glob("*.csv"))}))
