"""Terraform's functions that read files: only below the folder that a reading may read from. Called by `evaluate`.

https://developer.hashicorp.com/terraform/language/functions/file
"""

from itertools import islice
from pathlib import Path
from typing import Any

from deployer.compliance.hcl.reading import Reading, Refused
from deployer.compliance.hcl.values import Unknown, is_known

_MOST = 1000  # files of a set
_LOOKED_AT = 20_000  # files and folders that a pattern is held against


def of_files(reading: Reading, folder: Path | None, name: str, arguments: list[Any]) -> Any:
    """What a function that reads files gives; None for other functions. Raises OSError, as Refused, and ValueError."""
    if name in ("file", "filebase64", "templatefile"):  # base64: judged is what is said, however it is wrapped
        return reading.text(folder, arguments[0]) if is_known(arguments[0]) else Unknown(name)
    if name == "fileexists":
        return reading.file(folder, arguments[0]).is_file() if is_known(arguments[0]) else Unknown(name)
    if name == "fileset":
        return _set(reading, folder, *arguments) if is_known(arguments) else Unknown(name)
    return None


def _set(reading: Reading, folder: Path | None, path: str, pattern: str) -> list[str]:
    top = reading.file(folder, path)
    if ".." in Path(pattern).parts or set("{[") & set(pattern):
        raise Refused(pattern)
    looked_at = list(islice(top.glob(pattern), _LOOKED_AT))
    found = sorted(one.relative_to(top).as_posix() for one in looked_at if _may_be_read(reading, one))
    if len(found) > _MOST or len(looked_at) == _LOOKED_AT:
        raise OSError("too many files")
    return found


def _may_be_read(reading: Reading, path: Path) -> bool:
    """A link may lead elsewhere; one that leads to itself can't be resolved, and is no file."""
    return path.is_file() and reading.root is not None and path.resolve().is_relative_to(reading.root)
