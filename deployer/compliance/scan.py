"""The gate: `scan` judges Terraform by Checkov's rules and our own, or raises. Called by the policy tests; made for
`tap comply`, `make compliance` and `tap deploy`.

Two eyes look at a stack, since each is blind where the other sees:

- The **synthesised JSON** shows what is written: literals, the backend, lifecycle, `depends_on`, and where it stands.
  It does not show what an expression becomes; a policy in `${jsonencode(...)}` is no more than text.
- The **plan** shows what is evaluated: policies, names and ARNs as AWS would get them, `count` and `for_each` unrolled,
  the provider's defaults. It has no backend and no lines, and what is known only after apply is not in it.

A canary is judged in the same run, in which each of our rules must fail. So a rule that did not load, or no longer sees
anything, ends the scan with an error instead of a green answer.
"""

import hashlib
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from deployer.compliance import checkov, inline, suppressions, verdicts
from deployer.compliance.addresses import without_keys
from deployer.compliance.catalogue import catalogued, rule_folders
from deployer.compliance.checkov import ALL, JSON, PLAN, Record
from deployer.compliance.copies import lay_out
from deployer.compliance.deadline import deadline
from deployer.compliance.errors import NotTerraform
from deployer.compliance.hcl.reading import Reading
from deployer.compliance.judgement import NOTHING_HERE, OWN, Evaluation, Finding, Judgement, NotJudged
from deployer.compliance.readable import unreadable_policies
from deployer.compliance.selection import Selection, is_pattern
from deployer.compliance.subject import Subject, nothing_judged, reading_at, subject, subjects_at
from deployer.compliance.verdicts import EVERY_BLOCK
from deployer.paths import Paths
from deployer.process.environments import ensure
from deployer.terraform.offline_plan import plan_of

LOCALS = "locals"
BESIDE = {suppressions.RULE, "TAP_ACCESS_1", "TAP_COVERAGE_1"}  # found by no rule of Checkov's: here, and by the gate
LONGEST_READING = 180  # seconds, a plan included
_BUILTIN_SEVERITY = "MEDIUM"  # Checkov tells severities only to who has an account


def scan(
    path: Path, paths: Paths, *, plan: bool = True, only: Collection[str] = (), skip: Collection[str] = (),
    checks: Sequence[Path] = (), mirror: str = "", today: date | None = None, root: Path | None = None,
) -> Judgement:  # fmt: skip
    """Judge the Terraform at `path`: a synthesised file, a plan as JSON, or a folder with any of these.

    `plan`: also make a plan of each synthesised file and judge that. `only`: ids or patterns of rules, blank for
    all; `skip`: those that are not run. `checks`: the folders of our rules, if not Tap's and the project's. `mirror`:
    as the setting TAP_PROVIDER_MIRROR. `today`: for suppressions. `root`: a folder above, from which modules and files
    may be read.

    What can't be judged is a fault in the answer, and the rest is judged.

    Raises:
        NotTerraform: there is nothing that can be judged.
        UnknownRule: `only` or `skip` names a rule that is none, or no rule is left.
        CouldNotJudge: reading it took too long, or Checkov gave no answer.
        TerraformFailed, ToolMissing: the plan could not be made.
    """
    chosen = Selection.of(only, skip)
    checks = checks or rule_folders(paths.root)
    canaries = {rule: [_canary(file) for file in files] for rule, files in catalogued(checks).items()}
    with deadline(LONGEST_READING, str(path)):
        reading = reading_at(path, root)
        subjects = to_judge(path, paths, plan=plan, mirror=mirror, reading=reading)
    notes = {**reading.notes, **dict.fromkeys(unreadable_policies(subjects))}
    everything = subjects + list({one.copied: one for some in canaries.values() for one in some}.values())
    with tempfile.TemporaryDirectory(prefix="tap-scan-") as scratch:
        folder = Path(scratch).resolve()
        lay_out(everything, folder)
        frameworks = _frameworks(subjects, chosen.rules)
        answer = checkov.run(ensure("policy", paths), folder, checks, frameworks, chosen.skipped)
    known = answer.rules | canaries.keys() | BESIDE
    chosen.require_known(known)
    rules = {rule: [one.copied for one in some] for rule, some in canaries.items()}
    found = replace(judged(everything, answer.records, rules, chosen, tuple(notes)), left_out=chosen.left_out(known))
    if not found.resources and not found.findings:
        if found.faults:
            raise nothing_judged(path, found.faults)
        raise NotTerraform(
            "there is no resource to judge", where=str(path), details=tuple(one.reason for one in found.not_judged),
            remedy="of modules that are fetched, give a plan: `terraform show -json PLAN > plan.json`",
        )  # fmt: skip
    heard = None if chosen.is_all else {one.rule for one in found.evaluations}
    documents = [one for one in subjects if not one.is_plan]
    left, suppressed = suppressions.applied(documents, found.findings, today or suppressions.today(), heard)
    left, skipped, bare = inline.applied(documents, left, path)
    return replace(
        found, findings=tuple(sorted(one for one in left if chosen.takes(one.rule))),
        suppressed=tuple(sorted((*suppressed, *skipped))), bare_skips=tuple(sorted(bare)),
    )  # fmt: skip


