"""A stand-in for the IAM that the mends of MiniStack ask."""

from types import SimpleNamespace
from typing import Any


def iam(*refused: str) -> Any:
    """An IAM that refuses these actions, and keeps what it was asked."""
    asked: list[tuple[str, str, str]] = []

    def refusal(role: str, session: str, action: str, resource: str) -> str:
        asked.append((role, action, resource))
        return f"{session} may not {action}" if action in refused else ""

    return SimpleNamespace(refusal=refusal, asked=asked, responses=SimpleNamespace(get_region=lambda: "us-east-1"))
