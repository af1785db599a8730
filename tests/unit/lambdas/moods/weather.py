"""What the functions' calls meet on their way: answered by moto, refused, cut off, or never answered.

`Weather.attend` takes moto's place at a client: each request, also each of the client's own retries, is looked at
first. What strikes is what the moods say; see `effects`. All else goes to moto.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.core.models import botocore_stubber

FOREVER = 10**6


class Killed(Exception):  # noqa: N818 - stands for a function that AWS ends; no code of ours may tell it from another
    """The function is ended here and now."""


@dataclass(frozen=True)
class Mood:
    """From the `after`-th call of a kind on, so many calls in a row are struck by an effect.

    A call is `service.Operation about`: of S3, `about` begins or ends the key; of DynamoDB, it is the item's id; of the
    state machine (`workflow.`), it is the step of the loader, or the state. Blank: any.
    """

    call: str
    effect: Any
    after: int = 0
    times: int = 1

    def concerns(self, call: str, about: str) -> bool:
        name, _, wanted = self.call.partition(" ")
        return name == call and (about.startswith(wanted) or about.endswith(wanted))


@dataclass
class Weather:
    """The moods that reign, and what they are asked about. `again` has the same event come once more, meanwhile."""

    moods: Sequence[Mood] = ()
    again: Callable[[], None] = lambda: None
    seen: Callable[[str, Any, Any], None] = lambda operation, request, answer: None
    kill: Callable[[str], None] = lambda error: None
    dead: Callable[[], bool] = lambda: False
    struck: int = 0  # since these moods reign
    _counts: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def becomes(self, moods: Sequence[Mood] = ()) -> None:
        """From now on; without moods, calm."""
        self.moods, self.struck, self._counts = moods, 0, Counter()

    def strikes(self, call: str, about: str) -> Any:
        """The effect of the first mood whose turn it is, or None."""
        struck = None
        with self._lock:
            for number, mood in enumerate(self.moods):
                if mood.concerns(call, about):
                    before = self._counts[number]
                    self._counts[number] += 1
                    if struck is None and mood.after <= before < mood.after + mood.times:
                        struck = mood.effect
                        self.struck += 1
        return struck

    def attend(self, client: Any) -> Any:
        """Stand between a client and moto; the client."""
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send", self._answer)
        return client

    def _answer(self, event_name: str, request: Any, **_: Any) -> Any:
        call = event_name.removeprefix("before-send.")
        if self.dead() and threading.current_thread() is threading.main_thread():
            raise Killed
        effect = self.strikes(call, about(call, request))
        return effect.strike(self, call, request) if effect else self.takes_effect(call, request)

    def takes_effect(self, call: str, request: Any) -> Any:
        """As moto answers."""
        answer = botocore_stubber(call, request)
        if answer.status_code < 300:
            self.seen(call, request, answer)
        return answer


def about(call: str, request: Any) -> str:
    """What a request is about: an object's key, or `some of` it, an item's id, else nothing."""
    if call.startswith("s3."):
        key, some = key_of(request), request.headers.get("Range")
        return f"some of {key}, {some}" if some else key
    if call == "dynamodb.PutItem":
        return str(document(request)["Item"]["transaction_id"]["S"])
    return ""


def key_of(request: Any) -> str:
    """The key in a request to S3; the bucket is in the host's name, or begins the path."""
    address = urlsplit(request.url)
    path = unquote(address.path).removeprefix("/")
    return path if not str(address.hostname).startswith("s3.") else path.partition("/")[2]


def document(request: Any) -> Any:
    """The JSON that a request carries."""
    return json.loads(request.body)
