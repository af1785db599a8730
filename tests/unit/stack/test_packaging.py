"""A package is a function of its content: same source, same bytes; nothing changed, nothing done."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from stack import packaging
from stack.packaging import PackagingError, package

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lambdas(tmp_path: Path) -> Path:
    """A folder of functions with one function, one shared package and no dependencies."""
    folder = tmp_path / "lambdas"
    for name, text in {
        "hello/app.py": "def handler(event, context): ...\n",
        "hello/requirements.txt": "# none\n",
        "transactions/rules.py": "RULES = []\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_package_holds_the_function_at_its_root_and_the_shared_code(lambdas: Path, tmp_path: Path) -> None:
    """`app.handler` is found at the root, and `import transactions` beside it."""
    names = _names(package(lambdas, "hello", tmp_path / "cache"))

    assert names == ["app.py", "requirements.txt", "transactions/rules.py"]


def test_same_source_gives_the_same_bytes_on_another_day_and_place(lambdas: Path, tmp_path: Path) -> None:
    """Neither the files' times nor their place, nor what Python left behind, reach the ZIP."""
    first = package(lambdas, "hello", tmp_path / "one").read_bytes()
    copy = shutil.copytree(lambdas, tmp_path / "elsewhere")
    (copy / "hello" / "__pycache__").mkdir()
    (copy / "hello" / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"left behind")
    os.utime(copy / "hello" / "app.py", (1, 1))
    (copy / "hello" / "app.py").chmod(0o755)

    assert package(copy, "hello", tmp_path / "two").read_bytes() == first


@pytest.mark.parametrize("changed", ["hello/app.py", "hello/requirements.txt", "transactions/rules.py"])
def test_a_changed_byte_makes_another_package(lambdas: Path, tmp_path: Path, changed: str) -> None:
    """Code, shared code and the lock are all part of what names the package."""
    before = package(lambdas, "hello", tmp_path / "cache")
    with (lambdas / changed).open("a") as file:
        file.write("#\n")

    assert package(lambdas, "hello", tmp_path / "cache") != before


def test_an_unchanged_function_is_not_packaged_again(lambdas: Path, tmp_path: Path) -> None:
    """The second time the very same file is there already."""
    first = package(lambdas, "hello", tmp_path / "cache")
    written = first.stat().st_ino

    assert package(lambdas, "hello", tmp_path / "cache") == first
    assert first.stat().st_ino == written


@pytest.mark.parametrize("missing", ["app.py", "requirements.txt"])
def test_a_folder_without_what_a_function_needs_is_refused(lambdas: Path, tmp_path: Path, missing: str) -> None:
    """The message names the file that is missing."""
    (lambdas / "hello" / missing).unlink()

    with pytest.raises(PackagingError, match=missing):
        package(lambdas, "hello", tmp_path / "cache")


def test_a_dependency_without_a_hash_is_refused_and_leaves_nothing(lambdas: Path, tmp_path: Path) -> None:
    """What is not locked by its hash is not packaged, and no half package stays."""
    (lambdas / "hello" / "requirements.txt").write_text("jmespath==1.1.0\n")

    with pytest.raises(PackagingError, match=r"requirements\.txt"):
        package(lambdas, "hello", tmp_path / "cache")
    assert list((tmp_path / "cache").rglob("*.zip")) == []


def test_no_zip_is_kept_in_the_repository() -> None:
    """Packages are made, never committed."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout

    assert [name for name in tracked.splitlines() if name.endswith(".zip")] == []


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, None),
        ({"UV_DEFAULT_INDEX": "https://a"}, "https://a"),
        ({"UV_INDEX_URL": "https://b"}, "https://b"),
        ({"UV_DEFAULT_INDEX": "https://a", "PIP_INDEX_URL": "https://c"}, "https://c"),
    ],
)
def test_the_wheels_come_from_the_index_that_uv_is_set_to(
    given: dict[str, str], asked: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One name for a private index is enough; pip's own goes before it."""
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert packaging._quiet_environment().get("PIP_INDEX_URL") == asked
