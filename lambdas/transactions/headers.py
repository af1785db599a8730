"""Whether the rows under a header can be judged, and what is to be said of it. Called by `judge` and `tap upload`."""

from collections.abc import Sequence
from difflib import get_close_matches

from transactions.codes import DataError, Fault, cut
from transactions.errors import FileRefused
from transactions.records import Record
from transactions.schema import Field, Schema

# what a schema may say of columns that are absent or extra: https://datapackage.org/standard/table-schema/#fieldsMatch
_NONE_ABSENT, _NONE_BESIDES = ("exact", "equal", "subset"), ("exact", "equal", "superset")
_SHOWN = 8  # columns that a message names


def check_header(header: Record, schema: Schema) -> list[DataError]:
    """The notes on a header under which the rows can be judged.

    A name that two columns of the header have matters only where the schema knows it: cells of other columns are not
    loaded.

    Raises:
        FileRefused: they can't, for all the errors that it carries.
    """
    if header.fault is not None:
        raise FileRefused([_error(header, None, Fault("header-broken", header.fault.message))])
    names = header.cells
    match = schema.fields_match
    absent = [field for field in schema.fields if field.name not in names]
    missing = [_error(header, one.name, _missing(one, names, match)) for one in absent]
    others = [name for name in dict.fromkeys(names) if name.strip() and name not in schema.names]
    extra = [_error(header, name, _extra(name, names.count(name), match)) for name in others]
    fatal = [*_unknown(header, schema), *_unnamed(header), *_repeated(header, schema), *_disordered(header, schema)]
    if fatal or any(_needed(one, match) for one in absent) or (extra and match in _NONE_BESIDES):
        raise FileRefused([*fatal, *missing, *extra])
    return [*missing, *extra]


def _unknown(header: Record, schema: Schema) -> list[DataError]:
    """The error of a header of which no column is the schema's."""
    if set(schema.names) & set(header.cells):
        return []
    message = f"no column of the header is in the schema, which has {_listed(schema.names)}"
    return [_error(header, None, Fault("header-no-column", message))]


def _unnamed(header: Record) -> list[DataError]:
    width = len(header.cells)
    return [_error(header, None, _blank(at, width)) for at, name in enumerate(header.cells, 1) if not name.strip()]


def _repeated(header: Record, schema: Schema) -> list[DataError]:
    return [_error(header, name, _twice(name)) for name in schema.names if header.cells.count(name) > 1]


def _disordered(header: Record, schema: Schema) -> list[DataError]:
    """The error of a header with all columns but in another order, where the schema says that it matters."""
    if schema.fields_match != "exact" or header.cells == list(schema.names) or set(header.cells) != set(schema.names):
        return []
    message = f"fieldsMatch is exact, and the columns have another order: put them as {_listed(schema.names)}"
    return [_error(header, None, Fault("header-column-order", message))]


def _needed(field: Field, match: str | None) -> bool:
    """Whether a header must have a column: its cells can't be empty, or the schema says that all columns are there."""
    return field.required or match in _NONE_ABSENT


def _error(header: Record, column: str | None, fault: Fault) -> DataError:
    value = cut(header.text.rstrip("\r\n") if column is None else column)
    return DataError(header.line, None, column, fault.code, value, fault.message)


def _blank(position: int, width: int) -> Fault:
    told = f"column {position} of the header has no name: name it, or remove it"
    if position == width > 1:
        told += "; the delimiter stands at the end of the header, and must go there and in each row that ends so"
    return Fault("header-blank-column", told)


def _twice(name: str) -> Fault:
    return Fault("header-duplicate-column", f"the column {name!r} stands more than once: keep one")


def _missing(field: Field, names: Sequence[str], match: str | None) -> Fault:
    folded = {one.strip().casefold(): one for one in names}
    near = get_close_matches(field.name.casefold(), folded, n=1)
    if _needed(field, match):
        told = f"is missing: {f'rename {folded[near[0]]!r}, or add it' if near else 'add it'}"
    else:
        told = "is missing, and may be" + (f": rename {folded[near[0]]!r} if that is it" if near else "")
    return Fault("header-missing-column", f"the column {field.name!r} {told}")


def _extra(name: str, times: int, match: str | None) -> Fault:
    if match in _NONE_BESIDES:
        told = f"the column {name!r} is not in the schema, and fieldsMatch is {match}: remove it"
    elif times == 1:
        told = f"the column {name!r} is not in the schema; its cells are not loaded"
    else:
        told = f"{times} columns are called {name!r}, which is not in the schema; their cells are not loaded"
    return Fault("header-extra-column", told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
