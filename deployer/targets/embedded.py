"""The embedded AWS: MiniStack as one process of ours on a loopback port, started, found and stopped for certain.

`started` gives one for the length of a block; `local_start`, `local_status` and `local_stop` keep one between
commands. In both a supervisor (deployer/targets/supervisor.py) holds the emulator and ends it.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from deployer import process
from deployer.errors import EndpointFailed, NotRunning, PortInUse
from deployer.paths import Paths
from deployer.process.environments import ensure
from deployer.process.file_lock import file_lock
from deployer.targets import supervisor
from deployer.targets.health import LOOPBACK, free_port, healthy, port_taken
from deployer.targets.orphans import OWNER, RUN_PREFIX, sweep

IDLE_SECONDS = 60.0  # in which it neither answered nor used a processor: it hangs
ANSWER_SECONDS = 10.0  # within which one that listens answers, or is asked again
START_SECONDS = 600.0  # a cold start compiles MiniStack's bytecode first, on however busy a machine
STOP_SECONDS = 300.0  # a hang: the supervisor asks, then kills, and nothing of it takes minutes
_POLL = 0.05
_LINES_SHOWN = 8
CALLS, SANDBOX = "calls.jsonl", "sandbox.txt"
_FUNCTION_BYTES = 512 * 2**20  # a running validator's peak, with what the caches and the rest of the machine need
_FUNCTIONS_PER_CORE = 8  # more of them only take the time from each other: each begins with a second of imports
_SERVER = Path(__file__).with_name("ministack_server")


@dataclass(frozen=True)
class Emulator:
    """One embedded AWS that answers, on two ports of one process. Times are ISO 8601, UTC."""

    endpoint: str  # plain HTTP, for other people's clients
    secure_endpoint: str  # what Tap itself uses: the bucket's policy refuses anything but TLS
    ca_bundle: str  # the certificate that `secure_endpoint` is known by
    pid: int
    port: int  # of `endpoint`
    started: str
    guard_pid: int
    run: str  # its folder, which goes when it goes
    no_sandbox: str  # why functions run as processes of this machine; blank: they run in a sandbox as Lambda's

    @property
    def calls(self) -> Path:
        """What roles called on it, as JSON lines: role, action, resource, allowed."""
        return Path(self.run) / CALLS


@contextmanager
def started(paths: Paths, port: int | None = None) -> Iterator[Emulator]:
    """An embedded AWS for the length of the block, gone with everything it wrote when the block or `tap` ends.

    Raises:
        PortInUse: somebody listens on `port`.
        EndpointFailed: it does not start.
    """
    sweep(paths)
    paths.state.mkdir(parents=True, exist_ok=True)
    run = Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir=paths.state))
    supervisor.write_record(run / OWNER, os.getpid())
    holder, emulator = _launch(paths, run, port, detached=False)
    try:
        yield emulator
    finally:
        _end(holder)
    _log(paths, detached=False).unlink(missing_ok=True)  # kept when the block failed


def local_start(paths: Paths, port: int | None = None) -> Emulator:
    """The embedded AWS that stays: the one that runs already, or a new one.

    Raises:
        PortInUse: somebody else listens on `port`.
        EndpointFailed: it does not start.
    """
    with file_lock(paths.cache / "locks" / "local"):
        if (emulator := local(paths)) and port in (None, emulator.port):
            return emulator
        if emulator:
            raise PortInUse(
                f"an embedded AWS runs already, on port {emulator.port}",
                remedy="use that one, or stop it first: `tap local stop`",
            )
        forget(paths)
        run = paths.local / "run"
        run.mkdir(parents=True)
        holder, emulator = _launch(paths, run, port, detached=True)
        holder.returncode = 0  # nobody waits for it: it outlives this process, which subprocess would warn of
        _record(paths).write_text(json.dumps(asdict(emulator)))
        return emulator


def local(paths: Paths) -> Emulator | None:
    """The embedded AWS that is kept running, if it does and answers."""
    emulator = _recorded(paths)
    if emulator and psutil.pid_exists(emulator.pid) and healthy(emulator.endpoint, IDLE_SECONDS):
        return emulator
    return None


def local_is_gone(paths: Paths) -> bool:
    """Whether one was kept running, and ended without being asked to: killed, or with the machine."""
    return _recorded(paths) is not None and local(paths) is None


def local_status(paths: Paths) -> Emulator:
    """The same, for who needs it.

    Raises:
        NotRunning: none is kept running.
    """
    if emulator := local(paths):
        return emulator
    raise NotRunning("the embedded AWS is not running", remedy="`tap local start` keeps one")


def local_stop(paths: Paths) -> bool:
    """End the embedded AWS that is kept running, and what is known of deployments on it. False if none ran."""
    with file_lock(paths.cache / "locks" / "local"):
        ran = local(paths) is not None
        forget(paths)
    return ran


def forget(paths: Paths) -> None:
    """Remove what an embedded AWS left or leaves: its processes, its record, the state of deployments on it."""
    if emulator := _recorded(paths):
        _signal(emulator.guard_pid)
        if _is_emulator(emulator.pid):
            supervisor.end_group(emulator.pid)
    shutil.rmtree(paths.local / "run", ignore_errors=True)
    _record(paths).unlink(missing_ok=True)
    for folder in (paths.state / "work").glob("embedded-*"):
        shutil.rmtree(folder, ignore_errors=True)


def emulator_environment(run: Path, port: int, secure_port: int) -> dict[str, str]:
    """The emulator's whole environment, which its Lambda functions inherit.

    Built from nothing: no credentials and no AWS configuration of the user reach it, and its files stay in its folder.
    """
    scratch = run / "tmp"
    scratch.mkdir(exist_ok=True)
    added = {
        "HOME": str(run),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": "us-east-1",
        "AUTH": "true",  # IAM is enforced
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_concurrency()),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",  # AWS waits one minute, then two
        "S3_DATA_DIR": str(run / "s3"),
        "AWS_ENDPOINT_URL": f"https://{LOOPBACK}:{secure_port}",
        "AWS_CA_BUNDLE": str(_certificates(run) / "client.pem"),
        "IOT_MTLS_ENABLED": "0",  # this and the next listen on fixed ports, where two emulators would meet
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        # A socket that is not there: MiniStack then leaves the user's containers alone.
        "DOCKER_HOST": f"unix://{run / 'no-docker.sock'}",
    }
    return process.environment(added, without=process.EVERYTHING)


def _concurrency() -> int:
    """How many functions may run at once: each is a process, and all of them must fit into this machine."""
    fit = psutil.virtual_memory().total // _FUNCTION_BYTES, _FUNCTIONS_PER_CORE * (os.cpu_count() or 1)
    return max(8, min(fit))


def _launch(paths: Paths, run: Path, port: int | None, *, detached: bool) -> tuple[process.Process, Emulator]:
    try:
        _refuse_taken(port)
        python = ensure("embedded", paths)
        make_certificate(python, run)
        ports = (port or free_port(), free_port())
        holder = _guarded(paths, python, run, ports, detached=detached)
        return holder, _awaited(paths, holder, run, ports)
    except BaseException:
        shutil.rmtree(run, ignore_errors=True)
        raise


def _refuse_taken(port: int | None) -> None:
    if port is not None and port_taken(port):
        raise PortInUse(
            f"port {port} is in use on {LOOPBACK}",
            remedy="name another with --port, or leave it out and a free one is taken",
        )


def _certificates(run: Path) -> Path:
    return run / "tls"


def make_certificate(python: Path, run: Path) -> None:
    """A certificate for the loopback address alone, by an authority that nobody keeps the key of."""
    folder = _certificates(run)
    folder.mkdir()
    command = [str(python), "-m", "trustme", "-i", LOOPBACK, "localhost", "-d", str(folder), "-q"]
    result = process.run(command, env=process.environment({}, without=process.EVERYTHING))
    if result.returncode:
        raise EndpointFailed(
            "no certificate could be made for the embedded AWS",
            where=str(folder),
            remedy="remove .tap/environments/embedded: it is made anew",
            details=tuple(result.stderr.strip().splitlines()[-_LINES_SHOWN:]),
        )


def _guarded(paths: Paths, python: Path, run: Path, ports: tuple[int, int], *, detached: bool) -> process.Process:
    paths.logs.mkdir(parents=True, exist_ok=True)
    log = _log(paths, detached=detached)
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "deployer.targets.supervisor", "--run", str(run), "--log", str(log)]
    command += ["--detached"] * detached + ["--", str(python), *server_arguments(run, ports)]
    return process.start(
        command, folder=Path(__file__).parents[2], env=emulator_environment(run, *ports),
        stdin=process.NOWHERE if detached else process.PIPE, apart=True,
    )  # fmt: skip


def server_arguments(run: Path, ports: tuple[int, int]) -> list[str]:
    """The server's arguments for its interpreter: a folder, which alone is then on the path of what runs there."""
    certificates = _certificates(run)
    return [
        *("-P", str(_SERVER), "--plain", f"{LOOPBACK}:{ports[0]}", "--secure", f"{LOOPBACK}:{ports[1]}"),
        *("--certificate", str(certificates / "server.pem"), "--key", str(certificates / "server.key")),
        *("--calls", str(run / CALLS), "--sandbox", str(run / SANDBOX)),
    ]