def to_judge(
    path: Path, paths: Paths, *, plan: bool = True, mirror: str = "", reading: Reading | None = None
) -> list[Subject]:
    """What there is at `path`, with the plans of it. Parameters and errors as those of `scan`."""
    subjects = subjects_at(path, evaluate=not plan, reading=reading)
    if plan:
        subjects += [_planned(one, path, paths, mirror) for one in subjects if not one.is_plan and one.blocks()]
    return subjects


def judged(
    subjects: list[Subject], records: Sequence[Record], rules: Mapping[str, Collection[str]], chosen: Selection,
    notes: tuple[NotJudged, ...] = (),
) -> Judgement:  # fmt: skip
    """The judgement that Checkov's records add up to. Raises CouldNotJudge where they say nothing of the subjects.

    `rules`: our own, each with the copies of its canary. `chosen`: those that judge. `notes`: what could not be judged
    before Checkov ran.
    """
    given = list(verdicts.addressed(subjects, [one for one in records if one.file]))
    expected = {rule: files for rule, files in rules.items() if chosen.takes(rule)}
    own = [(one, record) for one, record in given if _is_subject(one)]
    faults = [*verdicts.unseen([one for one in subjects if _is_subject(one)], own), *verdicts.broken(own)]
    faults += verdicts.idle(expected, given)
    faults = [one for one in faults if one.rule == ALL or chosen.takes(one.rule)]
    faults += [NotJudged(ALL, one.error, is_fault=True) for one in records if not one.file]
    wanted = [(one, record) for one, record in given if not record.error and _is_wanted(one, record.rule, chosen)]
    heard = {record.rule for _, record in wanted}
    named = {rule for rule in chosen.rules if not is_pattern(rule) and chosen.takes(rule)} - BESIDE
    told = (*notes, *faults)
    return Judgement(
        resources=len(
            _resources(subjects) - {(one.file, one.resource) for one in told if one.rule == ALL and one.is_fault}
        ),
        rules=len(heard),
        evaluations=tuple(sorted({_evaluation(one, record) for one, record in wanted})),
        findings=_once(finding for one, record in wanted if not record.passed for finding in _findings(one, record)),
        not_judged=_not_judged([*told, *_idle(named | expected.keys(), heard, told), *_absent(subjects)]),
    )


def _resources(subjects: list[Subject]) -> set[tuple[str, str]]:
    """File and address of each, however often it is seen."""
    return {
        (one.place(address)[0], without_keys(one.full(address)))
        for one in subjects if _is_subject(one) for address in one.blocks()
    }  # fmt: skip


def _not_judged(told: list[NotJudged]) -> tuple[NotJudged, ...]:
    """Each once: of a block that is not judged at all, what single rules say is left out, and so are its instances."""
    whole = {(one.file, one.resource) for one in told if one.rule == ALL and one.resource and one.is_fault}
    plain = {replace(one, resource=without_keys(one.resource)) for one in told}
    return tuple(sorted(one for one in plain if one.rule == ALL or (one.file, one.resource) not in whole))


