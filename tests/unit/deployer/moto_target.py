"""A target whose clients moto answers."""

from typing import Any

import boto3

from deployer.targets import targets


class Aws(targets.Target):
    """Each client is made anew, inside whatever `mock_aws` stands around the test."""

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region)


def aws(region: str = "us-east-1") -> Aws:
    """A live account, as the deployer sees it."""
    return Aws("aws", region, "123456789012", targets.Credentials("testing", "testing"))
