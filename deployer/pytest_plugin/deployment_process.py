"""Deploys the stack for one test session and holds it until its standard input ends.

Run by `session`: `python -m deployer.pytest_plugin.deployment_process FOLDER ROOT OPTIONS`, ROOT being the project's.
Answers by writing `deployment.json` into FOLDER in one step: either what reaches the deployment, or `{"error": ...}`.
"""

import json
import os
import secrets
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deployer import embedded
from deployer.cleaning import destroy
from deployer.deployment import Run
from deployer.errors import LeftBehind, TapError, UsedWrongly
from deployer.estate.leaving import leave
from deployer.health import health
from deployer.opening import Site, lasting_site, opened
from deployer.places import Places
from deployer.pytest_plugin.enforcement import require_enforced
from deployer.pytest_plugin.options import REUSED
from deployer.pytest_plugin.sandbox import require_sandbox
from deployer.pytest_plugin.session import ANSWER
from deployer.settings import Settings, SettingsError
from deployer.stages import deploy
from deployer.view import view_for

LIFETIME = timedelta(hours=3)  # then `tap cleanup --expired` removes what a killed session left


def main(folder: Path, places: Places, options: Mapping[str, Any]) -> None:
    """Raises TapError where something could not be taken down; why nothing was deployed is an answer."""
    try:
        settings = _settings(options)
        if options["reuse"] and settings.target == "embedded":
            embedded.local_start(places)
    except SettingsError as error:
        _answer(folder, {"error": str(error), "exit": UsedWrongly.exit_code})
        return
    keep = options["keep"] or options["reuse"]
    with _told(folder), opened(settings, places) as opened_site:
        site = _in_account(opened_site, options["account"], settings, places)
        run = Run(settings, places, site, view_for(json=False))
        try:
            with _told(folder):
                _answer(folder, _deployed(run))
                sys.stdin.read()
        finally:  # an embedded AWS of the session's own ends with it
            if site.lasting and not keep:
                _take_down(run)


def _in_account(site: Site, account: str | None, settings: Settings, places: Places) -> Site:
    """The same emulator as another of its accounts; what lasts there has a working folder of its own."""
    if not account:
        return site
    target = site.target.as_account(account)
    return lasting_site(target, settings, places) if site.lasting else replace(site, target=target)


def _settings(options: Mapping[str, Any]) -> Settings:
    """TAP_EXPIRES_AT of the caller counts; otherwise what is not to be kept is given a time when it is over."""
    lasts = options["keep"] or options["reuse"] or os.environ.get("TAP_EXPIRES_AT")
    return Settings.load(
        target=options["target"],
        environment_suffix=options["suffix"] or (REUSED if options["reuse"] else _suffix()),
        expires_at=None if lasts else (datetime.now(UTC) + LIFETIME).isoformat(),
    )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Why nothing was deployed is told at once: taking down what there is takes minutes. What comes later is raised."""
    try:
        yield
    except Exception as error:
        if (folder / ANSWER).exists():
            raise
        told = str(error) if isinstance(error, TapError) else traceback.format_exc()
        _answer(folder, {"error": told, "exit": getattr(error, "exit_code", TapError.exit_code)})


def _deployed(run: Run) -> dict[str, Any]:
    """What reaches the deployment, once it is there."""
    require_enforced(run.site.target)
    require_sandbox(run.site.target)
    outputs = deploy(run)
    return {
        "settings": run.settings.environment(),
        "target": _reached(run.site),
        "outputs": outputs,
        "seconds": run.seconds,
        "compliance": run.judged,
        "work": str(run.site.work),
    }


def _take_down(run: Run) -> None:
    """On AWS, where nobody looks, not by the state alone: a deployment that was stopped half way goes too."""
    if run.site.target.is_emulator:
        destroy(run, data_too=True)
        return
    if left := leave(run, data_too=True).left:
        raise LeftBehind(f"{len(left)} of {run.settings.environment_suffix} are left: `tap cleanup` says why")


def _reached(site: Site) -> dict[str, Any]:
    """Without credentials: an emulator's follow from the account, and a live account's from the usual chain."""
    target = site.target
    return {
        "name": target.name,
        "endpoint": target.endpoint,
        "region": target.region,
        "account_id": target.account_id,
        "ca_bundle": target.ca_bundle,
        "plain_endpoint": target.plain_endpoint,
        "lacks": dict(target.lacks),
        "version": str((health(target.plain_endpoint or target.endpoint) or {}).get("version", "")),
    }


def _suffix() -> str:
    """Of its own per session, so that suites side by side in one account don't meet."""
    return f"it-{secrets.token_hex(3)}"


def _answer(folder: Path, content: Mapping[str, Any]) -> None:
    half = folder / f"{ANSWER}.half"
    half.write_text(json.dumps(content))
    half.replace(folder / ANSWER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Places(Path(sys.argv[2])), json.loads(sys.argv[3]))
