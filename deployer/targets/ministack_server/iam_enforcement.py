"""IAM, asked where MiniStack does not: for dead letters, log lines, keys, and who may invoke a function.

MiniStack asks IAM about every signed request. What its services do for a role inside its own process it does without
asking, of an encrypted resource it never asks whether the caller may use the key, and a service invokes any function.
All of these are asked here with MiniStack's own evaluator, and what each role called is recorded. Seen in 1.5.33.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

_LOG = logging.getLogger("tap")
# What AWS asks of the key's policy and of IAM beside the action itself:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_DECRYPT, _ENCRYPT = "kms:Decrypt", "kms:GenerateDataKey"
KEY_ACTIONS = {
    "s3:GetObject": (_DECRYPT,),
    "s3:GetObjectVersion": (_DECRYPT,),
    "s3:PutObject": (_ENCRYPT,),
    "sqs:SendMessage": (_ENCRYPT, _DECRYPT),
    "sqs:ReceiveMessage": (_DECRYPT,),
    "sns:Publish": (_ENCRYPT, _DECRYPT),
    **dict.fromkeys(
        (f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update", "Delete", "BatchGet", "BatchWrite")), (_DECRYPT,)
    ),
    "dynamodb:Query": (_DECRYPT,),
    "dynamodb:Scan": (_DECRYPT,),
}
DELIVERIES = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}


@dataclass
class Calls:
    """What roles called, as JSON lines: role, action, resource, allowed. Each once."""

    path: Path
    _seen: set[tuple[str, str, str, bool]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, principal: str, action: str, resource: str, *, allowed: bool) -> None:
        """Record a call of an assumed role, by its ARN."""
        call = (principal.split("/")[1], action, resource, allowed)
        with self._lock:
            if call in self._seen:
                return
            self._seen.add(call)
            with self.path.open("a") as file:
                file.write(json.dumps(dict(zip(("role", "action", "resource", "allowed"), call, strict=True))) + "\n")


@dataclass(frozen=True)
class Keys:
    """The customer managed keys behind resources, read from the stores of MiniStack's services."""

    s3: Any
    dynamodb: Any
    sqs: Any
    sns: Any
    kms: Any

    def asked(self, action: str, resource: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """What is asked beside `action`: the KMS action, the key's ARN and condition keys; nothing without a key."""
        if action not in KEY_ACTIONS:
            return
        service = action.partition(":")[0]
        key = self.kms._resolve_key(getattr(self, f"_of_{service}")(resource))
        if key is None:  # none, or one of AWS's own, which everybody may use
            return
        aliases = [arn.partition(":alias/")[2] for arn, id_ in self.kms._aliases.items() if id_ == key["KeyId"]]
        # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        given = {
            "kms:resourcealiases": [f"alias/{alias}" for alias in aliases],
            "kms:viaservice": f"{service}.{key['Arn'].split(':')[3]}.amazonaws.com",
        }
        for kms_action in KEY_ACTIONS[action]:
            yield kms_action, key["Arn"], given

    def _of_s3(self, resource: str) -> str:
        headers = self.s3._bucket_default_sse_headers(_last(resource).partition("/")[0])
        return str(headers.get("x-amz-server-side-encryption-aws-kms-key-id", ""))

    def _of_dynamodb(self, resource: str) -> str:
        table = self.dynamodb._tables.get(_last(resource).split("/")[1]) or {}
        return str((table.get("SSEDescription") or {}).get("KMSMasterKeyArn", ""))

    def _of_sqs(self, resource: str) -> str:
        queue = self.sqs._queue_by_arn(resource) or {}
        return str(queue.get("attributes", {}).get("KmsMasterKeyId", ""))

    def _of_sns(self, resource: str) -> str:
        topic = self.sns._topics.get(resource) or {}
        return str(topic.get("attributes", {}).get("KmsMasterKeyId", ""))


