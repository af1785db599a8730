"""How the cells of one field are written, as its schema states it, or why that is refused. Used by `fields`."""

from collections.abc import Mapping
from typing import Any

from transactions import time_formats
from transactions.cells import FALSE, TEXT_FORMATS, TRUE, TYPES, Form
from transactions.numerals import is_mark
from transactions.vocabulary import FIELD_TAP, OF_TYPES, REFUSED_TYPES, Wrong, refuse_unknown

_TIMES = ("date", "time", "datetime")
# the standard's defaults, which programs write at columns of every type
_HOLDS_ANYWAY = {
    "decimalChar": ".", "groupChar": "", "bareNumber": True, "trueValues": list(TRUE), "falseValues": list(FALSE),
}  # fmt: skip


def read_form(document: Mapping[str, Any], wrong: Wrong) -> Form | None:
    """The form of a field, or None where something is wrong with it."""
    told: list[str] = []

    def also(key: str, reason: str) -> None:
        told.append(key)
        wrong(key, reason)

    kind = _kind(document, also)
    if kind is None:
        return None
    for key, types in OF_TYPES.items():
        if key in document and kind not in types and document[key] != _HOLDS_ANYWAY.get(key):
            also(key, f"does not fit the type {kind}; it is for {' and '.join(types)}")
    offset = _offset(kind, _settings(document, also), also)
    form = Form(
        kind,
        _format(kind, document.get("format", "default"), offset, also),
        *_marks(document, also),
        _flag(document, "bareNumber", also, default=True),
        *_booleans(document, also),
        offset,
    )
    return None if told else form


def read_missing(values: Any, wrong: Wrong) -> frozenset[str]:
    """The texts that mean "nothing": a list of them, or of objects with a value and a label."""
    if isinstance(values, list):
        values = [one.get("value") if isinstance(one, dict) else one for one in values]
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        wrong("missingValues", "a list of texts is needed")
        return frozenset()
    return frozenset(values)


def _kind(document: Mapping[str, Any], wrong: Wrong) -> str | None:
    kind = document.get("type", "string")
    if not isinstance(kind, str):
        wrong("type", f"{kind!r} is no text: name one type; a cell may be empty where it is not required")
    elif kind in REFUSED_TYPES:
        wrong("type", f"{kind!r} is not taken: {REFUSED_TYPES[kind]}")
    elif kind not in TYPES:
        wrong("type", f"{kind!r} is not taken; the types are {', '.join(TYPES)}")
    else:
        return kind
    return None


def _format(kind: str, stated: Any, offset: str, wrong: Wrong) -> str:
    """The format as it is stated."""
    reason = "a text is needed" if not isinstance(stated, str) else _wrong_format(kind, stated, offset)
    if reason:
        wrong("format", reason)
    return str(stated)


def _wrong_format(kind: str, stated: str, offset: str) -> str | None:
    if stated == "default":
        return None
    if kind == "string":
        if stated in TEXT_FORMATS:
            return None
        return f"{stated!r} is not taken; the formats are {', '.join(['default', *TEXT_FORMATS])}"
    if kind not in _TIMES:
        return f"{stated!r} is not taken: only the default format is"
    if stated == "any":
        return "'any' is not taken, as each cell would be guessed: state the pattern, such as %d.%m.%Y"
    return time_formats.wrong(kind, stated) or _wrong_zone(kind, stated, offset)


def _wrong_zone(kind: str, stated: str, offset: str) -> str | None:
    zone = time_formats.zone(stated)
    if kind != "datetime" or bool(zone) != bool(offset):
        return None
    if zone:
        return f"has an offset of its own ({zone}), and tap.offset says {offset}: keep one"
    return 'has no offset (%z), so it names no moment: state it by "tap": {"offset": "+01:00"}'


def _settings(document: Mapping[str, Any], wrong: Wrong) -> Mapping[str, Any]:
    """What the field says under `tap`, beyond the standard."""
    found = document.get("tap", {})
    if not isinstance(found, dict):
        wrong("tap", "an object is needed")
        return {}
    refuse_unknown(found, FIELD_TAP, lambda key, reason: wrong(f"tap.{key}", reason))
    _flag(found, "ignoreCase", lambda key, reason: wrong(f"tap.{key}", reason), default=False)
    return found


def _offset(kind: str, settings: Mapping[str, Any], wrong: Wrong) -> str:
    offset = settings.get("offset", "")
    if "offset" in settings and not time_formats.is_offset(offset):
        wrong("tap.offset", f"an offset such as +01:00 is needed, not {offset!r}")
        return ""
    if offset and kind != "datetime":
        wrong("tap.offset", f"does not fit the type {kind}; it is for datetime")
    return str(offset)


def _marks(document: Mapping[str, Any], wrong: Wrong) -> tuple[str, str]:
    """The decimal mark and the mark between groups."""
    decimal, group = document.get("decimalChar", "."), document.get("groupChar", "")
    if not isinstance(decimal, str) or not is_mark(decimal, group=False):
        wrong("decimalChar", f"one punctuation mark is needed, not {decimal!r}")
    if group != "" and (not isinstance(group, str) or not is_mark(group, group=True)):
        wrong("groupChar", f"one punctuation mark or blank is needed, not {group!r}")
    if decimal == group:
        wrong("groupChar", f"{group!r} is also the decimal mark: state decimalChar")
    return str(decimal), str(group)


def _flag(document: Mapping[str, Any], key: str, wrong: Wrong, *, default: bool) -> bool:
    value = document.get(key, default)
    if not isinstance(value, bool):
        wrong(key, f"true or false is needed, not {value!r}")
    return value is True


def _booleans(document: Mapping[str, Any], wrong: Wrong) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is written for true and for false."""
    true, false = (
        _texts(document, key, default, wrong) for key, default in (("trueValues", TRUE), ("falseValues", FALSE))
    )
    for one in true:
        if one in false:
            key = "falseValues" if "falseValues" in document else "trueValues"
            default = "" if {"trueValues", "falseValues"} <= document.keys() else " by default: state both"
            wrong(key, f"{one!r} is true and false{default}")
    return true, false


def _texts(document: Mapping[str, Any], key: str, default: tuple[str, ...], wrong: Wrong) -> tuple[str, ...]:
    values = document.get(key, list(default))
    if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
        wrong(key, "a list of at least one text is needed")
        return ()
    return tuple(dict.fromkeys(values))
