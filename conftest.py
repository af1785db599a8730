"""The suite's options, the deployment that its third level shares, its last lines, and how hard it searches."""

from hypothesis import settings

pytest_plugins = ["tests.integration.session", "tests.evidence", "tests.summary"]
settings.register_profile("thorough", max_examples=5_000, deadline=None)
