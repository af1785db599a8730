"""The CSV files that people name on the command line: judged, or refused at once when they can't be worked on.

Used by `tap run` and `validate`, before anything is started or sent.
"""

from pathlib import Path

from deployer.errors import EnvironmentUnready, UsageError
from pipeline.domain import (
    FileRefused,
    NoSink,
    Schema,
    SchemaError,
    Source,
    Verdict,
    check_header,
    detect,
    judge,
    load,
    on_header,
)
from pipeline.given import Given, given


def schema_of(path: Path | None) -> Schema:
    """The Table Schema in `path`, the shipped one if None. Raises UsageError."""
    try:
        if path is None:
            return load()
        with given(path) as file:
            return load(file.path)
    except SchemaError as error:
        raise UsageError(
            "the schema can't be used", where=str(path or ""), remedy="fix what is named",
            details=tuple(str(error).splitlines()),
        ) from error  # fmt: skip


def verdict_on(path: Path, schema: Schema, max_details: int) -> Verdict:
    """The judgement of the whole file, by the Lambda's own engine."""
    return judge(path, schema, NoSink(), max_details=max_details)


def require_judgeable(file: Given) -> None:
    """Raises EnvironmentUnready if its beginning is not that of a CSV file; its rows are not looked at."""
    schema, dialect = schema_of(None), None
    try:
        dialect = detect(file.path, schema.names, schema.dialect)
        with Source(file.path, dialect) as source:
            check_header(source.header(), schema)
    except FileRefused as refused:
        errors = on_header(refused.errors, file.path, dialect, schema)
        raise EnvironmentUnready(
            f"{file.name} is not a CSV file of transactions that can be judged",
            remedy=f"fix what is named; `tap validate {'-' if file.piped else file.path}` tells more",
            details=tuple(f"{error.code}: {error.message}" for error in errors),
        ) from refused
