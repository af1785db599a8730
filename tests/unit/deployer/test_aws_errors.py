"""AWS's words for its errors stand in one file."""

import ast
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import ClientError

import deployer
from deployer import aws_errors

PACKAGE = Path(deployer.__file__).parent
NAMED = [value for name, value in vars(aws_errors).items() if name.isupper() and isinstance(value, str | frozenset)]
WORDS = {word for value in NAMED for word in ([value] if isinstance(value, str) else value)}
# The first is the file itself; what is in the folder runs elsewhere; the last is about HTTP, to the world.
OTHERS = ("aws_errors.py", "ministack_server/", "documents/openapi.py")


def texts() -> Iterator[tuple[str, str]]:
    for file in PACKAGE.rglob("*.py"):
        name = file.relative_to(PACKAGE).as_posix()
        if not name.startswith(OTHERS):
            nodes = ast.walk(ast.parse(file.read_text()))
            yield from ((name, str(node.value)) for node in nodes if isinstance(node, ast.Constant))


def test_no_other_module_names_an_error_of_aws() -> None:
    """Each word has a name, and goes by it."""
    assert len(WORDS) > 20
    assert [(name, text) for name, text in texts() if text in WORDS] == []


def test_an_error_is_read_in_one_way() -> None:
    """What it is called is asked of `code_of`, which an answer without a code does not stop."""
    sources = [file.read_text() for file in PACKAGE.rglob("*.py") if "ministack_server" not in file.parts]

    assert [source for source in sources if '["Error"]["Code"]' in source] == []
    assert aws_errors.code_of(ClientError({}, "HeadObject")) == ""
