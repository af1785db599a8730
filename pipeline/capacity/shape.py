"""The stack's own figures, read from the synthesised stack, so that the model can't drift from what is deployed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.deploy.synthesis import stack_folder
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.stack_file import stack_document
from pipeline.domain import layout

Document = Mapping[str, Any]
FULL_PROCESSOR_MB = 1_769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html


@dataclass(frozen=True, slots=True)
class Function:
    """What a function is given: MB, seconds, MB."""

    memory_mb: int
    timeout_s: int
    storage_mb: int

    @property
    def processor(self) -> float:
        """Its share of a processor; the work that counts here uses one at most."""
        return min(1.0, self.memory_mb / FULL_PROCESSOR_MB)


@dataclass(frozen=True, slots=True)
class Shape:
    """The stack, as far as it has a say in cost and time.

    `transitions` are of a load that succeeds, without its parts; `part_transitions` of one part. `kept_days` are those
    of what is below validated/ and transformed/, its noncurrent time included. `indexes` are the table's.
    """

    validator: Function
    transformer: Function
    loader: Function
    rows_per_part: int
    concurrency: int
    load_timeout_s: int
    part_timeout_s: int
    transitions: int
    part_transitions: int
    indexes: int
    kept_days: int
    logs_kept_days: int
    bucket_key: bool
    alarms: int


def shape(settings: Settings, paths: Paths) -> Shape:
    """Of the stack that the settings give. Raises SynthesisFailed or ToolMissing."""
    folder = stack_folder(settings, paths)
    return shape_of(stack_document(folder))


def shape_of(document: Document) -> Shape:
    """Of the content of a synthesised cdk.tf.json. Raises KeyError or ValueError if it is not this stack's."""
    resources = document["resource"]
    functions = {str(each["function_name"]): each for each in resources["aws_lambda_function"].values()}
    validator, transformer, loader = (
        _one(functions, role) for role in ("csv-validator", "csv-transformer", "transaction-loader")
    )
    workflow = json.loads(_only(resources, "aws_sfn_state_machine")["definition"])
    states = list(_way(workflow))
    (parts,) = (state for state in states if state["Type"] == "Map")
    encryption = _only(resources, "aws_s3_bucket_server_side_encryption_configuration")["rule"][0]
    return Shape(
        validator=_function(validator),
        transformer=_function(transformer),
        loader=_function(loader),
        rows_per_part=int(transformer["environment"]["variables"]["ROWS_PER_PART"]),
        concurrency=int(parts["MaxConcurrency"]),
        load_timeout_s=int(workflow["TimeoutSeconds"]),
        part_timeout_s=min(int(state["TimeoutSeconds"]) for state in _way(parts["ItemProcessor"])),
        transitions=len(states),
        part_transitions=len(list(_way(parts["ItemProcessor"]))),
        indexes=len(_only(resources, "aws_dynamodb_table")["global_secondary_index"]),
        kept_days=_kept_days(_only(resources, "aws_s3_bucket_lifecycle_configuration")["rule"]),
        logs_kept_days=max(int(each["retention_in_days"]) for each in resources["aws_cloudwatch_log_group"].values()),
        bucket_key=bool(encryption["bucket_key_enabled"]),
        alarms=len(resources["aws_cloudwatch_metric_alarm"]),
    )


def _only(resources: Document, kind: str) -> Any:
    (resource,) = resources[kind].values()
    return resource


def _one(functions: Mapping[str, Any], role: str) -> Any:
    (found,) = (each for name, each in functions.items() if name.startswith(f"{role}-"))
    return found


def _function(resource: Document) -> Function:
    storage = int(resource["ephemeral_storage"]["size"])
    return Function(int(resource["memory_size"]), int(resource["timeout"]), storage)


def _way(workflow: Document) -> Iterator[Document]:
    """The states that a success passes, in order."""
    name = workflow["StartAt"]
    while name:
        state = workflow["States"][name]
        yield state
        name = state.get("Next")


def _kept_days(rules: list[Any]) -> int:
    """Of the longest kept of what can be made again."""
    return max(
        int(rule["expiration"][0]["days"] + rule["noncurrent_version_expiration"][0]["noncurrent_days"])
        for rule in rules
        if rule["filter"][0]["prefix"] in (layout.VALIDATED, layout.TRANSFORMED)
    )
