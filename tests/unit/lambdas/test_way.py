"""A file's way through all functions: as it should go, doubled, reordered, and with a function killed at each step."""

import contextlib
import itertools
import json
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from aws_io import objects
from tests.unit.rows import HEADER, make_file, make_row
from transactions import schema
from transactions.layout import Upload

KEY = "incoming/march/report 1+1 100% ü/東.csv"


def test_a_file_moves_from_upload_to_table_and_reconciles(way):
    """Each accepted row is in the table once, the rejected are quarantined, and the report says so in figures."""
    content = make_file(*range(10)) + make_row(20, currency="JPY", amount="150") + make_row(21, amount="-2")
    version = way.move(KEY, content)
    report = way.json(Upload.of(KEY, version).report)

    assert set(way.table()) == {f"T{number}" for number in [*range(10), 20]}
    assert (report["stage"], report["state"], report["reconciled"]) == ("loaded", "ok", True)
    assert report["rows"] == {
        "read": 12,
        "accepted": 11,
        "rejected": 1,
        "duplicates": 0,
        "loaded": 11,
        "duplicate": 0,
        "conflicting": 0,
    }
    assert report["totals"]["EUR"]["loaded"] == "15.00"
    assert report["totals"]["JPY"]["loaded"] == "150"
    assert [error["code"] for error in report["errors"]] == ["cell-minimum"]
    assert report["key"] == KEY.removeprefix("incoming/")


def test_an_item_has_decimals_utc_and_its_origin(way):
    """What lies in the table is normalised, and says where it came from."""
    version = way.move(KEY, make_file(1, amount="2.5", currency="eur"))
    item = way.table()["T1"]

    assert item["amount"] == Decimal("2.5")
    assert (item["currency"], item["timestamp"]) == ("EUR", "2025-03-01T11:00:00+00:00")
    assert (item["source_file"], item["source_version"], item["source_line"]) == (KEY, version, 2)
    assert item["transaction_date"] == "2025-03-01"


def test_gold_and_currencies_of_before_are_loaded_to_the_last_decimal(way, monkeypatch, tmp_path):
    """Where the schema takes them: amounts without a minor unit add up on the whole way, as all others do."""
    document = json.loads(schema.SHIPPED.read_text())
    currency = next(one for one in document["fields"] if one["name"] == "currency")
    del currency["constraints"]["enum"]
    currency["tap"]["currencies"] = ["current", "historic", "no-minor-unit"]
    (tmp_path / "schema.json").write_text(json.dumps(document))
    monkeypatch.setattr(schema.load, "__defaults__", (tmp_path / "schema.json",))
    gold = make_row(1, currency="XAU", amount="0.12345678") + make_row(2, currency="XAU", amount="1.50")
    kuna = make_row(3, currency="HRK", amount="2", timestamp="2022-12-31T00:00:00Z") + make_row(4, currency="HRK")
    version = way.move(KEY, HEADER + gold + kuna)
    report = way.json(Upload.of(KEY, version).report)

    assert (report["reconciled"], report["errors_by_code"]) == (True, {"cell-withdrawn": 1})
    assert report["totals"]["XAU"]["read"] == report["totals"]["XAU"]["loaded"] == "1.62345678"
    assert (report["totals"]["HRK"]["loaded"], report["totals"]["HRK"]["rejected"]) == ("2.00", "1.50")
    assert {key: item["amount"] for key, item in way.table().items()} == {
        "T1": Decimal("0.12345678"), "T2": Decimal("1.5"), "T3": Decimal(2),
    }  # fmt: skip


@pytest.mark.parametrize("doubled", ["validate", "transform", "load", "reconcile"])
def test_an_event_that_comes_twice_changes_nothing(way, doubled):
    """The same event again, once everything is done: same table, same report, one execution."""
    version = way.move(KEY, make_file(*range(6)))
    before, report = way.table(), way.json(Upload.of(KEY, version).report)
    getattr(way, doubled)(KEY, version)

    assert way.table() == before
    assert way.json(Upload.of(KEY, version).report) == report
    assert len(way.executions()) == 1


def test_the_same_content_in_another_file_is_a_duplicate(way):
    """A file that is uploaded twice loads nothing the second time, and reconciles."""
    way.move(KEY, make_file(1, 2))
    version = way.move("incoming/again.csv", make_file(1, 2, 3))
    report = way.json("reports/again.csv.json")

    assert (report["rows"]["loaded"], report["rows"]["duplicate"], report["reconciled"]) == (1, 2, True)
    assert report["totals"]["EUR"]["duplicate"] == "3.00"
    assert way.table()["T1"]["source_file"] == KEY
    assert way.keys(f"quarantine/again.csv/{version}/conflicts/") == []


def test_the_same_file_uploaded_again_is_a_duplicate_of_its_first_version(way):
    """Another version of the same key is another source."""
    way.move(KEY, make_file(1))
    way.move(KEY, make_file(1), sequencer="0B")

    assert way.json(Upload.of(KEY, "x").report)["rows"]["duplicate"] == 1
    assert len(way.executions()) == 2


