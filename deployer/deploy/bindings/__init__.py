"""CDKTF's bindings of a provider load what a stack uses of them, not all of it: in Python, and in jsii's Node.

For any project's command, of whatever language: both are told by variables of their own, each of a file in this
folder, and what the command does not have is not touched. The synthesised bytes are the same. The files change what
the packages load when, never what is in them, so that there is no list of names to keep and no type that is missing.
Python notes beside the output which lines made which construct (`_tap_sources.py`), for who reads of a failure.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_LAZY_INDEX = Path(__file__).parent / "lazy_index.js"
_SITE = Path(__file__).parent / "python"


def loaded_when_used(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment, for a command that synthesises. What it says to Node and Python already stays."""
    return {
        **environment,
        "NODE_OPTIONS": _with(_node_option(), environment.get("NODE_OPTIONS", ""), " "),
        "PYTHONPATH": _with(str(_SITE), environment.get("PYTHONPATH", ""), os.pathsep),
    }


def _with(first: str, given: str, separator: str) -> str:
    return separator.join(part for part in (first, given) if part)


def _node_option() -> str:
    """Quoted as Node reads its variable: a backslash escapes within quotes. https://nodejs.org/api/cli.html"""
    escaped = str(_LAZY_INDEX).replace("\\", "\\\\").replace('"', '\\"')
    return f'--require="{escaped}"'
