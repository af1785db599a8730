"""The validator: each kind of upload has its stated outcome."""

import errno
import json
import os
import re
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.unit.rows import NAMES, make_file, make_row
from transactions.layout import MAX_KEY_BYTES, Upload
from transactions.schema import SHIPPED, parse

from .conftest import EVENTS

DATA = Path(__file__).parents[2] / "data"
KEYS = ("accepted", "rejected", "raw")


def test_the_objects_are_written_at_once_and_the_manifest_behind_them(way):
    """Each of the three waits here until all are on their way; the manifest comes when all lie there."""
    together, order = threading.Barrier(len(KEYS), timeout=600), []

    def wait(params, **_):
        name = params["url_path"].rpartition("/")[2].partition(".")[0]
        if params["url_path"].rpartition("/")[2] in ("accepted.jsonl", "rejected.csv", "rejected.raw"):
            together.wait()
        order.append(name)

    way.app("validator").validator.s3.meta.events.register_first("before-call.s3.PutObject", wait)
    way.validate("incoming/a.csv", way.put("incoming/a.csv", make_file(1)))

    assert sorted(order[:3]) == ["accepted", "rejected", "rejected"]
    assert order[-1] == "manifest"


def test_the_sample_is_judged_and_its_objects_written(way):
    """The shipped sample leaves accepted rows, the quarantine twice, a report, and the manifest."""
    expected = json.loads((DATA / "transactions.expected.json").read_text())
    version = way.put("incoming/sample.csv", (DATA / "transactions.csv").read_bytes())
    answer = way.validate("incoming/sample.csv", version)
    upload = Upload.of("incoming/sample.csv", version)
    manifest = way.json(upload.manifest)

    assert answer == {"judged": 1, "refused": 0}
    assert manifest["rows"] == expected["rows"]
    assert manifest["objects"] == {name: getattr(upload, name) for name in KEYS}
    names, *rows = map(json.loads, way.bytes(upload.accepted).splitlines())
    assert (len(names), names[-1], len(rows)) == (len(NAMES) + 1, "source_line", expected["rows"]["accepted"])
    assert {len(row) for row in rows} == {len(NAMES) + 1}
    assert len(way.bytes(upload.rejected).decode("utf-8-sig").splitlines()) > len(expected["errors"])
    assert way.json(upload.report)["stage"] == "validated"


@pytest.mark.parametrize("name", ["gzip.csv", "png.csv", "empty.csv", "latin1.csv", "missing_column.csv"])
def test_a_file_that_cannot_be_judged_has_a_report_and_no_manifest(way, name, caplog):
    """The handler succeeds, as the answer is no; the report says why, and the upload stays where it is."""
    version = way.put(f"incoming/{name}", (DATA / name).read_bytes())
    answer = way.validate(f"incoming/{name}", version)
    report = way.json(f"reports/{name}.json")

    assert answer == {"judged": 0, "refused": 1}
    assert (report["stage"], report["state"], report["reconciled"]) == ("failed", "failed", None)
    assert report["errors"]
    assert "can't be judged" in caplog.text
    assert sorted(way.keys("")) == sorted([f"incoming/{name}", f"reports/{name}.json"])


def test_rejected_rows_go_the_way_again_under_a_schema_that_states_a_dialect(way):
    """They keep what stands before the header; all rows are rejected again, none is taken for a footer or preamble."""
    dialect = {"headerRows": [3], "commentChar": "#", "tap": {"footers": ["Total.*"]}}
    app, document = way.app("validator"), json.loads(SHIPPED.read_text())
    app.validator = replace(app.validator, schema=parse({**document, "dialect": dialect}))
    table = make_file(1) + make_row(2, amount="x") + "Total,1\n# comment\n" + make_row(3)
    version = way.put("incoming/bank.csv", f'"Konto:","DE00"\n\n{table}\nTotal,2\n')
    way.validate("incoming/bank.csv", version)
    raw = way.bytes(Upload.of("incoming/bank.csv", version).raw)
    again = way.put("incoming/again.csv", raw)
    way.validate("incoming/again.csv", again)

    counts = [way.json(f"reports/{name}.csv.json")["rows"] for name in ("bank", "again")]
    assert [(one["read"], one["rejected"]) for one in counts] == [(4, 2), (2, 2)]


def test_an_unquoted_key_is_read_from_the_event(way):
    """Spaces, plus signs, percent signs and non-Latin letters of a key survive the event's quoting."""
    event = json.loads((EVENTS / "s3_put_incoming.json").read_text())
    key = "incoming/march/report 1+1 100% ü.csv"
    event["Records"][0]["s3"]["object"]["versionId"] = way.put(key, make_file(1))

    assert way.call("validator", event) == {"judged": 1, "refused": 0}
    assert way.keys("reports/") == ["reports/march/report 1+1 100% ü.csv.json"]


def test_folders_other_prefixes_and_test_events_are_let_be(way):
    """What is no upload is no work and no error."""
    events = [
        way.event("incoming/folder/", way.put("incoming/folder/", "")),
        way.event("validated/a.csv", way.put("validated/a.csv", make_file(1))),
        json.loads((EVENTS / "s3_test_event.json").read_text()),
    ]

    assert [way.call("validator", event) for event in events] == [{"judged": 0, "refused": 0}] * 3


def test_the_version_of_the_event_is_judged_and_not_the_newest(way):
    """An event that comes late is still of its own version."""
    old = way.put("incoming/a.csv", make_file(1))
    way.put("incoming/a.csv", make_file(1, 2, 3))
    way.validate("incoming/a.csv", old)

    assert way.json(Upload.of("incoming/a.csv", old).manifest)["rows"]["read"] == 1


