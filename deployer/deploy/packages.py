"""The code of functions in a synthesised stack: which file is whose, and the stack as it is whatever they hold.

The gate (gate.py), the synthesis (derived.py) and the deployment of code alone (code_alone.py) ask it. What is code is
decided narrowly: a ZIP below `assets` that one function names as its file and as its hash, and that nothing else names.
Of any other file the content may be what is judged, a policy that the configuration reads for instance.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FUNCTION = "aws_lambda_function"
# As CDKTF's TerraformAsset lays a file down: assets/ID/HASH/NAME, the hash being of the file's content.
_ASSET = re.compile(r"(assets/[^/\"]+/)[0-9A-F]{32}(/[^/\"]+\.zip)")
_ANY = r"\g<1>CODE\2"


def packages_in(document: Mapping[str, Any]) -> dict[str, str]:
    """The ZIP of each function, below the stack's folder, by the function's address."""
    text = json.dumps(document)
    return {f"{FUNCTION}.{name}": file for name, file in _named(document) if text.count(_folder(file)) == 2}


def without_code(document: Mapping[str, Any]) -> dict[str, Any]:
    """The stack with the same word for the content of each function's ZIP: equal for two that differ in code alone."""
    text = json.dumps(document)
    for file in packages_in(document).values():
        text = text.replace(file, _ASSET.sub(_ANY, file))
    same: dict[str, Any] = json.loads(text)
    return same


def hash_of(file: Path) -> str:
    """As Lambda tells it, and Terraform's filebase64sha256."""
    return base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, function in document.get("resource", {}).get(FUNCTION, {}).items():
        file = function.get("filename", "")
        if _ASSET.fullmatch(file) and function.get("source_code_hash") == f'${{filebase64sha256("{file}")}}':
            yield name, file


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
