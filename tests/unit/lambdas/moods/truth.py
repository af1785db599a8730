"""What must hold of files that moved, however AWS felt: known from the files themselves, and read from the account."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from boto3.dynamodb.types import TypeDeserializer

from .estate import BUCKET, TABLE, letters
from .world import World

OUTCOMES = ("loaded", "duplicate", "conflicting")
_deserialize = TypeDeserializer().deserialize
Rows = Mapping[str, tuple[str, str]]  # amount and currency, by id


@dataclass(frozen=True)
class File:
    """A file as it is sent. `refused`: it is none that can be judged."""

    name: str
    content: bytes
    accepted: Rows = field(default_factory=dict)
    rejected: int = 0
    refused: bool = False


@dataclass(frozen=True)
class Sent:
    """A file that was uploaded; `version` is blank while the bucket's versioning is not in force."""

    file: File
    version: str


@dataclass
class Account:
    """What lies in the account by now."""

    world: World
    sent: Sequence[Sent]
    _documents: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.world.clients["dynamodb"].scan(TableName=TABLE)["Items"]
        items = [{name: _deserialize(value) for name, value in item.items()} for item in found]
        self.items = {item["transaction_id"]: item for item in items}
        pages = self.world.clients["s3"].list_objects_v2(Bucket=BUCKET).get("Contents", [])
        self.keys = {page["Key"] for page in pages}
        self.letters = letters(self.world.clients["sqs"])

    def json(self, key: str) -> Any:
        """A document, or None; each is read once."""
        if key not in self.keys:
            return None
        if key not in self._documents:
            body = self.world.clients["s3"].get_object(Bucket=BUCKET, Key=key)["Body"]
            self._documents[key] = json.loads(body.read())
        return self._documents[key]

    def version(self, one: Sent) -> str:
        """The pipeline's own name of a version: what S3 says or, where it says none, one of the pipeline's making."""
        if one.version:
            return one.version
        others = {each.version for each in self.sent}
        prefix = f"validated/{one.file.name}/"
        made = {key.removeprefix(prefix).split("/")[0] for key in self.keys if key.startswith(prefix)} - others
        assert len(made) <= 1, f"{one.file.name} was taken for several files: {made}"
        return next(iter(made), "null")

    def results(self, one: Sent) -> list[Any] | None:
        """What became of each part, or None if that is not known of all."""
        stem = f"transformed/{one.file.name}/{self.version(one)}"
        parts = self.json(f"{stem}/parts.json")
        results = [self.json(f"{stem}/results/part-{part['number']:05d}.json") for part in parts or []]
        return None if parts is None or None in results else results

    def report(self, one: Sent) -> dict[str, Any] | None:
        """The newest report of the file's key."""
        report: dict[str, Any] | None = self.json(f"reports/{one.file.name}.json")
        return report

    def newest(self, one: Sent) -> bool:
        """Whether no other version of its key was sent after it."""
        return [each for each in self.sent if each.file.name == one.file.name][-1] is one

    def done(self, one: Sent) -> bool:
        """Whether all of it is loaded, or refused, and the report of its key says so."""
        report = self.report(one)
        if report is None:
            return False
        if one.file.refused:
            return bool(report["stage"] == "failed")
        if self.results(one) is None:
            return False
        return not self.newest(one) or report["reconciled"] is True

    def kept(self, one: Sent) -> bool:
        """Whether a letter rests that tells of it."""
        key, version = quote_plus(f"incoming/{one.file.name}", safe="/"), self.version(one)
        return any(version in letter or (key in letter and "versionId" not in letter) for letter in self.letters)

    def expected(self, one: Sent) -> dict[str, Counter[str]]:
        """Rows by outcome, and amounts by currency and outcome, as the table has it in the end."""
        figures: dict[str, Counter[str]] = {"rows": Counter()}
        for id_, (amount, currency) in one.file.accepted.items():
            there = self.items[id_]
            own = (there["source_file"], there["source_version"]) == (f"incoming/{one.file.name}", self.version(one))
            same = (str(there["amount"].normalize()), there["currency"]) == (
                str(Decimal(amount).normalize()), currency,
            )  # fmt: skip
            outcome = "loaded" if own else "duplicate" if same else "conflicting"
            figures["rows"][outcome] += 1
            figures.setdefault(currency, Counter())[outcome] += Decimal(amount)  # type: ignore[assignment]
        return figures

    def untruths(self) -> Iterator[str]:
        """What is wrong whether or not the files have come to their end."""
        of = {id_: (one.file.name, amounts) for one in self.sent for id_, amounts in one.file.accepted.items()}
        yield from (f"{id_} is in the table, and in no file" for id_ in self.items if id_ not in of)
        for one in self.sent:
            report = self.report(one)
            if report is None:
                continue
            source = next((each for each in self.sent if self._is_of(report, each)), None)
            if source is None:
                yield f"the report of {one.file.name} is of no version that was sent: {report['source']}"
                continue
            yield from self._of_report(source, report)
            if report["reconciled"] is True:
                yield from self._of_load(source)

    def _is_of(self, report: Mapping[str, Any], one: Sent) -> bool:
        return bool(report["key"] == one.file.name and report["source"]["version_id"] == self.version(one))

    def _of_report(self, one: Sent, report: Mapping[str, Any]) -> Iterator[str]:
        read = len(one.file.accepted) + one.file.rejected
        if (report["stage"] == "failed") is not one.file.refused:
            yield f"{one.file.name} is told to be {report['stage']}: {report['errors']}"
        elif not one.file.refused:
            told = tuple(report["rows"][name] for name in ("read", "accepted", "rejected"))
            if told != (read, len(one.file.accepted), one.file.rejected):
                yield f"{one.file.name} has {read} rows, and the report tells {told}"
        if report["reconciled"] is True and (report["state"], report["stage"], report["problems"]) != (
            "ok",
            "loaded",
            [],
        ):
            yield f"{one.file.name} is told to be reconciled, and {report['state']}: {report['problems']}"
        if report["reconciled"] is True and set(one.file.accepted) <= set(self.items):
            expected = self.expected(one)
            told_rows = {name: report["rows"][name] for name in OUTCOMES}
            if told_rows != {name: expected["rows"][name] for name in OUTCOMES}:
                yield f"{one.file.name} is told to have {told_rows}, and has {dict(expected['rows'])}"
            for currency, sums in expected.items():
                if currency != "rows":
                    figures = {name: Decimal(report["totals"][currency][name]) for name in OUTCOMES}
                    if figures != {name: Decimal(sums[name]) for name in OUTCOMES}:
                        yield f"{one.file.name} is told to have {figures} {currency}, and has {dict(sums)}"

    def _of_load(self, one: Sent) -> Iterator[str]:
        """All of it is in the table, and its parts' results say the same as the table."""
        if missing := set(one.file.accepted) - set(self.items):
            yield f"{missing} of {one.file.name} are not in the table"
            return
        results = self.results(one)
        if results is None:
            yield f"{one.file.name} has parts without a result"
            return
        rows = {name: sum(result["rows"][name] for result in results) for name in OUTCOMES}
        if rows != {name: self.expected(one)["rows"][name] for name in OUTCOMES}:
            yield f"the results of {one.file.name} are {rows}, and the table has {dict(self.expected(one)['rows'])}"

    def losses(self) -> Iterator[str]:
        """Files that have come to no end, and of which no letter rests; or whose report says so without a letter."""
        for one in self.sent:
            if not self.done(one) and not self.kept(one):
                yield f"{one.file.name} ({one.version}) is lost: {self.report(one)}"
        yield from (f"a letter without a reason: {letter}" for letter in self.letters if not _reason(letter))

    def shortfalls(self) -> Iterator[str]:
        """What is still undone."""
        for one in self.sent:
            if not self.done(one):
                yield f"{one.file.name} ({one.version}) is not done: {self.report(one)}"
            if not one.file.refused:
                yield from self._of_load(one)
        yield from (f"a letter still rests: {letter}" for letter in self.letters)


def _reason(letter: str) -> str:
    body = json.loads(letter)
    return str(body.get("responsePayload", {}).get("errorType") or body.get("error", {}).get("Error") or "")
