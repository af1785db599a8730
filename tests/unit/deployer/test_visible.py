"""Nothing that somebody else wrote steers a terminal, turns a text around or hides in it, wherever people read it."""

import ast
import json
import sys
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from aws_io import logs
from deployer.console import streams, table
from deployer.console.view import LiveView, PlainView
from deployer.errors import TapError
from deployer.pytest_plugin.session import Shared
from deployer.pytest_plugin.summary import pytest_terminal_summary
from deployer.visible import in_a_line, is_hidden, visible, visible_json
from tests.unit.deployer.terminal import controls, on_a_terminal

ROOT = Path(__file__).parents[3]
EVERY = [chr(number) for number in range(sys.maxunicode + 1)]
# Of each kind one: to clear the screen, to name the window, colour, C1, backspace, DEL, direction, width zero, a tag.
RUDE = "\x1b[2J\x1b]0;owned\x07\x1b[45m\x9b31m\b\x7f\u202e\u2066\u200f\u061c\u200b\u2060\ufeff\u2028\U000e0041\u3164"
SHOWN = (
    r"\x1b[2J\x1b]0;owned\x07\x1b[45m\x9b31m\x08\x7f\u202e\u2066\u200f\u061c\u200b\u2060\ufeff\u2028\U000e0041\u3164"
)
MARKUP = "[bold red]not bold[/] :warning:"
HEADER = "transaction_id,account_id,timestamp,amount,currency,type"
ROW = "A,2025-03-01T09:00:00Z,10.00,EUR,debit"


def test_all_that_unicode_calls_hidden_is() -> None:
    """Controls, formats, halves of pairs, ends of lines and paragraphs, by Unicode's own classes of them."""
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
    hidden = {each for each in EVERY if is_hidden(each)}

    assert {each for each in EVERY if unicodedata.bidirectional(each) in directions} <= hidden
    assert {each for each in EVERY if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= hidden
    assert set("\u200b\u200c\u200d\u2060\ufeff\u3164\u115f\u2800\ufe0f\U000e0001\U000e0100\u034f") <= hidden


def test_letters_marks_and_signs_of_all_scripts_stay() -> None:
    """What an ordinary name is written in, with marks that combine; an emoji stays, its invisible joints are shown."""
    words = "Übersicht 日本語 e\u0301 سلام שלום สวัสดี हिन्दी ✓ € 1\u00a0000 👍🏽 🇩🇪"

    assert visible(words) == in_a_line(words) == words
    assert visible("👩\u200d🚀") == r"👩\u200d🚀"
    assert visible("می\u200cشود") == r"می\u200cشود"


def test_what_is_visible_stays_as_it_is() -> None:
    """So that a way out may have two doors; a text keeps its lines, a cell has one."""
    assert visible(RUDE) == SHOWN == visible(visible(RUDE)) == in_a_line(RUDE)
    assert visible("a\n\tb\r") == "a\n\tb\\r"
    assert in_a_line("a\n\tb") == r"a\n\tb"


@pytest.mark.parametrize("write", [lambda value: visible_json(json.dumps(value, ensure_ascii=False)), logs.line])
def test_json_is_the_same_document(write) -> None:
    """In its own notation, so that a program reads the very characters; letters stay as they are."""
    document = {"key": RUDE + "\ud800", "name": "Übersicht"}
    told = write(document)

    assert json.loads(told) == document
    assert "Übersicht" in told
    assert not any(map(is_hidden, told))


def test_a_function_logs_by_the_same_measure() -> None:
    """It can't import what measures here: each character of Unicode is shown by both, or by none.

    What is not shown is told in ASCII: so of the others many can stand in one line, and each is there as itself or not.
    """
    blocks = [*EVERY[:128], *("".join(EVERY[first : first + 1024]) for first in range(128, len(EVERY), 1024))]
    shown = {each for block in blocks for each in {*block} & {*logs.line({"": block})}}

    assert [each for each in EVERY if (each in shown) == is_hidden(each) and each not in "\n\t"] == []


@pytest.fixture
def rude_file(tmp_path: Path) -> Path:
    """Rude in its name, in a column's name, and in cells that are right, wrong and cut off."""
    path = tmp_path / f"rude{RUDE}{MARKUP.replace('/', '')}\nnext.csv"
    rows = f'{HEADER},"{RUDE}{MARKUP}"\n"{RUDE}",{ROW},x\nT1,A,"{RUDE}\n{MARKUP}",{RUDE},E,"{MARKUP}",x\n'
    path.write_text(rows, newline="")
    path.with_name(f"{path.name}.broken").write_text("nothing of ours\n")
    return path


def plain_file(folder: Path) -> Path:
    path = folder / "plain.csv"
    path.write_text(f"{HEADER},extra\nT0,{ROW},x\nT1,A,never,much,E,neither,x\n")
    return path


def test_a_file_steers_no_terminal(rude_file: Path, tmp_path: Path) -> None:
    """On a real one: the colours are those that a plain file gets, and all that is rude can be read."""
    told, usual = (on_a_terminal(["validate", str(each)], ROOT) for each in (rude_file, plain_file(tmp_path)))

    assert "\x1b[1m" in usual, "this terminal shows no colours, so the test shows nothing"
    assert controls(told) == controls(usual)
    assert usual.startswith("\x1b[1mplain.csv")
    assert r"\x1b[2J" in told
    assert "[bold red]" in told
    assert ":warning:" in told


@pytest.fixture(scope="module")
def usual_errors() -> str:
    """One of ours and one of Typer's, about plain words."""
    return on_a_terminal(["watch", "a", "b"], ROOT) + on_a_terminal(["--wrong"], ROOT)


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", f"{RUDE}.csv"],  # an error of ours
        ["watch", "a", f"{RUDE}.csv"],  # one of Typer's
        [f"--{RUDE}"],
        ["validate", "FILE", "--schema", "FILE"],
        ["validate", "FILE.broken"],  # printed as it is
        ["nonsense" + RUDE],
    ],
)
def test_no_error_steers_a_terminal(arguments: list[str], rude_file: Path, usual_errors: str) -> None:
    """What Typer paints around the words of an error is the same for any words, and it escapes what it quotes."""
    told = on_a_terminal([each.replace("FILE", str(rude_file)) for each in arguments], ROOT)

    assert controls(told) <= controls(usual_errors)
    assert "x1b[2J" in told.replace("\r\n", "")
    assert not any(line.startswith("next.csv") for line in told.splitlines())


