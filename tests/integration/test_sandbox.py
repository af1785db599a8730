"""A function on the embedded AWS finds what it would find on Lambda, and nothing of the machine it runs on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer.pytest_plugin.sandbox import ask, probe
from deployer.targets.targets import Target

pytestmark = [pytest.mark.fault, pytest.mark.needs("lambda_sandbox")]
TMP_MB, MEMORY_MB = 600, 192
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html; the last two lead to an emulator
GIVEN = {
    "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "LANG", "LC_CTYPE",
    "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ", "_HANDLER", "_X_AMZN_TRACE_ID",
    "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL",
}  # fmt: skip


@pytest.fixture
def here(target: Target) -> Target:
    """Only where functions are ours to start: on AWS there is nothing to find out."""
    if target.name != "embedded":
        pytest.skip("Lambda itself")
    return target


@pytest.fixture
def name(here: Target) -> Iterator[str]:
    with probe(here, MemorySize=MEMORY_MB, EphemeralStorage={"Size": TMP_MB}) as made:
        yield made


def test_a_function_sees_nothing_of_this_machine(here: Target, name: str) -> None:
    """A bare /dev, none of the machine's files, an unprivileged user without a home, and Lambda's variables alone."""
    devices = {"full", "null", "random", "stderr", "stdin", "stdout", "urandom", "zero"}
    process = ask(here, name, process=True)

    assert set(ask(here, name, list="/dev")) == devices
    assert ask(here, name, exists=["/root", "/home", sys.prefix, str(Path.cwd()), "/sys", "/dev/fd", "/dev/shm"]) == []
    assert (process["user"], process["home"], process["folder"]) == (993, None, "/var/task")
    assert set(process["variables"]) <= GIVEN
    assert (process["files"], process["memory"]) == (1024, str(MEMORY_MB))


def test_nothing_but_tmp_can_be_written(here: Target, name: str) -> None:
    """The code, the system and the devices' folder are read-only; /tmp takes what its size allows."""
    read_only = ["/var/task/a", "/var/lang/a", "/usr/a", "/etc/a", "/dev/a", "/a", "/proc/sys/kernel/hostname"]

    assert {ask(here, name, write=path, megabytes=1) for path in read_only} == {"Read-only file system"}
    assert ask(here, name, write="/tmp/most", megabytes=TMP_MB - 1) == "written"
    assert ask(here, name, write="/tmp/more", megabytes=2) == "No space left on device"


def test_a_function_has_the_packages_of_its_zip_and_of_the_runtime(here: Target, name: str) -> None:
    """AWS's runtime client and SDK are there; what else this machine has is not."""
    assert {ask(here, name, module=each).split("/")[2] for each in ("awslambdaric", "boto3")} == {"runtime"}
    assert [ask(here, name, module=each) for each in ("pip", "ministack", "typer")] == [None, None, None]


def test_what_is_in_tmp_outlives_a_runtime_that_died(here: Target, name: str) -> None:
    """The next call of the same instance finds it, as on Lambda."""
    died = ask(here, name, write_and_exit="/tmp/left")

    assert died["errorType"] == "Runtime.ExitError"
    assert ask(here, name, exists=["/tmp/left"]) == ["/tmp/left"]


def test_a_function_that_takes_too_long_is_killed_and_leaves_its_tmp(here: Target) -> None:
    """It ends by its own time limit, under the name that Lambda gives; the next call goes on with what it left."""
    with probe(here, Timeout=3) as name:
        late = ask(here, name, write_and_sleep="/tmp/left", seconds=600)

        assert (late["errorType"], "timed out after 3.00 seconds" in late["errorMessage"]) == ("Sandbox.Timedout", True)
        assert ask(here, name, exists=["/tmp/left"]) == ["/tmp/left"]


def test_more_memory_than_the_function_has_ends_it(here: Target, name: str) -> None:
    """Its memory is a limit, and what it keeps in /tmp does not count."""
    assert ask(here, name, write="/tmp/big", megabytes=MEMORY_MB * 2) == "written"
    assert ask(here, name, hold=MEMORY_MB // 3) == (MEMORY_MB // 3) << 20
    assert ask(here, name, hold=MEMORY_MB * 2)["errorType"] == "Runtime.ExitError"