def _awaited(paths: Paths, holder: process.Process, run: Path, ports: tuple[int, int]) -> Emulator:
    """The emulator once it answers; ends it if it does not in time."""
    try:
        endpoint = _wait_for_health(paths, holder, run, ports[0])
        pid = json.loads((run / supervisor.RECORD).read_text())["pid"]
    except BaseException:
        _end(holder)
        raise
    return Emulator(
        endpoint=endpoint,
        secure_endpoint=f"https://{LOOPBACK}:{ports[1]}",
        ca_bundle=str(_certificates(run) / "client.pem"),
        pid=pid,
        port=ports[0],
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        guard_pid=holder.pid,
        run=str(run),
        no_sandbox=(run / SANDBOX).read_text(),
    )


def _wait_for_health(paths: Paths, holder: process.Process, run: Path, port: int) -> str:
    endpoint = f"http://{LOOPBACK}:{port}"
    begun = moved = time.monotonic()
    spent = 0.0
    while not ((run / supervisor.RECORD).exists() and healthy(endpoint, ANSWER_SECONDS)):
        now = time.monotonic()
        if (used := _processor_seconds(holder.pid)) > spent:
            moved, spent = now, used
        if holder.poll() is not None or now - moved > IDLE_SECONDS or now - begun > START_SECONDS:
            raise _did_not_start(paths, port, detached=holder.stdin is None)
        time.sleep(_POLL)
    return endpoint