def _idle(expected: Collection[str], heard: Collection[str], told: Collection[NotJudged]) -> (
        list[NotJudged]):  # fmt: skip
    faulty = {one.rule for one in told}
    return [NotJudged(rule, NOTHING_HERE) for rule in sorted(expected)
            if rule not in heard and rule not in faulty]  # fmt: skip


def _frameworks(subjects: list[Subject], only: Collection[str]) -> dict[str, Collection[str]]:
    """What to read the copies as, and by which rules: the canary, which is both, asks for ours alone."""
    wanted = {*only, EVERY_BLOCK} if only else set()
    judged_by_all = {PLAN if one.is_plan else JSON for one in subjects if not one.is_evaluated}
    return {name: wanted if only or name in judged_by_all else {f"{OWN}*"} for name in (JSON, PLAN)}


def _is_subject(one: Subject) -> bool:
    return one.copied.startswith("subject/")


def _is_wanted(one: Subject, rule: str, chosen: Selection) -> bool:
    if one.is_evaluated and not rule.startswith(OWN):
        return False  # Checkov's own rules join resources by their references, of which it has none
    return _is_subject(one) and chosen.takes(rule)


def _planned(stack: Subject, path: Path, paths: Paths, mirror: str) -> Subject:
    folder = (path if path.is_dir() else path.parent) / Path(stack.shown).parent
    document = plan_of(folder, stack.document, paths, mirror)
    return replace(stack, document=document, missing=(), copied=f"{stack.copied.removesuffix('.tf.json')}.plan.json")


def _canary(file: Path) -> Subject:
    """Its copy lies in a folder of its own, since each folder of rules has a canary, and in none that Checkov skips."""
    folder = hashlib.sha256(str(file.parent.resolve()).encode()).hexdigest()[:8]
    return replace(subject(file, file.parent), copied=f"canary/{folder}/{file.name}")


def _findings(one: Subject, record: Record) -> Iterator[Finding]:
    resource, (file, line) = one.full(record.resource), one.place(record.resource)
    if not record.rule.startswith(OWN):
        mend = record.guideline or "see Checkov's documentation of the rule"
        yield Finding(record.rule, _BUILTIN_SEVERITY, resource, file, line, record.title, mend)
        return
    for offence in verdicts.said(record)["offences"]:
        message, mend = str(offence["message"]), str(offence["mend"])
        if record.resource == LOCALS:  # one block to the rules, of which each may stand in another file
            file, line = one.place(f"{LOCALS}.{re.split(r'[. ]', message)[0]}")
        yield Finding(record.rule, str(offence["severity"]), resource, file, line, message, mend)


def _evaluation(one: Subject, record: Record) -> Evaluation:
    return Evaluation(record.rule, one.full(record.resource), one.place(record.resource)[0], record.passed, one.eye)


def _absent(subjects: list[Subject]) -> list[NotJudged]:
    """The modules that are called and not here."""
    found = set()
    for one in subjects:
        for module, source in one.missing:
            reason = f"{module} ({source or 'unknown'}): {_why(source)}; a plan as JSON shows what it makes"
            found.add(NotJudged(ALL, reason, module, *one.place(f"module.{module.rpartition('module.')[2]}")))
    return sorted(found)


def _why(source: str) -> str:
    if source.startswith((".", "/")):
        return "it is not there, or outside of the judged folder: --root names one above, to read from"
    return "a module that is not local is not fetched" if source else "a module without a source that can be read"


def _once(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Both eyes may see the same; what one tells of a block, the other needs not repeat for each of its instances."""
    found = set(findings)
    plain = {(one.rule, one.resource, one.message) for one in found}
    return tuple(sorted(
        one for one in found
        if "[" not in one.resource or (one.rule, without_keys(one.resource), one.message) not in plain
    ))  # fmt: skip