@dataclass(frozen=True)
class Iam:
    """MiniStack's IAM: its evaluator, its messages, the account of the request, its store; and what is added to it."""

    evaluator: Any
    messages: Any
    responses: Any
    store: Any
    keys: Keys
    calls: Calls

    def refusal(self, role: str, session: str, action: str, resource: str) -> str:
        """Why a role, by its ARN, may not do `action` on `resource`, as AWS says it; blank if it may."""
        asked = [(action, resource, {}), *self.keys.asked(action, resource)]
        return next(filter(None, (self._refusal(role, session, *each) for each in asked)), "")

    def _refusal(self, role: str, session: str, action: str, resource: str, context: dict[str, Any]) -> str:
        partition, account, name = role.split(":")[1], role.split(":")[4], role.rpartition("/")[2]
        principal = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"
        service = action.partition(":")[0]
        evaluator = self.evaluator
        asked = evaluator.EvalContext(
            principal_arn=principal, principal_type="AssumedRole", principal_account=account, action=action,
            resource_arn=resource, region=self.responses.get_region(), secure_transport=True, service_context=context,
        )  # fmt: skip
        limits = evaluator._permissions_boundary(self.store._roles, name, account)
        result = evaluator.evaluate(asked, evaluator._gather_role_policies(name, account), *limits)
        if (policy := evaluator._resource_policy(service, resource)) is not None:
            required = service in evaluator._POLICY_REQUIRED
            result = evaluator.combine_resource_policy(result, asked, *policy, required=required, limits=limits)
        allowed = result.decision == "Allow"
        self.calls.add(principal, action, resource, allowed=allowed)
        explicit = result.decision == "Deny"
        return "" if allowed else str(self.messages.identity_denial_message(action, principal, resource, explicit))

    def invocation_refusal(self, service: str, function: str, source: str) -> str:
        """Why a service, such as `s3.amazonaws.com`, may not invoke a function for a source; blank if it may."""
        return self.service_refusal(service, "lambda:InvokeFunction", function, source)

    def service_refusal(self, service: str, action: str, resource: str, source: str) -> str:
        """Why a service may not do `action` for a source; blank if it may. `resource` and `source` are ARNs.

        A service has no role: the policy of the resource decides, and that of its key.
        """
        account = self.responses.get_account_id()
        given = {"aws:sourcearn": source, "aws:sourceaccount": account}
        for each, about, context in [(action, resource, {}), *self.keys.asked(action, resource)]:
            asked = self.evaluator.EvalContext(
                principal_arn=service, principal_type="Service", principal_account=account, action=each,
                resource_arn=about, region=self.responses.get_region(), secure_transport=True,
                service_context={**given, **context},
            )  # fmt: skip
            policy, _ = self.evaluator._resource_policy(each.partition(":")[0], about) or ({}, "")
            if self.evaluator.evaluate_resource_policy(policy, asked, service=service).decision != "Allow":
                return f"{service} may not {each} on {about} for {source}"
        return ""


def mend_policies(evaluator: Any) -> None:
    """A request has the policies of its role read three times, a tenth of its time; here a text is read once."""
    parse = evaluator.parse_policy_document
    known = lru_cache(maxsize=1024)(parse)
    evaluator.parse_policy_document = lambda document: [*(known if isinstance(document, str) else parse)(document)]


