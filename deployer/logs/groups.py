"""Where the functions of a deployed stack log."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from deployer.terraform.cli import attributes_in

_FUNCTION = re.compile(r"(?:^|\.)aws_lambda_function\.")


def groups_in(state: Mapping[str, Any], suffix: str) -> dict[str, str]:
    """The log group of each function that a state document manages, by the function's name without the suffix.

    Those in the region of the default provider, whose clients a target gives.
    """
    functions = [told for address, told in attributes_in(state, elsewhere=False).items() if _FUNCTION.search(address)]
    names = {str(told["function_name"]): _group_of(told) for told in functions}
    shorter = Counter(name.removesuffix(f"-{suffix}") for name in names)
    return {
        short if shorter[short := name.removesuffix(f"-{suffix}")] == 1 else name: group
        for name, group in sorted(names.items())
    }


def _group_of(function: Mapping[str, Any]) -> str:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html"""
    said = [one.get("log_group") for one in function.get("logging_config") or []]
    return str(next(filter(None, said), f"/aws/lambda/{function['function_name']}"))
