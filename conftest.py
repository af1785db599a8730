"""Fixtures that tests of more than one level use, and how hard the suite searches where it is asked to."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tests.unit.suite.other_project", "tests.unit.suite.collecting"]
_TIMELESS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no verdict by how fast a machine is
settings.register_profile("timeless", _TIMELESS)
settings.register_profile("thorough", _TIMELESS, max_examples=5_000)
settings.load_profile("timeless")
