"""Makes `transactions.csv`, the shipped sample, and `transactions.expected.json`, the errors planted in it.

Run by hand after a change: `python tests/data/make_sample.py`. The same bytes come out on every machine and day; a unit
test compares them with what is committed. It knows nothing of the judge: what is planted is written down where it is
planted. Each `make_*` of the other files is a file that meets the judge with one thing to get right.
"""

import gzip
import json
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 3000
DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "JPY": 0, "KWD": 3}
MERCHANTS = (
    "Bäckerei Süß",
    "Corner Shop",
    "東京電力",
    "Al Kout Café",
    "Rail & Road",
    "Books, Maps & Co",
    'The "Blue" Door',
)
TEXTS = (
    "",
    "weekly shop",
    "invoice 4711, second part",
    "paid in person",
    "two lines:\nfirst and second",
    "déjà payé ✓",
)
KINDS = ("debit", "credit", "payment", "refund", "fee", "transfer")
OFFSETS = ("Z", "+00:00", "+01:00", "+09:00", "-05:00", "+05:30")

Row = dict[str, str]
Errors = list[tuple[str | None, str]]
Plant = tuple[Callable[[Row], str], Errors]


def cell(text: str) -> str:
    """A cell, in quotes where it must be."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def line(row: Row) -> str:
    """A row as it should be."""
    return ",".join(map(cell, row.values()))


def change(**cells: str) -> Callable[[Row], str]:
    """A row with other cells."""
    return lambda row: line({**row, **cells})


def append(text: str) -> Callable[[Row], str]:
    """A row with something after it."""
    return lambda row: line({**row, "description": "plain"}) + text


def describe(raw: str) -> Callable[[Row], str]:
    """A row whose description is written as it stands, quotes or not."""
    return lambda row: line({**row, "description": ""}) + raw


BAD: list[Plant] = [
    (change(amount="12,50"), [("amount", "cell-type")]),
    (change(amount="abc"), [("amount", "cell-type")]),
    (change(amount="1e3"), [("amount", "cell-type")]),
    (change(amount="NaN"), [("amount", "cell-type")]),
    (change(amount="1 000.00"), [("amount", "cell-type")]),
    (change(amount=""), [("amount", "cell-required")]),
    (change(amount="-12.50", currency="EUR"), [("amount", "cell-minimum")]),
    (change(amount="-0.01", currency="USD"), [("amount", "cell-minimum")]),
    (change(amount="1000000000000", currency="VND"), [("amount", "cell-maximum")]),
    (change(amount="100.50", currency="JPY"), [("amount", "cell-decimals")]),
    (change(amount="7.0", currency="JPY"), [("amount", "cell-decimals")]),
    (change(amount="1.2345", currency="KWD"), [("amount", "cell-decimals")]),
    (change(amount="1.234", currency="EUR"), [("amount", "cell-decimals")]),
    (change(currency="XXX"), [("currency", "cell-enum")]),
    (change(currency="EURO"), [("currency", "cell-enum")]),
    (change(currency="€"), [("currency", "cell-enum")]),
    (change(currency=""), [("currency", "cell-required")]),
    (change(transaction_id=""), [("transaction_id", "cell-required")]),
    (change(transaction_id="has a space"), [("transaction_id", "cell-pattern")]),
    (change(transaction_id="=1+1"), [("transaction_id", "cell-pattern")]),
    (change(transaction_id="TX-000001"), [("transaction_id", "cell-duplicate")]),
    (change(transaction_id="TX-000002"), [("transaction_id", "cell-duplicate")]),
    (change(account_id=""), [("account_id", "cell-required")]),
    (change(account_id="-ACC"), [("account_id", "cell-pattern")]),
    (change(timestamp="2025-03-01T12:00:00"), [("timestamp", "cell-type")]),
    (change(timestamp="2025-02-30T12:00:00Z"), [("timestamp", "cell-type")]),
    (change(timestamp="01.03.2025 12:00"), [("timestamp", "cell-type")]),
    (change(timestamp="1969-12-31T23:59:59Z"), [("timestamp", "cell-minimum")]),
    (change(timestamp=""), [("timestamp", "cell-required")]),
    (change(type="gift"), [("type", "cell-enum")]),
    (change(type=""), [("type", "cell-required")]),
    (change(description="x" * 1001), [("description", "cell-max-length")]),
    (change(merchant="m" * 201), [("merchant", "cell-max-length")]),
    (
        change(amount="x", currency="YYY", type="?"),
        [("amount", "cell-type"), ("currency", "cell-enum"), ("type", "cell-enum")],
    ),
    (
        change(transaction_id="TX-000003", amount="-1", currency="JPY"),
        [("amount", "cell-minimum"), ("transaction_id", "cell-duplicate")],
    ),
    (append(",one more"), [(None, "row-extra-cells")]),
    (append(", and, more"), [(None, "row-extra-cells")]),
    (lambda row: f"{row['transaction_id']},{row['account_id']}", [(None, "row-missing-cells")]),
    (lambda row: "not a row at all", [(None, "row-missing-cells")]),
    (describe('"never closed'), [(None, "row-unclosed-quote")]),
    (describe('"closed" too early'), [(None, "row-bad-quote")]),
    (describe("nul \0 byte"), [(None, "row-nul-byte")]),
]
# What is right, though it does not look like it.
ODD: list[Callable[[Row], str]] = [
    change(description='=HYPERLINK("http://example.com","click")'),
    change(description="+49 30 1234"),
    change(merchant="@home"),
    change(description="-- see invoice"),
    change(currency="eur", amount="3.50"),
    change(type="DEBIT"),
    change(amount="0", currency="EUR"),
    change(amount="+5.5", currency="USD"),
    change(merchant="", description=""),
    change(description='a ""quoted"" word'),
    change(description="line one\nline two\n\nline four"),
    change(timestamp="2025-03-01T12:00:00.123456+05:45"),
]


def make_row(number: int, chance: random.Random) -> Row:
    """A row that is right."""
    currency = chance.choices(list(DECIMALS), weights=(40, 25, 15, 8, 8, 4))[0]
    decimals = DECIMALS[currency]
    units = chance.randrange(1, 500_000)
    whole, rest = divmod(units, 10**decimals)
    day, second = chance.randrange(1, 29), chance.randrange(86_400)
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return {
        "transaction_id": f"TX-{number:06d}",
        "account_id": f"ACC-{chance.randrange(1, 120):04d}",
        "timestamp": f"2025-{chance.randrange(1, 13):02d}-{day:02d}T{clock}{chance.choice(OFFSETS)}",
        "amount": f"{whole}.{rest:0{decimals}d}" if decimals else str(units),
        "currency": currency,
        "type": chance.choice(KINDS),
        "merchant": chance.choice(MERCHANTS),
        "description": chance.choice(TEXTS),
    }


COLUMNS = tuple(make_row(1, random.Random(0)))  # files of other columns, such as the schema may gain, are right too


def make_sample(seed: int = 20250301) -> tuple[bytes, dict[str, object]]:
    """The sample's bytes, and what is planted in it."""
    chance = random.Random(seed)
    paths = chance.sample(range(20, ROWS), len(BAD) + len(ODD))
    bad = dict(zip(paths, BAD, strict=False))
    odd = dict(zip(paths[len(BAD) :], ODD, strict=True))
    text, errors, duplicates = ",".join(COLUMNS) + "\n", [], 0
    lines = 1
    for number in range(1, ROWS + 1):
        row = make_row(number, chance)
        write, planted = bad.get(number) or (odd.get(number, line), [])
        here = {"line": lines + 1, "record": number}
        errors += [{**here, "column": column, "code": code} for column, code in planted]
        duplicates += any(code == "cell-duplicate" for _, code in planted)
        record = write(row) + "\n"
        text, lines = text + record, lines + record.count("\n")
    rows = {"read": ROWS, "accepted": ROWS - len(BAD), "rejected": len(BAD), "duplicates": duplicates}
    return text.encode(), {"rows": rows, "errors": errors}


