"""Runs `stack/workflow.asl.json` as Step Functions would: the states and fields that it uses, and no others.

What is not known here is an error, so that a machine which says more than this can't pass by being half read.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

MAX_PAYLOAD = 256 * 1024  # https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
TERMINAL = ("States.DataLimitExceeded", "States.Runtime")  # which States.ALL does not match
ABORTED, FAILED, SUCCEEDED, TIMED_OUT = "ABORTED", "FAILED", "SUCCEEDED", "TIMED_OUT"
COMMON = {"Type", "Comment", "Next", "End"}
KNOWN = {
    "Task": {"Resource", "Parameters", "TimeoutSeconds", "ResultSelector", "ResultPath", "Retry", "Catch"},
    "Map": {"ItemReader", "ItemSelector", "ItemProcessor", "MaxConcurrency", "ToleratedFailurePercentage", "ResultPath",
            "ResultSelector", "ResultWriter", "Retry", "Catch", "Label"},
    "Pass": {"Parameters", "ResultPath"},
    "Succeed": set(),
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
}  # fmt: skip


class StateError(Exception):
    """A state failed; `error` is the name by which it is retried and caught."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


class ExecutionEnded(Exception):  # noqa: N818 - not by an error of its own
    """The execution as a whole ends: it took too long, or somebody stopped it."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class End:
    """How an execution ended. `error` and `cause` are None where AWS tells none."""

    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Machine:
    """A definition, and who does its work.

    Args:
        task: `(name, parameters)` of an integration, such as `lambda:invoke`, to its result; raises `StateError`.
        enter: told each state of the machine itself before it is done; may raise.
    """

    definition: Mapping[str, Any]
    task: Callable[[str, dict[str, Any]], Any]
    enter: Callable[[str], None] = lambda state: None

    def run(self, given: Any) -> End:
        """One execution."""
        try:
            return End(SUCCEEDED, self._states(self.definition, given, {}, self.enter))
        except ExecutionEnded as ended:
            return End(ended.status)
        except StateError as error:
            return End(FAILED, None, error.error, error.cause)

    def _states(self, of: Mapping[str, Any], data: Any, context: Any, enter: Callable[[str], None]) -> Any:
        name = of["StartAt"]
        while True:
            state = of["States"][name]
            _check(state)
            try:
                enter(name)
                data = self._tried(state, data, context)
            except StateError as error:
                catcher = _caught(state, error)
                data = _placed(data, {"Error": error.error, "Cause": error.cause}, catcher.get("ResultPath", "$"))
                name = catcher["Next"]
                continue
            if state.get("End") or state["Type"] == "Succeed":
                return data
            name = state["Next"]

    def _tried(self, state: Mapping[str, Any], data: Any, context: Any) -> Any:
        """Do a state until it succeeds, or its retries are used up. No time passes."""
        used = Counter[int]()
        while True:
            try:
                return self._done(state, data, context)
            except StateError as error:
                number = _matching(state.get("Retry", ()), error.error)
                if number is None or used[number] >= state["Retry"][number].get("MaxAttempts", 3):
                    raise
                used[number] += 1

    def _done(self, state: Mapping[str, Any], data: Any, context: Any) -> Any:
        match state["Type"]:
            case "Task":
                result = self.task(_integration(state), filled(state["Parameters"], data, context))
            case "Map":
                result = self._map(state, data)
            case "Pass":
                result = filled(state["Parameters"], data, context) if "Parameters" in state else data
            case "Succeed":
                return data
            case _:
                _fail(state, data)
        if "ResultSelector" in state:
            result = filled(state["ResultSelector"], result, context)
        return _limited(_placed(data, result, state.get("ResultPath", "$")))

    def _map(self, state: Mapping[str, Any], data: Any) -> Any:
        """Each item in turn; the first that fails beyond what is tolerated ends it."""
        reader = state["ItemReader"]
        items = self.task(_integration(reader), filled(reader["Parameters"], data, {}))
        results, failed = [], 0
        for number, value in enumerate(items):
            context = {"Map": {"Item": {"Index": number, "Value": value}}}
            given = _limited(filled(state.get("ItemSelector", {"item.$": "$$.Map.Item.Value"}), data, context))
            try:
                results.append(self._states(state["ItemProcessor"], given, context, lambda _: None))
            except StateError:
                failed += 1
                if failed * 100 > state.get("ToleratedFailurePercentage", 0) * len(items):
                    raise StateError(
                        "States.ExceedToleratedFailureThreshold",
                        "The specified tolerated failure threshold was exceeded",
                    ) from None
        if "ResultWriter" in state:
            return self.task(_integration(state["ResultWriter"]), filled(state["ResultWriter"]["Parameters"], data, {}))
        return results


def matches(wanted: str, error: str) -> bool:
    """Whether a name in `ErrorEquals` matches an error."""
    if error == "States.Runtime":
        return False
    if wanted == "States.ALL":
        return error not in TERMINAL
    if wanted == "States.TaskFailed":
        return error not in (*TERMINAL, "States.Timeout")
    return wanted == error


def _matching(rules: Sequence[Mapping[str, Any]], error: str) -> int | None:
    for number, rule in enumerate(rules):
        if any(matches(wanted, error) for wanted in rule["ErrorEquals"]):
            return number
    return None


def _caught(state: Mapping[str, Any], error: StateError) -> Mapping[str, Any]:
    number = _matching(state.get("Catch", ()), error.error)
    if number is None:
        raise error
    catcher: Mapping[str, Any] = state["Catch"][number]
    return catcher


def _check(state: Mapping[str, Any]) -> None:
    unknown = set(state) - COMMON - KNOWN[state["Type"]]
    if unknown:
        raise NotImplementedError(f"{state['Type']} with {', '.join(sorted(unknown))}: teach it to {__name__}")


def _integration(state: Mapping[str, Any]) -> str:
    return str(state["Resource"]).rpartition(":::")[2]


def _fail(state: Mapping[str, Any], data: Any) -> NoReturn:
    error = state.get("Error") or (path(state["ErrorPath"], data, {}) if "ErrorPath" in state else "")
    raise StateError(error, state.get("Cause") or (path(state["CausePath"], data, {}) if "CausePath" in state else ""))


def filled(template: Any, data: Any, context: Any) -> Any:
    """A template with its `.$` fields filled."""
    if isinstance(template, list):
        return [filled(one, data, context) for one in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): path(value, data, context) if name.endswith(".$") else filled(value, data, context)
        for name, value in template.items()
    }


def path(expression: str, data: Any, context: Any) -> Any:
    """What a path or the one function that is known gives; what is not there ends the execution."""
    if expression.startswith("States.JsonToString(") and expression.endswith(")"):
        value = path(expression[len("States.JsonToString(") : -1], data, context)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not expression.startswith("$") or "(" in expression or "[" in expression:
        raise NotImplementedError(f"{expression}: teach it to {__name__}")
    found = context if expression.startswith("$$") else data
    for name in expression.lstrip("$").split(".")[1:]:
        if not isinstance(found, Mapping) or name not in found:
            raise StateError("States.Runtime", f"The JSONPath '{expression}' could not be found")
        found = found[name]
    return found


def _placed(data: Any, result: Any, where: str | None) -> Any:
    """The state's output: its input with the result put where `ResultPath` says."""
    if where is None:
        return data
    if where == "$":
        return result
    name = where.removeprefix("$.")
    if "." in name:
        raise NotImplementedError(f"ResultPath {where}: teach it to {__name__}")
    return {**data, name: result}


def _limited(payload: Any) -> Any:
    if len(json.dumps(payload).encode()) > MAX_PAYLOAD:
        raise StateError("States.DataLimitExceeded", "a state's payload is larger than 256 KiB")
    return payload
