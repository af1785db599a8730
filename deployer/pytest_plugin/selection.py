"""Which tests need the deployment, and which are skipped since the target lacks what they need."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from deployer.pytest_plugin.session import shared
from deployer.targets.targets import DIFFERENCES, Difference

DEPLOYMENT, TARGET, STACK = "tap_deployment", "tap_target", "tap_stack"
_CONSIDERED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about the stack comes first: where it is broken, that is the first that is told. What needs the
    deployment comes last, since it waits for it; before it, what needs no more than the AWS.
    """
    for item in items:
        _refuse_unknown_traits(item)
    items.sort(key=lambda item: (uses_target(item), uses_deployment(item), STACK not in _fixtures(item)))


def uses_deployment(item: pytest.Item) -> bool:
    """Whether it asks for the fixture, by itself or through another one."""
    return DEPLOYMENT in _fixtures(item)


def uses_target(item: pytest.Item) -> bool:
    """Whether it needs an AWS, with something deployed on it or without."""
    return uses_deployment(item) or TARGET in _fixtures(item)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """The deployment begins with the first test that runs, so that it is made meanwhile.

    Where nothing runs, such as for --collect-only and --fixtures, nothing is deployed.
    """
    if not item.config.stash.setdefault(_CONSIDERED, False):
        item.config.stash[_CONSIDERED] = True
        if not _only_plans(item) and any(map(_will_use_target, item.session.items)):
            shared(item.config).ask()


def _only_plans(item: pytest.Item) -> bool:
    return bool(item.config.getoption("setupplan"))


def _will_use_target(item: pytest.Item) -> bool:
    return uses_target(item) and not _may_be_skipped(item) and not list(_lacking(item))


def _may_be_skipped(item: pytest.Item) -> bool:
    """By what its marks say. Where a text is the condition and is false after all, the test itself asks."""
    for mark in item.iter_markers():
        conditions = (mark.kwargs["condition"],) if "condition" in mark.kwargs else mark.args
        if mark.name == "skip" or (mark.name == "skipif" and any(conditions)):
            return True
        if mark.name == "xfail" and not mark.kwargs.get("run", True):
            return True
    return False


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs what the target lacks is skipped, with the reason in deployer/targets/targets.py."""
    for trait, difference in _lacking(item) or _lacking_here(item):
        pytest.skip(f"needs {trait}: {difference.reason} (seen {difference.seen})")


def _needs(item: pytest.Item) -> dict[str, Difference]:
    known = DIFFERENCES[item.config.getoption("target")]
    return {trait: known[trait] for mark in item.iter_markers("needs") for trait in mark.args}


def _lacking(item: pytest.Item) -> list[tuple[str, Difference]]:
    """What no such target has."""
    return [(trait, difference) for trait, difference in _needs(item).items() if not difference.value]


def _lacking_here(item: pytest.Item) -> list[tuple[str, Difference]]:
    """What the target lacks on this machine, as it says once it runs."""
    if not (needs := _needs(item)) or not uses_target(item) or _only_plans(item):
        return []
    lacks = shared(item.config).reached().get("target", {}).get("lacks", {})
    return [(trait, replace(needs[trait], reason=lacks[trait])) for trait in needs if trait in lacks]


def _refuse_unknown_traits(item: pytest.Item) -> None:
    known = DIFFERENCES["aws"]
    for mark in item.iter_markers("needs"):
        if unknown := [repr(trait) for trait in mark.args if trait not in known]:
            raise pytest.UsageError(f"{item.nodeid}: needs {', '.join(unknown)}; traits are {', '.join(known)}")
