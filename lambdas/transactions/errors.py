"""The tree of errors of the Lambda side.

    TapError
      SchemaError             the Table Schema is wrong; says field and reason
      FileRefused             a file that can't be judged; carries its file and header errors
      ConservationBroken      our own figures don't add up: a defect, never the file's fault
      EngineFailed            the vectorised engine can't judge a file, and row by row it can be
      TooBroken               so many records of a file are broken that it is quicker judged row by row
      DocumentRefused         a manifest, parts list, part or event that is not what it should be
      ObjectGone              S3 has another object in the place of the one that an event is about
      Throttled               a service was busy or broken, or the network was; a retry helps
      NotReconciled           rows or amounts of a load don't add up; a retry doesn't help

Class names reach Step Functions as error names: `stack/workflow.asl.json` retries and catches by them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transactions.codes import DataError


class TapError(Exception):
    """Anything the Lambda side raises on purpose."""


class SchemaError(TapError):
    """The Table Schema can't be used; the message names field and reason, one a line."""


class FileRefused(TapError):  # noqa: N818 - an answer about the file, not a fault of ours
    """The file as a whole can't be judged.

    Args:
        errors: the file's and header's errors, at least one.
    """

    def __init__(self, errors: "Sequence[DataError]") -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = tuple(errors)


class ConservationBroken(TapError):  # noqa: N818 - says what happened
    """Rows or amounts read are not those accepted plus those rejected."""


class EngineFailed(TapError):  # noqa: N818 - says what happened
    """The vectorised engine had too little memory for a file, or stumbled; says nothing of the file's values."""


class TooBroken(TapError):  # noqa: N818 - says what happened
    """So many records of a file are broken that to judge it row by row is quicker; of the file nothing was judged."""


class DocumentRefused(TapError):  # noqa: N818 - says what happened
    """A document or event between the functions lacks something or holds something of the wrong kind."""


class ObjectGone(TapError):  # noqa: N818 - says what happened
    """The object of an event is not there, and what lies under its key is another one."""


class Throttled(TapError):  # noqa: N818 - the state machine retries by this name
    """A service asked to slow down, failed by its own fault or fell silent, also after the client's own retries."""


class NotReconciled(TapError):  # noqa: N818 - the state machine catches by this name
    """Rows or amounts in are not loaded + rejected + duplicate + conflicting."""
