"""A thing that exists in an account, and the account as the estate asks it. Vocabulary of the other modules here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.errors import ListingIncomplete

# Whether more is to come, in the words of any service; docs/listings.md has them all.
_MORE = re.compile(r"(next_?)?(continuation|pagination)?(token|marker)|(is)?truncated|position|lastevaluated\w+", re.I)
# Cut without a word unless a size is asked for. SQS answers 1,000 queues:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/list-all-queues-pagination.html
# S3 refuses an account of more than 10,000 buckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
_PAGE_SIZES = {"list_queues": 1_000, "list_buckets": 1_000}


@dataclass(frozen=True)
class AwsResource:
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


def paged(client: Any, operation: str, result: str, **arguments: Any) -> Iterator[Any]:
    """All entries of a listing, whether or not the SDK knows how to page it.

    Raises:
        ListingIncomplete: the answer says that there is more, and not how to come by it.
    """
    from botocore.exceptions import PaginationError

    last: Mapping[str, Any] = {}
    try:
        for last in _pages(client, operation, arguments):
            yield from last.get(result, [])
    except PaginationError as error:  # a page that leads to itself
        raise _cut(operation, str(error)) from error
    if more := [name for name, value in last.items() if value and _says_more(client, operation, name)]:
        raise _cut(operation, f"its last answer has {', '.join(more)}")


def _pages(client: Any, operation: str, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if client.can_paginate(operation):
        size = {"PageSize": _PAGE_SIZES.get(operation)}
        yield from client.get_paginator(operation).paginate(**arguments, PaginationConfig=size)
    else:
        yield getattr(client, operation)(**arguments)


def _says_more(client: Any, operation: str, name: str) -> bool:
    """A page that the SDK knows how to follow ends by its flag alone; where to begin is told in each."""
    return bool(_MORE.fullmatch(name)) and (not client.can_paginate(operation) or name.lower().endswith("truncated"))


def _cut(operation: str, why: str) -> ListingIncomplete:
    return ListingIncomplete(
        f"not everything could be seen: AWS cut the answer to {operation}",
        remedy="try again; if it stays, look at the account itself, as what was not seen may be this environment's",
        details=(why,),
    )


def plain_tags(tags: Any) -> dict[str, str]:
    """Tags in any of the forms in which the services tell them."""
    if isinstance(tags, Mapping):
        return dict(tags)
    named = [{name.lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags or ()]
    return {tag["key"]: tag["value"] for tag in named}
