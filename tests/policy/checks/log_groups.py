"""TAP_LOGS_1: a log group that a service makes by itself is kept for good, and stays when the stack goes."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.links import first, is_open, local_name, of_kind
from deployer.compliance.rule_api.rule import Block, Offence, Rule


class LogGroups(Rule):
    id = "TAP_LOGS_1"
    title = "A function's log group is declared, and kept for a stated time"
    mend = "declare CloudwatchLogGroup /aws/lambda/NAME with retention_in_days, before the function"
    types = ("aws_lambda_function", "aws_cloudwatch_log_group")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.type == "aws_cloudwatch_log_group":
            kept = block.values.get("retention_in_days")
            if not is_open(kept) and str(kept or "0") == "0":
                yield Offence("retention_in_days is not set: kept for good", "MEDIUM")
            return
        groups = [str(values.get("name") or "") for _, values in of_kind(block, "aws_cloudwatch_log_group")]
        if not any(_is_of(block, name) for name in groups):
            yield Offence("the function's log group is not declared", "MEDIUM")


def _is_of(block: Block, group: str) -> bool:
    told: Any = first(block.values.get("logging_config")).get("log_group")
    if told:
        return group == told or is_open(told)
    name = str(block.values.get("function_name") or "")
    return group == f"/aws/lambda/{name}" or f"{local_name(block.address)}." in group
