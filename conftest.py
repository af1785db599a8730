"""What tests of more than one level use, and how hard the suite searches where it is asked to."""

import signal

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tests.unit.suite.other_project", "tests.unit.suite.collecting"]
_TIMELESS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no verdict by how fast a machine is
settings.register_profile("timeless", _TIMELESS)
settings.register_profile("thorough", _TIMELESS, max_examples=5_000)
settings.load_profile("timeless")


def pytest_configure() -> None:
    """A shell that runs scripts has what it starts with `&` ignore Ctrl-C, all programs below it too: tests send it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
