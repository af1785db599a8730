"""Where each object of an upload lies in the bucket. The only place that knows; used by all functions and by `tap`.

incoming/KEY                                          what was uploaded
validated/KEY/VERSION/accepted.jsonl                  accepted, normalised rows, of which a part is some; names first
validated/KEY/VERSION/manifest.json                   the figures; written last, and starts what follows
quarantine/KEY/VERSION/rejected.csv                   what people open
quarantine/KEY/VERSION/rejected.raw                   original bytes, to repair and resubmit
quarantine/KEY/VERSION/conflicts/part-00000.jsonl     rows that contradict the table
transformed/KEY/VERSION/parts.json                    where in the accepted rows each part begins and ends
transformed/KEY/VERSION/part-00000.jsonl              the part's items, of loads from before; read, and not written
transformed/KEY/VERSION/results/part-00000.json       how the rows of a part fared
transformed/KEY/VERSION/reasons/part-00000.json       why a try of a part failed; the last one's
reports/KEY.json                                      the newest report
runs/ID/manifest.json                                 what Step Functions notes of a load's parts; read by nobody here
"""

from dataclasses import dataclass

INCOMING, VALIDATED, QUARANTINE = "incoming/", "validated/", "quarantine/"
TRANSFORMED, REPORTS, RUNS = "transformed/", "reports/", "runs/"
MANIFEST = "manifest.json"
NO_VERSION = "null"  # S3's own name for the version of an object that has none
MAX_KEY_BYTES = 850  # S3 takes 1,024 bytes; derived keys add a prefix, a version and a name
MAX_VERSION_BYTES = 100
# A file that can be asked for: what lies between a caller and S3 may resolve "." and "..", and reach another prefix.
_CHARACTER = r"[^/\x00-\x1f\x7f]"
_SEGMENT = rf"(?:\.{{0,2}}[^./\x00-\x1f\x7f]{_CHARACTER}*|\.{{3}}{_CHARACTER}*)"
NAME_PATTERN = rf"{_SEGMENT}(?:/{_SEGMENT})*"


@dataclass(frozen=True, slots=True)
class Upload:
    """One version of one uploaded file. `name` is the object's key without `incoming/`, `version` as `version_of`."""

    name: str
    version: str

    @classmethod
    def of(cls, key: str, version: str) -> "Upload":
        """Of the full key of an object below `incoming/`.

        Raises:
            ValueError: the key is not below it, or has no name.
        """
        if not key.startswith(INCOMING) or len(key) == len(INCOMING):
            raise ValueError(f"{key!r} is not the key of a file below {INCOMING}")
        return cls(key.removeprefix(INCOMING), version)

    @classmethod
    def of_manifest(cls, key: str) -> "Upload":
        """Of the full key of its manifest; of another key, one that nobody sent."""
        name, _, version = key.removeprefix(VALIDATED).removesuffix(f"/{MANIFEST}").rpartition("/")
        return cls(name, version)

    @property
    def key(self) -> str:
        """The full key of the upload itself."""
        return f"{INCOMING}{self.name}"

    @property
    def version_id(self) -> str | None:
        """The version to ask S3 for; None of an object that has none."""
        return None if self.version.startswith(f"{NO_VERSION}-") else self.version

    @property
    def accepted(self) -> str:
        return f"{VALIDATED}{self._stem}/accepted.jsonl"

    @property
    def manifest(self) -> str:
        return f"{VALIDATED}{self._stem}/{MANIFEST}"

    @property
    def rejected(self) -> str:
        return f"{QUARANTINE}{self._stem}/rejected.csv"

    @property
    def raw(self) -> str:
        return f"{QUARANTINE}{self._stem}/rejected.raw"

    @property
    def parts(self) -> str:
        return f"{TRANSFORMED}{self._stem}/parts.json"

    @property
    def report(self) -> str:
        return report_key(self.name)

    def part(self, number: int) -> str:
        return f"{TRANSFORMED}{self._stem}/part-{number:05d}.jsonl"

    def result(self, number: int) -> str:
        return f"{TRANSFORMED}{self._stem}/results/part-{number:05d}.json"

    @property
    def reasons(self) -> str:
        """The prefix of what failed tries of its parts left."""
        return f"{TRANSFORMED}{self._stem}/reasons/"

    @property
    def all_conflicts(self) -> str:
        """The prefix of the rows that contradict the table, an object for each part that has some."""
        return f"{QUARANTINE}{self._stem}/conflicts/"

    def conflicts(self, number: int) -> str:
        return f"{self.all_conflicts}part-{number:05d}.jsonl"

    def source_part(self, number: int) -> str:
        """The key of the table's index by source."""
        return f"{self.name}#{self.version}#{number:05d}"

    @property
    def too_long(self) -> bool:
        """Whether the keys derived from it would be longer than S3 takes."""
        return len(self.name.encode()) > MAX_KEY_BYTES

    @property
    def _stem(self) -> str:
        return f"{self.name}/{self.version}"


def version_of(version_id: str | None, etag: str) -> str:
    """What tells a version of a file from all others of its key: S3's id or, where it gave none, the object's ETag.

    For up to 15 minutes after a bucket's versioning was switched on, S3 may keep an object without a version; the next
    one of its key then takes its place, and has none either:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
    """
    return f"{NO_VERSION}-{etag}" if version_id in (None, "", NO_VERSION) else version_id


def reason_of(result_key: str) -> str:
    """Where the reason lies why a part has no result; the other way round with `result_of`."""
    return _beside(result_key, "results", "reasons")


def result_of(reason_key: str) -> str:
    """The result of the part that a reason is of."""
    return _beside(reason_key, "reasons", "results")


def _beside(key: str, folder: str, other: str) -> str:
    stem, _, name = key.rpartition(f"/{folder}/")
    return f"{stem}/{other}/{name}"


def report_key(name: str) -> str:
    """The report of a file; `name` is its key without `incoming/`."""
    return f"{REPORTS}{name}.json"
