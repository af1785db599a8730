"""`tap comply`: the compliance gate, on this stack or on anybody's Terraform."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.errors import UsageError
from deployer.paths import Paths

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
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Check Terraform against all rules; exit 1 on findings, 2 or 3 if it can't be checked."""
    from deployer.compliance.scan import scan
    from deployer.deploy import gate

    paths, coverage = Paths.here(), ""
    if path is None:
        settings = gate.with_backend(options.settings())
        of_stack = gate.stack_judged(settings, paths, accept_access=accept_access)
        judgement, coverage = of_stack.judgement, of_stack.coverage
    elif accept_access:
        raise UsageError("--accept-access is about this stack, and a path is given", remedy="leave out the path")
    else:
        judgement = scan(path, paths, plan=False)
    _write_reports(judgement, coverage, {"sarif": sarif, "junit": junit, "markdown": markdown, "json": report})
    _tell(judgement, json=json)
    raise typer.Exit(1 if judgement.findings else 0)


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

    rules = described(rule_folders(Paths.here().root))
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
                raise UsageError(f"the report can't be written: {error}", where=str(file)) from error
