"""The suite's options, the deployment that its third level shares, what it leaves and says, how hard it searches."""

from hypothesis import settings

pytest_plugins = ["tests.integration.session", "tests.evidence", "tests.unchanged", "tests.summary"]
settings.register_profile("thorough", max_examples=5_000, deadline=None)
