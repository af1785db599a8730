"""Policies as AWS documents them for its services: nothing is told of them in error."""

import pytest

from deployer.compliance.judgement import Judgement
from tests.policy.documented import ADDRESSES, Documented, documented


@pytest.mark.parametrize("one", documented(), ids=lambda one: one.address)
def test_only_what_is_right_is_told(of_documented: Judgement, one: Documented) -> None:
    """A documented policy has findings of exactly the rules that the table gives a reason for."""
    told = {each.rule for each in of_documented.findings if each.file == f"{one.address}/main.tf"}

    assert {rule for rule in told if rule.startswith(("TAP_IAM", "TAP_REGION", "TAP_UNREADABLE"))} == set(one.found)


def test_there_are_a_hundred_with_addresses_and_reasons() -> None:
    """At least a hundred, of many services, each where it is documented, each finding with a reason."""
    addresses = [one.at for one in documented()]

    assert len({one.address for one in documented()}) == len(documented()) >= 100
    assert len({at.removeprefix(ADDRESSES).split("/")[0] for at in addresses}) >= 30
    assert [at for at in addresses if not at.endswith(".html")] == []
    assert [one.address for one in documented() if any(len(reason) < 20 for reason in one.found.values())] == []
