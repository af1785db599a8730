"""csv + Pydantic on one file, with the rules of the shipped schema: `python pydantic_rows.py SCHEMA FILE OUT`.

Run by `judging` in environments/bench. The usual way to write it: a model, a row at a time, a set of the ids. What it
writes is what we write: times in UTC, decimals as the currency has them, the physical line.
"""

import csv
import json
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

FIELDS = {field["name"]: field.get("constraints", {}) for field in json.loads(Path(sys.argv[1]).read_text())["fields"]}
CURRENCIES, TYPES = frozenset(FIELDS["currency"]["enum"]), frozenset(FIELDS["type"]["enum"])
UNITS = dict.fromkeys(("JPY", "KRW", "CLP", "VND", "ISK"), 0) | dict.fromkeys(("KWD", "BHD", "TND", "OMR", "JOD"), 3)
UNIT = [Decimal(1).scaleb(-units) for units in range(4)]
LATEST = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)


def known(values: frozenset[str], spelled: Any) -> AfterValidator:
    def check(value: str) -> str:
        if (value := spelled(value)) not in values:
            raise ValueError("is none of the values")
        return value

    return AfterValidator(check)


def in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def none_if_empty(value: str) -> str | None:
    return value or None


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]


class Transaction(BaseModel):
    transaction_id: Name
    account_id: Name
    timestamp: Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=LATEST), AfterValidator(in_utc)]
    amount: Annotated[Decimal, Field(ge=0, le=Decimal("999999999999.9999"))]
    currency: Annotated[str, known(CURRENCIES, str.upper)]
    type: Annotated[str, known(TYPES, str.lower)]
    merchant: Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(none_if_empty)]
    description: Annotated[Annotated[str, Field(max_length=1000)] | None, BeforeValidator(none_if_empty)]
    source_line: int

    @model_validator(mode="after")
    def decimals_fit(self) -> "Transaction":
        units = UNITS.get(self.currency, 2)
        if -int(self.amount.as_tuple().exponent) > units:
            raise ValueError("has more decimals than its currency")
        self.amount = self.amount.quantize(UNIT[units])
        return self


begun = time.perf_counter()
seen, rows, good = set[str](), 0, 0
with Path(sys.argv[2]).open(newline="", encoding="utf-8") as source, Path(sys.argv[3]).open("wb") as out:
    reader = csv.DictReader(source)
    for row in reader:
        rows += 1
        try:
            transaction = Transaction.model_validate({**row, "source_line": reader.line_num})
        except ValidationError:
            continue
        if transaction.transaction_id not in seen:
            seen.add(transaction.transaction_id)
            good += 1
            out.write(transaction.model_dump_json().encode() + b"\n")
print(json.dumps({"rows": rows, "good": good, "seconds": time.perf_counter() - begun}))
