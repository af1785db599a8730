"""JSON that others wrote, read strictly. Called wherever Terraform JSON, plans and variables are read."""

import json
import re
from pathlib import Path
from typing import Any

from deployer.compliance.errors import NotTerraform

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(text: str, file: Path) -> dict[str, Any]:
    """A JSON object. A name that stands twice in one object is refused: a parser would drop the first unseen."""
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise NotTerraform(
            f"not JSON: {error}", where=str(file), remedy="mend the file, or synthesise again"
        ) from error
    if not isinstance(document, dict):
        raise NotTerraform("JSON, but no object", where=str(file), remedy="synthesise again")
    return _whole(document) if _HALF.search(text) else document


def _whole(document: dict[str, Any]) -> dict[str, Any]:
    """Without halves of letters, which JSON may have and no file."""
    text = json.dumps(document, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    whole: dict[str, Any] = json.loads(text)
    return whole


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs if name != "//"]
    if len(set(names)) < len(names):
        raise ValueError(f"the name {min(name for name in names if names.count(name) > 1)} stands twice in one object")
    return dict(pairs)
