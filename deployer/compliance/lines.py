"""On which line a block of a JSON configuration begins. For findings: a JSON parser forgets lines, Checkov guesses."""

import re

_PART = re.compile(r'(?P<name>"(?:\\.|[^"\\])*")(?P<colon>\s*:)?|[{}\[\]]|\n')
_DEPTH = {"resource": 3, "data": 3, "provider": 2, "module": 2, "output": 2, "locals": 1, "terraform": 2}


def lines_of(text: str) -> dict[str, int]:
    """Address to line, from 1. An address that stands in several places gets the first."""
    found: dict[str, int] = {}
    path: list[str] = []
    key, line = "", 1
    for match in _PART.finditer(text):
        part = match[0]
        if part in "{[":
            path.append(key)
            key = ""
        elif part in "}]" and path:
            path.pop()
        elif match["colon"]:
            key = match["name"][1:-1]
            if len(path) <= 7 and (address := _address([name for name in (*path, key) if name])):
                found.setdefault(address, line)
        line += part.count("\n")
    return found


def _address(names: list[str]) -> str:
    if not names or _DEPTH.get(names[0]) != len(names):
        return ""
    return ".".join(names[1:] if names[0] == "resource" else names)
