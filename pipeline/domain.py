"""The domain of lambdas/, for use on this machine: all that the deployer takes from it, in one place.

So `tap validate` judges with the very code of the Lambda, and keys are derived where the functions derive them.
"""

from transactions import currencies, layout
from transactions import errors as transaction_errors
from transactions.codes import counted
from transactions.dialect import detect
from transactions.errors import FileRefused, SchemaError
from transactions.file_hints import on_header
from transactions.headers import check_header
from transactions.identity import execution_name
from transactions.judge import NoSink, judge
from transactions.layout import INCOMING, NAME_PATTERN, Upload, report_key, version_of
from transactions.quarantine import COLUMNS as ERROR_COLUMNS
from transactions.quarantine import guard
from transactions.records import Source
from transactions.schema import DERIVED, SHIPPED, Schema, load, parse
from transactions.verdict import FileFacts, Rows, Verdict

__all__ = [
    "DERIVED",
    "ERROR_COLUMNS",
    "INCOMING",
    "NAME_PATTERN",
    "SHIPPED",
    "FileFacts",
    "FileRefused",
    "NoSink",
    "Rows",
    "Schema",
    "SchemaError",
    "Source",
    "Upload",
    "Verdict",
    "check_header",
    "counted",
    "currencies",
    "detect",
    "execution_name",
    "guard",
    "judge",
    "layout",
    "load",
    "on_header",
    "parse",
    "report_key",
    "transaction_errors",
    "version_of",
]
