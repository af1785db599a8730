"""The keys that a schema file may have, each honoured or only describing. Used by `schema`, `fields`, `constraints`.

A key that is not listed here is an error, as its rule would be left out: https://datapackage.org/standard/table-schema/.
Keys that begin with "x-" are anybody's own, and those with a prefix are another vocabulary's, as skos:exactMatch.
"""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

Wrong = Callable[[str, str], None]  # takes the key that is wrong, and the reason

TABLE = (
    "fields", "missingValues", "primaryKey", "uniqueKeys", "foreignKeys", "fieldsMatch", "dialect", "tap",
)  # fmt: skip
TABLE_DESCRIBED = (
    "$schema", "profile", "name", "title", "description", "homepage", "path", "uri", "image", "version", "created",
    "lastModified", "updated", "keywords", "licenses", "sources", "contributors", "author", "contact", "resources",
    "examples", "example", "notes", "status", "countryCode",
)  # fmt: skip
TABLE_TAP = ("roles",)
FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")
FIELD = (
    "name", "type", "format", "constraints", "missingValues", "categories", "decimalChar", "groupChar", "bareNumber",
    "trueValues", "falseValues", "tap",
)  # fmt: skip
FIELD_DESCRIBED = (
    "title", "description", "example", "examples", "comment", "notes", "rdfType", "unit", "categoriesOrdered",
    "floatNumber",  # how frictionless-py holds a number in memory
)  # fmt: skip
FIELD_TAP = ("ignoreCase", "offset", "currencies")
CONSTRAINTS = (
    "required", "unique", "pattern", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength",
)  # fmt: skip
OF_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "decimalChar": ("number",),
        "groupChar": ("number", "integer"),
        "bareNumber": ("number", "integer"),
        "trueValues": ("boolean",),
        "falseValues": ("boolean",),
    }
)
# keys that others give a meaning to, and the reason why they are refused
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "custom_checks": "Validata's own checks are not made here: leave it out, or call it x-custom_checks",
        **dict.fromkeys(("delimiter", "encoding", "headerRows"), "belongs into dialect"),
        **dict.fromkeys(CONSTRAINTS, "belongs into constraints"),
    }
)
REFUSED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("object", "array", "list"), "a cell of several values is none that could be compared"),
        **dict.fromkeys(("geopoint", "geojson"), "places are not judged"),
        "duration": "a duration such as a month has no fixed length to compare",
    }
)


def refuse_unknown(
    document: Mapping[str, Any], known: Collection[str], wrong: Wrong, also: Collection[str] = ()
) -> None:
    """Name each key that is not known, with the nearest that is; those of `also` are known too, and are not named."""
    for key in document:
        if key not in known and key not in also and not key.startswith("x-") and ":" not in key:
            wrong(key, _advice(key, known))


def _advice(key: str, known: Collection[str]) -> str:
    if key in REFUSED:
        return REFUSED[key]
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(key.casefold(), folded, n=1)
    if near:
        return f"is not known; is {folded[near[0]]} meant?"
    return f"is not known; the keys are {', '.join(known)} (and x-... for your own)"
