"""The synthesised stack: one file of Terraform JSON, in a folder that Terraform can work in."""

import json
from pathlib import Path
from typing import Any

STACK_FILE = "cdk.tf.json"  # CDKTF's name for it, which an `app` of any other kind gives too


def stack_document(folder: Path) -> dict[str, Any]:
    """The stack in this folder, as Terraform reads it."""
    document: dict[str, Any] = json.loads((folder / STACK_FILE).read_text("utf-8"))
    return document
