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
    document = copy.deepcopy(document)
    kept = dict.fromkeys([*kinds_for(document, mutation.type), *mutation.beside])
    document["resource"] = {kind: document["resource"][kind] for kind in kept}
    return document


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
    """The plan with the type that matters."""
    plan = copy.deepcopy(plan)
    module = plan["planned_values"]["root_module"]
    module["resources"] = [one for one in module["resources"] if one["type"] in (mutation.type, *mutation.beside)]
    return plan


def folder_of(mutation: Mutation) -> str:
    return mutation.name.replace(" ", "-").replace("'", "").replace(",", "")


def unspoiled_of(mutation: Mutation) -> str:
    """The folder of the same, unspoiled."""
    return "/".join(("unspoiled", mutation.type, *mutation.beside))


def lay_out_mutants(document: Document, plan: Document, folder: Path) -> None:
    """Each mutant, as JSON and where it has one as a plan, in a folder of its own; the unspoiled by their type."""
    for mutation in MUTATIONS:
        if mutation.written:
            _write(folder / folder_of(mutation) / "cdk.tf.json", spoiled(document, mutation))
            _write(folder / unspoiled_of(mutation) / "cdk.tf.json", reduced(document, mutation))
        if mutation.planned:
            _write(folder / f"{folder_of(mutation)}-planned" / "plan.json", spoiled_plan(plan, mutation))
            _write(folder / f"{unspoiled_of(mutation)}-planned" / "plan.json", reduced_plan(plan, mutation))


def _write(path: Path, document: Document) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2))
