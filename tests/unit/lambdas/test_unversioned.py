"""The first minutes of a bucket, in which its versioning does not count everywhere: events and objects without versions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
"""

import boto3
import pytest

from tests.unit.rows import make_file
from transactions.layout import Upload

from .conftest import BUCKET

KEY = "incoming/march.csv"


def unversioned(way, key):
    """S3's event without the version."""
    event = way.event(key, "")
    del event["Records"][0]["s3"]["object"]["versionId"]
    return event


def test_an_event_without_a_version_is_of_the_version_that_is_read(way):
    """The file is judged as the version that S3 names with the read, as if the event had named it."""
    version = way.put(KEY, make_file(*range(6)))

    assert way.call("validator", unversioned(way, KEY)) == {"judged": 1, "refused": 0}
    assert way.json(Upload.of(KEY, version).report)["source"]["version_id"] == version


@pytest.mark.parametrize("first", ["with", "without"])
def test_the_same_file_with_and_without_its_version_is_loaded_once(way, first):
    """Both events come, in either order: one execution, each row once, and the figures add up."""
    version = way.put(KEY, make_file(*range(6)))
    events = [way.event(KEY, version), unversioned(way, KEY)]
    for event in events if first == "with" else reversed(events):
        way.call("validator", event)
        way.transform(KEY, version)
    way.load(KEY, version)
    way.reconcile(KEY, version)

    report = way.json(Upload.of(KEY, version).report)
    assert len(way.executions()) == 1
    assert len(way.table()) == 6
    assert (report["reconciled"], report["rows"]["loaded"]) == (True, 6)


def test_an_object_without_a_version_goes_the_whole_way(way):
    """Put before the versioning counted, it has none: S3's own name for that stands in its keys."""
    boto3.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    way.account.s3.put_object(Bucket=BUCKET, Key=KEY, Body=make_file(*range(6)).encode())
    upload = Upload.of(KEY, None)
    way.call("validator", unversioned(way, KEY))
    way.call("transformer", unversioned(way, upload.manifest))
    way.load(KEY, upload.version)
    way.reconcile(KEY, upload.version)

    assert way.json(upload.report)["reconciled"] is True
    assert len(way.table()) == 6
