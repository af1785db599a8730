"""AWS's delays and moods, for tests: events twice, late or without a version; answers refused, cut off or short.

Off unless a test writes `moods.json` beside the file of calls, and off again when it is removed:

    {"calls": [{"call": "s3.GetObject", "about": "incoming/", "status": 404, "code": "NoSuchKey", "times": 3},
               {"call": "dynamodb.PutItem", "cut": "before", "times": 2}],
     "events": {"about": "incoming/", "unversioned": true, "twice": true, "late_s": 3},
     "smallest_pages": true}

A refused or cut call was not done, but for `"cut": "after"`. Only calls made with a role's credentials are struck:
those of the functions, and not those of who tests. Pages are short for everybody. `moods.log` tells what struck.
"""

import importlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, unquote_plus, urlencode

FILE, LOG = "moods.json", "moods.log"
# How many a page holds at most is asked in the query (S3), or in the JSON that is sent.
PAGES = {
    "s3.ListObjectsV2": "max-keys",
    "dynamodb.Query": "Limit",
    "dynamodb.Scan": "Limit",
    "sqs.ReceiveMessage": "MaxNumberOfMessages",
    "states.ListExecutions": "maxResults",
    "logs.FilterLogEvents": "limit",
}


@dataclass
class Moods:
    """What the file says, counted from when it was written."""

    folder: Path
    _text: str = ""
    _said: dict[str, Any] = field(default_factory=dict)
    _counts: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def said(self) -> dict[str, Any]:
        """The moods of now; none without the file."""
        try:
            text = (self.folder / FILE).read_text()
        except FileNotFoundError:
            text = ""
        with self._lock:
            if text != self._text:
                self._text, self._said, self._counts = text, json.loads(text or "{}"), Counter()
            return self._said

    def strikes(self, call: str, about: str) -> Mapping[str, Any] | None:
        """The first mood of a call that has times left."""
        planted: list[Mapping[str, Any]] = self.said().get("calls", [])
        for number, mood in enumerate(planted):
            if mood["call"] == call and mood.get("about", "") in about:
                with self._lock:
                    self._counts[number] += 1
                    if self._counts[number] > mood["times"]:
                        continue
                self.log(call, about)
                return mood
        return None

    def log(self, what: str, about: str) -> None:
        """Tell what struck, so that no test passes because nothing did."""
        with self._lock, (self.folder / LOG).open("a") as file:
            file.write(json.dumps([what, about]) + "\n")


def mend_events(s3: Any, moods: Moods) -> None:
    """Events of S3 come at least once, usually within seconds, in any order, and may lack a version.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
    """
    deliver = s3._deliver_event_to_lambda

    def moody(function: str, event: Any, region: str) -> None:
        said = moods.said().get("events")
        about = event["Records"][0]["s3"]["object"]
        if not said or said.get("about", "") not in unquote_plus(about["key"]):
            deliver(function, event, region)
            return
        moods.log("event", about["key"])
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
        if scope["type"] != "http" or not moods.said():
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        call, about = _call(scope, headers, body)
        if moods.said().get("smallest_pages") and call in PAGES:
            scope, body = _shortened(scope, body, PAGES[call])
            moods.log(call, "a page of one")
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
