"""Breaks the deployed pipeline on purpose, for the length of one test, and mends it again."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.policy_documents import policy_of
from pipeline.client import Pipeline

POLICY = "planted-fault"


@dataclass
class Plant:
    """What was broken so far. Who plants has the pipeline alone; see the fixture `plant`."""

    pipeline: Pipeline
    _mends: list[Callable[[], object]] = field(default_factory=list)

    def configured(self, function: str, **changed: Any) -> None:
        """Another configuration of a function, such as `Handler="app.nothing"`; `Environment` adds to what it has."""
        client = self.pipeline.target.client("lambda")
        before = client.get_function_configuration(FunctionName=function)
        kept = {name: before[name] for name in changed if name != "Environment"}
        if "Environment" in changed:
            variables = before["Environment"]["Variables"]
            kept["Environment"] = {"Variables": variables}
            changed["Environment"] = {"Variables": {**variables, **changed["Environment"]}}
        self._mends.append(lambda: self._configure(function, kept))
        self._configure(function, changed)

    def held(self, function: str) -> None:
        """Nobody gets to run a function: who calls it is throttled, and tries again.

        Zero takes nothing of the account: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
        """
        client, named = self.pipeline.target.client("lambda"), {"FunctionName": function}
        before = client.get_function_concurrency(**named).get("ReservedConcurrentExecutions")
        if before is None:
            self._mends.append(lambda: client.delete_function_concurrency(**named))
        else:
            kept = {"ReservedConcurrentExecutions": before}
            self._mends.append(lambda: client.put_function_concurrency(**named, **kept))
        client.put_function_concurrency(**named, ReservedConcurrentExecutions=0)

    def denied(self, who: str, action: str, resource: str = "*", condition: Mapping[str, Any] | None = None) -> None:
        """The role of a function, by its name, or of a state machine, by its ARN, may not do `action`.

        `condition` as in a policy, such as `{"StringLike": {"kms:ViaService": "s3.*"}}`.
        """
        role = self._role(who)
        iam = self.pipeline.target.client("iam")
        statement = {"Effect": "Deny", "Action": action, "Resource": resource, "Condition": condition or {}}
        document = policy_of(statement)
        self._mends.append(lambda: iam.delete_role_policy(RoleName=role, PolicyName=POLICY))
        iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)

    def mend(self) -> None:
        """All is as it was."""
        while self._mends:
            self._mends.pop()()

    def _role(self, who: str) -> str:
        client = self.pipeline.target.client
        if who.startswith("arn:"):
            arn = client("stepfunctions").describe_state_machine(stateMachineArn=who)["roleArn"]
        else:
            arn = client("lambda").get_function_configuration(FunctionName=who)["Role"]
        return str(arn).rpartition("/")[2]

    def _configure(self, function: str, changed: dict[str, Any]) -> None:
        client = self.pipeline.target.client("lambda")
        client.update_function_configuration(FunctionName=function, **changed)
        client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        time.sleep(self.pipeline.target.trait("settles_s"))
