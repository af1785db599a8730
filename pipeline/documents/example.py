"""The stack that documents are made from: synthesised for the environment `example`, read once."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from deployer.deploy.synthesis import stack_folder
from deployer.paths import Paths
from deployer.stack_file import stack_document
from stack.settings import Settings

SUFFIX = "example"
Stack = Mapping[str, Any]


@cache
def example_stack(paths: Paths) -> Stack:
    """The content of its cdk.tf.json, the same whatever the caller's environment says."""
    settings = Settings.load({}, environment_suffix=SUFFIX)
    folder = stack_folder(settings, paths)
    document: Stack = stack_document(folder)
    return document


def referred(text: str) -> tuple[str, str, str]:
    """Type, name and attribute of a Terraform reference, such as `${aws_sqs_queue.failures_1A.arn}`."""
    kind, name, attribute = text.removeprefix("${").removesuffix("}").split(".")
    return kind, name, attribute
