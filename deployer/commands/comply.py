"""`tap comply`: the compliance gate, on this stack or on anybody's Terraform."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.compliance.judgement import SEVERITIES
from deployer.errors import UsageError
from deployer.paths import Paths

if TYPE_CHECKING:
    from deployer.compliance.judgement import Judgement
    from deployer.compliance.selection import Selection

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
BaselineOption = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Fail on new findings only: this file has the known ones."),
]
WriteBaselineOption = Annotated[
    bool, typer.Option("--write-baseline", help="Write what is found now to --baseline FILE, and exit 0.")
]
RuleOption = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="ID[,ID]", help="Run these rules only; patterns such as CKV_AWS_* or TAP_IAM*."),
]
SkipRuleOption = Annotated[
    list[str] | None, typer.Option("--skip-rule", metavar="ID[,ID]", help="Don't run these rules, or patterns of them.")
]
SeverityOption = Annotated[
    str,
    typer.Option(
        "--severity",
        metavar="|".join(SEVERITIES),
        help="Fail from this severity on; what is below is only told. Checkov's rules are MEDIUM.",
    ),
]
SoftFailOption = Annotated[bool, typer.Option("--soft-fail", help="Exit 0 with findings; 2 and 3 stay.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Show every finding with its place and remedy.")]
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
    baseline: BaselineOption = None,
    write_baseline: WriteBaselineOption = False,
    rule: RuleOption = None,
    skip_rule: SkipRuleOption = None,
    severity: SeverityOption = SEVERITIES[-1],
    soft_fail: SoftFailOption = False,
    verbose: VerboseOption = False,
    accept_access: AcceptOption = False,
    root: RootOption = None,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Check Terraform against all rules; exit 1 on findings, 2 or 3 if it, or a part of it, can't be checked.

    Example: `tap comply infrastructure --sarif compliance.sarif`
    """
    from deployer.compliance.scan import scan
    from deployer.compliance.selection import Selection
    from deployer.deploy import gate

    chosen, least = Selection.of(rule or (), skip_rule or ()), _severity(severity)
    if write_baseline and baseline is None:
        raise UsageError("--write-baseline needs a file", remedy="name it with --baseline FILE")
    paths, coverage = Paths.here(), ""
    if path is None:
        settings = gate.with_backend(options.settings())
        of_stack = gate.stack_judged(settings, paths, accept_access=accept_access, chosen=chosen)
        judgement, coverage = of_stack.judgement, of_stack.coverage
    elif accept_access:
        raise UsageError("--accept-access is about this stack, and a path is given", remedy="leave out the path")
    else:
        judgement = scan(path, paths, plan=False, only=chosen.rules, skip=chosen.skipped, root=root)
    judgement = replace(judgement, least=least, soft_fail=soft_fail)
    if baseline is not None:
        judgement = _compared(judgement, baseline, chosen, write=write_baseline)
    files = {"sarif": sarif, "junit": junit, "markdown": markdown, "json": report}
    _write_reports(judgement, coverage, files, _folder_of(path))
    _tell(judgement, json=json, verbose=verbose)
    raise typer.Exit(judgement.exit_code)


def _severity(told: str) -> str:
    if told.upper() not in SEVERITIES:
        raise UsageError(f"there is no severity {told}", remedy=f"one of {', '.join(SEVERITIES)}")
    return told.upper()


def _compared(judgement: "Judgement", file: Path, chosen: "Selection", *, write: bool) -> "Judgement":
    """The findings that are new to the baseline, which is written before if asked for."""
    from deployer.compliance import baseline

    if write:
        baseline.write(judgement, file, chosen)
    return baseline.compared(judgement, file, chosen)


def _folder_of(path: Path | None) -> str:
    """Where the judged files are, seen from the working folder: in a repository's CI, its root. Blank: not below it."""
    if path is None:
        return ""
    folder, here = (path if path.is_dir() else path.parent).resolve(), Path.cwd()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else ""


def _tell(judgement: "Judgement", *, json: bool, verbose: bool) -> None:
    from deployer.compliance.reports.people import show

    if json:
        print_json(judgement.to_json())
    show(sys.stderr if json else sys.stdout, judgement, verbose=verbose)


def _write_reports(judgement: "Judgement", coverage: str, files: dict[str, Path | None], folder: str) -> None:
    from deployer.compliance.catalogue import described, rule_folders
    from deployer.compliance.reports.junit import junit
    from deployer.compliance.reports.markdown import markdown
    from deployer.compliance.reports.sarif import sarif

    rules = described(rule_folders(Paths.here().root))
    makers: dict[str, Callable[[], str]] = {
        "sarif": lambda: sarif(judgement, rules, folder),
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
