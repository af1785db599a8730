"""What killed commands left below `.tap/`: run folders, emulators in them, old logs. Swept before a new one starts."""

import json
import shutil
import time
from contextlib import suppress
from pathlib import Path

import psutil

from deployer.paths import Paths
from deployer.targets import supervisor

RUN_PREFIX = "run-"  # of a folder that one command and its emulator share
OWNER = "owner.json"  # in it: the command's process
_FRESH_SECONDS = 15.0  # a younger folder may not have its owner's name in it yet
_LOGS_KEPT = 20


def sweep(paths: Paths, fresh_seconds: float = _FRESH_SECONDS) -> None:
    """Remove run folders whose `tap` and supervisor were both killed, with the emulators in them, and old logs."""
    for run in paths.state.glob(f"{RUN_PREFIX}*"):
        if lives(run / OWNER) or time.time() - run.stat().st_mtime < fresh_seconds:
            continue
        if lives(run / supervisor.RECORD):
            supervisor.end_group(json.loads((run / supervisor.RECORD).read_text())["pid"])
        supervisor.end_within(run)
        shutil.rmtree(run, ignore_errors=True)
    _prune(paths.logs)


def lives(record: Path) -> bool:
    """Whether the very process that a record names still runs."""
    with suppress(OSError, ValueError, KeyError, psutil.Error):
        known = json.loads(record.read_text())
        return bool(psutil.Process(known["pid"]).create_time() == known["created"])
    return False


def _prune(logs: Path) -> None:
    """Keep the logs of the last runs that failed."""
    entries = sorted(logs.glob("*"), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in entries[_LOGS_KEPT:]:
        shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
