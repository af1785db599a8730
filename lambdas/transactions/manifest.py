"""The manifest: what the validator found in one file version, and where it put it. Written last, read by all after it.

It holds no time of its own making, so judging the same version twice gives the same bytes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from transactions.errors import DocumentRefused
from transactions.layout import Upload

FORMAT = 1
_FIGURES = ("read", "accepted", "rejected")


@dataclass(frozen=True, slots=True)
class SourceObject:
    """The uploaded object.

    `key` is the full key; `last_modified` is ISO 8601 in UTC; `sequencer` orders the events of a key.
    """

    bucket: str
    key: str
    version_id: str
    bytes: int
    sha256: str
    etag: str
    last_modified: str
    sequencer: str = ""

    @property
    def upload(self) -> Upload:
        """Where its objects lie."""
        return Upload.of(self.key, self.version_id)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The figures of one judged file version; amounts are decimal texts by currency."""

    source: SourceObject
    file: Mapping[str, Any]
    rows: Mapping[str, int]
    totals: Mapping[str, Mapping[str, str]]
    errors_by_code: Mapping[str, int]
    schema_sha256: str
    objects: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The document."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def of_json(cls, document: Any) -> "Manifest":
        """Read a document, and believe it only if it has every figure.

        Raises:
            DocumentRefused: something is missing, of the wrong kind, or the figures contradict each other.
        """
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise DocumentRefused(f"not a manifest of format {FORMAT}")
        try:
            source = SourceObject(**document["source"])
            names = ("file", "rows", "totals", "errors_by_code", "schema_sha256", "objects")
            manifest = cls(source, *(document[name] for name in names))
            _check(manifest)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise DocumentRefused(f"the manifest lacks a figure or holds a wrong one: {error!r}") from error
        return manifest


def _check(manifest: Manifest) -> None:
    rows, upload = manifest.rows, manifest.source.upload
    if rows["read"] != rows["accepted"] + rows["rejected"]:
        raise DocumentRefused(f"the manifest of {upload.key} does not add up: {dict(rows)}")
    for currency, figures in manifest.totals.items():
        read, accepted, rejected = (Decimal(figures[name]) for name in _FIGURES)
        if read != accepted + rejected:
            raise DocumentRefused(f"the manifest of {upload.key} does not add up in {currency}: {dict(figures)}")
    if manifest.objects["accepted"] != upload.accepted:
        raise DocumentRefused(f"the manifest of {upload.key} points elsewhere: {manifest.objects['accepted']}")
