"""A judgement for those who read it: people (table), GitHub (sarif, markdown), test reporters (junit).

Called by `tap comply`. Each is one function from a judgement to text; nothing here decides anything.
"""

from collections import Counter

from deployer.compliance.judgement import Judgement

ORDER = ("CRITICAL", "HIGH", "MEDIUM", "LOW")


def summary(judgement: Judgement) -> str:
    """The judgement in one line."""
    found = Counter(one.severity for one in judgement.findings)
    told = ", ".join(f"{found[name]} {name.lower()}" for name in ORDER if found[name]) or "no findings"
    return (
        f"{told}; {len(judgement.suppressed)} suppressed; {judgement.resources} resources judged by "
        f"{judgement.rules} rules in {len(judgement.evaluations)} evaluations"
    )
