"""The Python environments beside the main one are made on demand, or it is told why they can't be."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deployer import process
from deployer.errors import ToolMissing
from deployer.paths import Paths
from deployer.process import environments
from deployer.process.environments import ensure, interpreter, is_made
from tests.unit.deployer.serving import serving


def test_an_environment_that_cannot_be_made_is_told(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without network and cache it is exit 3, with the environment's name and what to do, each time anew."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))

    for _ in range(2):
        with pytest.raises(ToolMissing, match="`policy` could not be made") as told:
            ensure("policy", paths)

        assert told.value.exit_code == 3
        assert "index" in told.value.remedy
        assert told.value.details
        assert not is_made("policy", paths)


def test_a_lost_lock_file_is_told(paths: Paths) -> None:
    """An environment whose lock file is gone is not taken for one that is made."""
    with pytest.raises(ToolMissing, match="is missing"):
        is_made("holder", paths)


WHEEL = "tiny-1.0-py3-none-any.whl"
PROJECT = """
[project]
name = "holder"
version = "0"
requires-python = "==3.11.*"
dependencies = ["tiny==1.0"]

[tool.uv]
package = false
"""
LOCK = """
version = 1
revision = 3
requires-python = "==3.11.*"

[[package]]
name = "holder"
version = "0"
source = {{ virtual = "." }}
dependencies = [{{ name = "tiny" }}]

[package.metadata]
requires-dist = [{{ name = "tiny", specifier = "==1.0" }}]

[[package]]
name = "tiny"
version = "1.0"
source = {{ registry = "https://127.0.0.1:9/simple" }}
wheels = [{{ url = "https://127.0.0.1:9/{wheel}", hash = "sha256:{digest}" }}]
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A private index with one package, which uv is set to; the folder that its wheel lies in."""
    folder = tmp_path / "index" / "simple" / "tiny"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(f'<a href="{WHEEL}">{WHEEL}</a>')
    wheel(folder / WHEEL)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "index")))) as server:
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.server_port}/simple")
        yield folder


def wheel(path: Path) -> None:
    files = {
        "tiny.py": b"ANSWER = 42\n",
        "tiny-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for name, content in files.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "tiny-1.0.dist-info/RECORD": record.encode()}.items():
            archive.writestr(name, content)


@pytest.fixture
def project(paths: Paths, index: Path) -> Path:
    """An environment whose lock names an index that is not in reach."""
    folder = paths.root / "environments" / "holder"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    digest = hashlib.sha256((index / WHEEL).read_bytes()).hexdigest()
    (folder / "uv.lock").write_text(LOCK.format(wheel=WHEEL, digest=digest))
    return folder


def test_the_index_that_uv_is_set_to_is_asked(paths: Paths, project: Path) -> None:
    """A private index is enough: the addresses that stand in the lock need not be in reach."""
    python = ensure("holder", paths)

    answer = subprocess.run([python, "-c", "import tiny; print(tiny.ANSWER)"], capture_output=True, text=True)
    assert answer.stdout == "42\n"
    assert is_made("holder", paths)


def test_a_package_of_another_content_is_refused(paths: Paths, project: Path, index: Path) -> None:
    """Whatever an index answers, what is installed has the hash of the lock."""
    with zipfile.ZipFile(index / WHEEL, "a") as archive:
        archive.writestr("more.py", "")

    with pytest.raises(ToolMissing, match="could not be made") as told:
        ensure("holder", paths)

    assert any("hash" in line.lower() for line in told.value.details)
    assert not is_made("holder", paths)


def test_every_environment_stands_on_the_python_of_this_one(paths: Paths, project: Path) -> None:
    """Whatever else is on PATH; and one that stands on another is made anew."""
    python = ensure("holder", paths)
    told = subprocess.run([python, "-c", "import sys; print(sys.base_prefix)"], capture_output=True, text=True)
    assert told.stdout.strip() == sys.base_prefix

    config = paths.environment("holder") / "pyvenv.cfg"
    config.write_text(config.read_text().replace("home = ", "home = /elsewhere"))
    (paths.environment("holder") / environments.STAMP).unlink()
    ensure("holder", paths)
    assert "/elsewhere" not in config.read_text()
    assert interpreter(paths.environment("holder")) == python


@pytest.mark.parametrize("stored", [True, False])
def test_where_the_network_signs_itself_the_systems_authorities_count(
    paths: Paths, project: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    """An authority in the system's store is enough; one that is nowhere is told with what names it."""
    run = process.run

    def distrusting(command: list[str], *, env: dict[str, str]) -> process.Result:
        if "sync" in command and not (stored and env.get("UV_SYSTEM_CERTS")):
            return process.Result(command, 2, "", "invalid peer certificate: UnknownIssuer")
        return run(command, env=env)

    monkeypatch.setattr(process, "run", distrusting)
    if stored:
        assert ensure("holder", paths).exists()
    else:
        with pytest.raises(ToolMissing, match="unknown authority") as told:
            ensure("holder", paths)
        assert "SSL_CERT_FILE" in told.value.remedy
