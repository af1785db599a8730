"""How much the gate finds of what is there, and how much else, beside Checkov by itself. Called by the tests.

Checkov gets the same HCL, and its own rules on what a policy says. Its other rules, on the resource around the policy,
are neither here nor there.
"""

from collections.abc import Callable
from pathlib import Path

from deployer.compliance import checkov
from deployer.compliance.judgement import Finding, Judgement
from deployer.process.environments import ensure
from tests.policy import remembering
from tests.policy.documented import documented
from tests.policy.escalation import FORMS, NO_WAY, Resources, Way, ways
from tests.policy.shared import PLACES

ESCALATION = "CKV_AWS_286"  # of Checkov: no policy allows privilege escalation
OF_POLICIES = (
    ESCALATION, "CKV_AWS_1", "CKV_AWS_32", "CKV_AWS_33", "CKV_AWS_49", "CKV_AWS_60", "CKV_AWS_61", "CKV_AWS_62",
    "CKV_AWS_63", "CKV_AWS_70", "CKV_AWS_93", "CKV_AWS_99", "CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_274", "CKV_AWS_287",
    "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_311", "CKV_AWS_348", "CKV_AWS_355", "CKV_AWS_358",
    "CKV_AWS_385", "CKV_AWS_387", "CKV_AWS_393",
)  # fmt: skip
REMEMBERING = Path(remembering.__file__).parent  # no rules: it is slow without
TOLD = {
    "whole": "one policy", "patterns": "by patterns of actions (`iam:Pass*`)", "arns": "on ARNs that name nothing",
    "all_but": "by `NotAction`", "split": "split over policies of one role",
    "by_group": "split over a user and a group", "named": "on named resources", "denied": "denied by another policy",
    "bounded": "held to a tag, or a service",
}  # fmt: skip
Asked = Callable[[Finding], bool]


def bare(folder: Path) -> Judgement:
    """What Checkov finds in HCL by itself."""
    records = checkov.run(ensure("policy", PLACES), folder, [REMEMBERING], {"terraform": OF_POLICIES}).records
    findings = [Finding(one.rule, "", one.resource, one.file, one.lines[0], one.title, "")
                for one in records if not one.passed]  # fmt: skip
    return Judgement(0, len(OF_POLICIES), (), tuple(findings))


def is_way(finding: Finding) -> bool:
    """Whether it tells of a way to more: by the rule on such ways, or since everything is allowed anyway."""
    return finding.rule == "TAP_IAM_2" or (finding.rule == "TAP_IAM_1" and finding.severity == "CRITICAL")


def is_escalation(finding: Finding) -> bool:
    return finding.rule == ESCALATION


def found(judgement: Judgement, form: str, way: Way, asked: Asked) -> bool:
    """Whether one of the blocks that make the way in this form has such a finding."""
    blocks = _blocks({**FORMS, **NO_WAY}[form](way))
    return any(one.file == f"{form}/main.tf" and one.resource in blocks and asked(one) for one in judgement.findings)


def _blocks(resources: Resources) -> set[str]:
    return {f"{kind}.{name}" for kind, named in resources.items() for name in named}


def of_ways(ours: Judgement, other: Judgement) -> list[tuple[str, ...]]:
    """The rows of the first table: in how many ways each of the two finds something, by form."""

    def count(judgement: Judgement, form: str, asked: Asked) -> str:
        return str(sum(found(judgement, form, way, asked) for way in ways()))

    return [(TOLD[form], str(len(ways())) if form in FORMS else "0", count(ours, form, is_way),
             count(other, form, is_escalation), count(other, form, bool)) for form in TOLD]  # fmt: skip


def of_documented(ours: Judgement, other: Judgement) -> list[tuple[str, ...]]:
    """The rows of the second table: of how many policies something is told, rightly and in error."""
    right = {one.address for one in documented() if one.found}
    told = [{one.file.partition("/")[0] for one in judgement.findings if one.rule.startswith(("TAP_IAM_", "CKV"))}
            for judgement in (ours, other)]  # fmt: skip
    blameless = {one.address for one in documented()} - right
    return [
        (name, str(len(some)), *(str(len(some & one)) for one in told))
        for name, some in (("grants too much", right), ("blameless", blameless))
    ]
