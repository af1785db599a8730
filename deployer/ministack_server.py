"""The embedded AWS's own process: MiniStack behind plain HTTP and behind TLS, and mended where its answers fall short.

Started by deployer/embedded.py with the interpreter of environments/embedded, so it imports nothing of Tap. What is
mended is what would otherwise make a plan after an apply show changes; each mend says what is amiss, seen in MiniStack
1.5.33. A name that MiniStack no longer has ends the process at its start: the mend is then looked at again.
"""

import argparse
import asyncio
import importlib
import json
import resource
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], bytes]


def main() -> None:
    """Serve until SIGTERM."""
    arguments = _arguments()
    mend_alarms(importlib.import_module("ministack.services.cloudwatch"))
    mend_state_machines(importlib.import_module("ministack.services.stepfunctions"))
    _raise_file_limit()
    server = importlib.import_module("hypercorn.config").Config()
    server.insecure_bind, server.bind = [arguments.plain], [arguments.secure]
    server.certfile, server.keyfile = arguments.certificate, arguments.key
    server.keep_alive_timeout = 75
    serve = importlib.import_module("hypercorn.asyncio").serve
    asyncio.run(serve(importlib.import_module("ministack.app").app, server))


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


def _raise_file_limit() -> None:
    """As MiniStack's own command does: bursts of connections need more than 1,024 files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS tells "unlimited" and refuses it
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 10_240) if hard > 0 else 10_240, hard))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="MiniStack for Tap")
    parser.add_argument("--plain", required=True, help="HOST:PORT of HTTP")
    parser.add_argument("--secure", required=True, help="HOST:PORT of HTTPS")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
