"""A thing that exists in an account, and the account as the estate asks it. Vocabulary of the other modules here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_ABSENT = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|^404$")
_REFUSED = re.compile(r"AccessDenied|Unauthorized|Forbidden|^403$")


@dataclass(frozen=True)
class Thing:
    """Something found in the account: its Terraform type, its name, and what its own API and `import` call it."""

    type: str
    name: str
    id: str  # what Terraform imports it by
    arn: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)  # as its listing told it

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.type.removeprefix('aws_')} {self.name}" + (f" ({self.id})" if self.id != self.name else "")


def code_of(error: "ClientError") -> str:
    """AWS's own word for an error, such as `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def says_absent(error: "ClientError") -> bool:
    """Whether AWS answers that there is no such thing.

    That a key is gone is said of what is there and can't be read: `KMS.NotFoundException` by S3
    (https://github.com/aws/aws-cli/issues/4507), `KMSNotFound` by SNS
    (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
    """
    return bool(_ABSENT.search(code_of(error))) and not code_of(error).startswith("KMS")


def says_refused(error: "ClientError") -> bool:
    """Whether AWS answers that the caller may not; asking again does not help."""
    return bool(_REFUSED.search(code_of(error)))


def paged(client: Any, operation: str, result: str, **arguments: Any) -> Iterator[Any]:
    """All entries of a listing, whether or not the SDK knows how to page it."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(result, [])
    else:
        yield from getattr(client, operation)(**arguments).get(result, [])


def plain_tags(tags: Any) -> dict[str, str]:
    """Tags in any of the forms in which the services tell them."""
    if isinstance(tags, Mapping):
        return dict(tags)
    named = [{name.lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags or ()]
    return {tag["key"]: tag["value"] for tag in named}
