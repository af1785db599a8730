"""Python functions in an execution environment as Lambda's, where the machine allows it; else as MiniStack runs them.

MiniStack runs a Python function as a process of the host: with its /dev, its files, its user, its packages, and all
its memory. Here AWS's own runtime client runs it inside `sandbox.py`, over the runtime API that MiniStack has for
custom runtimes. Seen in 1.5.33.
"""

import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

SANDBOX = Path(__file__).with_name("sandbox.py")
RUNTIME_CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
# Also in the runtime, behind what a package and its layers bring. AWS advises to bring one's own:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
AWS_SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
AUTHORITY = "/var/runtime/emulator-ca.pem"
PYTHON = f"/var/lang/bin/python{sys.version_info.major}.{sys.version_info.minor}"
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, and the base image's Dockerfile
ENVIRONMENT = {
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "PYTHONPATH": "/opt/python:/var/runtime",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}
PASSED = (
    "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_LOG_STREAM_NAME", "_HANDLER", "AWS_ENDPOINT_URL",
)  # fmt: skip
# What MiniStack starts as a custom runtime; which environment it starts in, a variable says.
BOOTSTRAP = b'#!/bin/sh\nexec "$TAP_PYTHON" -I -S "$TAP_PROGRAM" run\n'


def mend_functions(functions: Any, runtimes: Any) -> str:
    """Run Python functions in sandboxes.

    Returns:
        Why not, where the machine does not allow it; else blank.
    """
    if why := refusal():
        return why
    worker, choose, warm = sandboxed(functions, runtimes), runtimes._worker_class_for, functions._execute_function_warm

    def worker_class_for(config: dict[str, Any]) -> Any:
        return worker if _is_python(config) else choose(config)

    def execute_function_warm(function: dict[str, Any], event: Any, request_id: str) -> Any:
        if _is_python(function.get("config") or function) and not functions._durable_ctx.get():
            return functions._execute_function_provided_warm(function, event, request_id)
        return warm(function, event, request_id)

    runtimes._worker_class_for, functions._execute_function_warm = worker_class_for, execute_function_warm
    return ""


def refusal() -> str:
    """Why a sandbox can't be had on this machine; blank if one was made and used."""
    if sys.platform != "linux":
        return "it needs Linux namespaces"
    try:
        with tempfile.TemporaryDirectory() as task:
            environment = Environment({"/var/task": task}, tmp_mb=1)
            try:
                variables = environment.variables(["/bin/true"], {}, memory_mb=128)
                tried = subprocess.run(
                    [sys.executable, "-I", "-S", str(SANDBOX), "run"],
                    env=variables, capture_output=True, text=True, check=False,
                )  # fmt: skip
            finally:
                environment.close()
    except OSError as error:
        return str(error)
    return "" if tried.returncode == 0 else _last_line(tried.stderr)


class Environment:
    """One execution environment; its /tmp is there until it is closed, whatever runs in it and ends.

    Args:
        read_only: what is shown in it, by its path inside.
        tmp_mb: size of its /tmp.

    Raises:
        OSError: the machine does not allow it.
    """

    def __init__(self, read_only: dict[str, str], tmp_mb: int) -> None:
        self._namespaces = list[int]()
        with tempfile.TemporaryDirectory() as root:
            wanted = {"root": root, "python": sys.base_prefix, "read_only": read_only, "tmp_mb": tmp_mb}
            command = [sys.executable, "-I", "-S", str(SANDBOX), "make", json.dumps(wanted)]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as making:
                pipes: Any = making
                said = pipes.stdout.readline()
                if said == "ready\n":
                    self._namespaces = [
                        os.open(f"/proc/{making.pid}/ns/{name}", os.O_RDONLY) for name in ("user", "mnt")
                    ]
                pipes.stdin.close()  # it ends then
                said += pipes.stdout.read()  # `communicate` would lose what came along with the first line
            if not self._namespaces:
                raise OSError(_last_line(said))

    def variables(self, command: list[str], environment: dict[str, str], memory_mb: int) -> dict[str, str]:
        """What `sandbox.py run` must have in its environment to start a command in this one."""
        wanted = {
            "namespaces": [f"/proc/{os.getpid()}/fd/{one}" for one in self._namespaces],
            "command": command,
            "memory_mb": memory_mb,
            "environment": environment,
            "passed": PASSED,
        }
        return {"TAP_SANDBOX": json.dumps(wanted), "TAP_PYTHON": sys.executable, "TAP_PROGRAM": str(SANDBOX)}

    def close(self) -> None:
        """Give it up, with its /tmp."""
        for namespace in self._namespaces:
            os.close(namespace)
        self._namespaces.clear()


