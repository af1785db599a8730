"""The embedded AWS's own process: MiniStack behind plain HTTP and behind TLS, and mended where it falls short of AWS.

Started by deployer/targets/embedded.py with the interpreter of deployer/locked/embedded, with this folder first on its
path: it imports nothing else of Tap. Each mend says what is amiss, seen in MiniStack 1.5.33. A name that MiniStack no
longer has ends the process at its start: the mend is then looked at again.
"""

import argparse
import asyncio
import importlib
import resource
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve until SIGTERM."""
    arguments = _arguments()
    _mend(arguments.calls)
    refused = importlib.import_module("functions").mend_functions(_service("lambda_svc"), _core("lambda_runtime"))
    importlib.import_module("hosts").mend_code(_core("lambda_runtime"))
    arguments.sandbox.write_text(refused)
    _raise_file_limit()
    server = importlib.import_module("hypercorn.config").Config()
    server.insecure_bind, server.bind = [arguments.plain], [arguments.secure]
    server.certfile, server.keyfile = arguments.certificate, arguments.key
    server.keep_alive_timeout = 75
    serve = importlib.import_module("hypercorn.asyncio").serve
    app = importlib.import_module("moods").planted(importlib.import_module("ministack.app").app, arguments.calls.parent)
    asyncio.run(serve(app, server))


def _mend(calls: Path) -> None:
    responses, enforcement = importlib.import_module("responses"), importlib.import_module("iam_enforcement")
    responses.mend_alarms(_service("cloudwatch"))
    responses.mend_state_machines(_service("stepfunctions"))
    importlib.import_module("subscriptions").mend_subscriptions(_service("sns"))
    importlib.import_module("lambda_throttling").mend_throttling(_service("lambda_svc"))
    keys = enforcement.Keys(_service("s3"), _service("dynamodb"), _service("sqs"), _service("sns"), _service("kms"))
    core = [_core(name) for name in ("iam_evaluator", "iam_actions", "responses")]
    iam = enforcement.Iam(*core, _service("iam"), keys, enforcement.Calls(calls))
    resources = importlib.import_module("iam_resources")
    requests = _core("iam_actions")
    resources.mend_actions(requests)
    resources.mend_resources(requests, _service("kms"))
    resources.mend_tags(requests, _service("tagging"), _service("apigateway_v1"))
    importlib.import_module("boundaries").mend_boundaries(requests, _service("iam"))
    storage, events = importlib.import_module("storage"), importlib.import_module("events")
    storage.mend_encryption(requests, _service("s3"))
    enforcement.mend_policies(iam.evaluator)
    enforcement.mend_requests(iam, resources.passed, storage.absence(_service("s3")))
    importlib.import_module("workflows").mend_workflows(_service("stepfunctions"), iam)
    events.mend_rules(_service("eventbridge"), _service("lambda_svc"), iam)
    events.mend_alarm_actions(_service("cloudwatch"), iam)
    enforcement.mend_functions(_service("lambda_svc"), iam)
    enforcement.mend_invocations(_service("s3"), _service("apigateway_v1"), iam)


def _service(name: str) -> Any:
    return importlib.import_module(f"ministack.services.{name}")


def _core(name: str) -> Any:
    return importlib.import_module(f"ministack.core.{name}")


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
    parser.add_argument("--calls", required=True, type=Path, help="a file for what each role called")
    parser.add_argument("--sandbox", required=True, type=Path, help="a file for why functions run in no sandbox")
    return parser.parse_args()


if __name__ == "__main__":
    main()
