"""Writing the one report of a file, when several write at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.exceptions import ClientError

from aws_io.reports import publish
from transactions.errors import Throttled
from transactions.reports import supersedes

from .conftest import BUCKET


def report(stage, version="v1", modified="2025-03-01T00:00:00+00:00"):
    """A short report."""
    source = {"version_id": version, "last_modified": modified, "sequencer": ""}
    return {"key": "a.csv", "stage": stage, "since": "t", "source": source, "reconciled": None, "evidence": {}}


def stored(account):
    """The report that is there."""
    return json.loads(account.s3.get_object(Bucket=BUCKET, Key="reports/a.csv.json")["Body"].read())


def test_the_first_report_is_written(account):
    """Where there is none, any is the newest."""
    assert publish(account.s3, BUCKET, report("validated"))
    assert stored(account)["stage"] == "validated"


def test_a_stage_that_comes_late_is_not_written(account):
    """The answer says that a newer one is there."""
    publish(account.s3, BUCKET, report("loaded"))

    assert not publish(account.s3, BUCKET, report("transformed"))
    assert stored(account)["stage"] == "loaded"


def test_many_writers_at_once_leave_the_last_stage(account):
    """Whoever is first, the newest report stays."""
    stages = ["validated", "transformed", "loading", "loaded"] * 3
    with ThreadPoolExecutor(len(stages)) as pool:
        list(pool.map(lambda stage: publish(account.s3, BUCKET, report(stage)), stages))

    assert stored(account)["stage"] == "loaded"


@pytest.mark.parametrize("there", [None, "validated"])
def test_a_report_that_is_written_in_between_is_read_again(account, there):
    """A rival between reading and writing is found by the condition, and judged anew."""
    if there:
        publish(account.s3, BUCKET, report(there))
    rivals = [report("loaded")]

    def intrude(**_):
        if rivals:
            body = json.dumps(rivals.pop()).encode()
            account.s3.put_object(Bucket=BUCKET, Key="reports/a.csv.json", Body=body)

    s3 = boto3.client("s3")
    s3.meta.events.register_first("provide-client-params.s3.PutObject", intrude)

    assert not publish(s3, BUCKET, report("transformed"))
    assert stored(account)["stage"] == "loaded"


def unreadable(code):
    """A client that can read nothing, with a service's error."""

    def fail(**_):
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    s3 = boto3.client("s3")
    s3.meta.events.register_first("before-call.s3.GetObject", fail)
    return s3


@pytest.mark.usefixtures("account")
def test_a_report_that_s3_does_not_show_yet_is_not_overwritten(monkeypatch):
    """While versioning comes into force, what is there may be "not found": the write's condition finds it."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    s3 = unreadable("NoSuchKey")

    assert publish(s3, BUCKET, report("validated"))
    with pytest.raises(Throttled, match="written by others"):
        publish(s3, BUCKET, report("loaded"))


@pytest.mark.parametrize("code", ["AccessDenied", "403", "KMS.DisabledException"])
def test_a_report_that_may_not_be_read_is_an_error(account, code):
    """Denied is told as it is, and nothing is written: what is there is not known."""
    s3 = unreadable(code)

    with pytest.raises(ClientError, match=code):
        publish(s3, BUCKET, report("validated"))
    assert account.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_of_two_uploads_s3s_sequencers_say_which_came_later():
    """An upload in parts keeps the time at which it began: the later one by S3's order may look older by its time."""
    began_first = {"version_id": "a", "last_modified": "2025-01-01T10:00:00+00:00", "sequencer": "0B"}
    put_meanwhile = {"version_id": "b", "last_modified": "2025-01-01T10:02:00+00:00", "sequencer": "0A"}
    later, earlier = ({"source": source, "stage": "validated"} for source in (began_first, put_meanwhile))

    assert supersedes(later, earlier)
    assert not supersedes(earlier, later)
    unnumbered = {**earlier, "source": {**put_meanwhile, "sequencer": ""}}
    assert supersedes(unnumbered, later)
    longer = {**earlier, "source": {**put_meanwhile, "sequencer": "000A"}}
    assert supersedes(later, longer)
