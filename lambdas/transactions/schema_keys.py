"""Which values may not repeat in a file: the keys of a schema document, read or refused. Used by `schema`.

A key is a tuple of columns: a column that is `unique`, the `primaryKey`, each of the `uniqueKeys`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transactions.fields import Field

Key = tuple[str, ...]


def primary_key(document: Mapping[str, Any], problems: list[str]) -> Key:
    """The columns of the primary key, which are required; none where there is none."""
    return _key(document.get("primaryKey", []), "primaryKey", problems)


def unique(
    document: Mapping[str, Any], fields: Sequence[Field], names: Sequence[str], primary: Key, problems: list[str]
) -> tuple[Key, ...]:
    """All keys, each once: those of single columns first, in the columns' order.

    Args:
        fields: those that could be read.
        names: those of all fields.
    """
    listed = _listed(document, problems)
    named = dict.fromkeys(name for key in (primary, *listed) for name in key)
    problems += [f"primaryKey, uniqueKeys: no field is called {name!r}" for name in named if name not in names]
    single = ((one.name,) for one in fields if one.unique)
    return tuple(dict.fromkeys(key for key in (*single, primary, *listed) if key))


def _listed(document: Mapping[str, Any], problems: list[str]) -> Iterable[Key]:
    """The `uniqueKeys`: a list of keys, each the name of a column or a list of names."""
    keys = document.get("uniqueKeys", [])
    if not isinstance(keys, list):
        problems.append("uniqueKeys: a list of keys is needed, each a list of names of columns")
        return []
    return [_key(key, f"uniqueKeys[{at}]", problems) for at, key in enumerate(keys)]


def _key(value: Any, place: str, problems: list[str]) -> Key:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        problems.append(f"{place}: the name of a column is needed, or a list of names")
        return ()
    if len(set(names)) < len(names):
        problems.append(f"{place}: a column stands in it twice")
    return tuple(names)
