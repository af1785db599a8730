"""The synthesised stack: one file of Terraform JSON, in a folder that Terraform can work in."""

import json
from pathlib import Path
from typing import Any

STACK_FILE = "cdk.tf.json"  # CDKTF's name for it, which an `app` of any other kind gives too
SOURCES_FILE = "sources.json"  # deployer/deploy/bindings writes it


def lines_of(folder: Path) -> dict[str, list[str]]:
    """Which lines of Python made each construct of the stack in this folder, by its path; blank where nobody noted it.

    The innermost first, as `stack/store.py:41 in __init__`.
    """
    file = folder.parent.parent / SOURCES_FILE
    found: dict[str, list[str]] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def stack_document(folder: Path) -> dict[str, Any]:
    """The stack in this folder, as Terraform reads it."""
    document: dict[str, Any] = json.loads((folder / STACK_FILE).read_text("utf-8"))
    return document
