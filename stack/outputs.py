"""The only bridge from the stack to the deployer and the tests: named values, all of them there or an error."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self


class OutputsError(ValueError):
    """What Terraform gave is not the outputs of this stack."""


@dataclass(frozen=True)
class Outputs:
    """What a deployment is reached by. Every field is a Terraform output of the same name."""

    bucket_name: str
    table_name: str
    validator_function_name: str
    transformer_function_name: str
    loader_function_name: str
    status_function_name: str
    state_machine_arn: str
    topic_arn: str
    dead_letter_queue_url: str
    kms_key_arn: str
    api_id: str
    api_stage: str
    api_url: str
    account_id: str
    region: str

    @classmethod
    def parse(cls, outputs: Mapping[str, Any]) -> Self:
        """From the values of Terraform's outputs by name.

        Raises:
            OutputsError: names each output that is missing or blank; an empty name must not travel on.
        """
        values = {field.name: outputs.get(field.name) for field in fields(cls)}
        if missing := [name for name, value in values.items() if not value]:
            raise OutputsError(
                f"the deployed stack has no output {', '.join(missing)}: deploy it again with `tap deploy`"
            )
        return cls(**{name: str(value) for name, value in values.items()})