class Bytecode:
    """What of a package Python would compile at each start, as none of its files can be written: half of the start."""

    def __init__(self) -> None:
        self._started: Counter[str] = Counter()
        self._lock = threading.Lock()

    def starts(self, package: str) -> None:
        """A package that starts again may start often: it is compiled then, once, and beside nothing else."""
        with self._lock:
            self._started[package] += 1
            if self._started[package] == 2:
                compiling = [sys.executable, "-I", "-S", "-m", "compileall", "-q", package]
                subprocess.run(compiling, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def sandboxed(functions: Any, runtimes: Any) -> Any:
    """The class of MiniStack's workers that run a Python function in an environment of its own."""

    bytecode = Bytecode()

    class SandboxWorker(runtimes.ProvidedWorker):  # type: ignore[misc] # MiniStack has no types
        """One instance of a function. Its environment outlives its runtime, as on Lambda after a time-out."""

        def __init__(self, name: str, config: dict[str, Any], code: bytes) -> None:
            super().__init__(name, config, _zipped({"bootstrap": BOOTSTRAP}))
            self.config: dict[str, Any] = config
            self._code = code
            self._environment: Environment | None = None

        def _spawn(self, init_timeout: float | None = None) -> None:
            if self._environment is None:
                self._environment = Environment(self._shown(), int(self.config["EphemeralStorage"]["Size"]))
            given = dict((self.config.get("Environment") or {}).get("Variables") or {})
            variables = self._environment.variables(
                [PYTHON, "-m", "awslambdaric", self.config["Handler"]],
                {**ENVIRONMENT, **self._named(), **given},
                int(self.config["MemorySize"]),
            )
            told, self.config = self.config, {**self.config, "Environment": {"Variables": variables}}
            try:
                super()._spawn(init_timeout)
            finally:
                self.config = told

        def _named(self) -> dict[str, str]:
            group = (self.config.get("LoggingConfig") or {}).get("LogGroup")
            return {
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.config['Runtime']}",
                "AWS_LAMBDA_LOG_GROUP_NAME": group or f"/aws/lambda/{self.config['FunctionName']}",
                **({"AWS_CA_BUNDLE": AUTHORITY} if "AWS_CA_BUNDLE" in os.environ else {}),
            }

        def _shown(self) -> dict[str, str]:
            layers = [functions._resolve_layer_zip(layer) for layer in self.config.get("Layers") or []]
            package = functions._provided_runtime_code_dir(self._code)
            bytecode.starts(package)
            return {
                "/var/task": package,
                **({"/opt": functions._provided_runtime_code_dir(_merged(layers))} if layers else {}),
                **_runtime_client(),
                **({AUTHORITY: os.environ["AWS_CA_BUNDLE"]} if "AWS_CA_BUNDLE" in os.environ else {}),
            }

        def _await_init(self, init_timeout: float | None = None) -> None:
            """A function that can't be loaded is told by its own error's type, as Lambda does."""
            try:
                super()._await_init(init_timeout)
            except RuntimeError as error:
                told = self._init_error
                if not isinstance(told, dict):
                    raise
                raise runtimes.ProvidedRuntimeError(told.get("errorMessage", ""), told.get("errorType", "")) from error

        def _discard_tmpdir(self) -> None:
            super()._discard_tmpdir()
            environment, self._environment = self._environment, None
            if environment:
                environment.close()

    return SandboxWorker


def _is_python(config: dict[str, Any]) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def _merged(layers: list[bytes]) -> bytes:
    """Layers as one ZIP; of two files of a name the later layer's is kept, as in /opt."""
    files: dict[str, bytes] = {}
    for layer in layers:
        with zipfile.ZipFile(io.BytesIO(layer)) as archive:
            files |= {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return _zipped(files)


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # no date: the same files give the same bytes
    return out.getvalue()


def _runtime_client() -> dict[str, str]:
    """Where AWS's runtime client, its SDK, and what they need lie, by their paths inside."""
    shown = {}
    for name in (*RUNTIME_CLIENT, *AWS_SDK):
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise OSError(f"{name} is not in the embedded AWS's environment")
        path = Path(found.origin)
        path = path.parent if path.name == "__init__.py" else path
        shown[f"/var/runtime/{path.name}"] = str(path)
    return shown


def _last_line(text: str) -> str:
    with suppress(IndexError):
        return text.strip().splitlines()[-1].removeprefix("PermissionError: ").removeprefix("OSError: ")
    return "it ended without a word"
