"""The embedded AWS's moods, over a stand-in of MiniStack's application."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server.moods import Moods, mend_events, moody

FILE, LOG = "moods.json", "moods.log"
ROLE = (b"x-amz-security-token", b"t")


def asked(
    folder: Path, method: str = "GET", path: str = "/b/incoming/a.csv", query: str = "", headers: Any = (ROLE,)
) -> tuple[int, str]:
    """The status and what the application was asked, of one request to S3 behind the moods."""
    answers: list[dict[str, Any]] = []
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["query_string"].decode())
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    signed = (b"authorization", b"AWS4-HMAC-SHA256 Credential=AK/20250301/us-east-1/s3/aws4_request, X")
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": [signed, *headers],
    }  # fmt: skip
    asyncio.run(moody(app, planted(folder))(scope, receive, send))
    return answers[0]["status"], "".join(seen)


_kept: dict[Path, Moods] = {}


def planted(folder: Path) -> Moods:
    """One for each folder, as one server has one."""
    return _kept.setdefault(folder, Moods(folder))


def says(folder: Path, **moods: Any) -> None:
    (folder / FILE).write_text(json.dumps(moods))


UNFOUND = {"call": "s3.GetObject", "about": ["incoming/"], "status": 404, "code": "NoSuchKey", "times": 2}


def test_without_the_file_nothing_strikes(tmp_path: Path) -> None:
    """They are off unless somebody writes them, and off again when that is gone."""
    before = asked(tmp_path)
    says(tmp_path, calls=[UNFOUND])
    struck = asked(tmp_path)
    (tmp_path / FILE).unlink()

    assert [before[0], struck[0], asked(tmp_path)[0]] == [200, 404, 200]


def test_a_mood_strikes_as_often_as_it_says_and_is_told(tmp_path: Path) -> None:
    """Twice, and nobody but who acts for a role, and no other call."""
    says(tmp_path, calls=[UNFOUND])

    assert asked(tmp_path, headers=())[0] == 200
    assert asked(tmp_path, method="PUT")[0] == 200
    assert [asked(tmp_path)[0] for _ in range(3)] == [404, 404, 200]
    assert len((tmp_path / LOG).read_text().splitlines()) == 2


def test_tests_that_run_at_once_meet_their_own_moods(tmp_path: Path) -> None:
    """Each file strikes what it is about, and tells of it beside itself."""
    for name in ("a", "b"):
        told = {**UNFOUND, "about": ["incoming/", f"{name}.csv"], "times": 1}
        (tmp_path / f"moods-{name}.json").write_text(json.dumps({"calls": [told]}))

    statuses = [asked(tmp_path, path=f"/b/incoming/{name}.csv")[0] for name in "aabbc"]

    assert statuses == [404, 200, 404, 200, 200]
    assert [(tmp_path / f"moods-{name}.log").read_text().count("\n") for name in "ab"] == [1, 1]


def test_the_smallest_page_is_asked_for_in_the_callers_place(tmp_path: Path) -> None:
    """Whatever size it asked for."""
    says(tmp_path, smallest_pages=True)

    assert asked(tmp_path, path="/b", query="list-type=2&max-keys=1000", headers=())[1] == "list-type=2&max-keys=1"


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_connection_is_no_answer(tmp_path: Path, cut: str) -> None:
    """The call was done or not; the server breaks off either way."""
    says(tmp_path, calls=[{"call": "s3.GetObject", "cut": cut, "times": 1}])

    with pytest.raises(ConnectionResetError):
        asked(tmp_path)


def test_an_event_comes_twice_and_without_its_version(tmp_path: Path) -> None:
    """Those of the prefix alone."""
    came: list[Any] = []
    s3 = SimpleNamespace(_deliver_event_to_lambda=lambda function, event, region: came.append(event))
    mend_events(s3, planted(tmp_path))
    says(tmp_path, events={"about": ["incoming/"], "twice": True, "unversioned": True})
    for key in ("incoming/a.csv", "validated/a.csv"):
        event = {"Records": [{"s3": {"object": {"key": key, "versionId": "v"}}}]}
        s3._deliver_event_to_lambda("f", event, "r")

    assert [one["Records"][0]["s3"]["object"] for one in came] == [
        {"key": "incoming/a.csv"}, {"key": "incoming/a.csv"}, {"key": "validated/a.csv", "versionId": "v"},
    ]  # fmt: skip
