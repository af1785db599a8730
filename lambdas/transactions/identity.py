"""Names and fingerprints that make a repeat recognisable: of a load, and of a row's content.

Used by the transformer (which starts one load per file version) and the loader (which tells a repeat from a conflict).
"""

import hashlib
import json
import re
from collections.abc import Mapping

from transactions.layout import Upload

_LONGEST = 80  # characters of an execution's name
_DIGEST = 32


def execution_name(bucket: str, upload: Upload) -> str:
    """The workflow's execution name: the same for the same file version, readable, at most 80 of [A-Za-z0-9_-]."""
    identity = "\0".join((bucket, upload.key, upload.version))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_DIGEST]
    stem = re.sub(r"[^A-Za-z0-9]+", "-", upload.name.rsplit("/", 1)[-1].removesuffix(".csv")).strip("-")
    return f"{stem[: _LONGEST - _DIGEST - 1]}-{digest}".lstrip("-")


def content_hash(columns: Mapping[str, str | None]) -> str:
    """A fingerprint of a row's normalised columns, wherever it comes from.

    Columns without a value don't count, so that a new optional column of the schema changes no old row's hash.
    """
    filled = sorted((name, value) for name, value in columns.items() if value is not None)
    return hashlib.sha256(json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
