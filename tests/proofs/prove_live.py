"""The live path, with the embedded AWS as the live account: `make smoke-live` as the nightly workflow runs it.

Part of `make prove-deployer`; a live account differs by its endpoint, its credentials and the allow-list alone.
"""

import signal
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psutil

from deployer.targets.targets import EMULATOR_ACCOUNT, Target
from tests.integration.account_snapshot import Census, census, changed
from tests.proofs.conftest import PLACES

LIFETIME = timedelta(seconds=20)


def smoke(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["make", "smoke-live"], cwd=PLACES.root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def tags_of_ours(target: Target) -> list[dict[str, str]]:
    """The tags of all that a session deployed."""
    pages = target.client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = pages.paginate(TagFilters=[{"Key": "Project", "Values": ["tap"]}])
    rows = [
        {tag["Key"]: tag["Value"] for tag in one["Tags"]} for page in found for one in page["ResourceTagMappingList"]
    ]
    return [row for row in rows if row["EnvironmentSuffix"].startswith("it-")]


def left(target: Target, before: Census) -> list[str]:
    """What names a session's environment and was not there before. The emulator alone lists a map's runs for ever."""
    gained = (row for _, rows in changed(before, census(target)).values() for row in rows)
    return [row for row in gained if "it-" in row and "mapRunArn" not in row]


def test_a_night_moves_a_file_and_leaves_nothing(live: tuple[Target, dict[str, str]]) -> None:
    """Deployed under a suffix of its own, with a time when it is over; exit 0, and the account is as it was."""
    target, environment = live
    before, known = census(target), tags_of_ours(target)  # a key keeps its tags until it is deleted, for a week
    process = smoke(environment)
    tags: list[dict[str, str]] = []
    while process.poll() is None:
        tags = [one for one in tags_of_ours(target) if one not in known] or tags
        time.sleep(1)
    said = process.communicate()[0]

    assert process.returncode == 0, said[-3000:]
    assert "1 passed" in said
    assert tags
    assert len({one["EnvironmentSuffix"] for one in tags}) == 1
    assert all(one["ExpiresAt"] > datetime.now(UTC).isoformat() for one in tags)
    assert left(target, before) == []


def test_an_account_that_nobody_listed_is_not_touched(live: tuple[Target, dict[str, str]]) -> None:
    """Without the allow-list: refused, named, and nothing was written."""
    target, environment = live
    before = census(target)
    del environment["TAP_ALLOWED_ACCOUNTS"]
    process = smoke(environment)
    said = process.communicate()[0]

    assert process.returncode != 0
    assert f"{EMULATOR_ACCOUNT} is not on the allow-list" in said
    assert "Error 3" in said
    assert changed(before, census(target)) == {}


def test_what_a_killed_night_leaves_goes_before_the_next(live: tuple[Target, dict[str, str]]) -> None:
    """SIGKILL of all its processes in the middle of the apply: what stands is soon over its time, and the next run
    removes it before it begins.
    """
    target, environment = live
    before, known = census(target), tags_of_ours(target)
    expires = datetime.now(UTC) + LIFETIME
    process = smoke({**environment, "TAP_EXPIRES_AT": expires.isoformat()})
    while process.poll() is None and all(one in known for one in tags_of_ours(target)):
        time.sleep(1)  # until the apply has made something
    kill(process)
    stood = left(target, before)
    time.sleep(max(0.0, (expires - datetime.now(UTC)).total_seconds()))
    said = smoke(environment).communicate()[0]

    assert stood
    assert "removed" in said
    assert "1 passed" in said
    assert left(target, before) == []


def kill(process: subprocess.Popen[str]) -> None:
    """All of it at once, as the end of a machine would."""
    victims = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for victim in victims:
        with suppress(psutil.Error):
            victim.send_signal(signal.SIGKILL)
    process.communicate()
    psutil.wait_procs(victims, timeout=30)
