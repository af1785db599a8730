"""Files as people send them, drawn with what each cell means. Used by the tests of what is proposed from a file."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

Cell = tuple[str, str]  # as it is written, and the text of its value
_WORDS = ("Müller", "rent", "Café Zoë", "a; b", "a, b", 'say "so"', "x|y", "Straße 5", "two\nlines", "Größe")
_GROUPS = {".": ("", ",", "'"), ",": ("", ".", " ")}


@dataclass(frozen=True)
class Drawn:
    """A file: its bytes, its delimiter, its header's physical line, and the cells of each column, by name."""

    content: bytes
    delimiter: str
    header_line: int
    columns: dict[str, list[Cell]]


def _number(cents: int, decimal: str, group: str) -> Cell:
    value = Decimal(cents).scaleb(-2)
    written = f"{value:,.2f}".translate(str.maketrans({",": group, ".": decimal}))
    return written, str(value)


@st.composite
def _numbers(draw: st.DrawFn, count: int) -> list[Cell]:
    decimal = draw(st.sampled_from(".,"))
    group = draw(st.sampled_from(_GROUPS[decimal]))
    cents = draw(st.lists(st.integers(-(10**9), 10**9), min_size=count, max_size=count))
    return [_number(one, decimal, group) for one in cents]


@st.composite
def _dates(draw: st.DrawFn, count: int) -> list[Cell]:
    written = draw(st.sampled_from(("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y", "%d-%m-%Y")))
    days = st.integers(0, 9000).map(lambda days: date(2001, 1, 1) + timedelta(days))
    drawn = draw(st.lists(days, min_size=count, max_size=count))
    return [(day.strftime(written), day.isoformat()) for day in drawn]


@st.composite
def _booleans(draw: st.DrawFn, count: int) -> list[Cell]:
    true, false = draw(st.sampled_from((("ja", "nein"), ("yes", "no"), ("TRUE", "FALSE"))))
    drawn = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return [(true, "true") if one else (false, "false") for one in drawn]


@st.composite
def _times(draw: st.DrawFn, count: int) -> list[Cell]:
    """Times of day, and times with their offset."""
    written, canonical = draw(
        st.sampled_from(
            (("%H:%M", "%H:%M:00"), ("%H:%M:%S", "%H:%M:%S"), ("%Y-%m-%d %H:%M:%S+0200", ""), ("%d.%m.%Y %H:%MZ", ""))
        )
    )
    drawn = draw(st.lists(st.datetimes(datetime(2001, 1, 1), datetime(2029, 1, 1)), min_size=count, max_size=count))
    values = [one.strftime(written) for one in drawn]
    if canonical:
        return [(value, one.strftime(canonical)) for value, one in zip(values, drawn, strict=True)]
    read = "%z".join((written.removesuffix("+0200").removesuffix("Z"), ""))
    return [(value, datetime.strptime(value, read).astimezone(UTC).isoformat()) for value in values]


@st.composite
def _texts(draw: st.DrawFn, count: int) -> list[Cell]:
    drawn = draw(st.lists(st.sampled_from(_WORDS), min_size=count, max_size=count))
    return [(one, one) for one in drawn]


@st.composite
def _names(draw: st.DrawFn, count: int) -> list[Cell]:
    """Account numbers, postcodes: digits with a leading zero somewhere."""
    drawn = draw(st.lists(st.integers(0, 99999), min_size=count, max_size=count))
    return [(f"{one:05}", f"{one:05}") for one in [*drawn[1:], 815]]


@st.composite
def _with_gaps(draw: st.DrawFn, cells: list[Cell]) -> list[Cell]:
    gaps = draw(st.lists(st.booleans(), min_size=len(cells), max_size=len(cells)))
    return [("", "") if gap else cell for gap, cell in zip(gaps, cells, strict=True)]


@st.composite
def files(draw: st.DrawFn) -> Drawn:
    """A table in a dialect: preamble, `sep=` line, comments, footers, delimiter, quotes, encoding, line ends."""
    count, width = draw(st.integers(2, 25)), draw(st.integers(2, 6))
    kinds = st.sampled_from((_numbers, _dates, _booleans, _times, _texts, _names))
    columns = {f"Spalte {at}": draw(draw(kinds)(count)) for at in range(width - 1)}
    columns["Betrag"] = draw(_numbers(count))
    if draw(st.booleans()):
        columns["Spalte 0"] = draw(_with_gaps(columns["Spalte 0"]))
    delimiter = draw(st.sampled_from(",;\t|"))
    ending = draw(st.sampled_from(("\n", "\r\n")))
    preamble = [f"sep={delimiter}"] if draw(st.booleans()) else []
    preamble += draw(
        st.sampled_from(([], ["Kontoauszug", ""], ["Konto: 4711", "Zeitraum: 01.01.2025 - 31.01.2025", ""]))
    )
    footers = draw(st.sampled_from(([], ["", "Ende der Liste"], [f"Summe{delimiter * (width + 1)}", "3 Umsätze"])))
    text = io.StringIO()
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        if draw(st.integers(0, 30)) == 30:
            text.write(f"# a remark{ending}")
        writer.writerow([cell[0] for cell in row])
    before, after = ("".join(f"{line}{ending}" for line in lines) for lines in (preamble, footers))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "windows-1252", "utf-16")))
    return Drawn((before + text.getvalue() + after).encode(encoding), delimiter, len(preamble) + 1, columns)