def test_json_on_a_terminal_is_exact(rude_file: Path) -> None:
    """What was pasted from the screen is read as the very value."""
    told = on_a_terminal(["validate", str(rude_file), "--json"], ROOT)

    assert controls(told) == set()
    assert {RUDE, f"{RUDE}\n{MARKUP}"} <= {error["value"] for error in json.loads(told)["errors"]}


def test_help_keeps_its_colours() -> None:
    """Typer paints it, by the way that Rich has."""
    assert "\x1b[1m" in on_a_terminal(["--help"], ROOT)


def test_a_row_stays_a_row() -> None:
    """Whatever a cell, a head or the title holds: no break, no mark-up, no emoji by its name."""
    out = StringIO()
    table.show(out, f"{MARKUP}\n\u202e", ["a", f"{MARKUP}\nb"], [["1\r\n2\t\x1b[2J", MARKUP]])
    lines = [line.strip() for line in out.getvalue().splitlines() if line.strip()]

    assert lines[0] == rf"{MARKUP}\n\u202e"
    assert lines[1].split() == ["a", *rf"{MARKUP}\nb".split()]
    assert lines[3:] == [rf"1\r\n2\t\x1b[2J   {MARKUP}"]


@pytest.mark.parametrize("live", [True, False])
def test_progress_is_text(live: bool) -> None:
    """Names of resources and of files, on a terminal and in a log."""
    out = StringIO()
    view = LiveView(out) if live else PlainView(out, 0)
    with view.stage("apply"):
        view.detail(f"{RUDE}{MARKUP}")
        view.note(f"{RUDE}{MARKUP}")

    assert not any(map(is_hidden, out.getvalue().replace("\n", "")))
    assert MARKUP in out.getvalue()


