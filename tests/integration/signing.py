"""Signs calls of the deployed API as a caller that IAM knows: AWS Signature Version 4, by botocore."""

import botocore.credentials
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from requests.auth import AuthBase

from deployer.targets.targets import Credentials


def signature(url: str, by: Credentials, region: str, *, method: str = "GET", body: bytes = b"") -> dict[str, str]:
    """The headers that sign a call of `url`, which is sent as it is."""
    request = AWSRequest(method, url, data=body)
    keys = botocore.credentials.Credentials(by.access_key, by.secret_key, by.token or None)
    SigV4Auth(keys, "execute-api", region).add_auth(request)
    return dict(request.headers)


class Signature(AuthBase):
    """The same for what `requests` is about to send."""

    def __init__(self, by: Credentials, region: str) -> None:
        self.by, self.region = by, region

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert request.url
        assert request.method
        request.headers.update(signature(request.url, self.by, self.region, method=request.method, body=body or b""))
        return request
