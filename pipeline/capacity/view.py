"""The answer for people. Called by `tap capacity`; docs/scale.md uses the same words for figures."""

from collections.abc import Iterator
from datetime import timedelta
from typing import IO

from deployer.console.table import show as show_table
from pipeline.capacity import costs
from pipeline.capacity.costs import Cost
from pipeline.capacity.model import Answer
from pipeline.capacity.published import DAY, REGION

SHOWN = 8  # quotas


def show(stream: IO[str], answer: Answer) -> None:
    """A few sentences, then the quotas that are nearest, and the bill."""
    print("\n".join(summary(answer)), file=stream)
    nearest = sorted(answer.limits, key=lambda limit: -limit.use)[:SHOWN]
    rows = [
        (one.name, number(one.needed), number(one.allowed), one.unit, share(one.use), "fails" if one.fails else "waits")
        for one in nearest
    ]
    columns = ("quota", "needed", "allowed", "unit", "used", "beyond it, it")
    show_table(stream, "quotas, the nearest first", columns, rows, right=("needed", "allowed", "used"))
    for title, bill in (("cost of the load", answer.once), ("cost of a month after it", answer.monthly)):
        show_table(
            stream, f"{title}: {dollars(costs.total(bill))}", ("what", "quantity", "unit", "price", "dollars"),
            [bill_row(cost) for cost in bill], right=("quantity", "price", "dollars"),
        )  # fmt: skip


def summary(answer: Answer) -> Iterator[str]:
    """What is asked, whether it fits and what limits it, how long it takes, what it costs."""
    whole, limit = answer.whole, answer.limiting
    yield f"{number(whole.rows)} rows in {plural(whole.files, 'file')} of {number(answer.largest.rows)}: " + (
        f"{plural(whole.parts, 'part')}, {plural(answer.at_once, 'file')} at once"
    )
    reached = f"{number(limit.needed)} of {number(limit.allowed)} {limit.unit}"
    waits = ", where it waits" if not limit.fails and limit.use == 1 else ""
    if answer.fits:
        yield f"fits; the limiting quota is {limit.name}: {reached}{waits}"
        steps = ", ".join(f"{name} {duration(seconds)}" for name, seconds in answer.stages.items())
        yield f"duration {duration(answer.seconds)} (a file: {steps}, the load of all)"
    else:
        yield f"does NOT fit: {limit.name} is exceeded {limit.use:,.1f} times: {reached}"
        yield f"there: {limit.beyond}"
        yield _remedy(answer)
    yield (
        f"cost {dollars(costs.total(answer.once))} once and {dollars(costs.total(answer.monthly))} for each month of "
        f"keeping it, at the prices of {REGION} on {DAY}"
    )


def _remedy(answer: Answer) -> str:
    if answer.files_needed is None:
        return "no number of files makes it fit: ask AWS for more of that quota, or lower the setting behind it"
    if answer.files_needed == answer.whole.files:
        return "fewer files at once, or a smaller TAP_LOAD_CONCURRENCY, make it fit"
    return f"in {number(answer.files_needed)} files it would fit"


def bill_row(cost: Cost) -> tuple[str, str, str, str, str]:
    """A line with its arithmetic: quantity times price."""
    return cost.price.name, number(cost.quantity), cost.price.unit, price(cost.price.value), f"{cost.dollars:,.4f}"


def number(value: float) -> str:
    """Of three figures at least, with commas."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def price(value: float) -> str:
    """Dollars of one unit, however small."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def dollars(value: float) -> str:
    return f"${value:,.2f}"


def share(value: float) -> str:
    return f"{value:,.0%}" if value >= 0.01 else "<1%"


def duration(seconds: float) -> str:
    """The two largest units."""
    if seconds < 60:
        return f"{number(round(seconds, 1))} s"
    total = timedelta(seconds=round(seconds))
    hours, minutes = divmod(total.seconds // 60, 60)
    if total.days:
        return f"{total.days:,} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {total.seconds % 60} s"


def plural(count: float, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"
