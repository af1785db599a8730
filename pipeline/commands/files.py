"""`tap upload`, `watch`, `status`, `rejects`, `resubmit`, `redrive`: the files."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.commands.options import (
    DEFAULTS,
    EnvironmentOptions,
    JsonLinesOption,
    JsonOption,
    print_json,
    print_json_line,
)
from deployer.commands.stack import running
from deployer.errors import NotReconciled, RedriveIncomplete, UsageError
from deployer.few import counted
from deployer.visible import in_a_line

if TYPE_CHECKING:
    from pipeline.client import Pipeline
    from pipeline.deployed import FileState
    from pipeline.domain import Upload

KeyArgument = Annotated[str, typer.Argument(help="A file's key, as `tap upload` printed it.", show_default=False)]
FilesArgument = Annotated[list[Path], typer.Argument(help="CSV files of transactions.", show_default=False)]
KeyOption = Annotated[str | None, typer.Option("--key", help="Key of the file (default: its name).")]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Then follow each file until it is loaded; exit 1 if one is not reconciled.")
]
LiveOption = Annotated[bool, typer.Option("--watch", help="Then follow all files as they change, until Ctrl-C.")]
ConflictsOption = Annotated[
    bool, typer.Option("--conflicts", help="Show the rows that contradict what the table has, instead.")
]
RawOption = Annotated[Path | None, typer.Option("--raw", help="Also write the rows' original bytes to this file.")]
RedrivenArgument = Annotated[str | None, typer.Argument(help="Only the letters about this key (default: all).")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="List the dead letters; change nothing.")]
RepairedArgument = Annotated[
    Path | None,
    typer.Argument(help="File with the repaired rows (default: the rejected rows as they were).", show_default=False),
]
AllOption = Annotated[bool, typer.Option("--all", help="Show all errors, not just the first of each code.")]
_NUMBERS = ("line", "record")


def upload(
    files: FilesArgument,
    key: KeyOption = None,
    follow: WatchOption = False,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonLinesOption = False,
) -> None:
    """Upload CSV files, which starts their processing; - is standard input, and needs --key.

    Example: `tap upload march.csv april.csv --watch`
    """
    from deployer.console.view import view_for
    from pipeline.given import given, require_names

    if key is not None and len(files) > 1:
        raise UsageError("--key names one file, and several are given", remedy="upload them one by one")
    if key is None:
        require_names(files)
    with ExitStack() as opened:
        sources = [opened.enter_context(given(file)) for file in files]
        pipeline = opened.enter_context(pipeline_of(options, json=json))
        uploads, view = [], view_for(json=json)
        for file in sources:
            uploads.append(sent := pipeline.upload(file.path, key or file.name, view))
            if json:
                print_json_line({"key": sent.name, "version_id": sent.version, "bytes": file.path.stat().st_size})
            else:
                then = "" if follow else f"; `tap watch {sent.name}` shows where it is"
                print(f"{in_a_line(file.name)} is uploaded as {sent.name}{then}", flush=True)
        for state in [_followed(pipeline, sent, json=json) for sent in uploads if follow]:
            require_reconciled(state)


def watch(
    key: KeyArgument,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonLinesOption = False,
) -> None:
    """Follow a file until it is loaded; exit 1 if it fails or its figures do not add up.

    Example: `tap watch march.csv`
    """
    with pipeline_of(options, json=json) as pipeline:
        state = _followed(pipeline, pipeline.newest(key), json=json)
    require_reconciled(state)


def status(
    live: LiveOption = False,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Show every file: its stage, its rows and how they fared, and since when.

    With --watch and --json, each change is a document on a line of its own.

    Example: `tap status --watch`
    """
    from pipeline.status_screen import changes, followed, show_live, show_states

    with pipeline_of(options, json=json) as pipeline:
        if not live:
            states = pipeline.states()
            if json:
                print_json({"files": [state.to_json() for state in states]})
            else:
                show_states(sys.stdout, states)
            return
        with suppress(KeyboardInterrupt):
            if json:
                for state in changes(followed(pipeline)):
                    print_json_line(state.to_json())
            else:
                show_live(sys.stdout, followed(pipeline))


