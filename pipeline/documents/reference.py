"""docs/reference.md: what people and programs look up, from the code and the synthesised stack."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from deployer import errors
from deployer.compliance import errors as compliance_errors
from deployer.paths import Paths
from pipeline.documents import openapi
from pipeline.documents.example import SUFFIX, Stack, example_stack, referred
from pipeline.documents.template import filled
from pipeline.domain import SHIPPED, layout, transaction_errors
from stack.outputs import Outputs
from stack.settings import Settings

TEMPLATE = Path(__file__).with_name("reference.template.md")
INPUT = "tests/events/loader_reconcile.json"  # a test compares it with what the transformer starts
_LOAD_FAILED = "the state machine's input, and beside it `error` with `Error` and `Cause`"
_MESSAGES = {
    "States.JsonToString($.reconciliation.figures)": "`key`, `reconciled`, `rows` and `totals`, as in the report",
    "States.JsonToString($)": _LOAD_FAILED,
}
Rows = Iterator[Sequence[str]]


def built(paths: Paths) -> str:
    """The text of docs/reference.md."""
    stack = example_stack(paths)
    api = json.loads(openapi.built(paths))
    parts: Mapping[str, Callable[[], str]] = {
        "settings": lambda: _table("variable", "default", "takes", "meaning", rows=_settings()),
        "errors": lambda: _table("exit", "error", "when", rows=_errors(errors.TapError)),
        "failures": lambda: _table("error", "when", rows=_failures()),
        "layout": lambda: _table("key", "what it is", rows=_layout()),
        "expiry": lambda: _expiry(stack),
        "notifications": lambda: _table("event", "prefix", "suffix", "function", rows=_notifications(stack)),
        "retries": lambda: _table("function", "tried again", "at the longest", rows=_retries(stack)),
        "input": lambda: _json(_read(paths, INPUT)["input"]),
        "samples": lambda: _samples(paths),
        "publications": lambda: _table("subject", "the message", rows=_publications(stack)),
        "keys": lambda: _table("key", "partition", "sort", rows=_keys(stack)),
        "attributes": lambda: _table("attribute", "what it is", rows=_attributes(api)),
        "routes": lambda: _table("call", "answers", rows=_routes(api)),
        "outputs": lambda: _table("output", "what it is", rows=_outputs(stack)),
        "schemas": lambda: _table("schema", "of what", rows=_schemas(paths)),
    }
    text = filled(TEMPLATE.read_text("utf-8"), {name: _ignoring_arguments(part) for name, part in parts.items()})
    return text.replace(f"-{SUFFIX}", "-{suffix}")


def _ignoring_arguments(part: Callable[[], str]) -> Callable[[str, str], str]:
    return lambda *_: part()


def _settings() -> Rows:
    for each in fields(Settings):
        default = ",".join(each.default) if isinstance(each.default, tuple) else str(each.default)
        yield (
            ", ".join(f"`{name}`" for name in each.metadata["variables"]),
            f"`{default.lower() if isinstance(each.default, bool) else default}`" if default else "blank",
            each.metadata["kind"].takes,
            each.metadata["meaning"],
        )


def _errors(error: type[errors.TapError], depth: int = 0) -> Rows:
    """An error and what is a kind of it, indented; of these modules, whatever else is imported."""
    if depth:
        yield str(error.exit_code), f"{'&nbsp;&nbsp;' * (depth - 1)}`{error.__name__}`", _sentence(error)
    for each in error.__subclasses__():
        if each.__module__ in (errors.__name__, compliance_errors.__name__):
            yield from _errors(each, depth + 1)


def _failures() -> Rows:
    for each in transaction_errors.TapError.__subclasses__():
        yield f"`{each.__name__}`", _sentence(each)


def _sentence(error: type[Exception]) -> str:
    return (error.__doc__ or "").partition("\n")[0]


def _layout() -> Rows:
    for line in (layout.__doc__ or "").splitlines():
        if "/" in line and (found := re.fullmatch(r"(\S+) {2,}(.+)", line)):
            yield f"`{found[1]}`", found[2]


def _expiry(stack: Stack) -> str:
    """How long objects stay, as the bucket's lifecycle has it."""
    (lifecycle,) = stack["resource"]["aws_s3_bucket_lifecycle_configuration"].values()
    kept = [
        f"`{rule['filter'][0]['prefix']}` {rule['expiration'][0]['days']} days"
        for rule in lifecycle["rule"]
        if "expiration" in rule
    ]
    (old,) = {rule["noncurrent_version_expiration"][0]["noncurrent_days"] for rule in lifecycle["rule"]}
    return f"Kept: {', '.join(kept)}; everything else for good. A version that a newer one replaced: {old} days.\n"


