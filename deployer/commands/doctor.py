"""`tap doctor`: what is wrong with this machine, and what mends it."""

import sys

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.errors import EnvironmentUnready
from deployer.paths import Paths


def doctor(options: EnvironmentOptions = DEFAULTS, json: JsonOption = False) -> None:
    """Check that this machine is ready for the target; exit 3 if it is not.

    Example: `tap doctor --target aws`
    """
    from deployer.console.table import show
    from deployer.doctor import examined, fit, to_json

    settings = options.unchecked()
    checks = examined(settings, Paths.here())
    if json:
        print_json(to_json(settings, checks))
    else:
        rows = [("ok" if one.fine else "NO" if one.needed else "-", one.name, one.told, one.remedy) for one in checks]
        show(sys.stdout, f"target {settings.target}", ("", "check", "found", "remedy"), rows)
    if not fit(checks):
        raise EnvironmentUnready(
            f"this machine is not ready for --target {settings.target}", remedy="fix what is marked NO"
        )
