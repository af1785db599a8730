"""docs/scale.md and docs/costs.md, from the capacity model: no figure in them is typed.

`tap docs build` writes them; tests compare them with what it gives.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deployer.paths import Paths
from pipeline.capacity import costs, limits, measured
from pipeline.capacity.limits import Limit
from pipeline.capacity.measured import Measured
from pipeline.capacity.model import Answer, simulated
from pipeline.capacity.published import DAY, LATENCIES, PRICES, QUOTAS, REGION, Published
from pipeline.capacity.shape import Function, Shape, shape
from pipeline.capacity.view import bill_row, dollars, duration, number, price, share
from pipeline.capacity.work import Load, Portion, Work, largest
from pipeline.documents.example import SUFFIX
from pipeline.documents.template import CONTENTS
from stack.settings import Settings

NAME = "docs/scale.md"
MILLION = 1_000_000
_TOP = 10**12  # rows; no limit is met beyond
ROWS = tuple(10**power for power in range(6, 11))  # in files of a million
FILES = (10, 100, 1_000, 10_000, 100_000)  # of 100 million rows
WARM = QUOTAS["table_writes"].value
ACCOUNTS = (1, 5, 20, 100_000)  # of 10 million rows in 10 files


@dataclass(frozen=True, slots=True)
class Model:
    """The model with the stack and the measurements of this repository."""

    shape: Shape
    measured: Measured

    def __call__(self, load: Load) -> Answer:
        return simulated(load, self.shape, self.measured)


def model(paths: Paths) -> Model:
    """Of the stack with its default settings."""
    return Model(shape(Settings.load({}, environment_suffix=SUFFIX), paths), measured.measured())


def built(paths: Paths) -> str:
    """The whole of docs/scale.md."""
    ours = model(paths)
    return "\n\n".join(
        [INTRODUCTION, *_measurements(), *_limits(ours), *_growth(ours), *_sources(), LEFT_OUT, CONTENTS]
    )


INTRODUCTION = """# How cost and time grow

With rows, with files, and with accounts: measured up to ten million rows on one machine, then computed with AWS's published quotas and prices by the model in `pipeline/capacity/`. `tap capacity --rows N --files M` answers for any workload. Every figure here comes from that model or from `pipeline/capacity/measured.json`; a test compares."""


def costs_page(paths: Paths) -> str:
    """The whole of docs/costs.md."""
    ours = model(paths)
    answer = ours(Load(rows=MILLION))
    once, month = costs.total(answer.once), costs.total(answer.monthly)
    lines = sorted(answer.once, key=lambda cost: -cost.dollars)
    shown = [cost for cost in lines if cost.dollars >= once / 200]
    rest = once - costs.total(shown)
    rows = [bill_row(cost) for cost in shown]
    rows.append((f"{len(lines) - len(shown)} others", "", "", "", f"{rest:,.4f}"))
    units = 1 + ours.shape.indexes
    text = f"""# Costs

A million rows in one file cost **{dollars(once)}** to load, and **{dollars(month)}** for each month that they are kept, at the prices of {REGION} on {DAY}, without free tier:

{_table(("what", "quantity", "unit", "dollars a unit", "dollars"), rows)}

Each row is written {units} times, once to the table and once to each index; that is {share(answer.once[0].dollars / once)} of the cost. An environment that does nothing costs {dollars(costs.total(costs.standing(ours.shape)))} a month: its key, its metrics, its alarms. `tap capacity --rows 1e8 --files 100` shows the same for other workloads, with what limits them and how long they take; [Scale](scale.md) has the measurements, the quotas, and where each is met."""
    return f"{text}\n\n{CONTENTS}"


