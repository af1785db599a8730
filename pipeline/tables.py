"""Tables for people: reconciled figures, rejected rows, files, items. Used by the commands and `tap run`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

from deployer.console.table import show
from deployer.visible import in_a_line
from pipeline.dead_letters import DeadLetter
from pipeline.deployed import FileState
from pipeline.domain import INCOMING, counted
from pipeline.validation import FIRST, Judged, grouped

FIGURES = ("read", "accepted", "rejected", "loaded", "duplicate", "conflicting")
REJECT_COLUMNS = ("line", "column", "code", "value", "message")
_CONFLICT_COLUMNS = ("transaction_id", "amount", "currency")
_ITEM_COLUMNS = ("transaction_id", "timestamp", "amount", "currency", "type", "account_id")
SHOWN = 50  # rejected rows on a screen
_OF_A_CODE = ("line", "column", "value", "message")
_NO_COUNTS: Mapping[str, int] = {}
_NARROW = {"value": 28}  # the message quotes what matters of it


def show_figures(stream: IO[str], state: FileState) -> None:
    """Rows and the amount of each currency: what was read, and what became of it."""
    rows = [("rows", *(state.rows.get(name, 0) for name in FIGURES))]
    for currency, totals in sorted(state.totals.items()):
        rows.append((currency, *(_amount(totals.get(name, "0")) for name in FIGURES)))
    show(stream, f"{state.key}: what became of it", ("", *FIGURES), rows, right=FIGURES)


def sums(state: FileState) -> list[str]:
    """The sums that must hold, each written out with its result."""
    lines = [_sum("rows", {name: str(state.rows.get(name, 0)) for name in FIGURES})]
    return lines + [_sum(currency, totals) for currency, totals in sorted(state.totals.items())]


def show_rejects(stream: IO[str], rejects: Sequence[Mapping[str, str]], limit: int | None = None) -> None:
    """Rejected rows, the first `limit` of them (all if None)."""
    shown = rejects[:limit]
    title = f"rejected: {counted(len(rejects), 'error')}"
    title += f", the first {len(shown)}" if len(shown) < len(rejects) else ""
    rows = [[reject.get(name, "") for name in REJECT_COLUMNS] for reject in shown]
    show(stream, title, REJECT_COLUMNS, rows, right=("line",), narrow=_NARROW)


def show_errors(
    stream: IO[str], errors: Sequence[Mapping[str, Any]], *, everything: bool, counts: Mapping[str, int] = _NO_COUNTS
) -> None:
    """Errors by their code, the most frequent first: how many, and the first few of each, or everything.

    `counts` are exact where not all errors are listed.
    """
    groups = grouped(errors, counts)
    number, limit = sum(found for _, found, _ in groups), None if everything else FIRST
    cut = any(len(listed) > FIRST for _, _, listed in groups) and not everything
    rows = [
        (code if first else "", f"{found:,}" if first else "", *(_cell(error.get(name)) for name in _OF_A_CODE))
        for code, found, listed in groups
        for first, error in zip([True] + [False] * len(listed), listed[:limit], strict=False)
    ]
    title = f"rejected: {counted(number, 'error')}"
    title += f", the first {FIRST} of each code; --all shows all" if cut else ""
    show(stream, title, ("code", "errors", *_OF_A_CODE), rows, right=("errors", "line"), narrow=_NARROW)


def show_verdict(stream: IO[str], one: Judged, *, everything: bool = False) -> None:
    """The judgement of a file: its figures, its errors, and apart from those what is only noted."""
    document = one.document
    rows, errors = document["rows"], one.errors
    if one.verdict.judged:
        figures = ("read", "accepted", "rejected")
        table = [("rows", *(f"{rows[figure]:,}" for figure in figures))]
        table += [
            (currency, *(_amount(totals[one]) for one in figures)) for currency, totals in document["totals"].items()
        ]
        said = "all rows accepted" if not rows["rejected"] else "some rows rejected"
        show(stream, f"{one.name}: {said}", ("", *figures), table, right=figures)
    else:
        print(f"{in_a_line(one.name)} is not a file that can be judged", file=stream)
    if errors:
        show_errors(stream, errors, everything=everything, counts=document["errors_by_code"])
    if notes := [error for error in document["errors"] if one.is_note(error)]:
        _show_notes(stream, notes)
    if document["errors_truncated"]:
        print("more errors are counted than listed: --max-errors", file=stream)


def show_files(stream: IO[str], found: Sequence[Judged]) -> None:
    """A line for each judged file: its rows and the verdict."""
    rows = [
        (one.name, *(f"{number:,}" for number in (one.verdict.rows.read, one.verdict.rows.accepted,
         one.verdict.rows.rejected)), one.told)
        for one in found
    ]  # fmt: skip
    figures = ("read", "accepted", "rejected")
    show(stream, counted(len(found), "file"), ("file", *figures, "verdict"), rows, right=figures)


def _show_notes(stream: IO[str], notes: Sequence[Mapping[str, Any]]) -> None:
    title = counted(len(notes), "note")
    title += f", the first {SHOWN}" if len(notes) > SHOWN else ""
    show(stream, title, ("column", "message"), [(_cell(note["column"]), note["message"]) for note in notes[:SHOWN]])


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def show_conflicts(stream: IO[str], conflicts: Sequence[Mapping[str, Any]]) -> None:
    """Rows that contradict the table: what they say, and where what the table has came from."""
    rows = [
        (one["line"], *(one["row"].get(name, "") for name in _CONFLICT_COLUMNS), _origin(one["first"]))
        for one in conflicts[:SHOWN]
    ]  # fmt: skip
    title = f"conflicting: {counted(len(conflicts), 'row')}"
    title += f", the first {SHOWN}; --json has all" if len(conflicts) > SHOWN else ""
    show(stream, title, ("line", *_CONFLICT_COLUMNS, "loaded first from"), rows, right=("line", "amount"))


def _origin(first: Mapping[str, Any]) -> str:
    return f"{str(first.get('source_file')).removeprefix(INCOMING)}, line {first.get('source_line')}"


def parts_told(state: FileState) -> list[str]:
    """How far a load under way is, in words; nothing of any other state."""
    progress = state.evidence.get("progress")
    return [f"{progress['done']:,} of {progress['of']:,} parts"] if progress else []


def figures_told(state: FileState) -> list[str]:
    """The rows of a file, in words: `42 rejected`."""
    return [f"{state.rows[name]:,} {name}" for name in FIGURES if name in state.rows]


def show_letters(stream: IO[str], letters: Sequence[DeadLetter]) -> None:
    """Dead letters, and which were tried again."""
    rows = [("again" if one.done else "rests", one.step, one.key, one.reason) for one in letters]
    show(stream, counted(len(letters), "dead letter"), ("", "step", "file", "reason"), rows)


def show_items(stream: IO[str], title: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Some items as they are in the table."""
    show(
        stream,
        title,
        _ITEM_COLUMNS,
        [[item.get(name, "") for name in _ITEM_COLUMNS] for item in items],
        right=("amount",),
    )


def _amount(text: str) -> str:
    return f"{Decimal(text):,}"


def _sum(name: str, totals: Mapping[str, str]) -> str:
    parts = [Decimal(totals.get(part, "0")) for part in ("loaded", "duplicate", "conflicting", "rejected")]
    read = Decimal(totals.get("read", "0"))
    sign = "=" if sum(parts) == read else "≠"
    told = " + ".join(f"{part:,}" for part in parts)
    return f"{name:<5} {read:,} read {sign} {told} (loaded + duplicate + conflicting + rejected)"
