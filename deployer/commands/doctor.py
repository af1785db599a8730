"""`tap doctor`: what is wrong with this machine, and what mends it."""

import sys

from deployer.commands.options import JsonOption, RegionOption, SuffixOption, TargetOption, print_json, settings_of
from deployer.errors import Unfit
from deployer.places import Places


def doctor(
    target: TargetOption = None, suffix: SuffixOption = None, region: RegionOption = None, json: JsonOption = False
) -> None:
    """Check that this machine is ready for the target; exit 3 if it is not."""
    from deployer.doctor import examined, fit, to_json
    from deployer.table import show

    settings = settings_of(target, suffix, region)
    checks = examined(settings, Places.here())
    if json:
        print_json(to_json(settings, checks))
    else:
        rows = [("ok" if one.fine else "NO" if one.needed else "-", one.name, one.told, one.remedy) for one in checks]
        show(sys.stdout, f"target {settings.target}", ("", "check", "found", "remedy"), rows)
    if not fit(checks):
        raise Unfit(f"this machine is not ready for --target {settings.target}", remedy="fix what is marked NO")
