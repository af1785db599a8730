"""Deploys the stack for one test session and holds it until its standard input ends.

Run by `session`: `python -m deployer.pytest_plugin.deployment_process FOLDER ROOT OPTIONS`, ROOT being the project's.
Answers by writing `target.json` into FOLDER as soon as the AWS can be reached, and `deployment.json` in the end, each
in one step: either what reaches the deployment, or `{"error": ...}`.
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

from deployer.console.view import view_for
from deployer.deploy.cleanup import cleanup
from deployer.deploy.deployment import Run
from deployer.deploy.destroy import destroy
from deployer.deploy.stages import deploy
from deployer.errors import ResourcesLeft, TapError, UsageError
from deployer.paths import Paths
from deployer.pytest_plugin.enforcement import require_enforced
from deployer.pytest_plugin.options import REUSED
from deployer.pytest_plugin.sandbox import require_sandbox
from deployer.pytest_plugin.session import ANSWER, REACHED
from deployer.settings import Settings, SettingsError
from deployer.targets import embedded
from deployer.targets.connect import TargetSession, lasting_session, open_target
from deployer.targets.health import health
from deployer.visible import visible

LIFETIME = timedelta(hours=3)  # then `tap cleanup --expired` removes what a killed session left


def main(folder: Path, paths: Paths, options: Mapping[str, Any]) -> None:
    """Raises TapError where something could not be taken down; why nothing was deployed is an answer."""
    try:
        settings = _settings(options)
        if options["reuse"] and settings.target == "embedded":
            embedded.local_start(paths)
    except SettingsError as error:
        _answer(folder, {"error": str(error), "exit": UsageError.exit_code})
        return
    keep = options["keep"] or options["reuse"]
    with _told(folder), open_target(settings, paths) as opened_site:
        session = _in_account(opened_site, options["account"], settings, paths)
        run = Run(settings, paths, session, view_for(json=False))
        try:
            with _told(folder):
                reached = _reached(run)
                _answer(folder, reached, REACHED)
                _answer(folder, {**reached, **_deployed(run)})
                sys.stdin.read()
        finally:  # an embedded AWS of the session's own ends with it
            if session.lasting and not keep:
                _take_down(run)


def _in_account(session: TargetSession, account: str | None, settings: Settings, paths: Paths) -> TargetSession:
    """The same emulator as another of its accounts; what lasts there has a working folder of its own."""
    if not account:
        return session
    target = session.target.as_account(account)
    return lasting_session(target, settings, paths) if session.lasting else replace(session, target=target)


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
        _answer(folder, {"error": visible(told), "exit": getattr(error, "exit_code", TapError.exit_code)})


def _reached(run: Run) -> dict[str, Any]:
    """What reaches the target, once it is known to be what it says."""
    require_enforced(run.session.target)
    require_sandbox(run.session.target)
    return {"settings": run.settings.environment(), "target": _told_of(run.session)}


def _deployed(run: Run) -> dict[str, Any]:
    """What is on it, once it is there."""
    outputs = deploy(run)
    return {
        "outputs": outputs,
        "seconds": run.seconds,
        "compliance": run.judged,
        "work": str(run.session.work),
    }


def _take_down(run: Run) -> None:
    """On AWS, where nobody looks, not by the state alone: a deployment that was stopped half way goes too."""
    if run.session.target.is_emulator:
        destroy(run, data_too=True)
        return
    if left := cleanup(run, data_too=True).left:
        raise ResourcesLeft(f"{len(left)} of {run.settings.environment_suffix} are left: `tap cleanup` says why")


def _told_of(session: TargetSession) -> dict[str, Any]:
    """Without credentials: an emulator's follow from the account, and a live account's from the usual chain."""
    target = session.target
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


def _answer(folder: Path, content: Mapping[str, Any], name: str = ANSWER) -> None:
    half = folder / f"{name}.half"
    half.write_text(json.dumps(content))
    half.replace(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Paths(Path(sys.argv[2])), json.loads(sys.argv[3]))
