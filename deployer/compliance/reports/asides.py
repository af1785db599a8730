"""What a judgement says beside its findings, a line each: nothing that was left out is left unsaid."""

from collections.abc import Iterable, Iterator

from deployer.compliance.judgement import NOTHING_HERE, Judgement, NotJudged
from deployer.few import counted, few


def asides(judgement: Judgement) -> list[str]:
    """The lines, for people and Markdown."""
    return [*_of_baseline(judgement), *_of_skips(judgement), *_of_severity(judgement)]


def not_judged(judgement: Judgement) -> list[str]:
    """Rules without anything to judge as one line, the first; then what should have been judged, then the rest."""
    idle = [one.rule for one in judgement.not_judged if one.reason == NOTHING_HERE]
    others = sorted(
        (one for one in judgement.not_judged if one.reason != NOTHING_HERE), key=lambda one: not one.is_fault
    )
    lines = [f"{one.rule}:{_place(one)} {one.reason}" for one in others]
    return [*([f"{counted(len(idle), 'rule')} without anything here to judge: {few(idle)}"] if idle else []), *lines]


def _place(one: NotJudged) -> str:
    return f" {one.resource} {one.file}{f':{one.line}' * bool(one.line)}:" if one.file else ""


def _of_baseline(judgement: Judgement) -> Iterator[str]:
    if judgement.known:
        yield f"known: {counted(len(judgement.known), 'finding')} in the baseline {judgement.against}"
    if gone := [f"{one.rule} at {one.resource} in {one.file}" for one in judgement.gone]:
        yield (
            f"gone: {counted(len(gone), 'finding')} of the baseline can't be found any more: {few(gone, 3)}; "
            "--write-baseline takes them out"
        )


def _of_skips(judgement: Judgement) -> Iterator[str]:
    if judgement.left_out:
        yield f"skipped, as asked: {counted(len(judgement.left_out), 'rule')}: {few(judgement.left_out)}"
    if bare := _once(f"{one.rule} at {one.file}:{one.line}" for one in judgement.bare_skips):
        yield f"not honoured: {counted(len(bare), 'skip')} without a reason: {few(bare)}; write checkov:skip=ID:reason"


def _of_severity(judgement: Judgement) -> Iterator[str]:
    below = len(judgement.findings) - len(judgement.failing)
    if below:
        yield f"below {judgement.least}: {counted(below, 'finding')}, which fail nothing"
    if judgement.soft_fail and judgement.failing:
        yield f"soft fail: {counted(len(judgement.failing), 'finding')}, and exit 0 as asked"


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
