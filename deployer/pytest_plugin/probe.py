"""The probing function itself: does what its event asks, and answers with what it found. See `probing`."""

import importlib.util
import os
import resource
import time
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], context: Any) -> Any:
    """One question, by its name."""
    match event:
        case {"list": path}:
            return sorted(each.name for each in Path(path).iterdir())
        case {"exists": paths}:
            return [path for path in paths if Path(path).exists()]
        case {"write": path, "megabytes": size}:
            return _write(path, size)
        case {"hold": megabytes}:
            return len(b"x" * (megabytes << 20))
        case {"write_and_sleep": path, "seconds": seconds}:
            _write(path, 1)
            time.sleep(seconds)
        case {"write_and_exit": path}:
            _write(path, 1)
            os._exit(3)
        case {"module": name}:
            found = importlib.util.find_spec(name)
            return found and found.origin
        case {"process": _}:
            return {
                "user": os.getuid(),
                "home": os.environ.get("HOME"),
                "folder": str(Path.cwd()),
                "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
                "variables": sorted(os.environ),
                "memory": context.memory_limit_in_mb,
                "remaining": context.get_remaining_time_in_millis(),
            }
    return None


def _write(path: str, megabytes: int) -> str:
    try:
        with Path(path).open("wb") as file:
            for _ in range(megabytes):
                file.write(b"x" * (1 << 20))
    except OSError as error:
        return str(error.strerror)
    return "written"