def mend_requests(iam: Iam, *besides: Callable[[str, str], Iterable[tuple[str, str, dict[str, Any]]]]) -> None:
    """A request that is allowed is also asked about the key of what it touches; what a role asks for is recorded.

    `besides`: what more is asked with the action on the resource at hand: action, resource, condition keys.
    """
    enforce, answer = iam.evaluator.enforce, iam.messages.access_denied_response
    refused: ContextVar[tuple[str, str] | None] = ContextVar("refused", default=None)

    def asked(
        access_key_id: str, iam_action: str, service: str, region: str, resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        refused.set(None)
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        caller = iam.evaluator.resolve_credential(access_key_id or "", iam.responses.get_account_id())
        if getattr(caller, "principal_type", "Root") == "Root":
            return denied
        if caller.principal_type == "AssumedRole":
            iam.calls.add(caller.principal_arn, iam_action, resource_arn, allowed=denied is None)
        if denied is None:
            for action, about, context in chain(
                *(more(iam_action, resource_arn) for more in (*besides, iam.keys.asked))
            ):
                denied = asked(access_key_id, action, action.partition(":")[0], region, about, context)
                if denied is not None:
                    refused.set((action, about))
                    break
        return denied

    def answered(service: str, action: str, principal_arn: str, request_id: str, **given: Any) -> Any:
        if key := refused.get():
            explicit = given.get("explicit_deny", False)
            given["message"] = iam.messages.identity_denial_message(key[0], principal_arn, key[1], explicit)
        return answer(service, action, principal_arn, request_id, **given)

    iam.evaluator.enforce, iam.messages.access_denied_response = asked, answered


def mend_functions(functions: Any, iam: Iam) -> None:
    """A function's log lines and failed events are kept whatever its role may; on AWS they are then lost."""
    deliver, emit = functions._route_async_failure, functions._emit_lambda_logs

    def route_async_failure(target: str, name: str, event: Any, result: Any) -> None:
        role = functions._functions[name]["config"]["Role"]
        action = DELIVERIES.get(target.split(":")[2], "")
        if why := iam.refusal(role, name, action, target):
            _LOG.warning("the failed event of %s is lost: %s", name, why)
        else:
            deliver(target, name, event, result)

    def emit_lambda_logs(function: Any, *given: Any, **named: Any) -> None:
        config = function.get("config") or function
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        partition, _, region, account = config["FunctionArn"].split(":")[1:5]
        stream = f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:new"
        asked = (
            iam.refusal(config["Role"], config["FunctionName"], f"logs:{action}", stream)
            for action in ("CreateLogStream", "PutLogEvents")
        )
        if why := next(filter(None, asked), ""):
            _LOG.warning("the log lines of %s are lost: %s", config["FunctionName"], why)
        else:
            emit(function, *given, **named)

    functions._route_async_failure, functions._emit_lambda_logs = route_async_failure, emit_lambda_logs


def mend_invocations(s3: Any, api: Any, iam: Iam) -> None:
    """The bucket's events and the API reach a function whatever its own policy says."""
    deliver, invoke = s3._deliver_event_to_lambda, api._invoke_lambda_proxy_v1

    def deliver_event(function: str, event: Any, region: str) -> None:
        if why := iam.invocation_refusal("s3.amazonaws.com", function, event["Records"][0]["s3"]["bucket"]["arn"]):
            _LOG.warning("an event is lost: %s", why)
        else:
            deliver(function, event, region)

    async def invoke_proxy(
        integration: Any, api_id: str, stage: str, settings: Any, resource: Any, path: str, method: str,
        *given: Any, **named: Any,
    ) -> Any:  # fmt: skip
        function = api._extract_lambda_ref_from_integration_uri(integration["uri"])
        partition, _, region, account = function.split(":")[1:5]
        # as it was sent: in MiniStack's policies, `*` stands for anything but a line break
        source = f"arn:{partition}:execute-api:{region}:{account}:{api_id}/{stage}/{method}{quote(path)}"
        if why := iam.invocation_refusal("apigateway.amazonaws.com", function, source):
            _LOG.warning("%s", why)
            return 500, {"Content-Type": "application/json"}, b'{"message": "Internal server error"}'
        return await invoke(integration, api_id, stage, settings, resource, path, method, *given, **named)

    s3._deliver_event_to_lambda, api._invoke_lambda_proxy_v1 = deliver_event, invoke_proxy


def _last(arn: str) -> str:
    return arn.split(":", 5)[-1]
