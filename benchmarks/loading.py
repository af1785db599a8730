"""Loading: the loader's conditional, accounted writes against a bare loop of PutItem on the same emulated table.

The bare loop, with the loader's own number of connections, is the emulator's limit on this machine.
"""

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, Peer, paired
from deployer.paths import Paths
from deployer.targets import connect, embedded
from stack.settings import Settings
from transactions.schema import load

ITEMS = 2_000
ROUNDS = 3


def module_of(function: str, name: str) -> Any:
    """A function's module, which lies at the root of its package beside `app.py`."""
    folder = str(Path(__file__).parents[1] / "lambdas" / function)
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


def figures() -> Iterator[Figure]:
    with embedded.started(Paths.here()) as emulator:
        table = connect.on(emulator, Settings.load({})).client("dynamodb")
        ours, peer = paired(lambda: timed_puts(table, _loader_puts), lambda: timed_puts(table, bare_puts), ROUNDS)
    met = ours / ITEMS <= 0.001 or ours <= 1.15 * peer
    goal = f"<= {ITEMS / 1000:g} s or 1.15x"
    yield Figure(f"load {ITEMS:,} items", ours, Peer("bare PutItem", peer), goal, met, rounds=ROUNDS)


def timed_puts(table: Any, puts: Callable[[Any, list[dict[str, Any]]], None], count: int = ITEMS) -> float:
    """Seconds for all items, into a table of their own."""
    table.create_table(
        TableName="bench",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "transaction_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "transaction_id", "AttributeType": "S"}],
    )
    items = [_item(number) for number in range(count)]
    begun = time.perf_counter()
    puts(table, items)
    seconds = time.perf_counter() - begun
    table.delete_table(TableName="bench")
    return seconds


def _item(number: int) -> dict[str, Any]:
    """As the loader is given one."""
    return {
        "transaction_id": f"TX-{number:08d}",
        "account_id": f"ACC-{number % 97}",
        "timestamp": "2025-03-01T09:00:00+00:00",
        "amount": "10.25",
        "currency": "EUR",
        "type": "debit",
        "merchant": "Shop",
        "description": "Goods",
        "transaction_date": "2025-03-01",
        "source_file": "incoming/bench.csv",
        "source_version": "v",
        "source_part": "bench.csv#v#00000",
        "source_line": number + 2,
        "content_hash": f"{number:064x}",
    }


def _loader_puts(table: Any, items: list[dict[str, Any]]) -> None:
    loading = module_of("loader", "loading")
    loader = loading.Loader(s3=None, table=table, bucket="bench", table_name="bench", schema=load())
    with ThreadPoolExecutor(loading.CONNECTIONS) as pool:
        list(pool.map(lambda item: loading._put(loader, item, "now"), items))


def bare_puts(table: Any, items: list[dict[str, Any]]) -> None:
    """Puts the items as they come, on as many connections as the loader has."""

    def put(each: dict[str, Any]) -> None:
        table.put_item(TableName="bench", Item={field: {"S": str(value)} for field, value in each.items()})

    with ThreadPoolExecutor(module_of("loader", "loading").CONNECTIONS) as pool:
        list(pool.map(put, items))
