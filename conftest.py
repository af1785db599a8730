"""The suite's options and the deployment that its third level shares, and its last lines."""

pytest_plugins = ["tests.integration.session", "tests.summary"]