def rejects(
    key: KeyArgument,
    raw: RawOption = None,
    conflicts: ConflictsOption = False,
    show_all: AllOption = False,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Show a file's rejected rows by code: how many, and the line, column, value and message of the first.

    With --conflicts, the rows that were not loaded as the table has other content under their id.

    Example: `tap rejects march.csv --raw march-bad.csv`
    """
    from pipeline.tables import show_conflicts, show_errors

    if conflicts and raw:
        raise UsageError("--raw is of rejected rows, and --conflicts shows others", remedy="use one of the two")
    if conflicts:
        with pipeline_of(options, json=json) as pipeline:
            contradicting = pipeline.conflicts(key)
        if json:
            print_json({"key": key, "conflicts": contradicting})
        else:
            show_conflicts(sys.stdout, contradicting)
        return
    with pipeline_of(options, json=json) as pipeline:
        found = pipeline.rejects(key)
        if raw:
            pipeline.raw_rejects(key, raw)
    if json:
        print_json({"key": key, "rejects": [_with_numbers(one) for one in found]})
    else:
        show_errors(sys.stdout, found, everything=show_all)
        if raw:
            print(f"their original bytes are in {raw}: repair them, then `tap resubmit {key} {raw}`")


def resubmit(
    key: KeyArgument,
    file: RepairedArgument = None,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Resubmit a file's rejected rows: repaired, or unchanged after the schema or the code was fixed.

    Example: `tap resubmit march.csv march-bad.csv`
    """
    from pipeline.given import given

    with ExitStack() as opened:
        repaired = opened.enter_context(given(file)).path if file else None
        pipeline = opened.enter_context(pipeline_of(options, json=json))
        path = repaired or Path(opened.enter_context(TemporaryDirectory())) / "rejected.raw"
        if repaired is None:
            pipeline.raw_rejects(key, path)
        sent = pipeline.resubmit(path, key)
    if json:
        print_json({"key": sent.name, "version_id": sent.version, "of": key})
    else:
        print(f"sent as {sent.name}; `tap watch {sent.name}` shows where it is")


def redrive(
    key: RedrivenArgument = None,
    dry_run: DryRunOption = False,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Retry the dead letters once their cause is fixed; nothing is loaded twice.

    Example: `tap redrive march.csv --dry-run`
    """
    from pipeline.dead_letters import letters, put_back
    from pipeline.redrive import redrive as tried_again
    from pipeline.tables import show_letters

    with pipeline_of(options, json=json) as pipeline:
        found = letters(pipeline, key)
        if dry_run:
            for letter in found:
                put_back(pipeline, letter)
        else:
            found = [tried_again(pipeline, letter) for letter in found]
    if json:
        print_json({"dry_run": dry_run, "letters": [letter.to_json() for letter in found]})
    else:
        show_letters(sys.stdout, found)
    if left := [letter for letter in found if not letter.step]:
        raise RedriveIncomplete(
            f"left in place in the dead-letter queue: {counted(len(left), 'message')} that this pipeline did not send",
            remedy="read them in the queue itself",
        )


@contextmanager
def pipeline_of(options: EnvironmentOptions, *, json: bool) -> Iterator["Pipeline"]:
    """The deployed pipeline that the options name."""
    from deployer.deploy.stages import outputs_of
    from pipeline.client import Pipeline

    with running(options.settings(), json=json, existing=True) as run:
        yield Pipeline.of(run.session.target, outputs_of(run))


def _followed(pipeline: "Pipeline", upload: "Upload", *, json: bool) -> "FileState":
    """Where it ended; each state that it came to is shown."""
    for state in pipeline.watch(upload):
        if json:
            print_json_line(state.to_json())
        else:
            print(f"{state.since}  {state.stage:<12} {_figures(state)}".rstrip(), flush=True)
    return state


def require_reconciled(state: "FileState") -> None:
    """Raises NotReconciled for a file that ended otherwise than loaded with figures that add up."""
    if state.reconciled:
        return
    problems = [str(one) for one in state.evidence.get("problems", ())]
    problems += [f"{one['code']}: {one['message']}" for one in state.evidence.get("errors", ())]
    raise NotReconciled(
        f"{state.key} ended as `{state.stage}` and is not reconciled",
        remedy="fix what is named, then upload the file again: nothing is loaded twice",
        details=tuple(problems),
    )


def _with_numbers(reject: Mapping[str, str]) -> dict[str, Any]:
    """The same with its line and record as numbers; null of what is about the file as a whole."""
    return {name: (int(told) if told else None) if name in _NUMBERS else told for name, told in reject.items()}


def _figures(state: "FileState") -> str:
    from pipeline.tables import figures_told, parts_told

    return ", ".join([*parts_told(state), *figures_told(state)])