def small_files() -> dict[str, bytes]:
    """The other files, by name."""
    chance = random.Random(7)
    rows = [make_row(number, chance) for number in range(1, 9)]
    plain = [list(COLUMNS), *([row[name].replace("\n", " ") for name in COLUMNS] for row in rows)]

    def table(delimiter: str, ending: str) -> str:
        quoted = (['"' + one.replace('"', '""') + '"' for one in cells] for cells in plain)
        return "".join(delimiter.join(cells) + ending for cells in quoted)

    pixel = zlib.compress(b"\0\0\0\0")
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"IDAT", pixel), (b"IEND", b""))
    png = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return {
        "semicolon_utf16.csv": "\ufeff".encode("utf-16-le") + table(";", "\r\n").encode("utf-16-le"),
        "tab_crlf.csv": table("\t", "\r\n").encode(),
        "pipe_cr_bom.csv": b"\xef\xbb\xbf" + table("|", "\r").encode(),
        "empty.csv": b"",
        "header_only.csv": (",".join(COLUMNS) + "\n").encode(),
        "gzip.csv": gzip.compress(table(",", "\n").encode(), mtime=0),
        "png.csv": b"\x89PNG\r\n\x1a\n" + png,
        "latin1.csv": table(",", "\n").replace("東京電力", "Süß").replace("✓", "").encode("latin-1"),
        "missing_column.csv": table(",", "\n").replace("currency", "curency", 1).encode(),
    }


def main() -> None:
    """Write the files beside this one."""
    sample, expected = make_sample()
    (HERE / "transactions.csv").write_bytes(sample)
    (HERE / "transactions.expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    for name, content in small_files().items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
