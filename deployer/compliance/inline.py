"""Skips in Checkov's words: `#checkov:skip=ID:reason` in a block of HCL, and their form in CDKTF's JSON. Called by
`scan`.

Checkov honours a skip without a reason; here the finding stays, and who wrote it is told. A plan has no comments.

- https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
- JSON, which Checkov itself reads no skips of: https://github.com/bridgecrewio/checkov/issues/4634
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.judgement import BareSkip, Finding, Suppressed
from deployer.compliance.subject import Subject
from deployer.compliance.texts import sources, text_of

_SKIP = re.compile(r"(?:checkov|bridgecrew|cortex):skip= *([\w-]+(?:,[\w-]+)*)(?::([^\n]*))?")
_HEREDOC = r"<<-?(?P<word>[\w-]+)[^\n]*\n.*?^[ \t]*(?P=word)\b"
_TOKEN = re.compile(
    rf"""(?P<comment>(?:\#|//)[^\n]*|/\*.*?\*/)|(?P<string>"(?:\\.|[^"\\\n])*"|{_HEREDOC})|(?P<brace>[{{}}])""",
    re.DOTALL | re.MULTILINE,
)
_MARK = "skip="
_HCL = (".tf", ".tofu")
_MODULE = re.compile(r"module\.[\w-]+")


@dataclass(frozen=True)
class Skip:
    """One rule that a comment skips, in the block from line `first` to `last`, or at `resource` in JSON."""

    rule: str
    reason: str
    line: int
    first: int = 0
    last: int = 0
    resource: str = ""
    file: str = ""


def skips_in(text: str) -> Iterator[Skip]:
    """All that stand in the top-level blocks of a text of HCL."""
    depth, first, at, line, waiting = 0, 0, 0, 1, list[tuple[int, str]]()
    for token in _TOKEN.finditer(text):
        line, at = line + text.count("\n", at, token.start()), token.start()
        if token["brace"] == "{":
            depth, first = depth + 1, first if depth else line
        elif token["brace"]:
            depth = max(depth - 1, 0)
        elif token["comment"] and depth:
            waiting += [(line + number, one) for number, one in enumerate(token[0].split("\n")) if _MARK in one]
        if not depth and waiting:
            yield from (skip for where, comment in waiting for skip in _told(comment, where, first, line))
            waiting = []


def _told(comment: str, line: int, first: int, last: int) -> Iterator[Skip]:
    if match := _SKIP.search(comment):
        for rule in match[1].split(","):
            yield Skip(rule, (match[2] or "").removesuffix("*/").strip(), line, first, last)


def applied(
    subjects: Collection[Subject], findings: Collection[Finding], path: Path
) -> tuple[list[Finding], list[Suppressed], list[BareSkip]]:
    """The findings that are left, those that are skipped with a reason, and the skips that would need one.

    `subjects` were read at `path`. A skip in a call of a module is one of all within it, as Checkov has it.
    """
    left, suppressed, bare = [], [], []
    skips = [*_in_hcl(findings, path), *_in_json(subjects)]
    modules = [(one.place(name), one.full(name)) for one in subjects for name in one.places if _MODULE.fullmatch(name)]
    for found in findings:
        matching = [one for one in skips if one.rule == found.rule and _covers(one, found, modules)]
        reasoned = [one for one in matching if one.reason]
        if reasoned:
            one = reasoned[0]
            suppressed.append(Suppressed(found.rule, found.resource, one.reason, "", one.file, one.line))
            continue
        left.append(found)
        bare += [BareSkip(found.rule, found.resource, one.file, one.line) for one in matching]
    return left, suppressed, bare


def _covers(skip: Skip, found: Finding, modules: Collection[tuple[tuple[str, int], str]]) -> bool:
    if skip.resource:
        return skip.resource == without_keys(found.resource)
    if skip.file == found.file and skip.first <= found.line <= skip.last:
        return True
    called = [without_keys(address) for place, address in modules if place == (skip.file, skip.first)]
    return any(without_keys(found.resource).startswith(f"{address}.") for address in called)


def _in_hcl(findings: Collection[Finding], path: Path) -> Iterator[Skip]:
    """Of all files at the path, since a module's call may stand in another than what it makes; and of modules above."""
    base = (path if path.is_dir() else path.parent).resolve()
    texts = sources(base if path.is_dir() else base / path.name).hcl if findings else {}
    told = {file.relative_to(base).as_posix(): text for file, text in texts.items()}
    above = {one.file for one in findings if one.file.endswith(_HCL)} - told.keys()
    told |= {shown: text_of(base / shown) for shown in above if (base / shown).is_file()}
    for shown, text in told.items():
        if _MARK in text and shown.endswith(_HCL):
            yield from (replace(one, file=shown) for one in skips_in(text))


def _in_json(subjects: Collection[Subject]) -> Iterator[Skip]:
    """`"//": {"checkov": {"skip": [{"id": ..., "comment": ...}]}}` in a resource."""
    for subject in subjects:
        for kind, named in subject.document.get("resource", {}).items():
            for name, values in named.items():
                address = f"{kind}.{name}"
                file, line = subject.place(address)
                for entry in _entries(values):
                    reason = str(entry.get("comment") or "").strip()
                    yield Skip(str(entry.get("id")), reason, line, resource=subject.full(address), file=file)


def _entries(values: Any) -> list[dict[str, Any]]:
    """Of one resource; also below `metadata`, where CDKTF keeps its own."""
    node = values.get("//") if isinstance(values, dict) else None
    found = [node, node.get("metadata")] if isinstance(node, dict) else []
    told = [one.get("checkov") for one in found if isinstance(one, dict)]
    skips = [one.get("skip") for one in told if isinstance(one, dict)]
    return [entry for one in skips if isinstance(one, list) for entry in one if isinstance(entry, dict)]
