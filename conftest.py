"""Fixtures that tests of more than one level use, and how hard the suite searches where it is asked to."""

from hypothesis import settings

pytest_plugins = ["pytester", "tests.unit.suite.other_project"]
settings.register_profile("thorough", max_examples=5_000, deadline=None)