def _notifications(stack: Stack) -> Rows:
    for notification in stack["resource"]["aws_s3_bucket_notification"].values():
        for each in notification["lambda_function"]:
            function = _named(stack, each["lambda_function_arn"], "function_name")
            for event in each["events"]:
                suffix = f"`{each['filter_suffix']}`" if "filter_suffix" in each else "any"
                yield f"`{event}`", f"`{each['filter_prefix']}`", suffix, f"`{function}`"


def _retries(stack: Stack) -> Rows:
    for each in stack["resource"]["aws_lambda_function_event_invoke_config"].values():
        hours = each["maximum_event_age_in_seconds"] / 3600
        function = _named(stack, each["function_name"], "function_name")
        yield f"`{function}`", f"{each['maximum_retry_attempts']} times", f"{hours:g} hours"


def _named(stack: Stack, reference: str, attribute: str) -> str:
    """An attribute of what is referred to, as the stack gives it."""
    kind, name, _ = referred(reference)
    return str(stack["resource"][kind][name][attribute])


def _samples(paths: Paths) -> str:
    file_paths = sorted((paths.root / "tests" / "events").glob("*.json"))
    return "".join(f"- [{path.name}](../tests/events/{path.name})\n" for path in file_paths)


def _publications(stack: Stack) -> Rows:
    (machine,) = stack["resource"]["aws_sfn_state_machine"].values()
    for state in json.loads(machine["definition"])["States"].values():
        if state.get("Resource", "").endswith(":sns:publish"):
            yield f"`{state['Parameters']['Subject']}`", _MESSAGES[state["Parameters"]["Message.$"]]


def _keys(stack: Stack) -> Rows:
    (table,) = stack["resource"]["aws_dynamodb_table"].values()
    yield "the table", f"`{table['hash_key']}`", ""
    for index in table["global_secondary_index"]:
        yield f"index `{index['name']}`", f"`{index['hash_key']}`", f"`{index['range_key']}`"


def _attributes(api: openapi.Json) -> Rows:
    for name, schema in api["components"]["schemas"]["Transaction"]["properties"].items():
        yield f"`{name}`", schema["description"]


def _routes(api: openapi.Json) -> Rows:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            answers = ", ".join(operation["responses"])
            yield f"`{method.upper()} {path}`", f"{operation['summary']}. {answers}"


def _outputs(stack: Stack) -> Rows:
    for each in fields(Outputs):
        value = str(stack["output"][each.name]["value"])
        yield f"`{each.name}`", _told(stack, value)


def _told(stack: Stack, value: str) -> str:
    """An output's value where the stack knows it; otherwise whose attribute it will be."""
    if not value.startswith("${"):
        return f"`{value}`"
    if not value.startswith("${aws_"):
        return f"as deployed: `{value.removeprefix('${').removesuffix('}')}`"
    kind, name, attribute = referred(value)
    known = stack["resource"][kind][name].get(attribute)
    return f"`{known}`" if known else f"`{attribute}` of the `{kind}`"


def _schemas(paths: Paths) -> Rows:
    yield (
        f"[{SHIPPED.name}](../lambdas/transactions/{SHIPPED.name})",
        "The columns of a file: a Frictionless Table Schema.",
    )
    for folder, link in (("docs/schemas", "schemas"), ("deployer/reporting/schemas", "../deployer/reporting/schemas")):
        for path in sorted((paths.root / folder).glob("*.json")):
            yield f"[{path.name}]({link}/{path.name})", json.loads(path.read_text("utf-8"))["description"]


def _read(paths: Paths, path: str) -> Any:
    return json.loads((paths.root / path).read_text("utf-8"))


def _json(value: Any) -> str:
    return f"```json\n{json.dumps(value, indent=2)}\n```\n"


def _table(*header: str, rows: Rows) -> str:
    lines = [
        "|---" * len(header) + "|",
        *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows),
    ]
    return "\n".join([f"| {' | '.join(header)} |", *lines, ""])
