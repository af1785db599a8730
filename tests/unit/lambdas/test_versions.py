"""Events and reads as they may be while a new bucket's versioning comes into force: each object is worked on once.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
"""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pipeline.objects import put_file
from tests.unit.rows import make_file
from transactions.layout import Upload

from .conftest import BUCKET, REGION

KEY = "incoming/march.csv"


@pytest.fixture
def unversioned(account):
    """The bucket as it is before its versioning is in force."""
    account.s3.delete_bucket(Bucket=BUCKET)
    account.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def put(way, content):
    """Upload an object; its version, if it has one, and its ETag."""
    answer = way.account.s3.put_object(Bucket=BUCKET, Key=KEY, Body=content.encode())
    return answer.get("VersionId"), answer["ETag"].strip('"')


def finish(way, version):
    """What follows the validator."""
    for step in (way.transform, way.load, way.reconcile):
        step(KEY, version)


def hidden(way, code, *, current=False):
    """Let S3 not find what is asked for by its version; or, if `current`, anything."""

    def hide(params, **_):
        if current or "VersionId" in params:
            raise ClientError({"Error": {"Code": code, "Message": "not yet"}}, "GetObject")

    way.app("validator").validator.s3.meta.events.register_first("provide-client-params.s3.GetObject", hide)


@pytest.mark.parametrize("finished", [(0, 1), (1, 0)], ids=["in order", "crossed"])
@pytest.mark.usefixtures("unversioned")
def test_two_objects_of_one_key_without_a_version_are_two_files(way, finished):
    """The second takes the first one's place in the bucket, and both their rows come to the table."""
    versions = []
    for number, sequencer in enumerate(("0A", "0B")):
        _, etag = put(way, make_file(number))
        assert way.call("validator", way.event(KEY, None, sequencer, etag)) == {"judged": 1, "refused": 0}
        versions.append(f"null-{etag}")
    for number in finished:
        finish(way, versions[number])
    report = way.json("reports/march.csv.json")

    assert set(way.table()) == {"T0", "T1"}
    assert len(way.executions()) == 2
    assert (report["source"]["version_id"], report["rows"]["loaded"], report["reconciled"]) == (versions[1], 1, True)


@pytest.mark.parametrize("none", [None, "null"])
@pytest.mark.usefixtures("unversioned")
def test_an_event_without_a_version_that_comes_twice_loads_once(way, none):
    """Also once everything is done."""
    _, etag = put(way, make_file(1))
    for _ in range(2):
        way.call("validator", way.event(KEY, none, etag=etag))
        finish(way, f"null-{etag}")

    assert len(way.executions()) == 1
    rows = way.json("reports/march.csv.json")["rows"]
    assert (rows["loaded"], rows["duplicate"]) == (1, 0)


def test_an_object_with_a_version_is_one_file_whether_or_not_its_event_names_it(way):
    """S3 itself says which version it is."""
    version, etag = put(way, make_file(1))
    for named in (None, version):
        way.call("validator", way.event(KEY, named, etag=etag))
        finish(way, version)

    assert len(way.executions()) == 1
    assert way.json("reports/march.csv.json")["source"]["version_id"] == version


def test_an_object_from_before_the_versioning_is_found_beneath_a_newer_version(way):
    """A late event of it is of it, and not of what lies above."""
    way.account.s3.delete_bucket(Bucket=BUCKET)
    way.account.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    _, etag = put(way, make_file(1))
    way.account.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    put(way, make_file(2, 3))
    way.call("validator", way.event(KEY, None, etag=etag))

    assert way.json(Upload.of(KEY, f"null-{etag}").manifest)["rows"]["read"] == 1


@pytest.mark.usefixtures("unversioned")
def test_an_object_that_was_overwritten_without_a_version_is_told(way):
    """It can't be read any more, and the other's rows are not taken for its own."""
    _, etag = put(way, make_file(1))
    put(way, make_file(2))

    with pytest.raises(Exception, match=rf"ObjectGone: what lies under {KEY} is not the object of ETag {etag}"):
        way.call("validator", way.event(KEY, None, etag=etag))
    assert way.keys("validated/") == way.keys("reports/") == []


@pytest.mark.parametrize("code", ["NoSuchVersion", "NoSuchKey"])
def test_a_version_that_s3_does_not_find_yet_is_read_as_the_current_object(way, code):
    """If its ETag says that it is the same; the version's name is the event's."""
    version, etag = put(way, make_file(1))
    hidden(way, code)
    answer = way.call("validator", way.event(KEY, version, etag=etag))

    assert answer == {"judged": 1, "refused": 0}
    assert way.json(Upload.of(KEY, version).manifest)["source"]["version_id"] == version


@pytest.mark.parametrize("same_bytes", [False, True])
def test_a_version_that_s3_does_not_find_is_not_another_one(way, same_bytes):
    """The event is an error, and comes again; also where the current object has the same content."""
    version, etag = put(way, make_file(1))
    put(way, make_file(1 if same_bytes else 2))
    hidden(way, "NoSuchVersion")

    with pytest.raises(Exception, match=r"1 files could not be worked on: .*ObjectGone"):
        way.call("validator", way.event(KEY, version, etag=etag))
    assert way.keys("validated/") == way.keys("reports/") == []


@pytest.mark.parametrize("named", [False, True])
def test_an_object_that_s3_does_not_find_at_all_is_an_error(way, named):
    """Nothing is concluded from it: the event comes again."""
    version, etag = put(way, make_file(1))
    hidden(way, "NoSuchKey", current=True)

    with pytest.raises(Exception, match=r"1 files could not be worked on: .*NoSuchKey"):
        way.call("validator", way.event(KEY, version if named else None, etag=etag))
    assert way.keys("reports/") == []


@pytest.mark.parametrize("asked", [True, False], ids=["version", "current"])
def test_a_version_that_may_not_be_read_is_not_taken_for_one_that_is_not_there(way, asked):
    """Denied is told as it is."""
    version, etag = put(way, make_file(1))
    hidden(way, "AccessDenied", current=not asked)

    with pytest.raises(Exception, match=r"1 files could not be worked on: .*AccessDenied"):
        way.call("validator", way.event(KEY, version, etag=etag))
    assert way.keys("reports/") == []


@pytest.mark.usefixtures("unversioned")
def test_who_sends_a_file_names_its_version_as_its_report_does(way, tmp_path: Path):
    """Or `tap watch` would wait for another one."""
    file = tmp_path / "march.csv"
    file.write_text(make_file(1))
    version = put_file(way.account.s3, BUCKET, KEY, file)
    etag = way.account.s3.head_object(Bucket=BUCKET, Key=KEY)["ETag"].strip('"')
    way.call("validator", way.event(KEY, None, etag=etag))

    assert way.json("reports/march.csv.json")["source"]["version_id"] == version
