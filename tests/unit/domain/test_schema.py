"""The schema file: what is taken, what is refused, with the field and the reason."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transactions.cells import TYPES
from transactions.errors import SchemaError
from transactions.judge import NoSink, judge
from transactions.schema import SHIPPED, load, parse
from transactions.vocabulary import CONSTRAINTS, FIELD, FIELD_DESCRIBED, TABLE, TABLE_DESCRIBED


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
    (table(type=["string", "null"]), r"type: \['string', 'null'\] is no text: name one type"),
    (table(type="object"), "type: 'object' is not taken: a cell of several values"),
    (table(type="duration"), "type: 'duration' is not taken: a duration such as a month"),
    (table(format="binary"), "format: 'binary' is not taken; the formats are default, email, uri, uuid"),
    (table(type="number", format="currency"), "format: 'currency' is not taken: only the default"),
    (table(type="date", format="any"), "format: 'any' is not taken, as each cell would be guessed"),
    (table(type="date", format=["%d"]), "format: a text is needed"),
    (table(type="date", format="DD.MM.YYYY"), "format: 'DD.MM.YYYY' is not taken: state a pattern such as %d"),
    (table(type="date", format="%d %B %Y"), "format: %B is not taken: it is bound to a language"),
    (table(type="date", format="%d.%m."), "format: a whole date is needed"),
    (table(type="date", format="%y-%Y-%m-%d"), "format: a whole date is needed"),
    (table(type="date", format="%d.%m.%Y %H:%M"), "format: a date has no time of day"),
    (table(type="date", format="%d.%m.%Y.%d"), "format: %d stands twice"),
    (table(type="date", format="%d.%m.%Y%"), "format: % is not taken; what is taken is"),
    (table(type="time", format="%H:%S"), "format: a whole time of day is needed"),
    (table(type="time", format="%H:%M%z"), "format: a time of day has no date and no offset"),
    (table(type="datetime", format="%d.%m.%Y %H:%M"), "format: has no offset"),
    (table(type="datetime", format="%d.%m.%Y %H:%M%z", tap={"offset": "+01:00"}), "format: has an offset of its own"),
    (table(type="datetime", tap={"offset": "+1"}), r"tap\.offset: an offset such as \+01:00"),
    (table(type="datetime", tap={"offset": "+14:30"}), r"tap\.offset: an offset such as \+01:00"),
    (table(type="date", tap={"offset": "+01:00"}), r"tap\.offset: does not fit the type date"),
    (table(tap={"ignoreCase": "yes"}), r"tap\.ignoreCase: true or false"),
    (table(tap={"ignorecase": True}), r"tap\.ignorecase: is not known; is ignoreCase meant\?"),
    (table(type="integer", tap={"ignoreCase": True}), r"tap\.ignoreCase: does not fit the type integer"),
    (table(tap=["ignoreCase"]), "tap: an object"),
    (table(decimalChar=","), "decimalChar: does not fit the type string; it is for number"),
    (table(type="integer", decimalChar=","), "decimalChar: does not fit the type integer"),
    (table(type="number", decimalChar="-"), "decimalChar: one punctuation mark"),
    (table(type="number", decimalChar=",,"), "decimalChar: one punctuation mark"),
    (table(type="number", decimalChar=" "), "decimalChar: one punctuation mark"),
    (table(type="number", groupChar="0"), "groupChar: one punctuation mark or blank"),
    (table(type="number", groupChar="("), "groupChar: one punctuation mark or blank"),
    (table(type="number", groupChar="."), "groupChar: '.' is also the decimal mark: state decimalChar"),
    (table(type="number", bareNumber="no"), "bareNumber: true or false"),
    (table(type="boolean", trueValues="yes"), "trueValues: a list of at least one text"),
    (table(type="boolean", trueValues=[1]), "trueValues: a list of at least one text"),
    (table(type="boolean", trueValues=["0"]), "trueValues: '0' is true and false by default: state both"),
    (table(type="boolean", falseValues=["1"]), "falseValues: '1' is true and false by default: state both"),
    (table(type="boolean", trueValues=["x"], falseValues=["x"]), "falseValues: 'x' is true and false$"),
    (table(type="boolean", trueValues=["x"], falseValues=[""]), "missingValues: '' is also a value of the boolean"),
    (table(missingValues="-"), r"fields\[0\] 'a': missingValues: a list of texts"),
    (table(missingValues=[1]), r"fields\[0\] 'a': missingValues: a list of texts"),
    (table(categories=[]), "categories: a list of at least one value"),
    (table(categories=[{"label": "A"}]), "categories: null is not a text"),
    (table(categories=["a"], constraints={"enum": ["b"]}), "enum: 'b' is none of the categories"),
    (table(required=True), r"fields\[0\] 'a': required: belongs into constraints"),
    (table(decimalchar=","), "decimalchar: is not known; is decimalChar meant"),
    (table(sensitivity="low"), "sensitivity: is not known; the keys are name, type,"),
    (table(constraints=[]), "constraints: an object"),
    (table(constraints={"required": "yes"}), "constraints.required: true or false"),
    (table(constraints={"maximun": 3}), "constraints.maximun: is not known; is maximum meant"),
    (table(constraints={"pattern": "("}), "constraints.pattern: is not a regular expression"),
    (
        table(type="number", constraints={"pattern": "1"}),
        "pattern: a regular expression is needed, at a column of text",
    ),
    (table(constraints={"minimum": 1}), "constraints.minimum: does not fit the type string"),
    (table(type="number", constraints={"minimum": "one"}), "constraints.minimum: 'one' is not a plain decimal"),
    (table(type="number", constraints={"minimum": 2, "maximum": 1}), "constraints.maximum: is below the minimum"),
    (table(type="integer", constraints={"enum": ["x"]}), "constraints.enum: 'x' is not a whole number"),
    (table(type="number", constraints={"minimum": float("inf")}), "constraints.minimum: inf is not a plain"),
    (table(type="number", constraints={"minimum": Decimal("1e99")}), r"constraints.minimum: 1E\+99 is not a plain"),
    (table(type="number", constraints={"minimum": None}), "constraints.minimum: null is not a plain"),
    (table(type="number", constraints={"minimum": True}), "constraints.minimum: true is not a plain"),
    (table(type="integer", constraints={"minimum": Decimal("1.5")}), r"constraints.minimum: 1\.5 is not a whole"),
    (table(type="number", decimalChar=",", constraints={"minimum": "1.5"}), "minimum: '1.5' is not .* needs no quotes"),
    (table(type="date", constraints={"minimum": 2025}), "constraints.minimum: 2025 is not a date"),
    (
        table(type="date", format="%d.%m.%Y", constraints={"minimum": "2025-01-31"}),
        r"is not a date such as 31\.01\.2025",
    ),
    (table(type="boolean", constraints={"exclusiveMinimum": 0}), "constraints.exclusiveMinimum: does not fit the type"),
    (table(type="year", constraints={"exclusiveMaximum": 1, "minimum": 1}), "exclusiveMaximum: leaves no value"),
    (table(type="year", constraints={"exclusiveMinimum": 2, "maximum": 1}), "maximum: is below the minimum"),
    (table(constraints={"enum": [None]}), "constraints.enum: null is not a text: leave it out"),
    (table(constraints={"enum": [True]}), "constraints.enum: true is not a text"),
    (table(constraints={"enum": [["a"]]}), r"constraints.enum: \['a'\] is not a text"),
    (table(constraints={"enum": "a"}), "constraints.enum: a list of at least one"),
    (table(constraints={"enum": ["a", "A"]}, tap={"ignoreCase": True}), "enum: two of the values are one where case"),
    (table(format="uuid", constraints={"enum": ["a"]}), "constraints.enum: 'a' is not a UUID"),
    (table(constraints={"jsonSchema": {}}), "constraints.jsonSchema: is for objects"),
    (table(constraints={"minLength": 2, "maxLength": 1}), "constraints.maxLength: is below minLength"),
    (table(constraints={"enum": []}), "constraints.enum: a list of at least one"),
    (table(constraints={"maxLength": -1}), "constraints.maxLength: a whole number"),
    ({"fields": [{"name": "a"}, {"name": "a"}]}, "the name 'a' stands twice"),
    ({**table(), "primaryKey": "b"}, "primaryKey, uniqueKeys: no field is called 'b'"),
    ({**table(), "primaryKey": ["a", "b"]}, "primaryKey, uniqueKeys: no field is called 'b'"),
    ({**table(), "missingValues": "-"}, "missingValues: a list of texts"),
    ({**table(), "tap": ["x"]}, "tap: an object is needed"),
    ({**table(), "tap": {"role": {}}}, r"tap\.role: is not known; is roles meant"),
    ({**table(), "tap": {"roles": {"id": ["a"]}}}, r"tap\.roles\.id: no field is called \['a'\]"),
    ({**table(), "foreignKeys": [{"fields": "a"}]}, "foreignKeys: other tables can't be looked up"),
    ({"resources": [{"schema": table()}]}, "fields: .*; this is a Data Package or Resource: make a file of"),
    ({**table(), "encoding": "windows-1252"}, "encoding: belongs into dialect"),
    ({**table(), "delimiter": ";"}, "delimiter: belongs into dialect"),
    ({**table(), "custom_checks": [{}]}, "custom_checks: Validata's own checks are not made here"),
    (table(type="date", format="%Y"), "format: a whole date is needed.*; years alone are of the type year"),
    (table(bareNumber=False), "bareNumber: does not fit the type string"),
    ({**table(), "fieldsMatch": "any"}, "fieldsMatch: one of exact, equal, subset, superset, partial is needed"),
    ({**table(), "fieldsMatch": ["equal", "exact"]}, "fieldsMatch: one of exact"),
    ({**table(), "fieldMatch": "exact"}, "fieldMatch: is not known; is fieldsMatch meant"),
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


BROKEN = [
    ("{", "is not usable JSON"),
    ("[]", "fields: an object"),
    ('"text"', "fields: an object"),
    ('{"fields": [{"name": "a", "constraints": {"minimum": NaN}}]}', "NaN is no number of JSON"),
    ('{"fields": [{"name": "a", "name": "b"}]}', "the key 'name' stands twice in an object"),
    ('{"fields": [{"name": "\\ud800"}]}', "is not usable JSON"),
    ("[" * 100_000, "is not usable JSON"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_a_file_that_is_no_schema_is_refused(tmp_path, content, reason):
    """Neither broken JSON nor other JSON is a schema, nor is what has two meanings."""
    path = tmp_path / "schema.json"
    path.write_text(content)

    with pytest.raises(SchemaError, match=rf"schema\.json: .*{reason}"):
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
    """Those of the file, in its order; limits are decimals, never floats."""
    assert list(schema.names) == [field["name"] for field in json.loads(SHIPPED.read_text())["fields"]]
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


CASES = {  # schemas that were taken, or ended in a traceback
    "keys of other tables": (
        {"fields": [{"name": "a"}, {"name": "b"}], "uniqueKeys": [["a"]],
         "foreignKeys": [{"fields": ["b"], "reference": {"resource": "", "fields": ["a"]}}]},
        ["foreignKeys"],
    ),
    "settings in a list": ({"tap": ["x"], "fields": [{"name": "v"}]}, ["tap"]),
    "a type that is a list": ({"fields": [{"name": "v", "type": ["string", "null"]}]}, ["type"]),
    "a type that is an object": ({"fields": [{"name": "v", "type": {"a": 1}}]}, ["type"]),
    "no type": ({"fields": [{"name": "v", "type": None}]}, ["type"]),
    "lists where texts belong": (
        {"fields": [{"name": "v", "type": "number", "decimalChar": [","], "groupChar": {}, "bareNumber": []}]},
        ["decimalChar", "groupChar", "bareNumber"],
    ),
    "texts where lists belong": (
        {"fields": [{"name": "v", "type": "boolean", "trueValues": "1", "falseValues": {"0": 1}}]},
        ["trueValues", "falseValues"],
    ),
    "constraints of the wrong kind": (
        {"fields": [{"name": "v", "constraints": {
            "required": 1, "unique": "yes", "pattern": ["a"], "enum": {"a": 1}, "minLength": "1", "maxLength": None}}]},
        ["constraints." + name for name in ("required", "unique", "pattern", "enum", "minLength", "maxLength")],
    ),
    "limits of the wrong kind": (
        {"fields": [{"name": "v", "type": "date", "constraints": {
            "minimum": ["2025-01-01"], "maximum": {}, "exclusiveMinimum": True, "exclusiveMaximum": "soon"}}]},
        ["constraints." + name for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")],
    ),
    "settings of a field of the wrong kind": (
        {"fields": [{"name": "v", "tap": {"ignoreCase": "no", "offset": 1}}]}, ["tap.ignoreCase", "tap.offset"],
    ),
    "the rest of the wrong kind": (
        {"fields": [{"name": "v"}], "missingValues": {"": ""}, "fieldsMatch": {"equal": 1}, "tap": {"roles": ["id"]}},
        ["missingValues", "fieldsMatch", "tap.roles"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_wrong_key_of_a_schema_is_named(case):
    """All of them at once, whatever stands there, and never a traceback."""
    document, keys = CASES[case]
    with pytest.raises(SchemaError) as caught:
        parse(document)

    assert {line.removeprefix("schema: ").removeprefix("fields[0] 'v': ").split(":")[0]
            for line in str(caught.value).splitlines()} == set(keys)  # fmt: skip


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "%Y", "1,5", "+01:00"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "roles", "id"]), inner),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*TABLE, "title"]), VALUES, max_size=3),
    st.sampled_from(TYPES) | VALUES,
    st.dictionaries(st.sampled_from(FIELD), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(CONSTRAINTS), VALUES, max_size=4),
)
def test_whatever_stands_in_a_schema_it_is_taken_or_refused(table_keys, kind, field, constraints):
    """Any JSON at any key: a schema, or an error that names the key; nothing else."""
    document = {"fields": [{"constraints": constraints, "type": kind, **field, "name": "v"}], **table_keys}
    with suppress(SchemaError):
        assert parse(document).names == ("v",)


def test_keys_that_only_describe_have_no_effect():
    """Those of the standard, those that are in wide use, anybody's own, and those of another vocabulary."""
    own = ["x-rule", "skos:exactMatch"]
    field = {"name": "a", **dict.fromkeys([*FIELD_DESCRIBED, *own], "told")}

    assert parse({"fields": [field], **dict.fromkeys([*TABLE_DESCRIBED, *own], "told")}) == parse(table())


@pytest.mark.parametrize("kind", ["string", "integer", "date", "boolean", "any"])
def test_a_default_may_be_stated_at_any_type(kind):
    """Programs write them at each column; what states nothing is no reason to refuse."""
    stated = {"decimalChar": ".", "groupChar": "", "bareNumber": True, "trueValues": ["true", "True", "TRUE", "1"]}

    assert parse(table(type=kind, **stated)) == parse(table(type=kind))
