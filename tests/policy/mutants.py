"""The stack with one mutation each, laid out for one scan of all of them. Called by the fixtures and test_mutations.py.

A mutant has only the types that its rule may look at, and beside it lies the same, unspoiled: what is found in both is
no answer to the mutation.
"""

import copy
import json
from pathlib import Path
from typing import Any

from tests.policy.mutation_helpers import Mutation, known_later
from tests.policy.mutations import BACKEND, MUTATIONS, OUTPUT, PROVIDER

Document = dict[str, Any]
# types that are judged together
TOGETHER = (
    ("aws_s3_",),
    ("aws_lambda_function", "aws_cloudwatch_log_group"),
)


def kinds_for(document: Document, kind: str) -> list[str]:
    """The types that a mutant of `kind` keeps."""
    for group in TOGETHER:
        if kind.startswith(group):
            return [one for one in document["resource"] if one.startswith(group)]
    return [kind if kind in document["resource"] else "aws_sqs_queue"]


def spoiled(document: Document, mutation: Mutation) -> Document:
    """The configuration with the mutation."""
    document = reduced(document, mutation)
    special = {BACKEND: lambda: document["terraform"]["backend"], PROVIDER: lambda: document["provider"]["aws"][0],
               OUTPUT: lambda: document["output"]["region"]}  # fmt: skip
    if mutation.type in special:
        mutation.spoil(special[mutation.type]())
        return document
    named = document["resource"][mutation.type]
    name = min(name for name in named if mutation.pick in name)
    if mutation.removed:
        del named[name]
    else:
        mutation.spoil(named[name])
    return document


def reduced(document: Document, mutation: Mutation) -> Document:
    """The configuration with the types that matter."""
    kept = dict.fromkeys([*kinds_for(document, mutation.type), *mutation.beside])
    return copy.deepcopy({**document, "resource": {kind: document["resource"][kind] for kind in kept}})


def spoiled_plan(plan: Document, mutation: Mutation) -> Document:
    """The plan with the mutation."""
    plan = reduced_plan(plan, mutation)
    resource = min(
        (one for one in plan["planned_values"]["root_module"]["resources"]
         if one["type"] == mutation.type and mutation.pick in one["name"]),
        key=lambda one: one["address"],
    )  # fmt: skip
    mutation.spoil(resource["values"])
    if not mutation.written:
        known_later(plan, resource["address"], "policy")
    return plan


def reduced_plan(plan: Document, mutation: Mutation) -> Document:
    """The plan with the type that matters, as it is planned, changed and configured."""

    def of_type(resources: list[Document]) -> list[Document]:
        return [one for one in resources if one["type"] in (mutation.type, *mutation.beside)]

    planned, configured = (plan[name]["root_module"] for name in ("planned_values", "configuration"))
    root, written = ({**one, "resources": of_type(one["resources"])} for one in (planned, configured))
    return copy.deepcopy({
        **plan,
        "planned_values": {**plan["planned_values"], "root_module": root},
        "resource_changes": of_type(plan["resource_changes"]),
        "configuration": {**plan["configuration"], "root_module": written},
    })  # fmt: skip


def folder_of(mutation: Mutation) -> str:
    return mutation.name.replace(" ", "-").replace("'", "").replace(",", "")


def unspoiled_of(mutation: Mutation) -> str:
    """The folder of the same, unspoiled."""
    return "/".join(("unspoiled", mutation.type, *mutation.beside))


def lay_out_mutants(document: Document, plan: Document, folder: Path) -> None:
    """Each mutant, as JSON and where it has one as a plan, in a folder of its own; the unspoiled by their type."""
    written, planned = [one for one in MUTATIONS if one.written], [one for one in MUTATIONS if one.planned]
    for mutation in written:
        _write(folder / folder_of(mutation) / "cdk.tf.json", spoiled(document, mutation))
    for mutation in planned:
        _write(folder / f"{folder_of(mutation)}-planned" / "plan.json", spoiled_plan(plan, mutation))
    for name, mutation in {unspoiled_of(one): one for one in written}.items():
        _write(folder / name / "cdk.tf.json", reduced(document, mutation))
    for name, mutation in {unspoiled_of(one): one for one in planned}.items():
        _write(folder / f"{name}-planned" / "plan.json", reduced_plan(plan, mutation))


def _write(path: Path, document: Document) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
