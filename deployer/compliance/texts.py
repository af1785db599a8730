"""Which files at a path are Terraform, and their text. Called by subject.py."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deployer.compliance.errors import NotTerraform
from deployer.compliance.hcl.reading import Reading

_LEFT_OUT = {".terraform", ".git", "node_modules", ".venv", ".tap"}
_KINDS = {".tf", ".tofu", ".json", ".tfvars"}
_HCL = (".tf", ".tofu")
_JSON = (".tf.json", ".tofu.json")
_VARIABLES = (".tfvars", ".tfvars.json")
_PLAN = '"planned_values"'
_LARGEST = 512 * 1024 * 1024  # bytes of one file; a plan of ten thousand resources has some fifty million
Texts = dict[Path, str]


@dataclass
class Sources:
    """The texts by kind. JSON beside HCL is part of the same module, and counts as HCL."""

    hcl: Texts = field(default_factory=dict)
    tfvars: Texts = field(default_factory=dict)
    json: Texts = field(default_factory=dict)
    plans: Texts = field(default_factory=dict)


def sources(path: Path, reading: Reading | None = None) -> Sources:
    """What of the path, a file or a folder, is Terraform. A file that was named counts whatever it is called.

    What can't be read is a fault of the `reading`.
    """
    found, reading = Sources(), reading or Reading()
    named = path.is_file()
    for file in _beside(path) if named else sorted(_files(path)):
        with reading.of("", str(file)):
            _sort(found, file, text_of(file, reading), named=file == path)
    folders = {file.parent for file in found.hcl}
    for file in [file for file in found.json if file.parent in folders]:
        found.hcl[file] = found.json.pop(file)
    return found


def text_of(file: Path, reading: Reading | None = None) -> str:
    """Raises NotTerraform for what can't be read, is no file, or lies where nothing may be read."""
    try:
        return _readable(file, reading).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise NotTerraform(f"the file can't be read: {error}", where=str(file), remedy="it has to be UTF-8") from error


def _readable(file: Path, reading: Reading | None) -> Path:
    """Raises OSError; RuntimeError for links in a circle."""
    path = file.resolve(strict=True)
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise OSError("no file, or one that is too large")
    if reading and reading.root and not path.is_relative_to(reading.root):
        raise OSError("a link that leads out of the judged folder; --root names a folder to read from")
    return path


def files_of(folder: Path) -> list[Path]:
    """The files of a module."""
    return sorted(file for file in folder.iterdir() if file.name.endswith(_HCL + _JSON))


def _beside(file: Path) -> Iterator[Path]:
    """The file, and beside HCL the values of its variables."""
    yield file
    if file.suffix in _HCL:
        yield from sorted(one for one in file.parent.iterdir() if one.name.endswith(_VARIABLES))


def _files(folder: Path) -> Iterator[Path]:
    """A link that leads nowhere counts: it can't be read, and Terraform would say so too."""
    for where, inner, names in os.walk(folder, onerror=_unreadable):
        inner[:] = sorted(set(inner) - _LEFT_OUT)
        for file in (Path(where) / name for name in names):
            if file.suffix in _KINDS and (file.is_file() or file.is_symlink()):
                yield file


def _unreadable(error: OSError) -> None:
    raise NotTerraform(f"a folder can't be read: {error}", where=str(error.filename)) from error


def _sort(found: Sources, file: Path, text: str, *, named: bool) -> None:
    if file.suffix in _HCL:
        found.hcl[file] = text
    elif file.name.endswith(_VARIABLES):
        found.tfvars[file] = text
    elif _PLAN in text:
        found.plans[file] = text
    elif named or file.name.endswith(_JSON):
        found.json[file] = text
