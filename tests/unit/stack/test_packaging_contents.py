"""What is in the four functions' packages is all that they need, and what the runtime can load."""

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from stack.packaging import RUNTIME, SERVICES, package

LAMBDAS = Path(__file__).parents[3] / "lambdas"
FUNCTIONS = sorted(path.parent.name for path in LAMBDAS.glob("*/app.py"))
TRACER = {"xray"}  # the tracer's own, outside a Lambda

# What python3.11 on Lambda, which is Amazon Linux 2, has: glibc 2.26 and the libraries of GCC 7.3.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
# https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html
# https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html (which versions GCC 7.3 defines; they are cumulative)
MACHINE = "EM_X86_64"
NEWEST = {"GLIBC": (2, 26), "GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)}
LIBRARIES = {"libc", "libm", "libdl", "librt", "libpthread", "libgcc_s", "libstdc++", "ld-linux-x86-64"}


def lacking(content: bytes) -> list[str]:
    """What a shared object asks of its machine that the runtime does not have."""
    elf = ELFFile(io.BytesIO(content))
    sections = list(elf.iter_sections())
    versions = [
        version.name
        for section in sections
        if isinstance(section, GNUVerNeedSection)
        for _, needed in section.iter_versions()
        for version in needed
    ]
    libraries = [
        tag.needed
        for section in sections
        if isinstance(section, DynamicSection)
        for tag in section.iter_tags("DT_NEEDED")
    ]
    return [
        *([] if elf["e_machine"] == MACHINE else [elf["e_machine"]]),
        *(name for name in versions if not _known(name)),
        *(name for name in libraries if name.partition(".so")[0] not in LIBRARIES),
    ]


def _known(version: str) -> bool:
    """Whether a version of a symbol is one of the runtime's; a name that is not understood is not."""
    found = re.fullmatch(r"([A-Z]+)_(\d+(?:\.\d+)*)", version)
    return found is not None and tuple(map(int, found[2].split("."))) <= NEWEST.get(found[1], ())


@cache
def shared_objects(function: str) -> dict[str, bytes]:
    """The shared objects of a function's package, whatever they are called."""
    with zipfile.ZipFile(package(LAMBDAS, function)) as archive:
        contents = ((name, archive.read(name)) for name in archive.namelist())
        return {name: content for name, content in contents if content.startswith(b"\x7fELF")}


def test_the_runtime_is_the_one_whose_libraries_are_stated_here() -> None:
    """With another runtime, what it has must be looked up anew."""
    assert RUNTIME == "python3.11"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_package_is_one_that_lambda_takes(function: str) -> None:
    """50 MB sent by API, and 250 MB unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    path = package(LAMBDAS, function)
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(each.file_size for each in archive.infolist())

    assert path.stat().st_size <= 50 * 1_000_000
    assert unpacked <= 250 * 1_000_000


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_shared_object_finds_what_it_needs_in_the_runtime(function: str) -> None:
    """Its machine, its libraries, and each version of a symbol; emulators run on newer systems, and hide this."""
    found = shared_objects(function)

    assert found
    assert {name: lacking(content) for name, content in found.items() if lacking(content)} == {}


@pytest.mark.parametrize(("old", "new", "told"), [
    (b"GLIBC_2.25\0", b"GLIBC_2.28\0", "GLIBC_2.28"),
    (b"GLIBCXX_3.4.22\0", b"GLIBCXX_3.4.29\0", "GLIBCXX_3.4.29"),
    (b"CXXABI_1.3.8\0", b"CXXABI_1.9.8\0", "CXXABI_1.9.8"),
    (b"GLIBC_2.25\0", b"GLIBC_ABI2\0", "GLIBC_ABI2"),
    (b"libm.so.6\0", b"libx.so.6\0", "libx.so.6"),
])  # fmt: skip
def test_a_shared_object_that_asks_for_more_is_found(old: bytes, new: bytes, told: str) -> None:
    """The same file, made to ask for what only a newer system has."""
    content = next(content for name, content in shared_objects("validator").items() if "duckdb" in name)

    assert told in lacking(content.replace(old, new))


def test_a_shared_object_of_another_machine_is_found() -> None:
    """As a wheel for ARM would bring it."""
    content = next(iter(shared_objects("loader").values()))

    assert lacking(content[:18] + (183).to_bytes(2, "little") + content[20:]) == ["EM_AARCH64"]


def _clients(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "boto3.client":
            assert isinstance(node.args[0], ast.Constant), "a client of a service that only the call knows"
            yield str(node.args[0].value)


def test_the_packaged_services_are_those_that_the_code_calls() -> None:
    """No model too few, and none too many."""
    called = {name for path in LAMBDAS.rglob("*.py") for name in _clients(ast.parse(path.read_text()))}

    assert called | TRACER == set(SERVICES)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_packaged_is_what_the_unit_tests_run_with(function: str) -> None:
    """The same versions, or the tests would be of other libraries than the functions'."""
    locked = dict(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (LAMBDAS / function / "requirements.txt").read_text(), re.MULTILINE)
    )

    assert {"boto3", "botocore", "aws-lambda-powertools"} <= locked.keys()
    assert {name: version(name) for name in locked} == locked


ALONE = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
names = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "unit", "AWS_SECRET_ACCESS_KEY": "unit"}
own = ("BUCKET_NAME", "TABLE_NAME", "STATE_MACHINE_ARN", "DEAD_LETTERS_URL", "TOPIC_ARN",
       "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE")
os.environ |= names | dict.fromkeys(own, "unit")
import boto3
for service in sys.argv[2:]:
    client = boto3.client(service)
    assert client.meta.service_model.operation_names and client.meta.endpoint_url.startswith("https://"), service
import app
assert callable(app.handler)
print(json.dumps([module.__file__ for module in (boto3, sys.modules["botocore"], app)]))
"""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_loaded_from_its_package_alone(function: str, tmp_path: Path) -> None:
    """With no other library in reach, boto3 included: which version a runtime carries changes without notice."""
    with zipfile.ZipFile(package(LAMBDAS, function)) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "-B", "-c", ALONE, str(tmp_path), *SERVICES]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})

    assert done.returncode == 0, done.stderr
    assert all(file.startswith(str(tmp_path)) for file in json.loads(done.stdout))


def test_what_botocore_needs_of_all_services_is_packaged_and_of_others_nothing() -> None:
    """Regions, partitions and retries are no service's; a few models of four hundred are."""
    with zipfile.ZipFile(package(LAMBDAS, "status")) as archive:
        data = [name.removeprefix("botocore/data/") for name in archive.namelist() if name.startswith("botocore/data/")]

    assert {name.split("/")[0] for name in data if "/" in name} == set(SERVICES)
    assert {"endpoints.json", "partitions.json", "_retry.json", "sdk-default-configuration.json"} <= set(data)
