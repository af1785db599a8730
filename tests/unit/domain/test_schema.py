"""The schema file: what is taken, what is refused, with the field and the reason."""

import json
from decimal import Decimal

import pytest

from transactions.errors import SchemaError
from transactions.judge import NoSink, judge
from transactions.schema import SHIPPED, load, parse


def table(**field):
    """A schema of one column."""
    return {"fields": [{"name": "a", **field}]}


# roles, and keys of the standards themselves
STANDARD = {"timestamp", "amount", "currency", "type", "description"}
WRONG = [
    ({}, "fields: an object with a list"),
    ({"fields": []}, "fields: an object with a list"),
    ({"fields": [{"type": "string"}]}, r"fields\[0\]: an object with a name"),
    (table(type="geopoint"), r"fields\[0\] 'a': type: 'geopoint' is not taken"),
    (table(type="date", format="%d/%m/%Y"), "format: only the default"),
    (table(constraints=[]), "constraints: an object"),
    (table(constraints={"required": "yes"}), "constraints.required: true or false"),
    (table(constraints={"maximun": 3}), "constraints.maximun: is not taken"),
    (table(constraints={"pattern": "("}), "constraints.pattern: is not a regular expression"),
    (
        table(type="number", constraints={"pattern": "1"}),
        "pattern: a regular expression is needed, at a column of text",
    ),
    (table(constraints={"minimum": 1}), "constraints.minimum: does not fit the type string"),
    (table(type="number", constraints={"minimum": "one"}), "constraints.minimum: 'one' is not a plain decimal"),
    (table(type="number", constraints={"minimum": 2, "maximum": 1}), "constraints.maximum: is below the minimum"),
    (table(type="integer", constraints={"enum": ["x"]}), "constraints.enum: 'x' is not a whole number"),
    (table(constraints={"enum": []}), "constraints.enum: a list of at least one"),
    (table(constraints={"maxLength": -1}), "constraints.maxLength: a whole number"),
    ({"fields": [{"name": "a"}, {"name": "a"}]}, "the name 'a' stands twice"),
    ({**table(), "primaryKey": "b"}, "primaryKey, uniqueKeys: no field is called 'b'"),
    ({**table(), "primaryKey": ["a", "b"]}, "primaryKey, uniqueKeys: no field is called 'b'"),
    ({**table(), "missingValues": "-"}, "missingValues: a list of texts"),
    ({**table(), "tap": {"roles": {"price": "a"}}}, r"tap\.roles\.price: is no role"),
    ({**table(), "tap": {"roles": {"id": "b"}}}, r"tap\.roles\.id: no field is called 'b'"),
    ({**table(), "tap": {"roles": {"amount": "a"}}}, r"tap\.roles\.amount: the column must be a required number"),
    ({**table(constraints={"required": True}), "tap": {"roles": {"id": "a"}}}, "the column must be unique"),
    ({**table(constraints={"required": True}), "tap": {"roles": {"currency": "a"}}}, "amount and currency go together"),
]


@pytest.mark.parametrize(("document", "reason"), WRONG)
def test_a_wrong_schema_is_refused_with_field_and_reason(document, reason):
    """A schema that can't be used says which field, which property, and why."""
    with pytest.raises(SchemaError, match=reason):
        parse(document)


def test_all_that_is_wrong_with_a_schema_is_told_at_once():
    """Two wrong fields are two lines."""
    with pytest.raises(SchemaError) as caught:
        parse({"fields": [{"name": "a", "type": "x"}, {"name": "b", "constraints": {"minLength": "1"}}]})

    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("content", ["{", "[]", '"text"'])
def test_a_file_that_is_no_schema_is_refused(tmp_path, content):
    """Neither broken JSON nor other JSON is a schema."""
    path = tmp_path / "schema.json"
    path.write_text(content)

    with pytest.raises(SchemaError, match=r"schema\.json"):
        load(path)


def test_a_schema_that_is_not_there_is_told(tmp_path):
    """The path is named."""
    with pytest.raises(SchemaError, match=r"nowhere\.json: can't be read"):
        load(tmp_path / "nowhere.json")


def test_a_name_that_the_load_gives_is_refused_where_a_load_is_declared():
    """A column may not be called as what is added to each row."""
    document = json.loads(SHIPPED.read_text())
    document["fields"].append({"name": "source_line"})

    with pytest.raises(SchemaError, match="'source_line': name"):
        parse(document)


def test_the_shipped_schema_has_the_columns_and_roles_of_transactions(schema):
    """Eight columns; limits are decimals, never floats."""
    assert len(schema.names) == 8
    assert schema.role("id") == "transaction_id"
    assert schema.unique == (("transaction_id",),)
    amount = next(field for field in schema.fields if field.name == schema.role("amount"))
    assert isinstance(amount.maximum, Decimal)
    assert len(schema.sha256) == 64


def test_no_column_is_named_in_the_code():
    """A column stands in the schema file and nowhere else: renaming one is a change of one file."""
    names = {f'"{name}"' for name in load().names if name not in STANDARD}
    modules = [path for path in SHIPPED.parents[1].rglob("*.py") if "requirements" not in path.name]

    assert modules
    assert not {(path.name, name) for path in modules for name in names if name in path.read_text()}


def test_any_table_can_be_judged(tmp_path):
    """A schema without roles judges cells and rows, and has no totals."""
    schema = parse(
        {
            "fields": [
                {"name": "when", "type": "date", "constraints": {"minimum": "2025-01-01"}},
                {"name": "count", "type": "integer", "constraints": {"enum": [1, 2]}},
                {"name": "open", "type": "boolean"},
                {"name": "at", "type": "time"},
                {"name": "rate", "type": "number"},
            ],
            "missingValues": ["", "n/a"],
        }
    )
    path = tmp_path / "table.csv"
    path.write_text("when,count,open,at,rate\n2025-01-31,2,TRUE,10:00:00,1.10\n2024-12-31,3,maybe,25:00:00,n/a\n")
    verdict = judge(path, schema, NoSink())

    assert [(error.line, error.column, error.code) for error in verdict.errors] == [
        (3, "when", "cell-minimum"),
        (3, "count", "cell-enum"),
        (3, "open", "cell-type"),
        (3, "at", "cell-type"),
    ]
    assert verdict.totals == {}
