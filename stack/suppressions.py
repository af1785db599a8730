"""Findings of the compliance gate that we answer for: beside the resource, with the reason and the last day.

They travel in the synthesised JSON, in the resource's own `"//"`, from where the gate reads them. After the last day,
or when nothing is found there any more, the suppression itself is a finding.
"""

from datetime import date
from typing import TYPE_CHECKING

from stack.errors import StackError

if TYPE_CHECKING:  # who only asks for the day needs no CDKTF, which takes seconds to load
    from cdktf import TerraformResource

UNTIL = date(2027, 11, 30)  # reviewed once a year
_SHORTEST = 20  # letters; less says nothing


def suppress(resource: "TerraformResource", rule: str, *, reason: str, until: date = UNTIL) -> None:
    """What `rule` finds at `resource` is meant to be so, until that day.

    Raises:
        StackError: the reason is missing.
    """
    if len(reason.strip()) < _SHORTEST:
        raise StackError(f"{resource.node.path}: a suppression of {rule} needs a reason, not {reason!r}")
    resource.add_override(f"//.suppressions.{rule}", {"reason": reason, "until": until.isoformat()})
