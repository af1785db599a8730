"""Each line that a function logs names the file version that it is about: `tap logs KEY` finds them by it."""

import json
from typing import Any

import pytest

from tests.unit.lambdas.test_ending import ended
from tests.unit.rows import make_file
from transactions.layout import Upload

KEY = 'incoming/a "quoted" käse/b*.csv'


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines, without the figures for CloudWatch's metrics."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" not in line]


def named(lines: list[dict[str, Any]]) -> set[tuple[Any, Any]]:
    return {(line.get("file_key"), line.get("file_version")) for line in lines}


def test_each_line_on_the_way_names_the_file_and_its_version(way, capsys) -> None:
    """Of each function, from its first line on; a second file's lines name the second."""
    for _ in range(2):
        version = way.move(KEY, make_file(*range(9)))
        lines = logged(capsys)

        assert named(lines) == {(KEY, version)}
        assert [line["message"] for line in lines] == [
            "judging the file", "the file was judged", "preparing the load", "the load is started",
            *["the part is loaded"] * 3, "the load is reconciled",
        ]  # fmt: skip


def test_a_file_without_a_version_is_named_as_everything_derived_from_it(way, capsys) -> None:
    """By its ETag, while the bucket's versioning comes into force."""
    way.account.s3.put_bucket_versioning(Bucket=way.account.bucket, VersioningConfiguration={"Status": "Suspended"})
    etag = way.account.s3.put_object(Bucket=way.account.bucket, Key=KEY, Body=make_file(1).encode())["ETag"].strip('"')
    way.call("validator", way.event(KEY, None, etag=etag))

    assert named(logged(capsys)) == {(KEY, f"null-{etag}")}
    assert way.keys(f"validated/{Upload.of(KEY, f'null-{etag}').name}")


@pytest.mark.parametrize("step", ["validate", "transform", "load", "reconcile"])
def test_what_fails_names_the_file_too(way, capsys, monkeypatch, step: str) -> None:
    """The error with its trace; what Lambda logs of it by itself names no file."""
    version = way.put(KEY, make_file(1))
    order = ["validate", "transform", "load", "reconcile"]
    for before in order[: order.index(step)]:
        getattr(way, before)(KEY, version)
    capsys.readouterr()
    upload = Upload.of(KEY, version)
    needed = {"validate": KEY, "transform": upload.accepted, "load": upload.accepted, "reconcile": upload.parts}
    parts = way.json(upload.parts) if step == "load" else []
    way.account.s3.delete_object(Bucket=way.account.bucket, Key=needed[step])
    if step == "validate":
        way.account.s3.delete_object(Bucket=way.account.bucket, Key=KEY, VersionId=version)

    with pytest.raises(Exception, match=r"\w"):
        way.call("loader", {"step": "load", "part": parts[0]}) if parts else getattr(way, step)(KEY, version)

    lines = logged(capsys)
    assert named(lines) == {(KEY, version)}
    assert any(line["level"] == "ERROR" and "exception" in line for line in lines)


def test_a_load_that_ended_badly_names_the_file(way, capsys) -> None:
    """Told by the state machine, or by AWS."""
    version = way.put(KEY, make_file(1))
    way.validate(KEY, version)
    way.transform(KEY, version)
    upload = Upload.of(KEY, version)
    capsys.readouterr()
    way.call("loader", {"step": "fail", "input": {"manifest_key": upload.manifest, "error": {"Error": "E"}}})
    ended(way, upload)

    lines = logged(capsys)
    assert named(lines) == {(KEY, version)}
    assert [line["message"] for line in lines] == ["the load failed", "the load ended"]
