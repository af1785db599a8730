"""Rows and files that are right, but for the cells that are given."""

HEADER = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description\n"


def make_row(number: int = 1, **cells: str) -> str:
    row = {
        "transaction_id": f"T{number}",
        "account_id": "A-1",
        "timestamp": "2025-03-01T12:00:00+01:00",
        "amount": "1.50",
        "currency": "EUR",
        "type": "debit",
        "merchant": "Shop",
        "description": "text",
    } | cells
    return ",".join(row.values()) + "\n"


def make_file(*numbers: int, **cells: str) -> str:
    return HEADER + "".join(make_row(number, **cells) for number in numbers)
