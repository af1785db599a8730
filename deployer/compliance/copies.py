"""The copies of what is judged, as Checkov reads them: JSON with a line for each block. Called by `scan`."""

import json
import re
from pathlib import Path
from typing import Any

from deployer.compliance.subject import Subject

_LONGEST_KEY = 1000  # letters, as they are written
_HALVES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def lay_out(subjects: list[Subject], root: Path) -> None:
    """The copies, below `root`."""
    for one in subjects:
        target = root / one.copied
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_in_lines(one.document, 4 if one.is_plan else 3), encoding="utf-8")


def _in_lines(node: Any, depth: int) -> str:
    """JSON with a line for each block: Checkov tells blocks apart by lines, and copies them into each verdict."""
    if not node or not isinstance(node, dict | list):
        return _text(node)
    if not depth:
        text = _text(node)
        return text if len(text) <= _LONGEST_KEY else _text(_with_short_keys(node))
    if isinstance(node, list):
        return "[\n" + ",\n".join(_in_lines(one, depth - 1) for one in node) + "\n]"
    return "{\n" + ",\n".join(f"{_key(str(key))}: {_in_lines(one, depth - 1)}" for key, one in node.items()) + "\n}"


def _key(name: str) -> str:
    """YAML has no longer ones. Nobody is judged by the end of so long a name."""
    while len(_text(name)) > _LONGEST_KEY:
        name = name[: len(name) * 3 // 4]
    return _text(name)


def _with_short_keys(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_short_keys(one) for one in node]
    if isinstance(node, dict):
        return {json.loads(_key(str(name))): _with_short_keys(value) for name, value in node.items()}
    return node


def _text(node: Any) -> str:
    """JSON that is YAML as well, which is what Checkov takes it for: letters beyond the basic plane, which JSON escapes
    by halves, are written out, and others are escaped, since YAML has no control characters."""
    return _HALVES.sub(lambda match: _letter(match[1], match[2]), json.dumps(node))


def _letter(high: str, low: str) -> str:
    return bytes.fromhex(high + low).decode("utf-16-be")
