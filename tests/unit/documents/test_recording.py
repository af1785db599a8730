"""The recordings in docs/recordings: made of what a terminal shows, and in need of nothing else."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.documents.recording import FOLDER, picture, plain, screen, shortened

ROOT = Path(__file__).parents[3]
RECORDED = sorted((ROOT / FOLDER).iterdir())


def test_what_a_spinner_wrote_over_itself_is_gone() -> None:
    """Erased lines and cursor moves leave what a person sees at the end, with its colours."""
    said = "\x1b[?25l⠋ synth\r\x1b[2K⠙ synth 1 s\r\x1b[2K\x1b[1A\x1b[2K\x1b[32m✓\x1b[0m synth\r\nfile  \r\n\x1b[?25h"

    assert screen(said) == ["\x1b[32m✓\x1b[0m synth", "file", ""]


def test_lines_that_were_gone_back_to_are_written_anew() -> None:
    """Two lines up, one erased: the others stay."""
    assert plain(screen("a\nb\nc\x1b[1A\r\x1b[2Kx\n")) == "a\nx\nc\n"


def test_a_long_list_is_shortened_in_the_picture_alone() -> None:
    """Its beginning and its last row stay, and it says how many lines are left out."""
    rows = [f"  {number}   amount   cell-decimals" for number in range(100, 140)]
    lines = shortened(["before", *rows, "after"])

    assert lines[0] == "before"
    assert lines[-3:] == ["  ... 28 lines more", rows[-1], "after"]
    assert shortened(rows[:5]) == rows[:5]


def test_the_picture_is_the_same_for_the_same_lines() -> None:
    """Colours and markup of a line are drawn, and nothing of it is taken for XML."""
    drawn = picture("make run", ["\x1b[32m✓\x1b[0m <synth> [bold]"])

    assert drawn == picture("make run", ["\x1b[32m✓\x1b[0m <synth> [bold]"])
    assert "&lt;synth&gt;" in drawn
    assert "xyz&#160;end" in picture("wide", [f"{'x' * 118} xyz end"])
    ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert ">....</text>" in picture("dots", ["\x1b[32m.\x1b[0m" * 4])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_a_recording_needs_nothing_else_and_tells_nothing_of_its_machine(path: Path) -> None:
    """No font, style or script is fetched; no folder of a machine is in it."""
    text = path.read_text()

    assert re.findall(r"url\((?!#)|<script|@import|(?:href|src)=", text) == []
    assert re.findall(r"(?<![\w.])/(?:home|root|tmp|work|Users|var)/\w+", text) == []


def test_each_recording_is_a_text_and_a_picture_of_it() -> None:
    """A line of the picture is a line of the text, but for what is left out of the middle."""
    stems = {path.stem for path in RECORDED}

    assert stems == {"make-run", "make-test-local"}
    for stem in stems:
        text = (ROOT / FOLDER / f"{stem}.txt").read_text()
        drawn = ElementTree.parse(ROOT / FOLDER / f"{stem}.svg").getroot()  # noqa: S314 - our own
        words = {word for part in drawn.itertext() for word in part.replace("\xa0", " ").split()}
        assert "reconciled:" in words or {"[100%]", "passed"} <= words  # each of a whole run
        assert set(plain(shortened(text.splitlines())).split()) <= words
