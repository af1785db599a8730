"""JSON that somebody else wrote: logs, letters, locks and states, of which some may be cut off or something else."""

import json
from typing import Any


def json_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object; empty for any other text."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
