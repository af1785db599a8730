"""The answer about a file and the counting that leads to it. Made by `judge`; `to_json` is `tap validate --json`."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from transactions.codes import DataError
from transactions.dialect import Dialect
from transactions.errors import ConservationBroken
from transactions.money import Totals, add, amount_text
from transactions.rules import Control


@dataclass(frozen=True, slots=True)
class FileFacts:
    """How a file is written, and what it is byte for byte. What could not be detected, or was not read, is None."""

    encoding: str | None
    bom: bool
    delimiter: str | None
    line_ending: str | None
    sha256: str | None
    bytes: int

    @classmethod
    def unread(cls, size: int) -> "FileFacts":
        """The facts of a file of which the size alone is known."""
        return cls(None, False, None, None, None, size)

    @classmethod
    def of(cls, dialect: Dialect, sha256: str, size: int) -> "FileFacts":
        """The facts of a file that was read to its end."""
        return cls(dialect.encoding, bool(dialect.bom), dialect.delimiter, dialect.line_ending, sha256, size)

    def to_json(self) -> dict[str, Any]:
        """The object "file" of reports and of `tap validate --json`."""
        return asdict(self)


def facts_of_refused(path: Path, dialect: Dialect | None) -> FileFacts:
    """The facts of a file that was not, or only partly, read: hashed here, in a reading of its own."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.tell()
    return FileFacts.of(dialect, digest, size) if dialect else FileFacts(None, False, None, None, digest, size)


@dataclass(frozen=True, slots=True)
class Rows:
    """Counts of rows. `duplicates` are those of the rejected that repeat a value that must be unique."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0

    def to_json(self) -> dict[str, int]:
        """The object "rows"."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a file. Counts and totals are exact; `errors` is capped, and says if it is."""

    judged: bool
    file: FileFacts
    rows: Rows = Rows()
    totals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    errors: Sequence[DataError] = ()
    errors_by_code: Mapping[str, int] = field(default_factory=dict)
    errors_truncated: bool = False

    @classmethod
    def refused(cls, facts: FileFacts, errors: Sequence[DataError]) -> "Verdict":
        """Of a file that can't be judged."""
        return cls(False, facts, errors=tuple(errors), errors_by_code=_counted(errors))

    @property
    def exit_code(self) -> int:
        """Of `tap validate`: 0 all accepted, 1 some rejected, 2 not a file that can be judged."""
        return 2 if not self.judged else int(self.rows.rejected > 0)

    def to_json(self) -> dict[str, Any]:
        """The object of `tap validate --json`."""
        return {
            "file": self.file.to_json(),
            "rows": self.rows.to_json(),
            "totals": {currency: dict(figures) for currency, figures in self.totals.items()},
            "errors": [error.to_json() for error in self.errors],
            "errors_by_code": dict(self.errors_by_code),
            "errors_truncated": self.errors_truncated,
        }


class Tally:
    """Counts while a file is judged. What was read is counted on its own, so that `check` can find a lost row."""

    def __init__(self, max_details: int) -> None:
        self._max_details = max_details
        self._read = self._accepted = self._rejected = self._duplicates = 0
        self._totals = {"read": Totals(), "accepted": Totals(), "rejected": Totals()}
        self._errors: list[DataError] = []
        self._codes: Counter[str] = Counter()
        self._truncated = False

    @property
    def rows(self) -> int:
        """Rows read so far."""
        return self._read

    @property
    def accepted(self) -> int:
        """Rows accepted so far."""
        return self._accepted

    def read(self, control: Control | None, rows: int = 1) -> None:
        """A row was read; or several, of which `control` has the sum."""
        self._read += rows
        if control is not None:
            self._totals["read"].add(*control)

    def accept(self, control: Control | None, rows: int = 1) -> None:
        """A row was accepted; `control` is of its normalised form. Or several, as in `read`."""
        self._accepted += rows
        if control is not None:
            self._totals["accepted"].add(*control)

    def reject(self, control: Control | None, errors: Sequence[DataError], *, duplicate: bool) -> None:
        """A row was rejected, for these errors."""
        self._rejected += 1
        self._duplicates += duplicate
        if control is not None:
            self.rejected(control)
        self.note(errors)

    def rejected(self, control: Control | None) -> None:
        """The sum of rows of which `reject` was told without their amounts."""
        if control is not None:
            self._totals["rejected"].add(*control)

    def note(self, errors: Sequence[DataError]) -> None:
        """Count errors, and keep the first of them."""
        for error in errors:
            self._codes[error.code] += 1
        room = self._max_details - len(self._errors)
        if room:
            self._errors += errors[:room]
        self._truncated |= len(errors) > room

    def check(self) -> None:
        """Rows and amounts read are those accepted plus those rejected.

        Raises:
            ConservationBroken: they are not.
        """
        if self._read != self._accepted + self._rejected:
            raise ConservationBroken(f"{self._read} rows read, {self._accepted} accepted, {self._rejected} rejected")
        read, accepted, rejected = self._totals.values()
        for currency in {*read, *accepted, *rejected}:
            if read[currency] != add(accepted[currency], rejected[currency]):
                figures = f"{read[currency]} read, {accepted[currency]} accepted, {rejected[currency]} rejected"
                raise ConservationBroken(f"{currency}: {figures}")

    def verdict(self, facts: FileFacts) -> Verdict:
        """The answer, after the last row."""
        rows = Rows(self._read, self._accepted, self._rejected, self._duplicates)
        codes = dict(sorted(self._codes.items()))
        return Verdict(True, facts, rows, self._figures(), tuple(self._errors), codes, self._truncated)

    def _figures(self) -> dict[str, dict[str, str]]:
        currencies = sorted(self._totals["read"])
        return {
            currency: {name: amount_text(totals[currency], currency) for name, totals in self._totals.items()}
            for currency in currencies
        }


def _counted(errors: Sequence[DataError]) -> dict[str, int]:
    return dict(sorted(Counter(error.code for error in errors).items()))
