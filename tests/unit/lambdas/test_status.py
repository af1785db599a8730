"""The API's answers."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.unit.rows import make_file

from .conftest import EVENTS

KEY = "incoming/march/report 1.csv"


def ask(way, document, **parameters):
    """A request, and the answer's code and body."""
    event = json.loads((EVENTS / document).read_text())
    if parameters:
        event["pathParameters"] = parameters
        event["path"] = event["resource"].partition("{")[0] + next(iter(parameters.values()))
    answer = way.call("status", event)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_files_report_is_answered(way):
    """The newest report of a key, as percent-encoded as API Gateway passes it."""
    way.move(KEY, make_file(1, 2))
    code, body = ask(way, "api_get_file.json")

    assert (code, body["key"], body["reconciled"]) == (200, "march/report 1.csv", True)


@pytest.mark.parametrize(
    "key",
    [
        "a b.csv",
        "a%20b.csv",
        "a+b.csv",
        "100%25.csv",
        "100%.csv",
        "ü/東.csv",
        "a%2Fb.csv",
        "x",
        "a\u00a0b",
        "...",
        "..a",
    ],
)
def test_a_key_is_found_encoded_or_not(way, key):
    """Whatever a proxy made of the key, the report is found."""
    from urllib.parse import quote, unquote

    name = unquote(key)
    way.validate(f"incoming/{name}", way.put(f"incoming/{name}", make_file(1)))

    assert ask(way, "api_get_file.json", key=key)[1]["key"] == name
    assert ask(way, "api_get_file.json", key=quote(name))[1]["key"] == name


def test_a_transaction_is_answered_with_its_amount_as_text(way):
    """No reader can make a float of an amount."""
    way.move(KEY, make_file(1, amount="12.30"))
    shorter = {":amount": {"N": "12.3"}}  # as DynamoDB itself keeps it
    way.account.table.update_item(
        TableName=way.account.table_name,
        Key={"transaction_id": {"S": "T1"}},
        UpdateExpression="SET amount = :amount",
        ExpressionAttributeValues=shorter,
    )
    code, body = ask(way, "api_get_transaction.json")

    assert code == 200
    assert (body["transaction_id"], body["amount"], body["source_file"]) == ("T1", "12.30", KEY)


@pytest.mark.parametrize("document", ["api_get_file.json", "api_get_transaction.json"])
def test_what_is_not_there_is_404(way, document):
    """Nothing found is told as JSON."""
    code, body = ask(way, document)

    assert (code, body["statusCode"]) == (404, 404)


@pytest.mark.parametrize(
    "key", ["../validated/a", "a/../../b", "a%2F..%2Fb", "/a", "a//b", "./a", "a/.", "a%0Ab", "a%00", "a%7F"]
)
def test_tricks_with_paths_are_refused(way, key):
    """No key reaches another prefix."""
    assert ask(way, "api_get_file.json", key=key)[0] == 400


@pytest.mark.parametrize("key", ["k" * 1011, "k" * 1012, "ü" * 506, "k" * 4000])
@pytest.mark.parametrize("document", ["api_get_file.json", "api_get_transaction.json"])
def test_a_name_of_any_length_is_answered(way, document, key):
    """What is longer than S3 and DynamoDB take is not there, and no failure of ours."""
    assert ask(way, document, key=key)[0] == 404


def test_an_unknown_route_is_404(way):
    """Only the two routes are answered."""
    event = json.loads((EVENTS / "api_get_file.json").read_text()) | {"path": "/other"}

    assert way.call("status", event)["statusCode"] == 404


def test_an_error_tells_nothing_of_the_inside(way):
    """A bucket that is not there is our matter: the answer names neither it nor the error."""
    way.app("status")
    way.account.table.delete_table(TableName=way.account.table_name)
    code, body = ask(way, "api_get_transaction.json")

    assert (code, body) == (500, {"statusCode": 500, "message": "the request could not be answered; try again"})


@pytest.mark.parametrize("error", ["AccessDenied", "403", "KMS.DisabledException"])
def test_a_report_that_may_not_be_read_is_our_failure_and_never_not_found(way, error, caplog):
    """A report that is there, and a grant that is missing: 500, and the log says who was denied what."""
    way.validate(KEY, way.put(KEY, make_file(1)))

    def deny(**_):
        raise ClientError({"Error": {"Code": error, "Message": "not authorized to perform"}}, "GetObject")

    way.app("status").lookups.s3.meta.events.register_first("before-call.s3.GetObject", deny)
    code, body = ask(way, "api_get_file.json")

    assert (code, body["message"]) == (500, "the request could not be answered; try again")
    assert f"({error}) when calling the GetObject operation: not authorized to perform" in caplog.text
