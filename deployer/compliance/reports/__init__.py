"""A judgement for those who read it: people (table), GitHub (sarif, markdown), test reporters (junit).

Called by `tap comply`. Each is one function from a judgement to text; nothing here decides anything.
"""

from collections import Counter

from deployer.compliance.judgement import SEVERITIES, Finding, Judgement


def worst_first(one: Finding) -> tuple[int, str, str]:
    """To sort by."""
    return SEVERITIES.index(one.severity), one.rule, one.resource


def summary(judgement: Judgement) -> str:
    """The judgement in one line."""
    found = Counter(one.severity for one in judgement.findings)
    told = ", ".join(f"{found[name]} {name.lower()}" for name in SEVERITIES if found[name]) or "no findings"
    known = f"{len(judgement.known)} known; " if judgement.against else ""
    return (
        f"{told}; {known}{len(judgement.suppressed)} suppressed; {judgement.resources} resources judged by "
        f"{judgement.rules} rules in {len(judgement.evaluations)} evaluations"
    )
