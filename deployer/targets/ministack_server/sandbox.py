"""A Lambda execution environment made of Linux namespaces; run by `functions.py` as a program of its own.

    sandbox.py make JSON   builds an environment, says "ready", and ends when its input does; who holds its namespaces
                           open keeps the environment, and so its /tmp
    sandbox.py run         starts a function's runtime in it; what it needs stands in the variable TAP_SANDBOX

Nothing but the standard library, and no right but that of making user namespaces. What is true inside, and says who:

    root and code are read-only, /tmp has the function's size and outlives a killed runtime
        https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
    /dev is bare: of descriptors it has 0, 1 and 2 alone, and there is no shared memory
        https://github.com/aws/aws-lambda-base-images/issues/132
        https://aws.amazon.com/blogs/compute/parallel-processing-in-python-with-aws-lambda/
    paths of Python, runtime and code, and the variables that name them
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        https://github.com/aws/aws-lambda-base-images (Dockerfile.python3.11)
    1,024 open files; more memory than the function has ends the runtime
        https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

What differs: the C library and the kernel are the host's, and nothing is frozen between calls.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

NEWNS, NEWIPC, NEWUSER, NEWPID = 0x0002_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_DETACH, _PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 2, 1, 38
USER, GROUP = 993, 990  # of sbx_user1051, as whom Lambda runs a function
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
NAMES = ("resolv.conf", "hosts", "nsswitch.conf", "ld.so.cache", "ssl", "pki", "ca-certificates")  # of the host's /etc
DEVICES = ("null", "zero", "full", "random", "urandom")
OPEN_FILES = 1024
MEMORY_TICK_S = 0.05
KILLED = 128 + signal.SIGKILL
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Do what the argument says."""
    if sys.argv[1:] == ["run"]:
        run(json.loads(os.environ.pop("TAP_SANDBOX")))
    else:
        make(json.loads(sys.argv[2]))
        print("ready", flush=True)
        sys.stdin.read()


def make(wanted: dict[str, Any]) -> None:
    """Make this process's view of the files that of a Lambda function.

    Args:
        wanted: `root`, an empty folder; `python`, the interpreter's prefix; `read_only`, what else is shown, by its
            path inside; `tmp_mb`, the size of /tmp.

    Raises:
        OSError: the machine does not let us.
    """
    _own_user(0, 0, NEWUSER | NEWNS)
    _mount("none", "/", flags=REC | PRIVATE)
    root = Path(wanted["root"])
    _tmpfs(root, "mode=755")
    for path in map(Path, SYSTEM):
        _show(path, root / path.relative_to("/"))
    _show(Path(wanted["python"]), root / "var/lang")
    for inside, outside in wanted["read_only"].items():
        _show(Path(outside), root / inside.lstrip("/"))
    _hide_packages(root)
    _etc(root / "etc")
    _dev(root / "dev")
    (root / "proc").mkdir()
    _mount("/proc", str(root / "proc"), flags=BIND | REC)  # the kernel shows a new one only to who sees one
    (root / "tmp").mkdir()
    _tmpfs(root / "tmp", f"size={wanted['tmp_mb']}m,mode=700")
    _enter(root)


def run(wanted: dict[str, Any]) -> NoReturn:
    """Start the runtime in an environment that was made; ends as it ends.

    Args:
        wanted: `namespaces`, paths of its user and its mount namespace; `memory_mb`; `environment`, the variables of
            the function; `passed`, the names of those that are taken from ours; `command`, what is run.
    """
    environment = {name: os.environ[name] for name in wanted["passed"] if name in os.environ} | wanted["environment"]
    opened = [os.open(path, os.O_RDONLY) for path in wanted["namespaces"]]
    for descriptor, kind in zip(opened, (NEWUSER, NEWNS), strict=True):
        _check(_libc.setns(descriptor, kind), "setns")
        os.close(descriptor)
    _check(_libc.unshare(NEWNS | NEWPID | NEWIPC), "unshare")
    begun, begins = os.pipe()
    runtime = os.fork()
    if not runtime:
        _start(wanted["command"], environment)
    os.close(begins)
    os.read(begun, 1)  # ends as the runtime begins: from then on /proc is its own
    sys.exit(_watched(runtime, wanted["memory_mb"] << 20))


