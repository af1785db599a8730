"""The CSV files that people name on the command line: refused at once when they can't be worked on.

Used by `tap run`, `upload` and `validate`, before anything is started or sent.
"""

from pathlib import Path

from deployer.errors import EnvironmentUnready, UsageError
from pipeline.domain import FileRefused, NoSink, Schema, SchemaError, Source, Verdict, check_header, detect, judge, load


def readable(path: Path) -> Path:
    """`path`, if its bytes can be read.

    Raises:
        UsageError: there is no such file, or it is a folder.
        EnvironmentUnready: it is there and can't be read.
    """
    try:
        with path.open("rb") as file:
            file.read(1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"there is no file {path}", remedy="check the path") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a folder", remedy="name a CSV file in it") from error
    except OSError as error:
        raise EnvironmentUnready(
            f"{path} can't be read: {error.strerror}", remedy=f"check its permissions: `ls -l {path}`"
        ) from error
    return path


def schema_of(path: Path | None) -> Schema:
    """The Table Schema in `path`, the shipped one if None. Raises UsageError."""
    try:
        return load(readable(path)) if path else load()
    except SchemaError as error:
        raise UsageError(
            "the schema can't be used", where=str(path or ""), remedy="fix what is named",
            details=tuple(str(error).splitlines()),
        ) from error  # fmt: skip


def verdict_on(path: Path, schema: Schema, max_details: int) -> Verdict:
    """The judgement of the whole file, by the Lambda's own engine."""
    return judge(readable(path), schema, NoSink(), max_details=max_details)


def judgeable(path: Path) -> Path:
    """`path`, if its beginning is that of a CSV file of transactions; its rows are not looked at.

    Raises:
        UsageError, EnvironmentUnready: as `readable`.
        EnvironmentUnready: it is not such a file.
    """
    schema = schema_of(None)
    try:
        with Source(readable(path), detect(path, schema.names, schema.dialect)) as source:
            check_header(source.header(), schema)
    except FileRefused as refused:
        raise EnvironmentUnready(
            f"{path} is not a CSV file of transactions that can be judged",
            remedy=f"fix what is named; `tap validate {path}` tells more",
            details=tuple(f"{error.code}: {error.message}" for error in refused.errors),
        ) from refused
    return path
