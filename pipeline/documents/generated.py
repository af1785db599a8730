"""Every document that is made from the repository: `tap docs build` writes each, `--check` and a test compare."""

from collections.abc import Callable, Iterator, Mapping

from deployer.paths import Paths
from pipeline.documents import ideal, json_schemas, openapi, policies, reference, scale

Documents = Mapping[str, Callable[[Paths], str]]
# Its path, and what gives its text. In the order in which they are written: the last holds the others.
GENERATED: Documents = {
    "docs/deployer-policies.json": policies.built,
    "docs/openapi.json": openapi.built,
    "docs/reference.md": reference.built,
    "docs/costs.md": scale.costs_page,
    "docs/scale.md": scale.built,
    **json_schemas.SCHEMAS,
    ideal.NAME: ideal.built,
}


def write(paths: Paths, documents: Documents = GENERATED) -> None:
    """Write each anew."""
    for path, built in documents.items():
        (paths.root / path).write_bytes(built(paths).encode())


def stale(paths: Paths, documents: Documents = GENERATED) -> Iterator[str]:
    """The paths of those that are out of date."""
    for path, built in documents.items():
        there = paths.root / path
        if not there.exists() or there.read_bytes() != built(paths).encode():
            yield path
