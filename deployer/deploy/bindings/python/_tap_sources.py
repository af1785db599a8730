"""Notes which lines of the project made each construct of CDKTF: `sources.json` in the output folder.

Of constructs by their path, such as `{"TapStack/failures/topic": ["stack/failures.py:40 in __init__", ...]}`, the line
itself first and then what called it. Nothing of the synthesised stack changes, so that it is the same with and without.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME, OUT = "sources.json", "CDKTF_OUTDIR"
_DEEPEST = 3  # lines of one construct
_HERE = Path(__file__).absolute().parent

_lines: dict[str, list[str]] = {}
_constructs: dict[int, tuple[str, Any]] = {}  # by the object's id, with the object, whose id is else given away again


def traced(create: Callable[..., Any]) -> Callable[..., Any]:
    """jsii's `create`, which makes every object in Node; a construct is one with a scope and an id."""

    def created(klass: Any, made: Any, arguments: Any = None) -> Any:
        answer = create(klass, made, arguments)
        given = list(arguments or ())
        if len(given) > 1 and isinstance(given[1], str):
            if not _lines:
                atexit.register(_write)
            path = f"{_constructs[id(given[0])][0]}/{given[1]}" if id(given[0]) in _constructs else given[1]
            _constructs[id(made)] = (path, made)
            _lines[path] = list(islice(_called(sys._getframe(1)), _DEEPEST))
        return answer

    return created


def _called(frame: FrameType | None) -> Iterator[str]:
    """The project's own lines, from the innermost out."""
    while frame is not None:
        if file := _own(frame.f_code.co_filename):
            yield f"{file}:{frame.f_lineno} in {frame.f_code.co_name}"
        frame = frame.f_back


@cache
def _own(name: str) -> str:
    """A file of the project, from its folder on; blank for what is a package's, or in this folder, or in no file."""
    file, root = Path(name).absolute(), Path.cwd()
    if name.startswith("<") or file.parent == _HERE or root not in file.parents:
        return ""
    inside = file.relative_to(root)
    return "" if any(one.startswith(".") or one == "site-packages" for one in inside.parts) else inside.as_posix()


def _write() -> None:
    with suppress(OSError):
        (Path(os.environ.get(OUT, "cdktf.out")) / NAME).write_text(json.dumps(_lines, indent=1), encoding="utf-8")