def _start(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Become the runtime, as a user without rights; ends when its parent does."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    _mount("/proc/sys", "/proc/sys", flags=BIND | REC)
    _mount("none", "/proc/sys", flags=BIND | REMOUNT | RDONLY | NOSUID | NODEV | NOEXEC)
    _own_user(USER, GROUP, NEWUSER)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    os.umask(0o022)
    os.chdir("/var/task")
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted


def _watched(runtime: int, most: int) -> int:
    """The runtime's exit code; ends it when all that runs with it takes more than `most` bytes."""
    while True:
        ended, status = os.waitpid(runtime, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) % 256
        if _memory() > most:
            os.kill(runtime, signal.SIGKILL)
            os.waitpid(runtime, 0)
            print("Error: Runtime exited with error: signal: killed", flush=True)
            return KILLED
        time.sleep(MEMORY_TICK_S)


def _memory() -> int:
    """Bytes of memory that only this environment uses; /proc shows its processes alone."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):  # it ended
            total += int((folder / "status").read_text().split("RssAnon:")[1].split()[0]) << 10
    return total


def _own_user(user: int, group: int, namespaces: int) -> None:
    """New namespaces, in which whoever we are is called `user` and `group`."""
    mapped = {"uid_map": f"{user} {os.geteuid()} 1", "gid_map": f"{group} {os.getegid()} 1"}
    _check(_libc.unshare(namespaces), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    for name, value in mapped.items():
        (Path("/proc/self") / name).write_text(value)


def _show(outside: Path, inside: Path) -> None:
    """What stands at a path of the host, read-only; a link stays one; what is not there is left out."""
    if not outside.exists():
        return
    inside.parent.mkdir(parents=True, exist_ok=True)
    if outside.is_symlink() and not outside.readlink().is_absolute():
        inside.symlink_to(outside.readlink())
        return
    inside.mkdir(exist_ok=True) if outside.is_dir() else inside.touch()
    _mount(str(outside), str(inside), flags=BIND | REC)
    # in a user namespace, what the host's mount forbids stays forbidden, and must be said again
    kept = os.statvfs(inside).f_flag & (NOSUID | NODEV | NOEXEC)
    _mount("none", str(inside), flags=BIND | REMOUNT | RDONLY | kept)


def _hide_packages(root: Path) -> None:
    """The interpreter's own packages: what is not in Lambda's runtime must come with the function."""
    for prefix in (root / "var/lang", root / "usr", root / "usr/local"):
        for folder in [*prefix.glob("lib/python3*/site-packages"), *prefix.glob("lib/python3*/dist-packages")]:
            _tmpfs(folder, "mode=755", RDONLY)


def _etc(folder: Path) -> None:
    for name in NAMES:
        _show((Path("/etc") / name).resolve(), folder / name)
    (folder / "passwd").write_text(f"sbx_user1051:x:{USER}:{GROUP}::/home/sbx_user1051:/sbin/nologin\n")
    (folder / "group").write_text(f"sbx_user1051:x:{GROUP}:\n")


def _dev(folder: Path) -> None:
    folder.mkdir()
    for name in DEVICES:
        (folder / name).touch()
        _mount(f"/dev/{name}", str(folder / name), flags=BIND)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


def _enter(root: Path) -> None:
    """The folder becomes /, read-only, and nothing else of the host is seen any more."""
    os.chdir(root)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _DETACH), "umount")
    os.chdir("/")
    _mount("none", "/", flags=BIND | REMOUNT | RDONLY)


def _tmpfs(folder: Path, options: str, flags: int = 0) -> None:
    _mount("tmpfs", str(folder), "tmpfs", NOSUID | NODEV | flags, options)


def _mount(source: str, target: str, kind: str = "none", flags: int = 0, options: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode(), flags, options.encode() or None)
    _check(_libc.mount(*arguments), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
