"""The suite's options and the deployment that its third level shares; see tests/integration/session.py."""

pytest_plugins = ["tests.integration.session"]
