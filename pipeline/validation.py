"""`tap validate` on one file or many: which are meant, what was found in each, what other programs are given."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from glob import glob, has_magic
from itertools import groupby
from os.path import lexists
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from deployer.compliance.reports.junit import count, text_of
from deployer.errors import UsageError
from deployer.visible import in_a_line, visible
from pipeline.csv_files import verdict_on
from pipeline.domain import ERROR_COLUMNS, Schema, Verdict, counted, guard
from pipeline.given import given

VERDICTS = ("accepted", "rejected", "not judged")  # by the exit code of a file
FIRST = 5  # errors of each code, where not all are shown


@dataclass(frozen=True)
class Judged:
    """A file, by the name that people know it by, and what was found in it."""

    name: str
    verdict: Verdict

    @property
    def told(self) -> str:
        """The verdict in a word or two."""
        return VERDICTS[self.verdict.exit_code]

    @cached_property
    def document(self) -> dict[str, Any]:
        """As `tap validate --json` prints it of one file."""
        return self.verdict.to_json()

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """Without the notes; why it is refused, if it can't be judged."""
        return [one for one in self.document["errors"] if not self.is_note(one)]

    def is_note(self, error: Mapping[str, Any]) -> bool:
        """What names no record rejects nothing in a file that was judged."""
        return self.verdict.judged and error["record"] is None


def files_meant(named: Sequence[Path]) -> list[Path]:
    """The files, each once, in the order in which they are named; those that a pattern matches by name.

    A file that is there is meant itself, whatever its name looks like. `**` matches folders below one another.

    Raises:
        UsageError: a pattern matches no file.
    """
    return list(dict.fromkeys(path for one in named for path in _matched(one)))


def _matched(named: Path) -> list[Path]:
    if lexists(named) or not has_magic(str(named)):
        return [named]
    paths = map(Path, sorted(glob(str(named), recursive=True)))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if found := [path for path in paths if not path.is_dir()]:
        return found
    raise UsageError(f"no file matches {named}", remedy="check the pattern and the folder")


def require_others(files: Sequence[Path], written: Sequence[Path | None]) -> None:
    """Raises UsageError if what is to be written is one of the files to be judged."""
    judged_too = {file.resolve() for file in files}
    for one in written:
        if one is not None and one.resolve() in judged_too:
            raise UsageError(f"{one} is itself to be judged", remedy="write to another file")


def judged(files: Sequence[Path], schema: Schema, max_details: int) -> Iterator[Judged]:
    """Each file in its turn; before the first, all are opened. Raises as `given`."""
    with ExitStack() as opened:
        sources = [opened.enter_context(given(file)) for file in files]
        for file, source in zip(files, sources, strict=True):
            name = source.name if source.piped or len(files) == 1 else str(file)
            yield Judged(name, verdict_on(source.path, schema, max_details))


def exit_code(found: Sequence[Judged]) -> int:
    """The highest of the files' own: 2 if any can't be judged, else 1 if any has rejected rows, else 0."""
    return max(one.verdict.exit_code for one in found)


def document_of(found: Sequence[Judged]) -> dict[str, Any]:
    """The JSON of several: `path` and `verdict` of each, and what stands in the document of one."""
    return {"files": [{"path": one.name, "verdict": one.told, **one.document} for one in found]}


def write_errors(out: Path, found: Sequence[Judged], *, several: bool) -> None:
    """All errors as CSV, in the form of the quarantine's: no cell of it runs as a formula in a spreadsheet.

    Of several files, a column with the file comes first. Raises UsageError.
    """
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(("file", *ERROR_COLUMNS) if several else ERROR_COLUMNS)
            for one in found:
                name = [guard(in_a_line(one.name))] if several else []
                writer.writerows(name + [_cell(error[column]) for column in ERROR_COLUMNS] for error in one.errors)
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}", remedy="name another file for --out") from error


def _cell(value: Any) -> Any:
    return guard(value) if isinstance(value, str) else value


def write_junit(out: Path, found: Sequence[Judged]) -> None:
    """JUnit XML, a case for each file. Raises UsageError."""
    try:
        out.write_text(junit(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}", remedy="name another file for --junit") from error


def junit(found: Sequence[Judged]) -> str:
    """A case for each file; of one that is not accepted whole, its errors by code, with the first of each."""
    root = Element("testsuites", name="tap validate")
    suite = SubElement(root, "testsuite", name="tap validate")
    for one in found:
        case = SubElement(suite, "testcase", classname="tap validate", name=in_a_line(one.name))
        if one.verdict.exit_code:
            failure = SubElement(case, "failure", message=_in_short(one), type=one.told)
            failure.text = visible("\n".join(_by_code(one)))
    count(suite)
    count(root)
    return text_of(root)


def _in_short(one: Judged) -> str:
    rows = one.verdict.rows
    return f"{rows.rejected:,} of {counted(rows.read, 'row')} rejected" if one.verdict.judged else "can't be judged"


def _by_code(one: Judged) -> Iterator[str]:
    for code, number, shown in grouped(one.errors, one.document["errors_by_code"]):
        yield f"{code}: {counted(number, 'error')}"
        for error in shown[:FIRST]:
            place = [f"line {error['line']}"] if error["line"] else []
            yield f"  {', '.join([*place, *([error['column']] if error['column'] else [])])}: {error['message']}"


def grouped(
    errors: Sequence[Mapping[str, Any]], counts: Mapping[str, int]
) -> list[tuple[str, int, list[Mapping[str, Any]]]]:
    """Each code with how often it was found and its errors, as far as they are listed; the most frequent first.

    `counts` are exact where not all are listed.
    """
    by_code = groupby(sorted(errors, key=lambda error: str(error["code"])), key=lambda error: str(error["code"]))
    groups = [(code, list(listed)) for code, listed in by_code]
    return sorted(((code, max(len(listed), counts.get(code, 0)), listed) for code, listed in groups),
                  key=lambda group: -group[1])  # fmt: skip
