"""What a report is made of: the files of a run, read and held against schemas before anything believes them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import jsonschema

from deployer.errors import UsageError

SCHEMAS = Path(__file__).parent / "schemas"
Document = dict[str, Any]
RUNS = "level3-*.json"
PRIVILEGE = "least-privilege.json"
COMPLIANCE = "compliance.json"
_SHOWN = 300  # characters of what a schema does not take

_formats = jsonschema.FormatChecker(formats=())


@dataclass(frozen=True)
class Sources:
    """`runs` by target, at least one; what is None was not there. `junit` are the XML files of the runs."""

    runs: list[Document]
    junit: list[Path]
    privilege: Document | None
    compliance: Document | None


def read(evidence: Path) -> Sources:
    """All that a report is made of.

    Raises:
        UsageError: there is no evidence in the folder, or a file is not what its schema says.
    """
    files = sorted(evidence.glob(RUNS))
    if not files:
        raise UsageError(
            "there is no evidence of a run to report on",
            where=str(evidence / RUNS),
            remedy="the tests of the third level leave it; --evidence names another folder",
        )
    runs = [_document(file, "evidence") for file in files]
    for run, file in zip(runs, files, strict=True):
        if run.get("compliance"):
            held(run["compliance"], SCHEMAS / "compliance.schema.json", file.name)
    return Sources(
        runs,
        [file.with_suffix(".xml") for file in files if file.with_suffix(".xml").is_file()],
        _if_there(evidence / PRIVILEGE, "least-privilege"),
        _if_there(evidence.parent / COMPLIANCE, "compliance"),
    )


def _if_there(file: Path, schema: str) -> Document | None:
    return _document(file, schema) if file.is_file() else None


def _document(file: Path, schema: str) -> Document:
    try:
        document: Document = json.loads(file.read_text("utf-8"), parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file.name} can't be read: {error}", where=str(file), remedy=_REMEDY) from error
    held(document, SCHEMAS / f"{schema}.schema.json", file.name)
    return document


def held(document: Any, schema: Path, name: str) -> None:
    """Raises UsageError where the document of that name is not what the schema says."""
    rules = json.loads(schema.read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(rules, format_checker=_formats)
    if found := jsonschema.exceptions.best_match(validator.iter_errors(document)):
        raise UsageError(
            f"{name} is not what {schema.name} says, at {found.json_path[:_SHOWN]}",
            remedy=_REMEDY,
            details=(found.message[:_SHOWN],),
        )


_REMEDY = "let the run that made it make it anew, or take the file away"


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """ISO 8601 with an offset; what is no text is not for a format to judge."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
