"""Keys, names, manifests, parts and reports: the documents between the functions."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.codes import MEANINGS, cut
from transactions.errors import DocumentRefused
from transactions.identity import content_hash, execution_name
from transactions.layout import Upload, report_key, version_of
from transactions.manifest import Manifest, SourceObject
from transactions.parts import enrich, of_lines, to_lines
from transactions.reports import merge, of_manifest, supersedes
from transactions.uniqueness import FirstLines

CODES = Path(__file__).parents[3] / "docs" / "codes.md"
SOURCE = SourceObject("bucket", "incoming/a/b.csv", "v1", 10, "0" * 64, "etag", "2025-03-01T00:00:00+00:00", "0A")
ROWS = {"read": 3, "accepted": 2, "rejected": 1, "duplicates": 0}
TOTALS = {"EUR": {"read": "3.00", "accepted": "2.00", "rejected": "1.00"}}
OBJECTS = {"accepted": SOURCE.upload.accepted, "rejected": SOURCE.upload.rejected, "raw": SOURCE.upload.raw}
MANIFEST = Manifest(SOURCE, {"encoding": "utf-8"}, ROWS, TOTALS, {"cell-type": 1}, "0" * 64, OBJECTS)
ROW = {
    "transaction_id": "T1",
    "account_id": "A-1",
    "timestamp": "2025-03-01T23:00:00+00:00",
    "amount": "1.50",
    "currency": "EUR",
    "type": "debit",
    "merchant": None,
    "description": None,
    "source_line": 2,
}


def report(stage, manifest=MANIFEST, **others):
    """A report of a stage."""
    return of_manifest(manifest, stage, "2025-03-01T00:00:00+00:00", {}) | others


def test_all_keys_of_an_upload_are_derived_from_its_key_and_version():
    """The layout of the bucket is the one that programs rely on."""
    upload = Upload.of("incoming/a/b.csv", "v1")

    assert upload.accepted == "validated/a/b.csv/v1/accepted.jsonl"
    assert upload.manifest == "validated/a/b.csv/v1/manifest.json"
    assert upload.rejected == "quarantine/a/b.csv/v1/rejected.csv"
    assert upload.raw == "quarantine/a/b.csv/v1/rejected.raw"
    assert upload.conflicts(0) == "quarantine/a/b.csv/v1/conflicts/part-00000.jsonl"
    assert upload.part(12) == "transformed/a/b.csv/v1/part-00012.jsonl"
    assert upload.result(0) == "transformed/a/b.csv/v1/results/part-00000.json"
    assert upload.parts == "transformed/a/b.csv/v1/parts.json"
    assert upload.report == report_key("a/b.csv") == "reports/a/b.csv.json"
    assert upload.source_part(3) == "a/b.csv#v1#00003"


@pytest.mark.parametrize("key", ["incoming/", "validated/a.csv", "a.csv", ""])
def test_what_is_not_below_incoming_is_no_upload(key):
    """A key elsewhere has no derived keys."""
    with pytest.raises(ValueError, match="not the key of a file"):
        Upload.of(key, "v1")


@pytest.mark.parametrize("none", [None, "", "null"])
def test_objects_without_a_version_are_told_apart_by_their_etags(none):
    """S3's own name for all of them is null, and none is asked for by what tells them apart."""
    first, second = (Upload.of("incoming/a", version_of(none, etag)) for etag in ("e1", "e2-3"))

    assert (first.manifest, second.manifest) == (
        "validated/a/null-e1/manifest.json",
        "validated/a/null-e2-3/manifest.json",
    )
    assert (first.version_id, second.version_id) == (None, None)
    assert execution_name("bucket", first) != execution_name("bucket", second)


def test_a_version_is_named_as_s3_names_it():
    """Whatever its ETag is."""
    assert version_of("v1", "e1") == "v1"
    assert Upload.of("incoming/a", "v1").version_id == "v1"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=200), st.text(min_size=1, max_size=40))
def test_an_execution_name_is_one_that_step_functions_takes(name, version):
    """At most 80 of A-Z, a-z, 0-9, _ and -, for each key there can be; the same for the same version."""
    upload = Upload(name, version)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", execution_name("bucket", upload))
    assert execution_name("bucket", upload) == execution_name("bucket", Upload(name, version))


def test_execution_names_differ_by_bucket_key_and_version():
    """What differs in a character that a name can't hold is still another name."""
    uploads = [Upload("a b", "1"), Upload("a+b", "1"), Upload("a b", "2"), Upload("x/a b", "1")]

    assert len({execution_name(bucket, upload) for bucket in ("b", "c") for upload in uploads}) == 8
    assert execution_name("b", Upload("2025/march sales.csv", "1")).startswith("march-sales-")


def test_the_content_hash_is_of_what_a_row_says_and_not_of_where_it_stands():
    """Order and absent columns don't count; each value does."""
    assert content_hash({"a": "1", "b": None}) == content_hash({"b": None, "a": "1", "c": None})
    assert content_hash({"a": "1"}) != content_hash({"a": "2"})
    assert content_hash({"a": "1", "b": "2"}) != content_hash({"a": "2", "b": "1"})


def test_a_manifest_comes_back_as_it_was_written():
    """Through JSON and back, nothing is lost."""
    assert Manifest.of_json(json.loads(json.dumps(MANIFEST.to_json()))) == MANIFEST


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"source": {}},
        {"rows": {**ROWS, "read": 4}},
        {"rows": {}},
        {"totals": {"EUR": {"read": "3.00", "accepted": "2.00", "rejected": "1.01"}}},
        {"totals": {"EUR": {"read": "x", "accepted": "2.00", "rejected": "1.00"}}},
        {"totals": {"EUR": {}}},
        {"objects": {**OBJECTS, "accepted": "validated/other"}},
        {"objects": None},
    ],
)
def test_a_manifest_that_does_not_add_up_is_refused(change):
    """Nothing is loaded by figures that contradict each other."""
    with pytest.raises(DocumentRefused):
        Manifest.of_json(MANIFEST.to_json() | change)


