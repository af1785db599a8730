"""IAM policy documents within Terraform values: found wherever they stand, and brought to one form.

Called by the IAM rules. A document is a JSON string, or an object, with `Statement`; or the blocks of the data source
`aws_iam_policy_document`. Expressions in it are opaque text: no wildcard, but no name either.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.template_strings import OPAQUE, parts, walk

_DATA_SOURCE = {
    "actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource",
    "principals": "Principal", "not_principals": "NotPrincipal", "effect": "Effect", "sid": "Sid",
}  # fmt: skip
_LIMITS = ("aws_organizations_policy",)  # which grant nothing to anybody
POLICY_NAMES = (
    "policy", "assume_role_policy", "policy_document", "access_policy", "access_policies", "inline_policy",
    "policy_text",
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One statement; lists where IAM takes one or many. `path` leads to its document."""

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principal: Any = None
    not_principal: Any = None
    conditions: dict[str, Any] = field(default_factory=dict)
    sid: str = ""
    path: str = ""
    written: tuple[str, ...] = ()  # the resources, expressions included

    @property
    def allows(self) -> bool:
        """Whatever is not plainly a Deny may allow."""
        return self.effect.lower() != "deny"

    @property
    def is_of_a_resource(self) -> bool:
        """Whether it names who may: then it stands at a resource, and `*` means that resource."""
        return self.principal is not None or self.not_principal is not None


def policy_of(*statements: Mapping[str, Any]) -> str:
    """A policy of these statements, as AWS takes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust_of(**principal: str) -> dict[str, Any]:
    """The statement that lets somebody assume a role: `AWS="*"`, or `Service="lambda.amazonaws.com"`."""
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def statements_in(values: Any, kind: str = "") -> Iterator[Statement]:
    """All statements in a block's values; `kind` is the block's type, such as `aws_iam_policy_document`."""
    return (statement_of(raw, path) for raw, path in raw_statements_in(values, kind))


def raw_statements_in(values: Any, kind: str = "") -> Iterator[tuple[Any, str]]:
    """The same as they are written, expressions included, each with the path that leads to its document."""
    if kind in _LIMITS:
        return
    if kind == "aws_iam_policy_document":
        for block in listed(values.get("statement")):
            yield _from_data_source(block) if isinstance(block, dict) else block, "statement"
    yield from _walk(values, "")


def listed(value: Any) -> list[Any]:
    """IAM takes one or many, and Terraform a block or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def decoded(text: str) -> Any:
    """The JSON object or array that a string holds, else None. Expressions stay what they are, within its strings."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _walk(node: Any, path: str) -> Iterator[tuple[Any, str]]:
    if isinstance(node, dict):
        if "Statement" in node:
            yield from ((one, path) for one in listed(node["Statement"]))
            return
        for key, value in node.items():
            yield from _walk(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value, path)
    elif isinstance(node, str) and (document := decoded(node)) is not None:
        yield from _walk(document, path)


def statement_of(raw: Any, path: str = "") -> Statement:
    """A statement, read. Raises TypeError for what is none: the rule then could not judge, which is never a pass."""
    if isinstance(raw, str) and "${" in raw:
        return Statement("Allow", actions=(OPAQUE,), path=path)  # whatever it may become, it may allow
    if not isinstance(raw, dict):
        raise TypeError(f"a policy's statement at `{path}` is no object: {raw!r}")
    if not isinstance(raw.get("Condition") or {}, dict) or not all(
            isinstance(one, str) for key in _LISTS.values() for one in listed(raw.get(key))):  # fmt: skip
        raise TypeError(f"a policy's statement at `{path}` has parts that are none: {str(raw)[:200]}")
    return Statement(
        effect=str(raw.get("Effect", "Allow")),
        **{name: _texts(raw.get(key)) for name, key in _LISTS.items()},
        principal=raw.get("Principal"),
        not_principal=raw.get("NotPrincipal"),
        conditions=raw.get("Condition") or {},
        sid=str(raw.get("Sid", "")),
        path=path,
        written=tuple(map(str, listed(raw.get("Resource")))),
    )


_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(parts(str(one))[0] for one in listed(value))


def _from_data_source(block: dict[str, Any]) -> dict[str, Any]:
    stated = {key: value for key, value in block.items() if not (key.startswith("not_") and _is_open(value))}
    raw = {_DATA_SOURCE[key]: value for key, value in stated.items() if key in _DATA_SOURCE and value is not None}
    conditions: dict[str, Any] = {}
    for one in listed(block.get("condition")):
        if isinstance(one, dict):
            conditions.setdefault(str(one.get("test")), {})[str(one.get("variable"))] = one.get("values")
    for name in ("Principal", "NotPrincipal"):
        if name in raw:
            raw[name] = _principals(raw[name])
    return {**raw, "Condition": conditions}


def _is_open(value: Any) -> bool:
    """Whether nothing of it is written but expressions: `try(..., null)` may leave it out. Evaluated, it is seen."""
    texts = [text for _, text in walk(value)]
    return bool(texts) and all(not parts(text)[0].strip(OPAQUE) for text in texts)


def _principals(blocks: Any) -> Any:
    """The blocks `principals { type, identifiers }` as a policy has them."""
    found: dict[str, list[Any]] = {}
    for one in listed(blocks):
        if isinstance(one, dict):
            found.setdefault(str(one.get("type")), []).extend(listed(one.get("identifiers")))
    return "*" if "*" in found.get("*", ()) else found
