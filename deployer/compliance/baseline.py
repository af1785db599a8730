"""What is known of a repository that has lived: `--baseline FILE`, written once, in which findings are looked up.

Called by `tap comply`. The file is made to be committed and reviewed: a finding a line, in order, without line numbers,
severities or times. deployer/reporting/schemas/baseline.schema.json describes it.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jsonschema

from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.judgement import Finding, Identity, Judgement
from deployer.compliance.selection import Selection
from deployer.errors import UsageError

VERSION = 1
_SHOWN = 8  # of what could not be judged
SCHEMA = Path(__file__).parents[1] / "reporting" / "schemas" / "baseline.schema.json"


def compared(judgement: Judgement, file: Path, chosen: Selection) -> Judgement:
    """The judgement with its findings told apart: new, known, and gone.

    A rule that was not run says nothing of what is gone, and nothing does where not everything could be judged.

    Raises:
        UsageError: there is no baseline, or it can't be read.
    """
    known = Counter(read(file))
    new, found = list[Finding](), list[Finding]()
    for one in judgement.findings:
        (found if known[one.identity] > 0 else new).append(one)
        known[one.identity] -= 1
    gone = [] if judgement.faults else sorted(one for one in known.elements() if chosen.takes(one.rule))
    return replace(judgement, findings=tuple(new), known=tuple(found), gone=tuple(gone), against=str(file))


def write(judgement: Judgement, file: Path, chosen: Selection) -> None:
    """Take what was found for known. What an earlier baseline has of rules that were not run stays.

    Raises:
        UsageError: the file can't be written, or is there and is no baseline.
        CouldNotJudge: not everything could be judged.
    """
    if judgement.faults:
        raise CouldNotJudge(
            "not everything could be judged, so no baseline was written", where=str(file),
            details=tuple(f"{one.resource} {one.file}:{one.line} {one.reason}" for one in judgement.faults[:_SHOWN]),
        )  # fmt: skip
    kept = [one for one in read(file) if not chosen.takes(one.rule)] if file.exists() else []
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text_of((*kept, *_identities(judgement.findings))), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the baseline can't be written: {error}", where=str(file)) from error


def text_of(entries: Iterable[Identity]) -> str:
    """The file: a line for each, so that a diff has a line for each that came or went."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) for one in sorted(entries))
    return f'{{\n"version": {VERSION},\n"findings": [\n' + ",\n".join(lines) + "\n]\n}\n"


def read(file: Path) -> list[Identity]:
    """The entries. Raises UsageError where there are none to be had."""
    if not file.exists():
        raise UsageError(
            "there is no such baseline", where=str(file), remedy="add --write-baseline once, and commit the file"
        )
    try:
        document = json.loads(file.read_text("utf-8"))
        jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    except (OSError, ValueError, jsonschema.ValidationError) as error:
        raise UsageError(
            f"the baseline can't be read: {_said(error)}", where=str(file),
            remedy="restore it from git, or remove it and add --write-baseline",
        ) from error  # fmt: skip
    return [Identity(**entry) for entry in document["findings"]]


def _identities(findings: Iterable[Finding]) -> list[Identity]:
    return [one.identity for one in findings]


def _said(error: Any) -> str:
    return str(getattr(error, "message", error))
