"""`tap validate` on many files: which are meant, the exit code of all, and what is written for other programs."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer

from deployer.errors import UsageError
from pipeline.commands.validate import validate
from pipeline.validation import files_meant

HEADER = "transaction_id,account_id,timestamp,amount,currency,type\n"
ROW = "T{},A,2025-03-01T09:00:00Z,{},EUR,debit\n"
GOOD, WRONG, NONE = "good.csv", "wrong.csv", "none.csv"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file that is accepted, one with seven wrong rows, one that is no CSV of transactions; the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / GOOD).write_text(HEADER + ROW.format(1, "1.50"))
    (tmp_path / WRONG).write_text(HEADER + "".join(ROW.format(number, "=1+1") for number in range(7)))
    (tmp_path / NONE).write_text("nothing of ours\n")
    return tmp_path


def validated(*names: str, **options: object) -> int:
    """The exit code."""
    with pytest.raises(typer.Exit) as ended:
        validate([Path(name) for name in names], **options)
    return ended.value.exit_code


def test_a_pattern_is_its_files_each_once() -> None:
    """In order of name behind what is named before; what is there is meant itself, whatever its name looks like."""
    Path("a[1].csv").write_text("")
    Path("b.csv").mkdir()

    assert files_meant([Path(WRONG), Path("*o*.csv"), Path("a[1].csv")]) == [
        Path(name) for name in (WRONG, GOOD, NONE, "a[1].csv")
    ]
    with pytest.raises(UsageError, match=r"no file matches x\*\.csv"):
        files_meant([Path(GOOD), Path("x*.csv")])


@pytest.mark.parametrize(
    ("names", "code"), [([GOOD, GOOD], 0), ([WRONG, GOOD], 1), ([NONE, WRONG, GOOD], 2), ([GOOD, NONE], 2)]
)
def test_the_exit_code_is_the_highest_of_the_files(names: list[str], code: int) -> None:
    """A file that can't be judged hides no other: each is judged all the same."""
    assert validated(*names) == code


def test_a_table_of_all_files_comes_last(capsys: pytest.CaptureFixture[str]) -> None:
    """And none of a single file that is named."""
    validated("*.csv")
    lines = [line.split() for line in capsys.readouterr().out.rstrip().splitlines()]
    validated(GOOD)

    assert lines[-3:] == [
        [GOOD, "1", "1", "0", "accepted"], [NONE, "0", "0", "0", "not", "judged"], [WRONG, "7", "0", "7", "rejected"],
    ]  # fmt: skip
    assert "verdict" not in capsys.readouterr().out


def test_the_first_errors_of_a_code_are_shown_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Counted are all of them."""
    validated(WRONG)
    few = capsys.readouterr().out
    validated(WRONG, show_all=True)

    assert (few.count("=1+1"), capsys.readouterr().out.count("=1+1")) == (5, 7)
    assert "rejected: 7 errors, the first 5 of each code; --all shows all" in few


def test_the_json_of_several_has_that_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    """With its path and verdict; a pattern gives the form of several also where it matches one file."""
    validated(WRONG, json=True)
    alone = json.loads(capsys.readouterr().out)
    validated("w*.csv", json=True)

    assert json.loads(capsys.readouterr().out) == {"files": [{"path": WRONG, "verdict": "rejected", **alone}]}


def test_all_errors_are_written_as_csv_that_runs_nothing(folder: Path) -> None:
    """Of several files each line names its own."""
    validated(WRONG, out=folder / "one.txt")
    validated(WRONG, NONE, out=folder / "two.txt")
    one, two = (
        list(csv.DictReader((folder / name).read_text("utf-8-sig").splitlines())) for name in ("one.txt", "two.txt")
    )

    assert list(one[0]) == ["line", "record", "column", "code", "value", "message"]
    assert [(row["line"], row["value"]) for row in one] == [(str(line), "'=1+1") for line in range(2, 9)]
    assert [row["file"] for row in two[:7]] == [WRONG] * 7
    assert {row["file"] for row in two[7:]} == {NONE}


def test_junit_has_a_case_for_each_file(folder: Path) -> None:
    """A failure has the errors by code, with the first lines of each."""
    validated(WRONG, GOOD, NONE, junit=folder / "junit.xml")
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]  # noqa: S314 - of our own run
    told = {case.get("name"): case.find("failure") for case in suite}

    assert (suite.get("tests"), suite.get("failures"), list(told)) == ("3", "2", [WRONG, GOOD, NONE])
    assert told[GOOD] is None
    assert told[NONE].get("type") == "not judged"
    lines = told[WRONG].text.splitlines()
    assert (lines[0], len(lines)) == ("cell-type: 7 errors", 6)
    assert lines[1].startswith("  line 2, amount: must be")


@pytest.mark.parametrize("option", ["out", "junit"])
def test_no_judged_file_is_overwritten(option: str, folder: Path) -> None:
    """Refused before anything is judged, by whatever path it is named."""
    with pytest.raises(UsageError, match="is itself to be judged"):
        validate([Path("*.csv")], **{option: folder / GOOD})

    assert (folder / GOOD).read_text().startswith(HEADER)
