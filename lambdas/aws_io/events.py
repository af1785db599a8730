"""S3's notifications, as the uploads and manifests that they announce. Used by the validator and the transformer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from transactions.errors import DocumentRefused
from transactions.layout import INCOMING, MANIFEST, NO_VERSION, VALIDATED

_SEQUENCER = re.compile(r"[0-9A-Fa-f]*")
_ETAG = re.compile(r"[0-9A-Za-z-]*")


@dataclass(frozen=True, slots=True)
class Notice:
    """One record of an event: an object that was created.

    `key` is unquoted; `version_id` is None while the bucket's versioning comes into force; `etag` may be blank.
    """

    bucket: str
    key: str
    version_id: str | None
    etag: str
    sequencer: str

    @property
    def is_upload(self) -> bool:
        """Whether it is a file below `incoming/`, and not a folder that a console made."""
        return self.key.startswith(INCOMING) and not self.key.endswith("/")

    @property
    def is_manifest(self) -> bool:
        """Whether it is a manifest of the validator's."""
        return self.key.startswith(VALIDATED) and self.key.endswith(f"/{MANIFEST}")


def notices(event: S3Event, bucket: str) -> Iterator[Notice]:
    """The records of an event that announce objects of our bucket.

    Raises:
        DocumentRefused: it is not an event of S3, or of another bucket.
    """
    if event.get("Event") == "s3:TestEvent":  # S3 sends one when notifications are set up
        return
    if not isinstance(event.get("Records"), list):
        raise DocumentRefused("the event has no records: it is not a notification of S3")
    for record in event.records:
        if not record.event_name.startswith(("ObjectCreated:", "s3:ObjectCreated:")):
            continue
        if record.s3.bucket.name != bucket:
            raise DocumentRefused(f"the event is of bucket {record.s3.bucket.name}, not of {bucket}")
        found = record.s3.get_object
        version = found.get("versionId")
        yield Notice(
            bucket,
            unquote_plus(found.key),
            None if version in ("", NO_VERSION) else version,
            _text(found.get("eTag"), _ETAG),
            _text(found.get("sequencer"), _SEQUENCER),
        )


def _text(value: object, pattern: re.Pattern[str]) -> str:
    """A field that others send, or nothing where it is not what it should be."""
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
