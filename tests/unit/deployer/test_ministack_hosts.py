"""A function on a machine of another platform than Lambda's."""

import io
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import hosts

ROOT = Path(__file__).parents[3]
FOREIGN = "_duckdb.cpython-311-x86_64-linux-gnu.so"
OURS = "_duckdb.cpython-311-darwin.so"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "of Lambda")
    return out.getvalue()


@pytest.fixture(autouse=True)
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Mac, with duckdb in the environment."""
    monkeypatch.setattr(hosts, "EXTENSION_SUFFIXES", [".cpython-311-darwin.so", ".abi3.so", ".so"])
    installed = tmp_path / "duckdb-1.5.6.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: duckdb\nVersion: 1.5.6\n")
    (installed / "RECORD").write_text(f"{OURS},,\nduckdb/__init__.py,,\n")
    (tmp_path / OURS).write_text("of this host")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    hosts.fitted.cache_clear()


def test_a_function_gets_the_hosts_build_of_what_it_holds_for_lambda_alone() -> None:
    """Beside what was uploaded, which stays; and once, whatever worker asks."""
    given = zipped("app.py", FOREIGN, "duckdb-1.5.6.dist-info/METADATA")
    ran: list[bytes] = []
    runtimes: Any = SimpleNamespace(_worker_class_for=lambda _: lambda name, config, code: ran.append(code))

    hosts.mend_code(runtimes)
    runtimes._worker_class_for({})("validator", {}, given)

    with zipfile.ZipFile(io.BytesIO(ran[0])) as archive:
        assert archive.read(OURS) == b"of this host"
        assert archive.read(FOREIGN) == b"of Lambda"
        assert "duckdb/__init__.py" not in archive.namelist()


@pytest.mark.parametrize(
    "names",
    [
        ("app.py",),
        ("app.py", "duckdb-1.5.6.dist-info/METADATA", OURS),
        ("app.py", "fast.abi3.so", "duckdb-1.5.6.dist-info/METADATA"),
    ],
)
def test_what_this_host_can_run_is_run_as_it_was_uploaded(names: tuple[str, ...]) -> None:
    """Byte for byte: on Lambda's own platform nothing is ever put in."""
    assert hosts.fitted(zipped(*names)) == zipped(*names)


@pytest.mark.parametrize("other", ["duckdb-1.5.5", "unheard_of-1.0"])
def test_another_version_is_no_build_of_it(other: str) -> None:
    """Only what has the name and the version of what is in the ZIP is put beside it."""
    with zipfile.ZipFile(io.BytesIO(hosts.fitted(zipped(FOREIGN, f"{other}.dist-info/METADATA")))) as archive:
        assert archive.namelist() == [FOREIGN, f"{other}.dist-info/METADATA"]


def test_the_embedded_environment_has_the_duckdb_of_the_functions() -> None:
    """In their very version, on every platform that is not Lambda's."""
    embedded = tomllib.loads((ROOT / "deployer" / "locked" / "embedded" / "pyproject.toml").read_text())
    (wanted,) = [line for line in embedded["project"]["dependencies"] if line.startswith("duckdb")]

    pin, _, marker = wanted.partition("; ")
    assert marker == "sys_platform != 'linux' or platform_machine != 'x86_64'"
    for function in ("validator", "transformer", "loader"):
        told = (ROOT / "lambdas" / function / "requirements.txt").read_text()
        assert pin in told or "duckdb" not in told
