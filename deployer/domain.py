"""The domain of lambdas/, for use on this machine: the one place that puts `lambdas/` on the module path.

So `tap validate` judges with the very code of the Lambda, and keys are derived where the functions derive them.
"""

import sys

from deployer.places import Places

sys.path.append(str(Places.here().root / "lambdas"))

from transactions.dialect import detect
from transactions.errors import FileRefused, SchemaError
from transactions.identity import execution_name
from transactions.judge import NoSink, check_header, judge
from transactions.layout import INCOMING, Upload, report_key
from transactions.records import Source
from transactions.schema import SHIPPED, Schema, load
from transactions.verdict import Verdict

__all__ = [
    "INCOMING",
    "SHIPPED",
    "FileRefused",
    "NoSink",
    "Schema",
    "SchemaError",
    "Source",
    "Upload",
    "Verdict",
    "check_header",
    "detect",
    "execution_name",
    "judge",
    "load",
    "report_key",
]
