"""The picture of the stack, drawn from its Terraform JSON: who invokes whom, and who reads and writes what.

Nodes are the resources that data move through, edges what the policies grant: a role that may not is not connected.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployer.policy_documents import listed

Resources = Mapping[str, Mapping[str, Mapping[str, Any]]]
# a resource's type: the service in its ARN, the attribute that names it, how Mermaid draws it
_DRAWN = {
    "aws_lambda_function": ("lambda", "function_name", "[{}]"),
    "aws_sfn_state_machine": ("states", "name", "{{{{{}}}}}"),
    "aws_dynamodb_table": ("dynamodb", "name", "[({})]"),
    "aws_sqs_queue": ("sqs", "name", "[/{}/]"),
    "aws_sns_topic": ("sns", "name", "([{}])"),
    "aws_api_gateway_rest_api": ("execute-api", "name", "([{}])"),
}
_READING = re.compile(r"\w+:(Get|Query|Scan|Receive|Describe)")
_ARN = re.compile(r"arn:[^:]*:([\w-]+):[^:]*:[^:]*:(?:(?:function|stateMachine|table)[:/])?([^/:*]+)(?:/(.+))?")
_REFERENCE = re.compile(r"\$\{\w+\.([\w-]+)\.\w+\}")


def picture(document: Mapping[str, Any], suffix: str) -> str:
    """A Mermaid flowchart of a synthesised stack (the content of cdk.tf.json) of the environment `suffix`."""
    resources: Resources = document["resource"]
    nodes = {
        (service, str(each[attribute])): shape.format(_label(str(each[attribute]), suffix))
        for kind, (service, attribute, shape) in _DRAWN.items()
        for each in resources.get(kind, {}).values()
    }
    names = {str(each["bucket"]) for each in resources["aws_s3_bucket"].values()}
    edges = {*_granted(resources, nodes, names), *_notified(resources), *_served(resources)}
    used = sorted({end for source, target, _ in edges for end in (source, target)})
    lines = [f"    {_id(*end)}{nodes.get(end) or '[(' + end[1] + ')]'}" for end in used]
    arrows = [f"    {_id(*source)} -->|{label}| {_id(*target)}" for source, target, label in sorted(edges)]
    return "\n".join(["flowchart LR", *lines, *arrows]) + "\n"


Node = tuple[str, str]
Edge = tuple[Node, Node, str]


def _granted(resources: Resources, nodes: Mapping[Node, str], buckets: set[str]) -> Iterator[Edge]:
    """What each role's policy lets its function or state machine do."""
    owners = {
        _referred(each["role" if kind == "aws_lambda_function" else "role_arn"]): (service, str(each[attribute]))
        for kind, (service, attribute, _) in _DRAWN.items()
        if kind in ("aws_lambda_function", "aws_sfn_state_machine")
        for each in resources[kind].values()
    }
    for policy in resources["aws_iam_role_policy"].values():
        owner = owners[_referred(policy["role"])]
        for statement in json.loads(policy["policy"])["Statement"]:
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    if (other := _node(resource, nodes, buckets)) and other != owner:
                        verb = action.partition(":")[2]
                        yield (other, owner, verb) if _READING.match(action) else (owner, other, verb)


def _notified(resources: Resources) -> Iterator[Edge]:
    """Which functions the bucket's events invoke, by prefix."""
    functions = resources["aws_lambda_function"]
    for notification in resources["aws_s3_bucket_notification"].values():
        for each in notification["lambda_function"]:
            function = _function(each["lambda_function_arn"], functions)
            yield _prefix(each["filter_prefix"]), function, "s3:ObjectCreated"


def _served(resources: Resources) -> Iterator[Edge]:
    """Which function the API invokes."""
    (api,) = resources["aws_api_gateway_rest_api"].values()
    for permission in resources["aws_lambda_permission"].values():
        if permission["principal"] == "apigateway.amazonaws.com":
            function = _function(permission["function_name"], resources["aws_lambda_function"])
            yield ("execute-api", str(api["name"])), function, "GET"


def _function(text: str, functions: Mapping[str, Mapping[str, Any]]) -> Node:
    """Named by a reference, or in an ARN."""
    if found := _REFERENCE.fullmatch(text):
        return "lambda", str(functions[found[1]]["function_name"])
    return "lambda", text.rpartition(":")[2]


def _node(arn: str, nodes: Mapping[Node, str], buckets: set[str]) -> Node | None:
    """The node that an ARN of a policy means; a bucket is drawn as its prefixes."""
    if not (found := _ARN.match(arn)):
        return None
    service, name, inner = found.groups()
    if service == "s3" and name in buckets and inner:
        return _prefix(inner)
    return (service, name) if (service, name) in nodes else None


def _prefix(text: str) -> Node:
    return "s3", f"{text.partition('/')[0]}/"


def _referred(text: str) -> str:
    found = _REFERENCE.match(text)
    return found[1] if found else text


def _label(name: str, suffix: str) -> str:
    return name.removesuffix(f"-{suffix}")


def _id(service: str, name: str) -> str:
    return re.sub(r"\W", "_", f"{service}_{name}")
