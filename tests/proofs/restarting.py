"""An embedded AWS that keeps its state, to be ended in the middle of its work and started again."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from deployer.paths import Paths
from deployer.process.environments import ensure
from deployer.targets import embedded
from deployer.targets.health import LOOPBACK, free_port, healthy
from deployer.targets.targets import Target, emulator

_POLL = 0.1


class Lasting:
    """MiniStack with its persistence: what its services hold is written when it ends, and read when it starts."""

    def __init__(self, paths: Paths, folder: Path) -> None:
        folder.mkdir()
        self.run, self.ports = folder, (free_port(), free_port())
        self.python = ensure("embedded", paths)
        embedded.make_certificate(self.python, folder)
        self.process: subprocess.Popen[bytes] | None = None

    def target(self, region: str) -> Target:
        """It, on the same ports all its lives."""
        plain, secure = (
            f"{scheme}://{LOOPBACK}:{port}" for scheme, port in zip(("http", "https"), self.ports, strict=True)
        )
        ca_bundle = str(self.run / "tls" / "client.pem")
        return emulator("embedded", secure, region, ca_bundle=ca_bundle, plain_endpoint=plain)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {
            **embedded.emulator_environment(self.run, *self.ports),
            "PERSIST_STATE": "1", "STATE_DIR": str(self.run / "state"), "S3_PERSIST": "1",
        }  # fmt: skip
        command = [str(self.python), *embedded.server_arguments(self.run, self.ports)]
        with (self.run / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        ends = time.monotonic() + embedded.START_SECONDS
        while not healthy(f"http://{LOOPBACK}:{self.ports[0]}", embedded.ANSWER_SECONDS):
            assert time.monotonic() < ends, (self.run / "log").read_text()[-2000:]
            time.sleep(_POLL)

    def end(self) -> None:
        """End it, with the functions that run in it; it writes its state before."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60.0)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
