"""docs/aws.md, the register of what AWS does: each row says where it was read, what deals with it, what tests it."""

import re
from collections.abc import Callable

import pytest

from tests.markdown import ROOT, Row, missing, rows

REGISTER = rows(ROOT / "docs" / "aws.md")
FEWEST = 60
SERVICES = {
    *("S3", "Lambda", "Step Functions", "DynamoDB", "KMS", "IAM", "SQS", "SNS", "CloudWatch"),
    *("API Gateway", "STS and OIDC", "EventBridge", "Terraform"),
}
HOSTS = ("docs.aws.amazon.com", "registry.terraform.io", "developer.hashicorp.com", "github.com")
READ = re.compile(r"\[[^\]]+\]\(https://([\w.-]+)/\S+\), (?:20\d\d-\d\d-\d\d|address not read)")
TARGETS = re.compile(r"both: \S.*|embedded: [^;]*\S; localstack: \S.*")
FILE = re.compile(r"`([\w./-]+\.\w+)`")
TEST = re.compile(r"`([\w./]+\.py::test_\w+)`")
REASON = re.compile(r"none: .{20,}")
TODO = re.compile(r"TODO: .{10,}")  # a test that is being made; `test_nothing_is_left_to_be_done` ends it


def _rows_where(wrong: Callable[[Row], object]) -> list[str]:
    """What the rows say for which it holds, so that a failure names them."""
    return [row.cells[0] for row in REGISTER if wrong(row)]


def test_every_service_has_rows_and_there_are_enough() -> None:
    """The register is of the services that are relied upon, and of no other."""
    assert {row.heading for row in REGISTER} == SERVICES
    assert len(REGISTER) >= FEWEST


def test_every_row_is_whole() -> None:
    """A behaviour stands once, with its five cells, none of them blank."""
    assert _rows_where(lambda row: len(row.cells) != 5 or not all(row.cells)) == []
    assert len({row.cells[0] for row in REGISTER}) == len(REGISTER)


def test_every_row_says_where_and_when_it_was_read() -> None:
    """The address is one of those who make the thing, with the day, or with the word that nobody read it."""

    def unread(row: Row) -> bool:
        match = READ.fullmatch(row.cells[1])
        return not match or match[1] not in HOSTS

    assert _rows_where(unread) == []


def test_most_rows_were_read() -> None:
    """What is only taken for granted is the exception: less than a sixth of the rows."""
    granted = [row for row in REGISTER if row.cells[1].endswith("address not read")]

    assert len(granted) * 6 < len(REGISTER)


def test_every_row_says_what_each_target_does() -> None:
    """Both targets at once, or one after the other."""
    assert _rows_where(lambda row: not TARGETS.fullmatch(row.cells[2])) == []


def test_every_file_that_is_named_is_there() -> None:
    """And each row names what deals with the behaviour."""
    assert _rows_where(lambda row: not FILE.search(row.cells[3])) == []
    assert [name for row in REGISTER for name in FILE.findall(row.cells[3]) if not (ROOT / name).is_file()] == []


def test_every_row_has_a_test_that_exists_or_a_reason() -> None:
    """A row without a test says why none is possible here."""
    forms = (TEST, REASON, TODO)

    assert _rows_where(lambda row: not any(form.fullmatch(row.cells[4]) for form in forms)) == []
    assert missing(match[1] for row in REGISTER if (match := TEST.fullmatch(row.cells[4]))) == []


def test_nothing_is_left_to_be_done() -> None:
    """Each test that was still to be made is there, and its row names it."""
    assert _rows_where(lambda row: "TODO" in row.cells[4]) == []


@pytest.mark.parametrize("form", [READ, TARGETS, TEST, REASON])
def test_no_form_takes_anything(form: re.Pattern[str]) -> None:
    """A cell that says nothing fits none of the forms."""
    assert [text for text in ("", "-", "yes", "none:", "both:", "[](), 2026") if form.fullmatch(text)] == []
