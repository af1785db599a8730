"""A policy that is written out and is no JSON: AWS would refuse it, and no rule can judge it. Called by `scan`."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.judgement import NotJudged
from deployer.compliance.subject import Subject
from deployer.policy_documents import POLICY_NAMES, decoded, statements_in


def unreadable_policies(subjects: list[Subject]) -> Iterator[NotJudged]:
    """Each policy that is known in full and is no JSON."""
    for one in subjects:
        for address, values in _blocks(one):
            for name in POLICY_NAMES:
                if not _is_well(values.get(name)):
                    reason = f"the {name} of {one.full(address)} is no JSON, or no policy"
                    yield NotJudged("*", reason, without_keys(one.full(address)), *one.place(address), is_fault=True)


def _is_well(value: Any) -> bool:
    """Anything with an expression in it may still become JSON: whether it can be judged is a rule's to say."""
    if not isinstance(value, str) or not value.strip() or "${" in value or "%{" in value:
        return True
    document = decoded(value)
    try:
        return document is not None and list(statements_in(document)) is not None
    except TypeError:
        return False


def _blocks(one: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    if one.is_plan:
        yield from ((each["address"], each.get("values") or {}) for each in one.planned()
                    if each["type"].startswith("aws_"))  # fmt: skip
        return
    for kind, named in one.document.get("resource", {}).items():
        if kind.startswith("aws_"):
            yield from ((f"{kind}.{name}", values) for name, values in named.items() if name != "//")
