"""Whether the rows under a header can be judged, and what is to be said of it. Called by `judge` and `tap upload`."""

from collections.abc import Sequence
from difflib import get_close_matches

from transactions.codes import DataError, Fault, cut
from transactions.errors import FileRefused
from transactions.records import Record
from transactions.schema import Field, Schema

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
    absent = [field for field in schema.fields if field.name not in names]
    missing = [_error(header, field.name, _missing(field, names)) for field in absent]
    others = [name for name in dict.fromkeys(names) if name.strip() and name not in schema.names]
    extra = [_error(header, name, _extra(name, names.count(name))) for name in others]
    fatal = [*_unknown(header, schema), *_unnamed(header), *_repeated(header, schema)]
    if fatal or any(field.required for field in absent):
        raise FileRefused([*fatal, *missing, *extra])
    return [*missing, *extra]


def _unknown(header: Record, schema: Schema) -> list[DataError]:
    """The error of a header of which no column is the schema's."""
    if set(schema.names) & set(header.cells):
        return []
    message = f"no column of the header is in the schema, which has {_listed(schema.names)}"
    return [_error(header, None, Fault("header-no-column", message))]


def _unnamed(header: Record) -> list[DataError]:
    return [_error(header, None, _blank(at)) for at, name in enumerate(header.cells, 1) if not name.strip()]


def _repeated(header: Record, schema: Schema) -> list[DataError]:
    return [_error(header, name, _twice(name)) for name in schema.names if header.cells.count(name) > 1]


def _error(header: Record, column: str | None, fault: Fault) -> DataError:
    value = cut(header.text.rstrip("\r\n") if column is None else column)
    return DataError(header.line, None, column, fault.code, value, fault.message)


def _blank(position: int) -> Fault:
    return Fault("header-blank-column", f"column {position} of the header has no name: name it, or remove it")


def _twice(name: str) -> Fault:
    return Fault("header-duplicate-column", f"the column {name!r} stands more than once: keep one")


def _missing(field: Field, names: Sequence[str]) -> Fault:
    folded = {one.strip().casefold(): one for one in names}
    near = get_close_matches(field.name.casefold(), folded, n=1)
    if field.required:
        told = f"is missing: {f'rename {folded[near[0]]!r}, or add it' if near else 'add it'}"
    else:
        told = "is missing, and may be" + (f": rename {folded[near[0]]!r} if that is it" if near else "")
    return Fault("header-missing-column", f"the column {field.name!r} {told}")


def _extra(name: str, times: int) -> Fault:
    if times == 1:
        told = f"the column {name!r} is not in the schema; its cells are not loaded"
    else:
        told = f"{times} columns are called {name!r}, which is not in the schema; their cells are not loaded"
    return Fault("header-extra-column", told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
