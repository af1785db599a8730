"""Any endpoint that answers STS is an AWS: another emulator than LocalStack, one with a certificate of its own."""

import datetime
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deployer.errors import EndpointFailed
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets import connect
from deployer.terraform.cli import environment_for
from tests.unit.deployer.serving import serving

ACCOUNT = "123456789012"  # moto's, and not LocalStack's
ANSWER = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:root</Arn><UserId>x</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class Sts(BaseHTTPRequestHandler):
    """Knows STS and nothing else, above all no health path."""

    def do_GET(self) -> None:
        self._answer(404, "")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, ANSWER)

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Sts)) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One that signs itself, for the loopback address, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "office.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


@pytest.fixture
def settings() -> Settings:
    return Settings.load({"TAP_TARGET": "localstack"})


def test_what_answers_sts_is_an_aws(
    server: ThreadingHTTPServer, settings: Settings, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a health path, as the account that it says it is."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}/")

    with connect.open_target(settings, paths) as session:
        assert (session.target.name, session.target.account_id) == ("localstack", ACCOUNT)
        assert ACCOUNT in session.work.name


def test_a_certificate_of_its_own_is_trusted_where_the_user_names_it(
    server: ThreadingHTTPServer, certificate: Path, settings: Settings, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By AWS_CA_BUNDLE, for clients and for Terraform, by an absolute path; without it nobody is believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{server.server_port}")
    with pytest.raises(EndpointFailed, match="CERTIFICATE_VERIFY_FAILED"), connect.open_target(settings, paths):
        pass

    monkeypatch.chdir(certificate.parent)
    monkeypatch.setenv("AWS_CA_BUNDLE", certificate.name)
    with connect.open_target(settings, paths) as session:
        assert environment_for(session.target.environment(), None)["AWS_CA_BUNDLE"] == str(certificate)
        assert session.target.as_account("1" * 12).ca_bundle == str(certificate)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://sts.amazonaws.com", "nonsense", "http://[::"])
def test_where_nothing_answers_that_is_told_with_the_reason(
    endpoint: str, settings: Settings, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a closed port, at AWS itself, which is never asked as an emulator, and at what is no address."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    with (
        pytest.raises(EndpointFailed, match="no LocalStack answers at") as refused,
        connect.open_target(settings, paths),
    ):
        pass
    assert all(refused.value.details)
