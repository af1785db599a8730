"""What there is to judge at a path: the Terraform JSON and plans in it, as copies that Checkov reads without stumbling.

Called by `scan`. A copy is indented, so that each block has lines of its own, and in one form (see normal.py).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.compliance.errors import NotTerraform
from deployer.compliance.lines import lines_of
from deployer.compliance.normal import normal

_LEFT_OUT = {".terraform", ".git", "node_modules"}
_PLAN_FORMAT = "1."


@dataclass(frozen=True)
class Subject:
    """One file to judge: `shown` is its name for people, `copied` that in the scan, `lines` where its blocks begin."""

    shown: str
    document: dict[str, Any]
    copied: str
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_plan(self) -> bool:
        return "planned_values" in self.document

    def blocks(self) -> set[str]:
        """The addresses of all resources and data sources that must get a verdict."""
        if self.is_plan:
            return {one["address"] for one in _planned(self.document["planned_values"].get("root_module", {}))}
        found = {f"{kind}.{name}" for kind, all_ in self.document.get("resource", {}).items() for name in all_}
        return found | {f"data.{kind}.{name}" for kind, all_ in self.document.get("data", {}).items() for name in all_}

    def line(self, address: str) -> int:
        """Where the block of an address begins; 0 where that is not known."""
        return self.lines.get(address.split("[")[0], 0)


def subjects_at(path: Path) -> list[Subject]:
    """The files to judge at `path`, itself one or a folder of them.

    Raises:
        NotTerraform: there is none, or one of them can't be read.
    """
    if not path.exists():
        raise NotTerraform(
            "there is nothing to judge", where=str(path), remedy="name a folder or a file with Terraform"
        )
    base = path if path.is_dir() else path.parent
    found = [subject(file, base) for file in _files(path)]
    if not any(one.blocks() for one in found):
        raise NotTerraform(
            "no Terraform JSON and no plan with a resource in it", where=str(path),
            remedy="synthesise first; of HCL, give a plan: terraform show -json PLAN > plan.json",
        )  # fmt: skip
    return found


def subject(file: Path, base: Path) -> Subject:
    """One file. Raises NotTerraform if it is not what its name says."""
    text = _text(file)
    document = read(text, file)
    shown = file.relative_to(base).as_posix()
    if "planned_values" in document and not str(document.get("format_version", "")).startswith(_PLAN_FORMAT):
        raise NotTerraform(
            f"a plan of a format that is not known: {document.get('format_version')}", where=str(file),
            remedy="make it with `terraform show -json` of Terraform 1.x",
        )  # fmt: skip
    if "planned_values" not in document:
        document = _normal(document, file)
    return Subject(shown, document, f"subject/{shown}", lines_of(text))


def lay_out(subjects: list[Subject], root: Path) -> None:
    """The copies, below `root`."""
    for one in subjects:
        target = root / one.copied
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(one.document, indent=1))


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


def _normal(document: dict[str, Any], file: Path) -> dict[str, Any]:
    try:
        return normal(document)
    except ValueError as error:
        raise NotTerraform(f"no Terraform JSON: {error}", where=str(file), remedy="mend the file") from error


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*.json")):
        left_out = _LEFT_OUT & set(file.relative_to(path).parts)
        if not left_out and (file.name.endswith(".tf.json") or '"planned_values"' in _text(file)):
            yield file


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotTerraform(f"the file can't be read: {error}", where=str(file), remedy="it has to be UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs if name != "//"]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"the name {min(twice)} stands twice in one object")
    return dict(pairs)


def _planned(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _planned(child)
