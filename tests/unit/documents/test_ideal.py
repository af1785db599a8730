"""IDEAL_RESPONSE.md holds what people wrote, byte for byte, names the rest, and gives it back."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.errors import UsageError
from deployer.paths import Paths
from pipeline.documents import generated, ideal

PLACES = Paths.here()
DOCUMENT = PLACES.root / ideal.NAME


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_bytes().decode()


@pytest.fixture(scope="module")
def extracted(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracted")
    ideal.extract(text, folder, PLACES.root)
    return folder


def test_it_is_what_the_repository_gives(text: str) -> None:
    """`tap docs build` would change nothing: twice gives the same, and no commit leaves it stale."""
    is_same = ideal.built(PLACES) == text
    assert is_same, f"{ideal.NAME} is stale: run `make docs`"


def test_it_gives_every_file_back(extracted: Path) -> None:
    """Each tracked file, with its bytes and its mode, and no other."""
    there = {path.relative_to(extracted).as_posix(): path for path in extracted.rglob("*") if path.is_file()}
    wanted = [path for path in ideal.tracked(PLACES.root) if path != ideal.NAME]

    assert sorted(there) == sorted(wanted), f"{ideal.NAME} is stale: run `make docs`"
    for path in wanted:
        original = PLACES.root / path
        same = there[path].read_bytes() == original.read_bytes()
        assert same, f"{ideal.NAME} is stale, as {path} has changed: run `make docs`"
        assert os.access(there[path], os.X_OK) == os.access(original, os.X_OK), path


def test_what_makes_the_system_is_in_it(extracted: Path) -> None:
    """The entry point, the stack, the functions with what they need, the deployer, the suite, the workflows."""
    for path in (
        "tap.py", "Makefile", "docker-compose.yml", "metadata.json", "conftest.py", "uv.lock",
        "stack/workflow.asl.json", "lambdas/transactions/transactions.schema.json",
        "lambdas/validator/app.py", "lambdas/validator/requirements.txt", "deployer/cli.py", ".github/workflows/ci.yml",
        "tests/unit/conftest.py", "tests/integration/conftest.py", "tests/policy/access.json",
    ):  # fmt: skip
        assert (extracted / path).stat().st_size, path


def test_unit_tests_of_what_was_extracted_pass(extracted: Path) -> None:
    """A function's own tests run on the extracted files, not on ours; `make prove-docs` runs all of them."""
    tests = "tests/unit/lambdas/test_validator.py"
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    given = {**os.environ, "PYTHONPATH": f"{extracted}:{extracted / 'lambdas'}"}
    result = subprocess.run(command, cwd=extracted, env=given, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    assert re.search(r"\d+ passed", result.stdout)


def test_nothing_is_left_out_or_to_be_done(text: str) -> None:
    """The prose promises nothing and sends nobody elsewhere; every link of the contents has its heading."""
    prose, _, files = text.partition("## Files\n")
    headings = re.findall(r"^##+ (.+)$", prose + "## Files\n" + ideal._BLOCK.sub("", files), re.MULTILINE)
    links = re.findall(r"^ *- \[.+\]\(#(.+)\)$", prose, re.MULTILINE)

    assert re.findall(r"TODO|FIXME|TBD|see the folder|placeholder|omitted|truncated|\[\.\.\.\]", prose) == []
    assert "<!--" not in prose
    assert len(links) > 10
    assert set(links) <= {ideal._anchor(heading) for heading in headings}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"x\n",
        b"x\r\n",
        b"\xff\x00",
        b"```\nfence\n````\n",
        b"#### `a`\n\n```\nb\n```\n",
        b"\n\n",
        "ü".encode(),
    ],
)
def test_any_content_comes_back(content: bytes, tmp_path: Path) -> None:
    """Empty, without a newline, with other line ends, binary, with fences and headings of its own."""
    block = ideal._block("a/b.md", content, executable=False)

    assert ideal.extract(f"{block}{ideal._block('c', b'c', executable=True)}", tmp_path).files == ["a/b.md", "c"]
    assert (tmp_path / "a" / "b.md").read_bytes() == content


def test_what_is_generated_locked_or_given_is_named_and_the_rest_is_held(text: str) -> None:
    """Each generated document, each lock, each recording; and no source that somebody wrote."""
    named = {path for path, _, _ in ideal._ROW.findall(text)}
    held = {block[1] for block in ideal._BLOCK.finditer(text)}

    tracked = set(ideal.tracked(PLACES.root)) - {ideal.NAME}
    assert named | held == tracked, f"{ideal.NAME} is stale: run `make docs`"
    assert {path for path in generated.GENERATED if path != ideal.NAME} <= named
    assert {path for path in named | held if path.endswith("uv.lock")} <= named
    assert [path for path in named if path.endswith((".py", ".toml", ".yml", ".in", ".j2"))] == []


def test_what_is_named_comes_from_the_checkout_if_its_bytes_are_the_same(text: str, tmp_path: Path) -> None:
    """Otherwise it is left out, and told."""
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "uv.lock").write_text("another")

    found = ideal.extract(text, tmp_path / "alone", tmp_path / "beside")

    assert "uv.lock" in found.missing
    assert not (tmp_path / "alone" / "uv.lock").exists()
    assert "tap.py" in found.files


@pytest.mark.skipif(not (PLACES.root / ".git").exists(), reason="git alone reads its attributes")
def test_generated_files_are_marked_for_git() -> None:
    """GitHub folds them in a diff; what the document names as generated, locked or recorded is marked, and so is it."""
    paths = [path for path in ideal.tracked(PLACES.root) if path == ideal.NAME or ideal.is_named(path)]
    marked = subprocess.run(
        ["git", "check-attr", "linguist-generated", "linguist-vendored", "--", *paths], cwd=PLACES.root,
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    data = {path for path in paths if path.startswith(("tests/data", "tests/policy/data", "examples"))}

    assert {line.partition(":")[0] for line in marked.splitlines() if line.endswith(": set")} == set(paths) - data


@pytest.mark.parametrize("path", ["../outside", "/outside", "a/../../outside"])
def test_a_file_outside_the_folder_is_refused(path: str, tmp_path: Path) -> None:
    """A document of somebody else writes nowhere but where it was asked to."""
    with pytest.raises(UsageError, match="outside"):
        ideal.extract(ideal._block(path, b"x", executable=False), tmp_path / "folder")
    assert list(tmp_path.rglob("outside")) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    (tmp_path / "mine").write_text("x")

    with pytest.raises(UsageError, match="not empty"):
        ideal.extract(ideal._block("mine", b"y", executable=False), tmp_path)
    assert (tmp_path / "mine").read_text() == "x"
