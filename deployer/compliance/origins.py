"""Which line of Python made a resource: found in the stack's source, so that the synthesised file stays free of it.

Called by `gate`. CDKTF records each construct's path; its last name is the id that stands in the call, and the class is
the resource's type. A stack trace at synthesis would cost a second, and put machine paths into the file.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer.compliance.judgement import Finding


@dataclass(frozen=True)
class Origin:
    """A call that makes a construct; `pattern` matches the ids that it gives."""

    class_name: str
    pattern: str
    file: str
    line: int


def origins_in(files: Iterable[Path], root: Path) -> list[Origin]:
    """All calls `Class(scope, "id", ...)` in the Python files of `files`; their names are relative to `root`."""
    found = []
    for path in sorted(file for file in files if file.suffix == ".py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (pattern := _id_pattern(node)):
                found.append(Origin(_class_of(node), pattern, path.relative_to(root).as_posix(), node.lineno))
    return found


def constructs_in(document: dict[str, Any]) -> dict[str, str]:
    """Terraform address to construct path, as CDKTF wrote it down."""
    return {
        f"{kind}.{name}": str(values["//"]["metadata"]["path"])
        for kind, named in document.get("resource", {}).items()
        for name, values in named.items()
        if isinstance(values, dict) and "metadata" in (values.get("//") or {})
    }


def located(finding: Finding, constructs: dict[str, str], origins: list[Origin]) -> Finding:
    """The finding at its Python line; unchanged where that is not known."""
    address = finding.resource.split("[")[0]
    path = constructs.get(address, "")
    origin = origin_of(address, path, origins) if path else None
    if origin is None:
        return replace(finding, construct=path)
    return replace(finding, construct=path, file=origin.file, line=origin.line)


def origin_of(address: str, path: str, origins: list[Origin]) -> Origin | None:
    """The call that made the resource."""
    kind, last = address.split(".")[0], path.rpartition("/")[2]
    wanted = "".join(word.title() for word in kind.removeprefix("aws_").split("_"))
    for one in origins:
        if one.class_name in (wanted, f"{wanted}A") and re.fullmatch(one.pattern, last):
            return one
    return None


def _class_of(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _id_pattern(node: ast.Call) -> str:
    """The second argument as a pattern; blank for a call that makes no construct."""
    if not _class_of(node)[:1].isupper() or len(node.args) < 2:
        return ""
    return "".join(_patterns(node.args[1]))


def _patterns(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
