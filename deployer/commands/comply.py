"""`tap comply`: the compliance gate, on this stack or on anybody's Terraform."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import JsonOption, RegionOption, SuffixOption, TargetOption, print_json, settings_of
from deployer.errors import UsedWrongly
from deployer.places import Places

if TYPE_CHECKING:
    from deployer.compliance.judgement import Judgement

PathArgument = Annotated[
    Path | None,
    typer.Argument(
        help="HCL, Terraform JSON, a CDKTF output folder or a JSON plan (default: this stack).", show_default=False
    ),
]
SarifOption = Annotated[Path | None, typer.Option("--sarif", help="Also write SARIF 2.1.0 to this file.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="Also write JUnit XML to this file.")]
MarkdownOption = Annotated[Path | None, typer.Option("--markdown", help="Also write a Markdown summary to this file.")]
ReportOption = Annotated[Path | None, typer.Option("--report", help="Also write the --json output to this file.")]
RootOption = Annotated[
    Path | None,
    typer.Option(
        "--root", help="A folder above PATH that modules and files may be read from (default: PATH).",
        show_default=False,
    ),
]  # fmt: skip
AcceptOption = Annotated[
    bool, typer.Option("--accept-access", help="Accept the access that the stack grants now as the new baseline.")
]


def comply(
    path: PathArgument = None,
    sarif: SarifOption = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    report: ReportOption = None,
    accept_access: AcceptOption = False,
    root: RootOption = None,
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    json: JsonOption = False,
) -> None:
    """Check Terraform against all rules; exit 1 on findings, 2 or 3 if it, or a part of it, can't be checked."""
    from deployer.compliance import gate
    from deployer.compliance.scan import scan

    places, coverage = Places.here(), ""
    if path is None:
        settings = gate.with_backend(settings_of(target, suffix, region))
        of_stack = gate.stack_judged(settings, places, accept_access=accept_access)
        judgement, coverage = of_stack.judgement, of_stack.coverage
    elif accept_access:
        raise UsedWrongly("--accept-access is about this stack, and a path is given", remedy="leave out the path")
    else:
        judgement = scan(path, places, plan=False, root=root)
    _write_reports(judgement, coverage, {"sarif": sarif, "junit": junit, "markdown": markdown, "json": report})
    _tell(judgement, json=json)
    raise typer.Exit(judgement.exit_code)


def _tell(judgement: "Judgement", *, json: bool) -> None:
    from deployer.compliance.reports.people import show

    if json:
        print_json(judgement.to_json())
    show(sys.stderr if json else sys.stdout, judgement)


def _write_reports(judgement: "Judgement", coverage: str, files: dict[str, Path | None]) -> None:
    from deployer.compliance.catalogue import described, rule_folders
    from deployer.compliance.reports.junit import junit
    from deployer.compliance.reports.markdown import markdown
    from deployer.compliance.reports.sarif import sarif

    rules = described(rule_folders(Places.here().root))
    makers: dict[str, Callable[[], str]] = {
        "sarif": lambda: sarif(judgement, rules),
        "junit": lambda: junit(judgement),
        "markdown": lambda: markdown(judgement, coverage),
        "json": judgement.to_text,
    }
    for kind, file in files.items():
        if file is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(makers[kind](), encoding="utf-8")
            except OSError as error:
                raise UsedWrongly(f"the report can't be written: {error}", where=str(file)) from error
