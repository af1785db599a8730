"""What is the code of functions in a stack, and a synthesis that is derived from another by that alone."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from deployer.deploy.derived import derive
from deployer.deploy.packages import packages_in, without_code


def file_of(content: str, name: str = "one") -> str:
    return f"assets/{name}/{hashlib.md5(content.encode(), usedforsecurity=False).hexdigest().upper()}/{name}.zip"


def stack(file: str, **more: Any) -> dict[str, Any]:
    function = {"filename": file, "source_code_hash": f'${{filebase64sha256("{file}")}}', "memory_size": 128}
    return {"resource": {"aws_lambda_function": {"one": {**function, **more}}}}


def synthesis(folder: Path, document: dict[str, Any], **files: str) -> Path:
    """As CDKTF leaves one; `files` are the contents of assets by their name."""
    inner = folder / "stacks" / "One"
    inner.mkdir(parents=True)
    (inner / "cdk.tf.json").write_text(json.dumps(document, indent=2))
    for name, content in files.items():
        path = inner / file_of(content, name)
        path.parent.mkdir(parents=True)
        path.write_text(content)
    return folder


def package(folder: Path, content: str, name: str = "one.zip") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content)
    return folder / name


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_stacks_that_differ_in_code_alone_are_one() -> None:
    """And two that differ in anything else are two."""
    assert without_code(stack(file_of("a"))) == without_code(stack(file_of("b")))
    assert without_code(stack(file_of("a"))) != without_code(stack(file_of("a"), memory_size=256))
    assert packages_in(stack(file_of("a"))) == {"aws_lambda_function.one": file_of("a")}


@pytest.mark.parametrize("more", [
    {"description": file_of("a")},
    {"source_code_hash": "a1"},
    {"environment": {"variables": {"POLICY": f'${{file("{file_of("a")}")}}'}}},
    {"filename": "assets/one/one.zip"},
])  # fmt: skip
def test_a_file_that_something_else_reads_is_no_code(more: dict[str, Any]) -> None:
    """Its content may be what is judged: it stays part of the configuration."""
    document = stack(file_of("a"), **more)

    assert packages_in(document) == {}
    assert without_code(document) == document


def test_a_policy_that_the_stack_reads_from_an_asset_is_no_code() -> None:
    """Also where it lies as code does: what is no function's file tells two stacks apart."""

    def reading(content: str) -> dict[str, Any]:
        policy = f'${{file("{file_of(content, "policy")}")}}'
        return {"resource": {**stack(file_of("a"))["resource"], "aws_iam_policy": {"p": {"policy": policy}}}}

    assert without_code(reading("read")) != without_code(reading("read and write"))


def test_a_derived_synthesis_is_the_one_that_the_stack_would_make(tmp_path: Path) -> None:
    """Byte for byte, and the one that it was derived from is as it was."""
    base = synthesis(tmp_path / "base", stack(file_of("old")), one="old")
    before, expected = contents(base), synthesis(tmp_path / "whole", stack(file_of("new")), one="new")

    assert derive(base, tmp_path / "derived", [package(tmp_path / "made", "new")])
    assert contents(tmp_path / "derived") == contents(expected)
    assert contents(base) == before


@pytest.mark.parametrize("made", [[], ["one.zip", "two.zip"], ["two.zip"]])
def test_other_functions_than_before_are_for_the_stack_itself(tmp_path: Path, made: list[str]) -> None:
    """One that is new, gone or called otherwise: nothing is left of the attempt."""
    base = synthesis(tmp_path / "base", stack(file_of("old")), one="old")
    packages = [package(tmp_path / "made", "new", name) for name in made]

    assert not derive(base, tmp_path / "derived", packages)
    assert not (tmp_path / "derived").exists()


def test_a_name_that_is_not_of_the_content_is_for_the_stack_itself(tmp_path: Path) -> None:
    """A project may name an asset by a hash of its own, which nobody else can tell."""
    base = synthesis(tmp_path / "base", stack(file_of("otherwise")), one="old")
    (base / "stacks/One" / file_of("old")).parent.rename(base / "stacks/One" / Path(file_of("otherwise")).parent)

    assert not derive(base, tmp_path / "derived", [package(tmp_path / "made", "new")])
