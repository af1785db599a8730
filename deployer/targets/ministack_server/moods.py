"""AWS's delays and moods, for tests: events twice, late or without a version; answers refused, cut off or short.

Off unless a test writes `moods.json` beside the file of calls, and off again when it is removed; tests that run at once
write one each, such as `moods-a.json`:

    {"calls": [{"call": "s3.GetObject", "about": ["incoming/"], "status": 404, "code": "NoSuchKey", "times": 3},
               {"call": "dynamodb.PutItem", "cut": "before", "times": 2}],
     "events": {"about": ["incoming/"], "unversioned": true, "twice": true, "late_s": 3},
     "smallest_pages": true}

Who says what it is about strikes what holds all of these texts, and nothing else.
A refused or cut call was not done, but for `"cut": "after"`. Only calls made with a role's credentials are struck:
those of the functions, and not those of who tests. Pages are short for everybody. `moods.log`, or `moods-a.log`, tells
what struck.
"""

import importlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, unquote_plus, urlencode

BEGIN, END = "moods", ".json"  # of a file's name
# How many a page holds at most is asked in the query (S3), or in the JSON that is sent.
PAGES = {
    "s3.ListObjectsV2": "max-keys",
    "dynamodb.Query": "Limit",
    "dynamodb.Scan": "Limit",
    "sqs.ReceiveMessage": "MaxNumberOfMessages",
    "states.ListExecutions": "maxResults",
    "logs.FilterLogEvents": "limit",
}


@dataclass(frozen=True)
class Planted:
    """What one file says, counted from when it was written."""

    text: str
    log: Path
    counts: Counter[int] = field(default_factory=Counter)

    @cached_property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.text))


@dataclass
class Moods:
    """What the files of a folder say. They are read at each call: a test that wrote one is heard at once."""

    folder: Path
    _planted: dict[Path, Planted] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> list[Planted]:
        """The moods of now; none without a file."""
        files = [path for path in self.folder.iterdir() if path.name.startswith(BEGIN) and path.suffix == END]
        texts = {path: text for path in files if (text := _read(path))}
        with self._lock:
            for path, text in texts.items():
                if path not in self._planted or text != self._planted[path].text:
                    self._planted[path] = Planted(text, path.with_suffix(".log"))
            self._planted = {path: self._planted[path] for path in texts}
            return list(self._planted.values())

    def strikes(self, call: str, about: str) -> Mapping[str, Any] | None:
        """The first mood of a call that has times left."""
        for planted in self.now():
            for number, mood in enumerate(planted.said.get("calls", [])):
                if mood["call"] == call and _is_about(mood, about):
                    with self._lock:
                        planted.counts[number] += 1
                        if planted.counts[number] > mood["times"]:
                            continue
                    self.log(planted, call, about)
                    return dict(mood)
        return None

    def first(self, name: str, about: str = "") -> tuple[Planted, Any] | None:
        """The first file that says this, of what is asked about, and what it says."""
        for planted in self.now():
            if (said := planted.said.get(name)) and (said is True or _is_about(said, about)):
                return planted, said
        return None

    def log(self, planted: Planted, what: str, about: str) -> None:
        """Tell what struck, so that no test passes because nothing did."""
        with self._lock, planted.log.open("a") as file:
            file.write(json.dumps([what, about]) + "\n")


def _read(path: Path) -> str:
    with suppress(FileNotFoundError):  # it went as we looked
        return path.read_text()
    return ""


def _is_about(mood: Mapping[str, Any], about: str) -> bool:
    return all(text in about for text in mood.get("about", ()))


