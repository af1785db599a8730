"""What a setting can be: the words for it, which messages and the reference share, and how its text becomes a value.

Plain functions over a plain dataclass because every command reads the settings first: a validation library's import
alone would be most of the time that a cached `tap synth` takes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@dataclass(frozen=True)
class Kind:
    """`takes` says what is right; `read` makes a value of a text, and raises ValueError where it is not right.

    `private`: whether the text is somebody's own, such as an address, and no message may repeat it.
    """

    takes: str
    read: Callable[[str], Any]
    private: bool = False

    def parse(self, text: str) -> Any:
        """The value of a text; raises ValueError that says what would be right."""
        try:
            return self.read(text)
        except ValueError as error:
            if self.private:
                raise ValueError(f"{error}; it takes {self.takes}") from None
            raise ValueError(f"{text!r} is not {self.takes}") from error


def matching(pattern: str, takes: str) -> Kind:
    """A text of this form."""

    def read(text: str) -> str:
        _require(re.fullmatch(pattern, text))
        return text

    return Kind(takes, read)


def private_list(pattern: str, takes: str) -> Kind:
    """Several texts of this form, by comma, each once; which of them is wrong is told by its number."""

    def read(text: str) -> tuple[str, ...]:
        listed = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
        for number, each in enumerate(listed, 1):
            if not re.fullmatch(pattern, each):
                raise ValueError(f"number {number} of {len(listed)}, which is not shown, is malformed")
        return listed

    return Kind(takes, read, private=True)


def one_of(*choices: object) -> Kind:
    """One of these texts."""
    return matching("|".join(map(str, choices)), f"one of {', '.join(map(str, choices))}")


def whole(least: int, most: int) -> Kind:
    """A whole number within limits."""

    def read(text: str) -> int:
        _require(re.fullmatch(r"\d{1,9}", text))
        _require(least <= int(text) <= most)
        return int(text)

    return Kind(f"a whole number from {least} to {most}", read)


def whole_of(*choices: int) -> Kind:
    """One of these numbers."""
    allowed = one_of(*choices)
    return Kind(allowed.takes, lambda text: int(allowed.read(text)))


def _instant(text: str) -> str:
    """Written in one form, so that the tags of all environments compare."""
    moment = datetime.fromisoformat(text)
    _require(moment.tzinfo)  # without an offset it could be any of 24 hours
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _switch(text: str) -> bool:
    _require(text.lower() in {"true", "false", "1", "0", "yes", "no"})
    return text.lower() in {"true", "1", "yes"}


def _account_ids(text: str) -> tuple[str, ...]:
    listed = tuple(text.replace(",", " ").split())
    _require(all(re.fullmatch(r"\d{12}", each) for each in listed))
    return listed


def reserved(bucket: str) -> str:
    """The prefix or suffix, kept by S3 for itself, that a bucket's name has; blank if it has none.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    prefixes = (one for one in _RESERVED_PREFIXES if bucket.startswith(one))
    suffixes = (one for one in _RESERVED_SUFFIXES if bucket.endswith(one))
    return next(chain(prefixes, suffixes), "")


def _bucket(text: str) -> str:
    _require(re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{1,61}[a-z0-9])", text))
    _require(".." not in text and not re.fullmatch(r"\d+(?:\.\d+){3}", text) and not reserved(text))
    return text


def _require(holds: object) -> None:
    if not holds:
        raise ValueError


INSTANT = Kind("a time in ISO 8601 with an offset, such as 2030-01-31T18:00:00+00:00", _instant)
SWITCH = Kind("true or false", _switch)
ACCOUNT_IDS = Kind("account ids of 12 digits, by comma", _account_ids)
FOLDER = Kind("a path", str)
REGION = matching(r"[a-z]{2,}(?:-[a-z]+)+-\d{1,2}", "a region, such as `aws configure get region` prints")
BUCKET = Kind("the name of an S3 bucket, which S3 has not reserved", _bucket)
# The longest names that end with it are a bucket's (63 characters, S3) and a role's (64, IAM).
SUFFIX = matching(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?", "1 to 24 lower-case letters, digits and inner hyphens")