def _measurements() -> Iterator[str]:
    found = measured.document()
    rows = [
        (
            number(each["rows"]), number(each["rounds"]), number(each["file_bytes"] / 1e6),
            *_rate(each, "validator"), number(each["validator"]["peak_mb"]),
            number((each["file_bytes"] + each["validator"]["disk_bytes"]) / 1e6),
            *_rate(each, "transformer"), number(each["transformer"]["peak_mb"]),
        )
        for each in found["files"]
    ]  # fmt: skip
    columns = (
        "rows", "rounds", "file, MB", "validator, s", "its rows/s", "its memory, MB", "its disk, MB",
        "transformer, s", "its rows/s", "its memory, MB",
    )  # fmt: skip
    calls = found["calls"]
    yield f"""## Measured

On {found["measured"]}, on a machine of {found["cores"]} cores that others used too, with Python {found["python"]}, by `.venv/bin/python -m benchmarks scaling`. Seconds are of the processor, all threads together, since a function of 1,769 MB has one, and since another's work on the machine hardly changes them; each figure is the median of its rounds. All rows are right. Memory is the peak of the process, without the AWS clients; disk is the peak of what lies in /tmp, with the file (of a short judgement, what was seen of it)."""
    yield _table(columns, rows)
    yield f"""A call of a client costs the processor, in {calls["rounds"]} rounds on the embedded AWS: {_ms(calls["s3_get_s"])} to get a part's result, {_ms(calls["item_put_s"])} to write an item by the loader's code on its {calls["connections"]} connections. The emulator's own speed says nothing about DynamoDB's and is not used; so a loader writes {number(1 / calls["item_put_s"])} items a second at most, unless the table is slower."""


def _rate(found: dict[str, Any], stage: str) -> tuple[str, str]:
    seconds = found[stage]["processor_s"]
    return number(seconds), number(found["rows"] / seconds)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _limits(ours: Model) -> Iterator[str]:
    names = [limit.name for limit in limits.of_a_file(*_one(ours, MILLION))]
    met = [(_most_rows(ours, name), _one_limit(ours, MILLION, name)) for name in names]
    rows = [
        (each.name, f"{number(each.allowed)} {each.unit}", number(most) if most < _TOP else "any", each.beyond)
        for most, each in sorted(met, key=lambda pair: pair[0])
    ]
    yield f"""## Where a file meets a limit

The functions as the stack makes them: {_function("validator", ours.shape.validator)}, {_function("transformer", ours.shape.transformer)}, {_function("loader", ours.shape.loader)}; parts of {number(ours.shape.rows_per_part)} rows, {ours.shape.concurrency} loaders for each file. The largest file of measured rows that each limit lets through, the smallest first:"""
    yield _table(("limit", "allowed", "rows of a file", "beyond it"), rows)
    work, some = _one(ours, MILLION)
    row_s, read_s = work.measured.transformer_s, work.accepted_bytes / LATENCIES["s3_stream"].value
    yield f"""The transformer tells where in the accepted rows each part begins and ends, and writes no row: a row takes {number(row_s * 1e6)} µs of its processor and {number(read_s * 1e6)} µs of its network, for {number(work.accepted_bytes)} bytes, which is {number(MILLION / work.transformer_s(some))} rows a second. A loader asks S3 for the bytes of its part, makes the items, {number(work.measured.item_make_s * 1e6)} µs for a row, and writes them. A file that is beyond a limit is to be split before it is uploaded; `tap capacity` says into how many.

No payload grows with the file: events and the workflow's input name objects, and rows and the results of parts lie in S3. The largest is the loader's answer to the workflow, {number(limits.payload_bytes())} bytes with every currency of the schema in one file; a state takes {number(QUOTAS["payload"].value)}."""
    answer = ours(Load(rows=1000 * MILLION, files=1000))
    all_files = [each for each in answer.limits if each.name not in names]
    rows = [(each.name, f"{number(each.allowed)} {each.unit}", share(each.use), each.beyond) for each in all_files]
    yield f"""## Where many files meet a limit

A thousand files of a million rows, {answer.at_once} at once, on a new table:"""
    yield _table(("limit", "allowed", "used", "beyond it"), rows)
    yield f"""How many files may be on their way at once follows from two of these. Lambda gives an account {number(QUOTAS["lambda_concurrency"].value)} calls at once, so {number(QUOTAS["lambda_concurrency"].value / ours.shape.concurrency)} files with {ours.shape.concurrency} loaders each; the functions of other environments in the account and region count too. And a table serves only so many connections: a throttled write pauses and is tried again, {limits.TRIES} times in all, and where more than {share(limits.THROTTLED)} are throttled, too many use up their tries. More files than that at once end with loads that fail and wait for `tap redrive`; events that find no free call of the validator wait up to {duration(QUOTAS["lambda_event_age"].value)} before they become dead letters. A table that is warm takes more: `--table-writes` says for how many write units, which `aws dynamodb describe-table` tells as its warm throughput."""