def _processor_seconds(pid: int) -> float:
    """What a process and those that it started have used by now."""
    used = 0.0
    with suppress(psutil.NoSuchProcess):
        for one in (leader := psutil.Process(pid), *leader.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                used += times.user + times.system
    return used


def _did_not_start(paths: Paths, port: int, *, detached: bool) -> EndpointFailed:
    log = _log(paths, detached=detached)
    said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return EndpointFailed(
        f"the embedded AWS did not answer on port {port}",
        where=str(log),
        remedy="if another program took the port meanwhile, try again; `tap doctor` checks the rest",
        details=tuple(said[-_LINES_SHOWN:]),
    )


def _end(holder: process.Process) -> None:
    """Let the supervisor end its emulator, and wait until both are gone. If we die here, it does so all the same."""
    if holder.stdin:
        holder.stdin.close()
    else:
        holder.terminate()
    with suppress(process.TimedOut):
        holder.wait(STOP_SECONDS)


def _signal(pid: int) -> None:
    """Ask a recorded supervisor to end, and wait for it; a number that is somebody else's by now is left alone."""
    with suppress(psutil.Error):
        holder = psutil.Process(pid)
        if any("deployer.targets.supervisor" in part for part in holder.cmdline()):
            holder.terminate()
            holder.wait(STOP_SECONDS)


def _is_emulator(pid: int) -> bool:
    with suppress(psutil.Error):
        return str(_SERVER) in psutil.Process(pid).cmdline()
    return False


def _recorded(paths: Paths) -> Emulator | None:
    with suppress(OSError, ValueError, TypeError):
        return Emulator(**json.loads(_record(paths).read_text()))
    return None


def _record(paths: Paths) -> Path:
    return paths.local / "embedded.json"


def _log(paths: Paths, *, detached: bool) -> Path:
    return paths.logs / ("local.log" if detached else f"embedded-{os.getpid()}.log")
