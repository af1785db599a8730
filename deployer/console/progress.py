"""Terraform's stream of events as progress for people: how many resources are done, and what is waited for,
the slowest first."""

from typing import Any

from deployer.console.view import View

_VERBS = {"create": "creating", "update": "changing", "delete": "destroying", "read": "reading", "replace": "replacing"}
_SHOWN = 3
_SLOW_S = 30  # what takes longer is told with its time


class Progress:
    """Follows one Terraform command. Give it to `Terraform` as the callback for events."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._total = 0
        self._done = 0
        self._running: dict[str, str] = {}
        self._waiting: dict[str, None] = {}  # planned, and not begun
        self._seconds: dict[str, int] = {}  # for how long, as Terraform last told

    def __call__(self, event: dict[str, Any]) -> None:
        kind = event.get("type", "")
        if kind == "planned_change":
            self._total += 1
            self._waiting[event["change"]["resource"]["addr"]] = None
        elif kind == "change_summary":
            self._summarised(event["changes"])
        elif kind in ("apply_start", "apply_complete", "apply_errored", "refresh_start", "refresh_complete"):
            self._moved(kind, event["hook"])
        elif kind == "apply_progress":
            self._seconds[event["hook"]["resource"]["addr"]] = int(event["hook"].get("elapsed_seconds", 0))
            self._tell()

    def _summarised(self, changes: dict[str, Any]) -> None:
        if changes.get("operation") == "plan":
            self._total = sum(int(changes.get(name, 0)) for name in ("add", "change", "remove"))

    def _moved(self, kind: str, hook: dict[str, Any]) -> None:
        address = hook["resource"]["addr"]
        self._waiting.pop(address, None)
        if kind.endswith("_start"):
            self._running[address] = _VERBS.get(hook.get("action", "read"), "working on")
        else:
            self._running.pop(address, None)
            self._seconds.pop(address, None)
            self._done += kind == "apply_complete" and hook.get("action") != "read"
        self._tell()

    def _tell(self) -> None:
        # The provider may ask AWS about a resource before it begins with it; Terraform tells nothing of that.
        about = self._running or dict.fromkeys(self._waiting, "waiting for")
        slowest = sorted(about, key=lambda address: -self._seconds.get(address, 0))
        shown = [f"{about[address]} {address}{self._since(address)}" for address in slowest[:_SHOWN]]
        more = len(about) - len(shown)
        told = ", ".join([*(["done"] if self._total else []), *shown]) + (f" and {more} more" if more > 0 else "")
        self._view.detail(told, self._done, self._total)

    def _since(self, address: str) -> str:
        seconds = self._seconds.get(address, 0)
        return f" for {seconds} s" if seconds >= _SLOW_S else ""
