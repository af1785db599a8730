"""JUnit XML: a test suite for each rule, a case for each resource; what fails nothing is skipped, with the reason.

People read it too, and XML can't hold most of what is hidden: all text is made visible.
"""

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from deployer.compliance.judgement import Finding, Judgement
from deployer.visible import visible


def junit(judgement: Judgement) -> str:
    """The judgement as JUnit XML."""
    findings: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for one in judgement.failing:
        findings[one.rule, one.resource].append(one)
    passed_over = _passed_over(judgement)
    cases = {(one.rule, one.resource) for one in judgement.evaluations} | findings.keys() | passed_over.keys()
    root = Element("testsuites", name="tap comply")
    for rule in sorted({rule for rule, _ in cases}):
        suite = SubElement(root, "testsuite", name=rule)
        for resource in sorted(resource for name, resource in cases if name == rule):
            case = SubElement(suite, "testcase", classname=rule, name=visible(resource))
            if found := findings.get((rule, resource)):
                text = "\n".join(f"{one.file}:{one.line} {one.message}\n{one.mend}" for one in found)
                SubElement(case, "failure", message=visible(found[0].message), type=found[0].severity).text = visible(
                    text
                )
            elif why := passed_over.get((rule, resource)):
                SubElement(case, "skipped", message=visible(why))
        count(suite)
    if absent := judgement.not_judged:
        suite = SubElement(root, "testsuite", name="not judged")
        for missing in absent:
            case = SubElement(suite, "testcase", classname=missing.rule, name=visible(missing.reason))
            SubElement(case, "skipped", message=visible(missing.reason))
        count(suite)
    count(root)
    return text_of(root)


def text_of(root: Element) -> str:
    """The document as it is written to a file."""
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _passed_over(judgement: Judgement) -> dict[tuple[str, str], str]:
    """Why what was found fails nothing."""
    mild = set(judgement.findings) - set(judgement.failing)
    return {
        **{(one.rule, one.resource): f"below {judgement.least}: {one.message}" for one in mild},
        **{(one.rule, one.resource): f"known in {judgement.against}: {one.message}" for one in judgement.known},
        **{(one.rule, one.resource): f"suppressed: {one.told}" for one in judgement.suppressed},
    }


def count(element: Element) -> None:
    """Give a suite, or all of them, the numbers of its cases and of those that failed or were skipped."""
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        element.set(name, str(sum(1 for _ in element.iter(tag))))
    element.set("errors", "0")
