"""What a plan changes in one resource: its attributes before and after, and policies as statements gained and lost.

Read from a resource's `change` in Terraform's plan:
https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployer.few import counted, few
from deployer.policy_documents import decoded, listed
from deployer.visible import in_a_line

UNKNOWN, SENSITIVE = "(known after apply)", "(sensitive)"
_SHOWN = 12  # attributes of a resource, and statements of a policy; `--json` has all
_LONGEST = 60  # characters of a value
_LEAD = 12  # of them before the first that differs
_WIDTH = 80
_INDENT = " " * 9

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Difference:
    """One attribute that changes, by its path, such as `rule[0].status`.

    `before` and `after`: its values as in JSON, None where it has none; SENSITIVE and UNKNOWN stand for what is not
    told. Of a policy they are the statements that go and that come, and nothing of what stays.
    """

    attribute: str
    before: Any
    after: Any
    is_policy: bool = False
    forces_replacement: bool = False

    def to_json(self) -> dict[str, Any]:
        """As `tap plan --json` prints it."""
        told = {"lost": self.before, "gained": self.after} if self.is_policy else {
            "before": self.before, "after": self.after}  # fmt: skip
        return {"attribute": self.attribute, **told, "forces_replacement": self.forces_replacement}

    def lines(self) -> Iterator[str]:
        """For people, at most 80 columns wide."""
        if not self.is_policy:
            forces = " (forces replacement)" if self.forces_replacement else ""
            before, after = _shortened(self.before, self.after)
            yield from _wrapped(f"{self.attribute}: {before} -> {after}{forces}")
            return
        for word, statements in (("lost", self.before), ("gained", self.after)):
            for raw in statements[:_SHOWN]:
                yield from _wrapped(f"{self.attribute} {word}: {_said(raw)}")
            if len(statements) > _SHOWN:
                yield f"{_INDENT}{self.attribute} {word}: {len(statements) - _SHOWN} more, which --json shows"


@dataclass(frozen=True)
class _Policy:
    """The statements of a policy document, which is told by what comes and goes."""

    statements: tuple[Any, ...]


def differences_in(change: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Of a resource that is changed or replaced, each attribute; of one that comes or goes, its policies alone.

    What the plan says is sensitive is told as that, whatever it is.
    """
    before, after = _leaves(change.get("before")), _leaves(change.get("after"))
    hidden = [*_marked(change.get("before_sensitive")), *_marked(change.get("after_sensitive"))]
    forcing = [tuple(path) for path in change.get("replace_paths") or ()]
    for path in _marked(change.get("after_unknown")):
        former = {each: before.pop(each) for each in [*before] if _is_in(each, [path])}
        if former:
            before[path] = former[path] if path in former else f"{len(former)} values"
        after = {each: value for each, value in after.items() if not _is_in(each, [path])} | {path: UNKNOWN}
    stays = change.get("before") is not None and change.get("after") is not None
    found = []
    for path in sorted({**before, **after}, key=lambda path: [str(part) for part in path]):
        was, will = before.get(path), after.get(path)
        if was == will:
            continue
        forces = any(path[: len(one)] == one for one in forcing)
        if _is_in(path, hidden):
            was, will = (None if one is None else SENSITIVE for one in (was, will))
        elif _is_policy(was) and _is_policy(will):
            if any(apart := _apart(was, will)):
                found.append(Difference(_named(path), *apart, is_policy=True, forces_replacement=forces))
            continue
        if stays:
            was, will = (f"a policy of {_statements(one)}" if isinstance(one, _Policy) else one for one in (was, will))
            found.append(Difference(_named(path), was, will, forces_replacement=forces))
    return tuple(found)


def shown(differences: Sequence[Difference]) -> Iterator[str]:
    """Lines for people, as many as one reads."""
    for one in differences[:_SHOWN]:
        yield from one.lines()
    if len(differences) > _SHOWN:
        yield f"{_INDENT}{counted(len(differences) - _SHOWN, 'more attribute')}, which --json shows"


