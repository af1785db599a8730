"""Where judged rows go. Implemented by the validator and by tests; used by `judge` and `vectorised`."""

from collections.abc import Sequence
from typing import Protocol

from transactions.codes import DataError
from transactions.dialect import Dialect
from transactions.records import Record


class Sink(Protocol):
    """Where judged rows go: the accepted in the file's order, and the rejected in the file's order."""

    def begin(self, header: Record, dialect: Dialect, columns: Sequence[str]) -> None:
        """Called before any row; and once more where the judgement begins anew: what was taken till then is void.

        Args:
            header: the file's first record.
            dialect: how the file is written.
            columns: names of the values of an accepted row.
        """

    def accepted(self, lines: bytes) -> None:
        """Rows that are right, normalised: a JSON array on each line; `source_line` is the row's physical line."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """A row that is not, with all of its errors."""


class NoSink:
    """Keeps nothing: only the verdict is wanted."""

    def begin(self, header: Record, dialect: Dialect, columns: Sequence[str]) -> None:
        """Nothing to prepare."""

    def accepted(self, lines: bytes) -> None:
        """Not kept."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """Not kept."""
