"""What a person sees: the worst first, equal findings once, and one screen of it."""

import io
from dataclasses import replace

import pytest

from deployer.compliance.judgement import NOTHING_HERE, Finding, Judgement, NotJudged, Suppressed
from deployer.compliance.reports.people import grouped, show

SCREEN = 40  # lines
LOGS = tuple(
    Finding("CKV_AWS_338", "MEDIUM", f"aws_cloudwatch_log_group.l{at}", "logs.tf", at, "keeps less than a year", "see")
    for at in range(1, 7)
)
WIDE = Finding("TAP_IAM_1", "HIGH", "aws_iam_policy.p", "iam.tf", 3, "allows s3:*", "name the actions")
OPEN = Finding("TAP_IAM_1", "CRITICAL", "aws_iam_policy.q", "iam.tf", 9, "allows *", "name the actions")


def shown(judgement: Judgement, *, verbose: bool = False) -> list[str]:
    show(stream := io.StringIO(), judgement, verbose=verbose)
    return stream.getvalue().splitlines()


def many(rules: int, each: int) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"CKV_AWS_{rule}", "MEDIUM", f"aws_x.y{at}", "main.tf", at, "a title " * 30, "see there")
        for rule in range(rules) for at in range(each)
    )  # fmt: skip


def test_equal_findings_are_one_with_its_resources() -> None:
    """Six log groups that keep too little are one line with six resources, three of them named."""
    lines = shown(Judgement(6, 1, (), LOGS))

    assert [line for line in lines if "CKV_AWS_338" in line] == [
        "MEDIUM   CKV_AWS_338  6 resources: keeps less than a year"
    ]
    assert sum("aws_cloudwatch_log_group" in line for line in lines) == 3
    assert sum("mend:" in line for line in lines) == 1
    assert "         and 3 more" in lines


def test_the_worst_rule_is_first_and_its_worst_finding() -> None:
    """By severity, then by how many resources there are; what differs in a rule is told at each resource."""
    few = Finding("CKV_AWS_1", "MEDIUM", "aws_x.y", "main.tf", 1, "title", "see")
    lines = shown(Judgement(9, 3, (), (few, *LOGS, WIDE, OPEN)))

    assert [one.rule for one in grouped((few, *LOGS, WIDE, OPEN))] == ["TAP_IAM_1", "CKV_AWS_338", "CKV_AWS_1"]
    assert lines[:4] == [
        "CRITICAL TAP_IAM_1  2 resources",
        "         aws_iam_policy.q  iam.tf:9  allows *",
        "         aws_iam_policy.p  iam.tf:3  allows s3:*",
        "         mend: name the actions",
    ]


@pytest.mark.parametrize(("rules", "each"), [(60, 9), (3, 1), (14, 400)])
def test_hundreds_of_findings_are_one_screen(rules: int, each: int) -> None:
    """Whatever was found, suppressed, known, skipped or not judged; the sum tells all of it."""
    suppressed = tuple(Suppressed("CKV_AWS_1", f"aws_x.y{at}", "a reason", "", "main.tf", at) for at in range(50))
    absent = (*(NotJudged(f"R_{at}", NOTHING_HERE) for at in range(99)), *(NotJudged("*", f"m{at}") for at in range(9)))
    judgement = Judgement(999, 99, (), many(rules, each), suppressed, absent, left_out=("A",) * 900)
    lines = shown(replace(judgement, known=LOGS, gone=tuple(one.identity for one in LOGS * 9), against="b.json"))

    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 300
    assert f"{rules * each} medium; 6 known; 50 suppressed" in lines[-1]
    assert any("--verbose" in line for line in lines) == (rules * each > 9)


def test_verbose_tells_every_place_and_suppression() -> None:
    """Each resource with its line, each remedy, whole titles, and what is suppressed with a last day too."""
    kept = Suppressed("CKV_AWS_18", "aws_s3_bucket.b", "is the log bucket itself", "2030-01-01", "main.tf", 4)
    lines = shown(Judgement(999, 99, (), many(20, 9), (kept,)), verbose=True)

    assert sum("aws_x.y" in line for line in lines) == 180
    assert sum("mend: see there" in line for line in lines) == 20
    assert not any("…" in line for line in lines)
    assert any(
        "main.tf:4  is the log bucket itself (until 2030-01-01)" in line for line in lines if "suppressed:" in line
    )


def test_a_clean_answer_is_short() -> None:
    """The sum, and in one line which rules had nothing to judge."""
    absent = tuple(NotJudged(f"TAP_{at}", NOTHING_HERE) for at in range(3))

    assert shown(Judgement(1, 1, (), not_judged=absent)) == [
        "not judged: 3 rules without anything here to judge: TAP_0, TAP_1, TAP_2",
        "no findings; 0 suppressed; 1 resource judged by 1 rule in 0 evaluations",
    ]


def test_what_somebody_wrote_reaches_no_terminal_as_it_is() -> None:
    """Escapes and line breaks in a reason or a message, which GitHub would take for commands, are written out."""
    rude = "\x1b[2J\n::set-env name=PATH::x"
    judgement = Judgement(1, 1, (), (replace(WIDE, message=rude),), (Suppressed("R", "a.b", rude, "", "f", 1),))
    lines = shown(judgement)

    assert not any("\x1b" in line or line.startswith("::") for line in lines)
    assert sum(r"\x1b[2J\n::set-env" in line for line in lines) == 2


def test_equal_findings_are_one_beside_others_of_their_rule() -> None:
    """A rule that says two things tells each once: the six that say the same with how many more there are."""
    other = replace(LOGS[0], resource="aws_cloudwatch_log_group.x", line=9, message="keeps for good")
    lines = shown(Judgement(7, 1, (), (*LOGS, other)))

    assert sum("keeps less than a year" in line for line in lines) == 1
    assert sum("keeps for good" in line for line in lines) == 1
    assert any("6 of them: keeps less than a year: aws_cloudwatch_log_group.l1  logs.tf:1," in line for line in lines)


def test_verbose_tells_every_place_of_equal_findings_beside_others() -> None:
    """Nothing is hidden where all is asked for."""
    other = replace(LOGS[0], resource="aws_cloudwatch_log_group.x", line=9, message="keeps for good")
    text = "".join(shown(Judgement(7, 1, (), (*LOGS, other)), verbose=True))

    assert all(one.place in text for one in (*LOGS, other))


def test_a_finding_without_a_resource_is_counted_as_a_finding() -> None:
    """Such as a grant that was removed: its place stands alone."""
    gone = Finding("TAP_ACCESS_1", "LOW", "", "access.json", 4, "grant removed: a may b", "put it back")

    assert shown(Judgement(1, 1, (), (gone,)))[:2] == [
        "LOW      TAP_ACCESS_1  1 finding: grant removed: a may b",
        "         access.json:4",
    ]
