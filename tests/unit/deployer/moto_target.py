"""A target whose clients moto answers."""

from typing import Any

import boto3

from deployer.targets import targets


class Aws(targets.Target):
    """Its clients are made inside whatever `mock_aws` stands around the test; so is it itself, with each test."""

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=self.region)
        return self._clients[service]


def aws(region: str = "us-east-1") -> Aws:
    """A live account, as the deployer sees it."""
    return Aws("aws", region, "123456789012", targets.Credentials("testing", "testing"))
