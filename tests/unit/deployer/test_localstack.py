"""What answers STS is an AWS, whatever else it has; and nothing else is."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deployer import localstack
from deployer.errors import EndpointFailed
from deployer.health import free_port
from deployer.places import Places

CALLER = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class OnlySts(BaseHTTPRequestHandler):
    """An emulator without an address that tells of its health."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(CALLER)))
        self.end_headers()
        self.wfile.write(CALLER)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), OnlySts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_answers_sts_is_an_aws_as_the_account_that_it_tells(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No health address is asked, and the account is not taken to be LocalStack's."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    with localstack.available("eu-west-1", Places(tmp_path)) as target:
        assert (target.endpoint, target.account_id, target.region) == (endpoint, "123456789012", "eu-west-1")


def test_what_does_not_answer_sts_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An endpoint that was named is not replaced by another."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")

    with (
        pytest.raises(EndpointFailed, match="no LocalStack answers"),
        localstack.available("eu-west-1", Places(tmp_path)),
    ):
        pass


def test_an_error_of_the_block_is_not_taken_for_one_of_the_endpoint(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It comes out as it is."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    with pytest.raises(EndpointFailed, match="of the block"), localstack.available("eu-west-1", Places(tmp_path)):
        raise EndpointFailed("of the block")


def test_a_certificate_that_is_named_is_what_the_endpoint_is_known_by(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The SDK and Terraform are given the same one, by its absolute path: Terraform works in another folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.setenv("AWS_CA_BUNDLE", "ca.pem")

    target = localstack.answering(endpoint, "eu-west-1")

    assert target.ca_bundle == str(tmp_path / "ca.pem")
    assert target.environment()["AWS_CA_BUNDLE"] == str(tmp_path / "ca.pem")
