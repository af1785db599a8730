"""Who may do what in the stack, as lines that a person reads, and how that differs from the baseline. Called by `gate`.

The baseline is committed: a change that grants more shows as a diff of it, to be reviewed with the code.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.judgement import Finding
from deployer.policy_documents import listed, raw_statements_in

RULE = "TAP_ACCESS_1"
_MEANT = "or, if it is meant, `tap comply --accept-access` and commit the baseline's diff with the change"
ADDED, REMOVED = f"take it back; {_MEANT}", f"put it back; {_MEANT}"  # what mends each
Document = dict[str, Any]
_SHORT = {
    "${data.aws_partition.current.partition}": "{partition}",
    "${data.aws_partition.current.dns_suffix}": "{dns_suffix}",
    "${var.aws_region}": "{region}",
    "${local.account_id}": "{account}",
}


def granted(document: Document, suffix: str) -> dict[str, str]:
    """Each grant and each denial of the configuration as a line, with the address that makes it.

    A bucket stands in it by its address: its name is all of AWS's, so that no two accounts can have the same.
    """
    found: dict[str, str] = {}
    buckets = {
        f":::{values['bucket']}": f":::{{aws_s3_bucket.{name}}}"
        for name, values in document.get("resource", {}).get("aws_s3_bucket", {}).items()
        if values.get("bucket")
    }
    for kind, named in document.get("resource", {}).items():
        for name, values in named.items():
            for line in _lines(document, kind, name, values):
                told = re.sub(r":::[a-z0-9][a-z0-9.-]+", lambda bucket: buckets.get(bucket[0], bucket[0]), line)
                found[re.sub(rf"(?<=-){re.escape(suffix)}(?![\w-])", "{suffix}", told)] = f"{kind}.{name}"
    return found


def differences(document: Document, suffix: str, root: Path, baseline: Path) -> list[Finding]:
    """What the stack grants and the baseline, a path below `root`, does not have, or the other way round.

    A further denial is none: a setting, such as the protection against deletion, may bring it in one environment.
    """
    before = _read(root / baseline)
    now = {line: by for line, by in granted(document, suffix).items() if line in before or " may not " not in line}
    file, added, gone = baseline.as_posix(), now.keys() - before.keys(), sorted(before.keys() - now.keys())
    return [
        *(Finding(RULE, "HIGH", now[line], file, _where(line, before),
                  f"wider than the baseline, grant added: {line}", ADDED) for line in sorted(added)),
        *(_removed(line, file, before[line]) for line in gone),
    ]  # fmt: skip


def _removed(line: str, file: str, number: int) -> Finding:
    """Of what only the baseline has; nothing makes it any more, so that it has no resource."""
    if " may not " in line:
        return Finding(RULE, "HIGH", "", file, number, f"wider than the baseline, denial removed: {line}", REMOVED)
    return Finding(RULE, "LOW", "", file, number, f"narrower than the baseline, grant removed: {line}", REMOVED)


def _where(line: str, before: dict[str, int]) -> int:
    """The line of the sorted baseline before which it belongs, or the last that has an entry."""
    return min((number for entry, number in before.items() if entry > line), default=max(before.values(), default=1))


def accept(document: Document, suffix: str, baseline: Path) -> None:
    """Write the baseline anew."""
    baseline.write_text(json.dumps(sorted(granted(document, suffix)), indent=1, ensure_ascii=False) + "\n")


def _read(baseline: Path) -> dict[str, int]:
    """The baseline's lines, with where each stands."""
    try:
        lines = baseline.read_text("utf-8").splitlines()
        return {line: number for number, text in enumerate(lines, 1) if (line := _entry(text))}
    except (OSError, ValueError) as error:
        raise CouldNotJudge(
            f"the baseline of granted access can't be read: {error}", where=str(baseline),
            remedy="restore it from git; `tap comply --accept-access` writes one anew",
        ) from error  # fmt: skip


def _entry(text: str) -> str:
    return str(json.loads(text.strip().removesuffix(","))) if text.strip() not in ("[", "]", "[]", "") else ""


def _lines(document: Document, kind: str, name: str, values: Document) -> Iterator[str]:
    if kind == "aws_lambda_permission":
        condition = {key: values[key] for key in ("source_arn", "source_account", "principal_org_id") if key in values}
        yield _line(
            str(values.get("principal")), "may", str(values.get("action")), _plain(document, values["function_name"]),
            condition,
        )  # fmt: skip
        return
    bearer = _plain(document, values["role"]) if "role" in values else f"{kind}.{name}"
    for arn in (values.get("policy_arn"), *listed(values.get("managed_policy_arns"))):
        if arn:
            yield _line(bearer, "may", str(arn), "*", {})
    for raw, _ in raw_statements_in(values, kind):
        yield from _of_statement(raw, bearer, str(values.get("name") or bearer))


def _of_statement(raw: Document, bearer: str, target: str) -> Iterator[str]:
    """A trust and a resource's policy say who, and mean `target`; a role's policy says on what."""
    verb = "may not" if str(raw.get("Effect")).lower() == "deny" else "may"
    principal = {name: raw[name] for name in ("Principal", "NotPrincipal") if name in raw}
    who = json.dumps(principal, sort_keys=True) if principal else bearer
    resources = listed(raw.get("Resource")) or [f"all but {one}" for one in listed(raw.get("NotResource"))] or [target]
    for action in listed(raw.get("Action")) or [f"all but {one}" for one in listed(raw.get("NotAction"))]:
        for resource in resources:
            on = target if principal and resource == "*" else resource
            yield _line(who, verb, action, on, raw.get("Condition"))


def _line(who: str, verb: str, action: str, resource: str, condition: Any) -> str:
    told = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
    line = f"{who} {verb} {action} on {resource}{told}"
    for expression, name in _SHORT.items():
        line = line.replace(expression, name)
    return re.sub(r"\$\{(aws_\w+\.[\w-]+)\.arn\}", r"\1", line)


def _plain(document: Document, value: Any) -> str:
    """A reference as the name that it stands for."""
    match = re.fullmatch(r"\$\{(\w+)\.([\w-]+)\.(\w+)\}", str(value))
    if not match:
        return str(value)
    return str(document.get("resource", {}).get(match[1], {}).get(match[2], {}).get(match[3], value))
