"""What the functions log, and the letters that they write: JSON in a line, read by people and programs.

All that a person would not see is written as JSON writes it: `\\u202e`. Logs are shown by terminals and consoles, and
the key of a file is whatever its sender chose. Letters of every script stay, so that a name can be searched for. The
characters are those of deployer/visible.py, which says why and can't be imported here; a test holds the two together.
"""

import json
import re
import unicodedata
from typing import Any, Final

from aws_lambda_powertools import Logger

from transactions.layout import Upload

_SUSPECTS = re.compile(r"[^ -~]")
_HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def new_logger() -> Logger:
    """That of a function."""
    return Logger(json_serializer=line)


def about(upload: Upload) -> dict[str, str]:
    """What each line about a file version carries: `tap logs` finds them by it."""
    return {"file_key": upload.key, "file_version": upload.version}


def line(fields: dict[str, Any]) -> str:
    """JSON in a line for people, and the same values to who reads it by a program."""
    return _SUSPECTS.sub(_written, json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False))


def _written(found: re.Match[str]) -> str:
    hidden = unicodedata.category(found[0]) in _HIDDEN or _BLANK.match(found[0])
    return json.dumps(found[0])[1:-1] if hidden else found[0]