def test_a_conflict_is_not_an_overwrite(way):
    """Other content under the same id is told, with the file and line that hold the first, and changes nothing."""
    first = way.move(KEY, make_file(1, 2))
    version = way.move("incoming/other.csv", make_file(2, amount="9.99"))
    report = way.json("reports/other.csv.json")
    (conflict,) = way.bytes(Upload.of("incoming/other.csv", version).conflicts(0)).splitlines()

    assert way.table()["T2"]["amount"] == Decimal("1.50")
    assert (report["rows"]["conflicting"], report["totals"]["EUR"]["conflicting"]) == (1, "9.99")
    assert report["reconciled"] is True
    assert f'"first":{{"source_file":"{KEY}","source_version":"{first}","source_line":3'.encode() in conflict


def test_a_file_without_accepted_rows_reconciles_too(way):
    """Nothing to load is a load of no parts."""
    version = way.move(KEY, make_file(1, amount="x"))

    assert way.json(Upload.of(KEY, version).parts) == []
    assert way.json(Upload.of(KEY, version).report)["reconciled"] is True
    assert len(way.executions()) == 1


def test_functions_whose_clocks_disagree_come_to_the_same(way, monkeypatch):
    """Clocks that are a day ahead, a day behind and go backwards: which version is newer, S3's order says."""
    clocks = itertools.cycle(["2030-01-02T00:00:00.000+00:00", "1999-01-01T00:00:00.000+00:00"])
    monkeypatch.setattr(objects, "now", lambda: next(clocks))
    old = way.put(KEY, make_file(1))
    way.validate(KEY, old, "0A")
    new = way.move(KEY, make_file(2), "0B")
    way.transform(KEY, old)
    way.load(KEY, old)
    way.reconcile(KEY, old)
    report = way.json(Upload.of(KEY, new).report)

    assert set(way.table()) == {"T1", "T2"}
    assert (report["source"]["version_id"], report["rows"]["loaded"], report["reconciled"]) == (new, 1, True)


def test_an_older_uploads_late_steps_do_not_overwrite_the_newer_ones_report(way):
    """Two versions whose events cross: the report is the newer one's, the table has both."""
    old = way.put(KEY, make_file(1))
    way.validate(KEY, old, "0A")
    new = way.move(KEY, make_file(2), "0B")
    way.transform(KEY, old)
    way.load(KEY, old)
    way.reconcile(KEY, old)

    assert way.json(Upload.of(KEY, new).report)["source"]["version_id"] == new
    assert set(way.table()) == {"T1", "T2"}


WRITES = ("PutObject", "PutItem", "StartExecution")
FUNCTION = {"validate": "validator", "transform": "transformer", "load": "loader", "reconcile": "loader"}


class KilledError(Exception):
    """Stands for a function that is ended in the middle."""


@contextlib.contextmanager
def killed_after(clients, writes):
    """Let some clients write so many times together, and then no more."""
    count = itertools.count()

    def end(**_):
        if next(count) >= writes:
            raise KilledError

    events = [(client.meta.events, f"before-call.*.{write}") for client in clients for write in WRITES]
    for register, name in events:
        register.register_first(name, end)
    yield
    for register, name in events:
        register.unregister(name, end)


def step_killed(way, step, key, version, writes):
    """Whether a step, in a function that can write only so many times, ended badly."""
    name = FUNCTION[step]
    worker = getattr(way.app(name), name)
    clients = [getattr(worker, role) for role in ("s3", "table", "workflow") if hasattr(worker, role)]
    with killed_after(clients, writes):
        try:
            getattr(way, step)(key, version)
        except Exception:
            return True
    return False


@pytest.mark.parametrize("step", FUNCTION)
def test_a_function_killed_between_two_writes_and_called_again_gives_the_same(way, step):
    """Whichever write was the last, the next try ends in the same table and the same figures."""
    for writes in itertools.count():
        key = f"incoming/{writes}.csv"
        rows = range(writes * 6, writes * 6 + 6)
        version = way.put(key, make_file(*rows) + make_row(10_000 + writes, amount="x"))
        died = False
        for name in FUNCTION:
            died |= name == step and step_killed(way, step, key, version, writes)
            getattr(way, name)(key, version)
        report = way.json(Upload.of(key, version).report)

        assert {f"T{number}" for number in rows} <= set(way.table())
        assert report["rows"] | {"loaded": 6, "duplicate": 0, "rejected": 1} == report["rows"]
        assert report["reconciled"] is True
        assert len(way.executions()) == writes + 1
        if not died:
            assert writes > 0
            return


def test_nothing_follows_a_validation_that_was_cut_short(way):
    """Without a manifest there is nothing to transform, whatever else was written."""
    version = way.put(KEY, make_file(1))

    with pytest.raises(Exception, match="manifests could not be worked on"):
        way.transform(KEY, version)
    assert way.executions() == []
    with pytest.raises(ClientError):
        way.json(Upload.of(KEY, version).parts)
