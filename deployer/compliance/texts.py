"""Which files at a path are Terraform, and their text. Called by subject.py."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.compliance.errors import NotTerraform

_LEFT_OUT = {".terraform", ".git", "node_modules", ".venv", ".tap"}
_KINDS = {".tf", ".tofu", ".json", ".tfvars"}
_PLAN = '"planned_values"'
Texts = dict[Path, str]


@dataclass
class Sources:
    """The texts by kind."""

    hcl: Texts = field(default_factory=dict)
    tfvars: Texts = field(default_factory=dict)
    json: Texts = field(default_factory=dict)
    plans: Texts = field(default_factory=dict)


def sources(path: Path) -> Sources:
    """What of the path, a file or a folder, is Terraform. A file that was named counts whatever it is called."""
    found = Sources()
    if path.is_file():
        _sort(found, path, text_of(path), named=True)
        if path.suffix in (".tf", ".tofu"):
            _add_variables(found, path.parent)
        return found
    for file in sorted(_files(path)):
        _sort(found, file, text_of(file), named=False)
    return found


def read(text: str, file: Path) -> dict[str, Any]:
    """A JSON object. A name that stands twice in one object is refused: a parser would drop the first unseen."""
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise NotTerraform(
            f"not JSON: {error}", where=str(file), remedy="mend the file, or synthesise again"
        ) from error
    if not isinstance(document, dict):
        raise NotTerraform("JSON, but no object", where=str(file), remedy="synthesise again")
    return document


def text_of(file: Path) -> str:
    """Raises NotTerraform for what can't be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotTerraform(f"the file can't be read: {error}", where=str(file), remedy="it has to be UTF-8") from error


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
    if file.suffix in (".tf", ".tofu"):
        found.hcl[file] = text
    elif file.suffix == ".tfvars":
        found.tfvars[file] = text
    elif _PLAN in text:
        found.plans[file] = text
    elif named or file.name.endswith((".tf.json", ".tofu.json")):
        found.json[file] = text


def _add_variables(found: Sources, folder: Path) -> None:
    for file in folder.glob("*.tfvars"):
        found.tfvars[file] = text_of(file)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs if name != "//"]
    if len(set(names)) < len(names):
        raise ValueError(f"the name {min(name for name in names if names.count(name) > 1)} stands twice in one object")
    return dict(pairs)
