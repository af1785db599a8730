"""Below a failed test of the stack: what it read last of the stack, with the address and the line of Python.

So a test says it whatever it asserts with. Only where it fails is anything looked up.
"""

from collections.abc import Generator

import pytest

from deployer.pytest_plugin.blocks import Origin, told

READ = pytest.StashKey[list[Origin]]()  # of a test: the stacks that it was given
SECTION = "read last from the stack"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """One section more, where there is something to say."""
    report = yield
    if report.failed and call.when == "call":
        lines = dict.fromkeys(line for origin in item.stash.get(READ, []) for line in told(origin))
        if lines:
            report.sections.append((SECTION, "\n".join(lines)))
    return report