def _leaves(value: Any, path: Path = ()) -> dict[Path, Any]:
    """All values by their path: what is absent is none, a list of plain values is one, and JSON in a text is read."""
    read = decoded(value) if isinstance(value, str) else None
    if isinstance(read, dict) and "Statement" in read:
        return {path: _Policy(tuple(listed(read["Statement"])))}
    inner = value if read is None else read
    if isinstance(inner, list) and any(isinstance(each, dict | list) for each in inner):
        inner = dict(enumerate(inner))
    if not isinstance(inner, dict):
        return {} if inner is None or inner == [] else {path: inner}
    return {found: each for name, one in inner.items() for found, each in _leaves(one, (*path, name)).items()}


def _marked(marks: Any, path: Path = ()) -> Iterator[Path]:
    """The paths that are true in what stands beside a value; a list of plain values is marked as a whole."""
    if isinstance(marks, list) and True in marks:
        yield path
    elif isinstance(marks, dict | list):
        for name, each in marks.items() if isinstance(marks, dict) else enumerate(marks):
            yield from _marked(each, (*path, name))
    elif marks is True:
        yield path


def _is_in(path: Path, marked: Iterable[Path]) -> bool:
    return any(path[: len(one)] == one for one in marked)


def _is_policy(value: Any) -> bool:
    return value is None or isinstance(value, _Policy)


def _apart(before: _Policy | None, after: _Policy | None) -> tuple[list[Any], list[Any]]:
    """The statements that only one of the two has: what is lost, and what is gained. Order means nothing in IAM."""
    was, will = ({_form(each): each for each in one.statements} if one else {} for one in (before, after))
    return [was[each] for each in was if each not in will], [will[each] for each in will if each not in was]


def _form(statement: Any) -> str:
    """The same text for what says the same: one or many, in any order."""
    if not isinstance(statement, dict):
        return json.dumps(statement)
    return json.dumps(
        {key: sorted(map(str, listed(each))) if _holds_names(each) else each for key, each in statement.items()},
        sort_keys=True,
    )


def _holds_names(value: Any) -> bool:
    return all(isinstance(each, str) for each in listed(value))


def _statements(policy: _Policy) -> str:
    return counted(len(policy.statements), "statement")


def _named(path: Path) -> str:
    """`rule[0].status`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _said(statement: Any) -> str:
    """A statement in a sentence: `Allow s3:GetObject on arn:... if {...}`."""
    if not isinstance(statement, dict):
        return json.dumps(statement)
    told = [str(statement.get("Effect", "Allow"))]
    for key, word in (
        ("Action", ""), ("NotAction", "all actions but"), ("Resource", "on"), ("NotResource", "on all but"),
        ("Principal", "to"), ("NotPrincipal", "to all but"),
    ):  # fmt: skip
        if key in statement:
            told += [
                word,
                few([each if isinstance(each, str) else json.dumps(each) for each in listed(statement[key])]),
            ]
    if statement.get("Condition"):
        told += ["if", json.dumps(statement["Condition"])]
    return " ".join(filter(None, told))


def _shortened(before: Any, after: Any) -> tuple[str, str]:
    """Both as JSON, from a little before where they begin to differ."""
    told = [_text(one) for one in (before, after)]
    same = next((at for at, pair in enumerate(zip(*told, strict=False)) if pair[0] != pair[1]), 0)
    begin = max(0, same - _LEAD) if max(map(len, told)) > _LONGEST else 0
    cut = [
        f"{'...' if begin else ''}{one[begin : begin + _LONGEST]}{'...' * (len(one) > begin + _LONGEST)}"
        for one in told
    ]
    return cut[0], cut[1]


def _text(value: Any) -> str:
    if value is None:
        return "(none)"
    return str(value) if value in (UNKNOWN, SENSITIVE) else json.dumps(value, ensure_ascii=False)


def _wrapped(text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        in_a_line(text), _WIDTH, initial_indent=_INDENT, subsequent_indent=f"{_INDENT}  ", break_on_hyphens=False,
    )  # fmt: skip