def mend_events(s3: Any, moods: Moods) -> None:
    """Events of S3 come at least once, usually within seconds, in any order, and may lack a version.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
    """
    deliver = s3._deliver_event_to_lambda

    def moody(function: str, event: Any, region: str) -> None:
        about = event["Records"][0]["s3"]["object"]
        found = moods.first("events", unquote_plus(about["key"]))
        if not found:
            deliver(function, event, region)
            return
        planted, said = found
        moods.log(planted, "event", about["key"])
        if said.get("unversioned"):
            about.pop("versionId", None)
        time.sleep(said.get("late_s", 0))  # in a thread of its own, as MiniStack delivers each
        for _ in range(2 if said.get("twice") else 1):
            deliver(function, event, region)

    s3._deliver_event_to_lambda = moody


Send = Callable[[dict[str, Any]], Any]


def planted(app: Any, folder: Path) -> Any:
    """The application, and the events of its S3, with the moods that a file in `folder` says."""
    moods = Moods(folder)
    mend_events(importlib.import_module("ministack.services.s3"), moods)
    return moody(app, moods)


def moody(app: Any, moods: Moods) -> Any:
    """The application behind the moods."""

    async def behind(scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] != "http" or not moods.now():
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        call, about = _call(scope, headers, body)
        if call in PAGES and (short := moods.first("smallest_pages")):
            scope, body = _shortened(scope, body, PAGES[call])
            moods.log(short[0], call, "a page of one")
        mood = moods.strikes(call, about) if "x-amz-security-token" in headers else None
        if mood is None:
            await app(scope, _given(body), send)
        elif "code" in mood:
            await _refuse(mood["status"], mood["code"], call, send)
        else:
            if mood["cut"] == "after":
                await app(scope, _given(body), _nowhere)
            await _cut(200 if mood["cut"] == "after" else 503, send)

    return behind


async def _body(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _given(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(message: dict[str, Any]) -> None:
    """An answer that nobody gets."""


async def _refuse(status: int, code: str, call: str, send: Send) -> None:
    """In the form in which the service tells errors."""
    if call.startswith("s3."):
        body = f"<Error><Code>{code}</Code><Message>planted</Message></Error>".encode()
    elif call.startswith("sns."):
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>planted</Message></Error></ErrorResponse>".encode()
    else:
        body = json.dumps({"__type": code, "message": "planted"}).encode()
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/xml")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(status: int, send: Send) -> None:
    """Promise more than is sent: the connection is then closed in the middle of the answer.

    With 200 only where the call was done: botocore reads what it was sent of such an answer, and takes it as it is.
    """
    headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise ConnectionResetError("planted")


def _call(scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """`service.Operation` by what was signed, and what it is about: of S3 the key, else what was sent."""
    service = (headers.get("authorization", "").split("Credential=")[-1].split("/") + [""] * 4)[3]
    if service == "s3":
        return _call_of_s3(scope)
    text = body.decode("utf-8", "replace")
    target = headers.get("x-amz-target", "").rpartition(".")[2] or parse_qs(text).get("Action", [""])[0]
    return f"{service}.{target}", text


def _call_of_s3(scope: Mapping[str, Any]) -> tuple[str, str]:
    """Of path-style requests, as all to an address are; other operations than these have no name here."""
    _, _, key = unquote(scope["path"]).removeprefix("/").partition("/")
    query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    named = {"versionId", "x-id"}
    if key and set(query) <= named:
        return {"GET": "s3.GetObject", "PUT": "s3.PutObject"}.get(scope["method"], "s3."), key
    return ("s3.ListObjectsV2" if not key and "list-type" in query else "s3."), key


def _shortened(scope: dict[str, Any], body: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    """The same request, for one a page."""
    if name == "max-keys":
        query = [pair for pair in parse_qsl(scope["query_string"].decode(), keep_blank_values=True) if pair[0] != name]
        return {**scope, "query_string": urlencode([*query, (name, "1")]).encode()}, body
    shorter = json.dumps({**json.loads(body), name: 1}).encode()
    lengths = [(key, value) for key, value in scope["headers"] if key.lower() != b"content-length"]
    return {**scope, "headers": [*lengths, (b"content-length", str(len(shorter)).encode())]}, shorter
