"""The suite of a project's stack as a pytest plugin, active in every project whose pyproject.toml has `[tool.tap]`.

Its parts: `options` (and markers), `selection` (which tests need a deployment, and which are skipped), `session` (the
deployment that all tests share), `fixtures` (`pytest --fixtures` lists them), `stack_failures`, `evidence`,
`summary`. Elsewhere this module is all that pytest loads: it adds nothing there, neither an option nor a line.
"""

from importlib import import_module
from pathlib import Path

import pytest

from deployer.paths import is_project

PARTS = ("options", "selection", "session", "fixtures", "stack_failures", "evidence", "summary")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The first moment at which pytest knows its root, and the last at which a plugin may still add options."""
    if root := project_root(early_config):
        from deployer.pytest_plugin.levels import know

        know(early_config, root)
        for part in PARTS:
            early_config.pluginmanager.register(import_module(f"{__name__}.{part}"), f"{__name__}.{part}")


def project_root(config: pytest.Config) -> Path | None:
    """The innermost project with `[tool.tap]` around the working folder, not above pytest's own root."""
    top, folder = config.rootpath, config.invocation_params.dir
    inside = (one for one in (folder, *folder.parents) if one.is_relative_to(top))
    return next(filter(is_project, inside), top if is_project(top) else None)