def _growth(ours: Model) -> Iterator[str]:
    columns = ("rows", "files", "accounts", "at once", "duration", "limiting quota", "once", "a month")
    rows = [Load(rows=rows, files=rows // MILLION) for rows in ROWS]
    files = [Load(rows=100 * MILLION, files=files) for files in FILES]
    accounts = [Load(rows=10 * MILLION, files=10, accounts=accounts) for accounts in ACCOUNTS]
    yield "## How it grows\n\nWith rows, in files of a million:"
    yield _table(columns, [_row(ours, load) for load in rows])
    yield f"The same on a table that is warm for the {number(WARM)} write units that it may have:"
    yield _table(columns, [_row(ours, replace(load, table_writes=WARM)) for load in rows])
    yield "With files, of the same hundred million rows, on a new table:"
    yield _table(columns, [_row(ours, load) for load in files])
    yield (
        "With accounts (values of `account_id`), as the index `by-account` keeps each in one partition at worst; "
        "cost does not change:"
    )
    yield _table(columns, [_row(ours, load) for load in accounts])
    yield (
        "Cost grows in proportion with rows, and with files by little. Quotas are of one AWS account in one region: "
        "environments in the same account share them, and in another account have them for themselves."
    )


def _row(ours: Model, load: Load) -> tuple[str, ...]:
    answer = ours(load)
    took = duration(answer.seconds) if answer.fits else f"does not fit: needs {number(answer.files_needed or 0)} files"
    return (
        number(load.rows), number(load.files), number(load.accounts), number(answer.at_once), took,
        answer.limiting.name, dollars(costs.total(answer.once)), dollars(costs.total(answer.monthly)),
    )  # fmt: skip


def _sources() -> Iterator[str]:
    yield "## Quotas and latencies\n\nDefaults of an account; a new account may have less, and AWS raises most on request."
    yield _table(("figure", "value", "page"), map(_source, [*QUOTAS.values(), *LATENCIES.values()]))
    yield f"## Prices\n\nOf {REGION}, on demand."
    yield _table(
        ("what", "dollars", "page"),
        [(one.name, f"{price(one.value)} for a {one.unit}", _page(one)) for one in PRICES.values()],
    )


def _source(figure: Published) -> tuple[str, str, str]:
    return figure.name, f"{number(figure.value)} {figure.unit}", _page(figure)


def _page(figure: Published) -> str:
    return f"<{figure.url}>, {figure.looked_up}"


LEFT_OUT = f"""## What the model leaves out

- Lambda's processor is taken to be as fast as the machine's that was measured, and every latency to be as above. Leave a margin; measure anew on your own machine, and `tap capacity` follows.
- Rejected rows, which cost the validator more; cold starts; the time that loaders wait for a throttled table, which is paid too.
- Burst capacity, with which DynamoDB serves a short load faster than computed.
- Questions to the API, data sent out of AWS, free tiers, taxes, volume discounts.
- Of logs, {number(costs.CALL_LOG_BYTES)} bytes are counted for a call and {number(costs.STATE_LOG_BYTES)} for an execution's history; of KMS, {share(costs.KEY_SHARE)} of S3's requests, which is the most that a bucket key saves."""


def _one(ours: Model, rows: int) -> tuple[Work, Portion]:
    load = Load(rows=rows)
    return Work(load, ours.shape, ours.measured), largest(load, ours.shape)


def _one_limit(ours: Model, rows: int, name: str) -> Limit:
    return next(limit for limit in limits.of_a_file(*_one(ours, rows)) if limit.name == name)


def _most_rows(ours: Model, name: str) -> int:
    """Of one file that a limit lets through."""
    low, high = 0, _TOP
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _one_limit(ours, middle, name).use <= 1 else (low, middle - 1)
    return low


def _function(name: str, function: Function) -> str:
    return f"{name} {number(function.memory_mb)} MB, {number(function.timeout_s)} s, {number(function.storage_mb)} MB of /tmp"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (columns, *rows)]
    return "\n".join([lines[0], "|---" * len(columns) + "|", *lines[1:]])
