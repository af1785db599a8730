"""Answers of MiniStack that fall short of AWS's, so that a plan after an apply would show changes; seen in 1.5.33."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], bytes]


def mend_alarms(cloudwatch: Any) -> None:
    """DescribeAlarms in XML, as Terraform's provider asks for it, leaves out most of an alarm; in JSON it is whole."""
    original = cloudwatch._describe_alarms

    def describe_alarms(params: Any, document: Any, is_cbor: bool, is_json: bool = False) -> Answer:
        if is_cbor or is_json:
            return _answer(original(params, document, is_cbor, is_json))
        status, _, body = _answer(original({}, _query(params), False, True))
        if status != 200:
            return _answer(original(params, document, is_cbor, is_json))
        inner = "".join(_xml(name, value) for name, value in json.loads(body).items())
        wrapped = f"<DescribeAlarmsResult>{inner}</DescribeAlarmsResult>"
        return _answer(cloudwatch._xml(200, "DescribeAlarmsResponse", wrapped))

    cloudwatch._describe_alarms = describe_alarms


def mend_state_machines(stepfunctions: Any) -> None:
    """A state machine's tracingConfiguration is taken, and neither kept nor told."""
    create, update = stepfunctions._create_state_machine, stepfunctions._update_state_machine
    describe = stepfunctions._describe_state_machine

    def keeping(original: Any) -> Any:
        def changed(data: dict[str, Any]) -> Answer:
            status, headers, body = _answer(original(data))
            if status == 200 and "tracingConfiguration" in data:
                arn = data.get("stateMachineArn") or json.loads(body)["stateMachineArn"]
                stepfunctions._state_machines[arn]["tracingConfiguration"] = data["tracingConfiguration"]
            return status, headers, body

        return changed

    def described(data: dict[str, Any]) -> Answer:
        status, headers, body = _answer(describe(data))
        machine = stepfunctions._state_machines.get(data.get("stateMachineArn")) or {}
        if status == 200 and "tracingConfiguration" in machine:
            body = json.dumps({**json.loads(body), "tracingConfiguration": machine["tracingConfiguration"]}).encode()
        return status, headers, body

    stepfunctions._create_state_machine, stepfunctions._update_state_machine = keeping(create), keeping(update)
    stepfunctions._describe_state_machine = described


def _answer(answer: Any) -> Answer:
    status, headers, body = answer
    return int(status), dict(headers), body if isinstance(body, bytes) else str(body).encode()


def _query(params: Any) -> dict[str, Any]:
    """A query's parameters as the JSON protocol has them: `AlarmNames.member.1` is an element of a list."""
    document: dict[str, Any] = {}
    for name, value in params.items():
        one = value[0] if isinstance(value, list) else value
        head, dot, _ = name.partition(".member.")
        if dot:
            document.setdefault(head, []).append(one)
        else:
            document[name] = one
    return document


def _xml(name: str, value: Any) -> str:
    """One element as the query protocol writes it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = "".join(_xml(key, one) for key, one in value.items())
    elif isinstance(value, list):
        inner = "".join(_xml("member", one) for one in value)
    elif isinstance(value, bool):
        inner = str(value).lower()
    elif name.endswith("Timestamp") and isinstance(value, int | float):
        inner = datetime.fromtimestamp(value, UTC).isoformat()
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"