def test_one_file_that_fails_does_not_keep_the_others_from_their_judgement(way):
    """The event comes again, and the others are judged by then."""
    good = way.event("incoming/good.csv", way.put("incoming/good.csv", make_file(1)))
    gone = way.event("incoming/gone.csv", way.put("incoming/other.csv", make_file(1)))
    event = {"Records": gone["Records"] + good["Records"]}

    with pytest.raises(Exception, match=r"1 files could not be worked on: incoming/gone\.csv"):
        way.call("validator", event)
    assert way.keys("reports/") == ["reports/good.csv.json"]


@pytest.mark.parametrize("event", [{}, {"Records": None}, {"step": "load"}])
def test_what_is_no_event_of_s3_is_refused(way, event):
    """A function called by hand with something else says so."""
    with pytest.raises(Exception, match="no records"):
        way.call("validator", event)


def test_an_event_of_another_bucket_is_refused(way):
    """Only the bucket of the stack is worked on."""
    event = way.event("incoming/a.csv", "v1")
    event["Records"][0]["s3"]["bucket"]["name"] = "elsewhere"

    with pytest.raises(Exception, match="not of transaction-csv-files-unit"):
        way.call("validator", event)


def test_a_key_too_long_for_what_is_derived_from_it_is_refused(way):
    """The report says so; nothing is written under a key that S3 would not take."""
    key = "incoming/" + "k" * (MAX_KEY_BYTES + 1)
    answer = way.validate(key, way.put(key, make_file(1)))

    assert answer == {"judged": 0, "refused": 1}
    assert way.json(f"reports/{key.removeprefix('incoming/')}.json")["errors"][0]["code"] == "file-key"


def test_the_log_names_file_and_request_and_holds_no_value_of_the_file(way, capsys):
    """Logs help to find a file, and leak nothing of it."""
    version = way.put("incoming/a.csv", make_file(1) + make_row(2, amount="s3cret-value"))
    way.validate("incoming/a.csv", version)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    judged = next(line for line in lines if line.get("message") == "the file was judged")

    assert (judged["file_key"], judged["function_request_id"]) == ("incoming/a.csv", "request-1")
    assert judged["errors_by_code"] == {"cell-type": 1}
    assert not any("s3cret-value" in json.dumps(line) for line in lines)
    assert any(line.get("RowsRejected") == [1.0] for line in lines)


def test_judging_a_version_again_writes_the_same_bytes(way):
    """A repeat leaves each object as it was, the manifest included."""
    version = way.put("incoming/a.csv", make_file(1, 2) + make_row(3, amount="x"))
    way.validate("incoming/a.csv", version)
    before = {key: way.bytes(key) for key in way.keys("")}
    way.validate("incoming/a.csv", version)

    assert {key: way.bytes(key) for key in way.keys("")} == before


def test_a_file_that_the_engine_gives_up_on_leaves_the_same_objects(way, monkeypatch, caplog):
    """It failed with the last it does, to write the good rows: nothing of it stays, and the log has a warning."""
    version = way.put("incoming/a.csv", make_file(1, 2) + make_row(3, amount="x") + make_row(1))
    way.validate("incoming/a.csv", version)
    before = {key: way.bytes(key) for key in way.keys("")}

    def fail(*_):
        raise duckdb.OutOfMemoryException("could not allocate")

    monkeypatch.setattr("transactions.judge.SMALL", 0)
    monkeypatch.setattr("transactions.engine.Engine.write", fail)
    way.validate("incoming/a.csv", version)

    assert {key: way.bytes(key) for key in way.keys("")} == before
    assert "is judged row by row" in caplog.text


def unreadable(way, error):
    """Let the body of each object end with an error."""

    def fail(*_):
        raise error

    def spoil(parsed, **_):
        if "Body" in parsed:
            parsed["Body"].read = fail

    way.app("validator").validator.s3.meta.events.register("after-call.s3.GetObject", spoil)


def claiming(way, size):
    """Let S3 say that objects are so large."""

    def claim(parsed, **_):
        if "Body" in parsed:
            parsed["ContentLength"] = size

    way.app("validator").validator.s3.meta.events.register("after-call.s3.GetObject", claim)


def test_a_file_that_cannot_fit_is_refused_before_it_is_downloaded(way):
    """The report says how large it is, how much room there is, and how large a piece may be."""
    claiming(way, 10**15)
    unreadable(way, AssertionError("it was read"))
    answer = way.validate("incoming/a.csv", way.put("incoming/a.csv", make_file(1)))
    report = way.json("reports/a.csv.json")
    (error,) = report["errors"]

    assert answer == {"judged": 0, "refused": 1}
    assert (report["file"]["bytes"], report["file"]["sha256"], error["code"]) == (10**15, None, "file-too-large")
    assert "1,000,000,000,000,000 bytes" in error["message"]
    assert re.search(r"temporary storage has [\d,]+: send it in pieces of up to [\d,]+ bytes", error["message"])
    assert way.keys("validated/") == way.keys("quarantine/") == []


def test_a_file_that_fills_the_disk_is_refused_and_not_tried_again(way):
    """One of which more is made than of others: a second try would end the same."""
    unreadable(way, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    answer = way.validate("incoming/a.csv", way.put("incoming/a.csv", make_file(1)))

    assert answer == {"judged": 0, "refused": 1}
    assert way.json("reports/a.csv.json")["errors_by_code"] == {"file-too-large": 1}
    assert way.keys("validated/") == way.keys("quarantine/") == []
