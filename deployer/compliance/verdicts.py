"""Checkov's records as verdicts on the blocks of the subjects, and as faults where there is none. Called by `scan`.

A rule that raised, a block that Checkov did not see and a file that it could not parse are each a fault: the answer is
then not whole, and the rest of it stands.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from deployer.compliance.checkov import ALL, JSON, Record
from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.judgement import OWN, NotJudged
from deployer.compliance.subject import Subject

EVERY_BLOCK = "TAP_REGION_1"  # judges every block there is, so its records say what Checkov has seen
Verdict = tuple[Subject, Record]


def addressed(subjects: list[Subject], records: list[Record]) -> Iterator[Verdict]:
    """Each record with its file, and with a whole address: Checkov's own rules do not tell a JSON block's type."""
    by_file = {one.copied: one for one in subjects}
    told = {(record.file, record.lines): _address(record) for record in records if record.rule == EVERY_BLOCK}
    for record in records:
        if record.file not in by_file:
            raise CouldNotJudge(f"Checkov judged a file that nobody gave it: {record.file}", details=(record.error,))
        address = record.resource
        if record.rule.startswith(OWN):
            address = _address(record)
        elif record.framework == JSON and not record.error:
            address = told.get((record.file, record.lines), record.resource)
        error = record.error or str(said(record).get("error", "")) if record.rule.startswith(OWN) else record.error
        yield by_file[record.file], replace(record, resource=address, error=error)


def said(record: Record) -> dict[str, Any]:
    """What a rule of ours left in its record."""
    found: dict[str, Any] = json.loads(record.details[0]) if record.details else {"error": "it left no verdict"}
    return found


def _address(record: Record) -> str:
    return str(said(record).get("address") or record.resource)


def broken(verdicts: list[Verdict]) -> Iterator[NotJudged]:
    """What a rule raised on, and what Checkov could not read."""
    for one, record in verdicts:
        if record.error:
            file, line = one.place(record.resource)
            what = f"the rule broke on it: {record.error}" if record.rule != ALL else record.error
            yield NotJudged(record.rule, what, one.full(record.resource), file, line, is_fault=True)


def unseen(subjects: list[Subject], verdicts: list[Verdict]) -> list[NotJudged]:
    """The blocks that got no verdict. Raises CouldNotJudge where that are all."""
    seen = {(one.copied, record.resource) for one, record in verdicts if record.rule == EVERY_BLOCK}
    unread = {one.copied for one, record in verdicts if record.rule == ALL}
    missing = [
        (one, address)
        for one in subjects
        for address in sorted(one.blocks())
        if (one.copied, address) not in seen and one.copied not in unread
    ]
    if missing and not seen:
        told = tuple(f"{address} in {one.copied}" for one, address in missing[:10])
        raise CouldNotJudge(f"Checkov did not see {len(missing)} of the blocks", details=told)
    return [NotJudged(ALL, "Checkov did not see it", one.full(address), *one.place(address), is_fault=True)
            for one, address in missing]  # fmt: skip


def idle(rules: Mapping[str, Collection[str]], verdicts: list[Verdict]) -> Iterator[NotJudged]:
    """The rules that let their canary pass: they are broken, however green they make what they judge."""
    failed = {(record.rule, one.copied) for one, record in verdicts if not record.passed and not record.error}
    for rule, files in rules.items():
        if passed := sorted(file for file in files if (rule, file) not in failed):
            reason = f"it did not load or does not work: it let the canary pass ({', '.join(passed)})"
            yield NotJudged(rule, reason, is_fault=True)
