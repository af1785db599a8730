"""Credentials that end while an apply runs: real Terraform, its own S3 backend, and an S3 that stops believing them."""

import json
import platform
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deployer.deploy import locking, stages
from deployer.deploy.stages import Run
from deployer.errors import StateLocked, TerraformFailed
from deployer.targets import targets
from deployer.terraform.cli import UNSAVED, Terraform
from deployer.terraform.state_bucket import StateBucket
from deployer.terraform.state_lock import holder_of
from stack.settings import Settings
from tests.unit.deployer.serving import serving
from tests.unit.deployer.working_folder import configured, environment, run_in

SETTINGS = Settings(target="aws", aws_region="eu-west-1", state_bucket="states", environment_suffix="x", lock_seconds=0)
EXPIRED = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
LISTING = b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>states</Name></ListBucketResult>'


class S3(ThreadingHTTPServer):
    """Objects by path, until `over` is a file."""

    def __init__(self, over: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.over, self.objects = over, dict[str, bytes]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: S3

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if "list-type" in asked.query or asked.path.strip("/") == "states":
            self._tell(200, LISTING)
        elif asked.path in self.server.objects:
            self._tell(200, self.server.objects[asked.path])
        else:
            self._tell(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._tell(200):
            self.server.objects[urlsplit(self.path).path] = body

    def do_DELETE(self) -> None:
        if self._tell(204):
            self.server.objects.pop(urlsplit(self.path).path, None)

    def _tell(self, status: int, body: bytes = b"") -> bool:
        believed = not self.server.over.exists()
        status, body = (status, body) if believed else (400, EXPIRED)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Wed, 25 Nov 2026 12:00:00 GMT")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)
        return believed

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3]:
    with serving(S3(tmp_path / "over")) as server:
        yield server


@pytest.fixture
def run(s3: S3, tmp_path: Path) -> Run:
    """A thing that needs no provider, and whose creation is when the credentials end."""
    backend = {
        "bucket": "states", "key": SETTINGS.state_key, "region": "eu-west-1", "use_lockfile": True,
        "use_path_style": True, "skip_requesting_account_id": True, "skip_s3_checksum": True, "max_retries": 1,
        "skip_credentials_validation": True,
    }  # fmt: skip
    made = {"provisioner": {"local-exec": {"command": f"touch '{s3.over}'"}}}
    document = {"terraform": {"backend": {"s3": backend}}, "resource": {"terraform_data": {"made": made}}}
    configured(tmp_path, document)
    keys = targets.Credentials("ASIA" + "A" * 16, "s", "t")
    target = targets.Target("aws", "eu-west-1", "1" * 12, keys, s3.url)
    return run_in(tmp_path, target, SETTINGS, backend=backend)


def terraform_of(run: Run) -> Terraform:
    return Terraform(run.session.work, {**environment(), **run.session.target.environment()}, run.session.logs)


def test_an_expiry_in_an_apply_leaves_a_state_that_the_next_run_finds(
    run: Run, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made is in a file here; with fresh credentials it is put in its place, and the lock left goes."""
    terraform = terraform_of(run)
    monkeypatch.setattr(Run, "terraform", terraform)
    terraform.init()
    terraform.plan()
    with pytest.raises(TerraformFailed, match="expired") as failed:
        terraform.apply()
    assert "sign in again" in failed.value.remedy
    assert (run.session.work / UNSAVED).is_file()

    s3.over.unlink()
    stages.acquire_lock(run)
    assert list(terraform.state()) == ["terraform_data.made"]
    assert not (run.session.work / UNSAVED).exists()
    assert holder_of(StateBucket.of(run.backend, run.session.target)) is None


@pytest.mark.parametrize(("who", "minutes"), [("ann@elsewhere", -5), (f"ann@{platform.node()}", 5)])
def test_a_lock_that_is_not_the_one_we_left_stays(run: Run, s3: S3, who: str, minutes: int) -> None:
    """Neither another machine's, nor one that was taken after the state could not be saved."""
    (run.session.work / UNSAVED).touch()
    created = datetime.now(UTC) + timedelta(minutes=minutes)
    lock = {"ID": "theirs", "Who": who, "Created": created.isoformat()}
    s3.objects[f"/states/{SETTINGS.state_key}.tflock"] = json.dumps(lock).encode()

    with pytest.raises(StateLocked):
        locking.wait_for_lock(run)