def test_rows_become_items_that_know_where_they_come_from(schema):
    """The item has the row's values, the day in UTC, its source, and a hash of its content; nothing for nothing."""
    item = enrich(ROW, schema, SOURCE.upload, 3)

    assert item == {
        **{name: value for name, value in ROW.items() if value is not None},
        "transaction_date": "2025-03-01",
        "source_file": "incoming/a/b.csv",
        "source_version": "v1",
        "source_part": "a/b.csv#v1#00003",
        "content_hash": item["content_hash"],
    }


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9)), max_size=5))
def test_json_lines_come_back_as_they_were_written(rows):
    """No text of a row breaks a line, whatever Unicode calls a line break."""
    assert of_lines(to_lines(rows)) == rows


STAGES = ["failed", "validated", "transformed", "loading", "loaded"]


@pytest.mark.parametrize("later", range(1, 5))
@pytest.mark.parametrize("earlier", range(4))
def test_a_stage_does_not_go_backwards(earlier, later):
    """Of one upload, a later stage's report takes an earlier one's place, and never the other way round."""
    if earlier < later:
        assert supersedes(report(STAGES[later]), report(STAGES[earlier]))
        assert not supersedes(report(STAGES[earlier]), report(STAGES[later]))


def test_an_older_upload_does_not_overwrite_a_newer_ones_report():
    """Of two uploads of a key, the later one is told, whatever stage the older one reaches."""
    newer = replace(MANIFEST, source=replace(SOURCE, version_id="v2", last_modified="2025-03-02T00:00:00+00:00"))

    assert supersedes(report("validated", newer), report("loaded"))
    assert not supersedes(report("loaded"), report("validated", newer))


def test_uploads_of_the_same_second_are_ordered_by_the_sequencer():
    """S3 tells times to the second; its sequencer tells the rest, whatever its length."""
    newer = replace(MANIFEST, source=replace(SOURCE, version_id="v2", sequencer="0100"))

    assert supersedes(report("validated", newer), report("loaded"))
    assert not supersedes(report("loaded"), report("validated", newer))


@pytest.mark.parametrize(("began", "put"), [("0B", "0A"), ("1" + "0" * 20, "F" * 20)])
def test_an_upload_in_parts_that_ended_later_is_the_newer(began, put):
    """S3 gives it the time when it began, before that of the version it took the place of; the sequencer decides."""
    early = replace(SOURCE, version_id="parts", last_modified="2025-03-01T10:00:00+00:00", sequencer=began)
    late = replace(SOURCE, version_id="put", last_modified="2025-03-01T10:02:00+00:00", sequencer=put)
    parts, whole = (report("validated", replace(MANIFEST, source=source)) for source in (early, late))

    assert supersedes(parts, whole)
    assert not supersedes(whole, parts)


def test_an_upload_without_a_sequencer_is_ordered_by_its_time():
    """A report that another program wrote, or an event without one."""
    early = replace(SOURCE, version_id="v2", last_modified="2025-02-01T00:00:00+00:00", sequencer="")

    assert supersedes(report("validated"), report("loaded", replace(MANIFEST, source=early)))
    assert not supersedes(report("loaded", replace(MANIFEST, source=early)), report("validated"))


def test_a_reconciled_report_stays_and_a_failed_one_can_be_mended():
    """A redriven load may mend the last report, and a late repeat may not spoil it."""
    good, bad = report("loaded", reconciled=True), report("loaded", reconciled=False, state="failed")

    assert supersedes(good, bad)
    assert not supersedes(bad, good)
    assert not supersedes(good, good)


def test_a_later_stage_keeps_the_listed_errors_of_the_same_upload_only():
    """What only the validator knew stays in the report, and goes with the next upload."""
    first = report("validated", errors=[{"code": "cell-type"}], evidence={"rejected": "r"})
    other = replace(MANIFEST, source=replace(SOURCE, version_id="v2"))

    assert merge(report("loaded"), first)["errors"] == first["errors"]
    assert merge(report("loaded"), first)["evidence"]["rejected"] == OBJECTS["rejected"]
    assert "errors" not in merge(report("loaded", other), first)


@given(st.lists(st.text(max_size=2), max_size=60), st.integers(0, 20))
def test_first_lines_are_the_same_in_memory_and_on_disk(values, in_memory):
    """Where a value is kept does not change which line held it first."""
    lines = FirstLines(in_memory)
    found = [lines.first(value, line) for line, value in enumerate(values)]
    lines.close()

    assert found == [values.index(value) for value in values]


def test_each_code_says_its_level_and_what_it_means():
    """Codes are file, header, row or cell, each with a sentence."""
    assert {code.partition("-")[0] for code in MEANINGS} == {"file", "header", "row", "cell"}
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())


def test_a_quoted_value_has_a_sane_length():
    """A long value is cut, a short one is not."""
    assert (cut("x" * 80), len(cut("x" * 81))) == ("x" * 80, 80)


def test_the_documented_codes_are_the_codes_of_the_program():
    """docs/codes.md lists each code with its meaning, in the same words, and no other."""
    rows = re.findall(r"^\| `([a-z-]+)` \|(?: [a-z ]+ \|)? (.+) \|$", CODES.read_text(), re.MULTILINE)

    assert rows == list(MEANINGS.items())
