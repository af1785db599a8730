"""frictionless-py's judgement of a folder of CSV files, for differential tests: `python oracle.py FOLDER`.

Beside each CSV lies NAME.resource.json: a Data Resource that names it, with its schema and dialect. Prints one JSON
object: the CSV's name to the sorted numbers of the rows that are rejected (the file's first row is 1, also where it
is no record), or to a text where it could not be judged. Runs in the environment of this folder and imports nothing
of Tap.
"""

import json
import sys
from pathlib import Path

from frictionless import FrictionlessException, Resource, system, validate


def rejected(path: Path) -> list[int] | str:
    try:
        resource = Resource.from_descriptor(json.loads(path.read_text("utf-8")), basepath=str(path.parent))
        (task,) = validate(resource, limit_errors=100_000).tasks
    except FrictionlessException as error:
        return str(error)
    whole = [error.message for error in task.errors if not hasattr(error, "row_number")]
    return "; ".join(whole[:3]) or sorted({error.row_number for error in task.errors})


if __name__ == "__main__":
    system.trusted = True
    found = sorted(Path(sys.argv[1]).glob("*.resource.json"))
    print(json.dumps({path.name.removesuffix(".resource.json") + ".csv": rejected(path) for path in found}))
