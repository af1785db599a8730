"""The judgement on a terminal."""

import os
from typing import TextIO

from deployer.compliance.judgement import Judgement
from deployer.compliance.reports import ORDER, summary
from deployer.compliance.suppressions import ending

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-warning-message
_ON_GITHUB = os.environ.get("GITHUB_ACTIONS") == "true"


def show(stream: TextIO, judgement: Judgement) -> None:
    """Worst first; each finding with its place, what is wrong and what mends it."""
    found = sorted(judgement.findings, key=lambda one: (ORDER.index(one.severity), one.rule, one.resource))
    for one in found:
        place = f"{one.file}:{one.line}" if one.line else one.file
        print(f"{one.severity:<8} {one.rule}  {one.construct or one.resource}  {place}", file=stream)
        print(f"         {one.message}", file=stream)
        print(f"         mend: {one.mend}", file=stream)
    for absent in judgement.not_judged:
        place = f" {absent.resource} {absent.file}{f':{absent.line}' * bool(absent.line)}:" if absent.file else ""
        print(f"not judged: {absent.rule}:{place} {absent.reason}", file=stream)
    for told in ending(one.until for one in judgement.suppressed):
        print(f"::{told.replace(':', '::', 1)}" if _ON_GITHUB else told, file=stream)
    print(summary(judgement), file=stream)
