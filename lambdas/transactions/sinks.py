"""Where judged rows go. Implemented by the validator and by tests; used by `judge` and `vectorised`."""

from collections.abc import Sequence
from typing import Protocol

from transactions.codes import DataError
from transactions.dialect import Dialect
from transactions.records import Record


class Sink(Protocol):
    """Where judged rows go: the accepted in the file's order, and the rejected in the file's order."""

    def begin(self, header: Record, dialect: Dialect) -> None:
        """Called once, before any row, with the header and how the file is written."""

    def accepted(self, lines: bytes) -> None:
        """Rows that are right, normalised: lines of JSON; `source_line` of each is its physical line."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """A row that is not, with all of its errors."""


class NoSink:
    """Keeps nothing: only the verdict is wanted."""

    def begin(self, header: Record, dialect: Dialect) -> None:
        """Nothing to prepare."""

    def accepted(self, lines: bytes) -> None:
        """Not kept."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """Not kept."""