def test_rich_can_paint_and_no_more() -> None:
    """Where a value reaches it that nobody made visible, it still can't move, clear, name or turn around anything."""
    kept = StringIO()
    stream = streams._Visible(ByteKeeper(kept), "utf-8", write_through=True)
    Console(file=stream, force_terminal=True, color_system="standard").print(f"[bold]ours[/]{RUDE}", highlight=False)

    assert controls(kept.getvalue()) == {"\x1b[1m", "\x1b[0m", "\x1b[45m"}


class ByteKeeper:
    """A buffer below a stream of text."""

    closed = False

    def __init__(self, kept: StringIO) -> None:
        self._kept = kept

    def write(self, data: bytes) -> int:
        self._kept.write(bytes(data).decode())
        return len(data)

    def flush(self) -> None: ...

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def test_an_error_begins_its_lines_itself() -> None:
    """What is quoted in one is visible, and no line of it passes for a remedy of ours."""
    told = str(TapError(f"what\n{RUDE}", where="a\nRemedy: rm", remedy="mend it", details=("one\nRemedy: rm",)))

    assert [line for line in told.splitlines() if line.startswith("Remedy")] == ["Remedy: mend it"]
    assert SHOWN in told


def test_a_function_logs_what_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the message, in what stands beside it, and in the trace of an error."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", uuid.uuid4().hex)  # Powertools keeps a logger, with its output
    out = StringIO()
    with redirect_stdout(out):
        logger = logs.new_logger()
    try:
        Path(RUDE).read_text()
    except OSError:
        logger.exception(RUDE, extra={"file_key": RUDE})

    assert json.loads(out.getvalue())["file_key"] == json.loads(out.getvalue())["message"] == RUDE
    assert not any(map(is_hidden, out.getvalue().removesuffix("\n")))


def test_the_suite_tells_what_can_be_read(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Its last lines, and the log of a deployment that failed."""
    told: list[str] = []
    skipped = SimpleNamespace(nodeid=request.node.nodeid, longrepr=("file", 1, f"Skipped: {RUDE}"))
    reporter = SimpleNamespace(stats={"skipped": [skipped]}, write_line=told.append, section=str)
    pytest_terminal_summary(reporter, request.config)
    (tmp_path / "log").write_text(RUDE)

    assert any(SHOWN in line for line in told)
    assert SHOWN in Shared(tmp_path, tmp_path / "log").told()


# Each is a way past what makes text visible, with the modules that may: the ones that make it so, or say nothing to
# people. Whoever finds another way out adds it here.
WAYS_PAST = {
    "rich": {
        "deployer/console/table.py", "deployer/console/view.py", "pipeline/documents/recording.py",
        "deployer/logs/lines.py",  # breaks a line that is visible already
    },
    "Logger(": {"lambdas/aws_io/logs.py"},
    "jinja2": {"deployer/reporting/page.py"},
    ".buffer": set(),
    ".__stdout__": {"deployer/console/streams.py", "deployer/compliance/keeper.py"},  # empties what Checkov said
    ".__stderr__": {"deployer/console/streams.py", "deployer/compliance/keeper.py"},
    "write_line": {"deployer/pytest_plugin/summary.py"},
    "/dev/tty": set(),
    "echo(": set(),
    "input(": set(),
}  # fmt: skip


def test_nobody_takes_a_way_past() -> None:
    """A stream's bytes, Rich, Powertools' logger, a page without our finish: one module each, and no other."""
    found: dict[str, set[str]] = {way: set() for way in WAYS_PAST}
    for file in (path for folder in ("deployer", "pipeline", "lambdas") for path in (ROOT / folder).rglob("*.py")):
        for way in ways_in(ast.parse(file.read_text("utf-8"))) & WAYS_PAST.keys():
            found[way].add(file.relative_to(ROOT).as_posix())

    assert found == WAYS_PAST


def ways_in(tree: ast.AST) -> set[str]:
    return set(_ways_in(tree))


def _ways_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name.partition(".")[0] for each in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield f"{name}("
            case ast.Attribute(attr=name):
                yield from (name, f".{name}")
            case ast.Constant(value=str(text)):
                yield text
