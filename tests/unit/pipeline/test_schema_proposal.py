"""What is proposed from a file judges it right, and what the file leaves open is asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import CheckFailed
from pipeline.schema_proposal import Proposal, propose
from pipeline.schema_proposal.footers import Footers
from pipeline.schema_proposal.notes import Notes
from pipeline.schema_proposal.proof import prove
from pipeline.schema_proposal.sample import sample_of
from pipeline.schema_proposal.shape import shape_of

BANK = (
    '"Girokonto";"DE02120300000000202051"\r\n"Kontostand vom 28.02.2025:";"1.559,74 EUR"\r\n\r\n'
    '"Buchung";"Empfänger";"Betrag (€)"\r\n'
    '"31.01.2025";"Müller GmbH";"-1.234,56"\r\n"03.02.2025";"Café Zoë";"-4,20"\r\n"04.02.2025";"";"2.900,00"\r\n'
)
FORMATS = Path(__file__).parents[3] / "examples" / "formats"
Proposing = Callable[[str | bytes], Proposal]


@pytest.fixture
def proposed(tmp_path: Path) -> Proposing:
    """What is proposed from a text, or bytes."""

    def run(content: str | bytes) -> Proposal:
        path = tmp_path / "sample.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return propose(path)

    return run


def field(proposal: Proposal, name: str) -> dict[str, Any]:
    """Without its name and whether it is required."""
    (found,) = (one for one in proposal.document["fields"] if one["name"] == name)
    return {key: value for key, value in found.items() if key not in {"name", "constraints"}}


def told(lines: list[str], *words: str) -> bool:
    """Whether one line has all the words."""
    return any(all(word in line for word in words) for line in lines)


def column_of(values: list[str], name: str = "x") -> str:
    """A file with one column in question, and one beside it."""
    return f"{name};text\n" + "".join(f"{value};t{at}\n" for at, value in enumerate(values))


def test_a_bank_file_is_explained_and_accepted(proposed: Proposing) -> None:
    """Preamble, code page, delimiter, decimal commas and dates are found, each with its evidence."""
    proposal = proposed(BANK.encode("windows-1252"))

    assert proposal.notes.wrong == []
    assert proposal.document["dialect"] == {"encoding": "windows-1252", "delimiter": ";", "headerRows": [4]}
    assert field(proposal, "Buchung") == {"type": "date", "format": "%d.%m.%Y"}
    assert field(proposal, "Betrag (€)") == {"type": "number", "decimalChar": ",", "groupChar": "."}
    assert told(proposal.notes.found, "line 5: '31.01.2025' can only be read so", "day.month.year")
    assert told(proposal.notes.questions, "code page", "Müller")


@pytest.mark.parametrize(
    ("name", "values", "right"),
    [
        ("x", ["1", "22"], {"type": "integer"}),
        ("x", ["1.5", "1234.25"], {"type": "number"}),
        ("x", ["1.234", "2.5"], {"type": "number"}),
        ("x", ["1.234", "2.345,5"], {"type": "number", "decimalChar": ",", "groupChar": "."}),
        ("x", ["1.234.567", "1.234"], {"type": "number", "decimalChar": ",", "groupChar": "."}),
        ("x", ["0,123", "1,234"], {"type": "number", "decimalChar": ","}),
        ("x", ["1'234.50", "2.00"], {"type": "number", "groupChar": "'"}),
        ("x", ["12,50 EUR", "3,99 EUR"], {"type": "number", "decimalChar": ",", "bareNumber": False}),
        ("x", ["1/15/2025", "2/3/2025"], {"type": "date", "format": "%m/%d/%Y"}),
        ("x", ["2025-01-02", "2025-02-03"], {"type": "date"}),
        ("Datum", ["20250131", "20250201"], {"type": "date", "format": "%Y%m%d"}),
        ("x", ["09:10:00", "23:59:59"], {"type": "time"}),
        ("x", ["09:10", "23:59"], {"type": "time", "format": "%H:%M"}),
        ("x", ["2025-01-31T10:00:00Z", "2025-01-31T10:00:00+01:00"], {"type": "datetime"}),
        ("x", ["2025-01", "2025-12"], {"type": "yearmonth"}),
        ("Jahr", ["2024", "2025"], {"type": "year"}),
        ("x", ["true", "false"], {"type": "boolean"}),
        ("x", ["ja", "nein", "Ja"], {"type": "boolean", "trueValues": ["ja", "Ja"], "falseValues": ["nein"]}),
        ("x", ["1", "0"], {"type": "integer"}),
        ("x", ["ja", "vielleicht"], {"type": "string"}),
        ("x", ["ja", "ja"], {"type": "string"}),
        ("x", ["01234", "10115"], {"type": "string"}),
        ("PLZ", ["10115", "80331"], {"type": "string"}),
        ("x", ["4111111111111111", "4222222222222222"], {"type": "string"}),
        ("x", ["DE02120300000000202051", "DE02500105170137075030"], {"type": "string"}),
        ("x", ["1.5", "1e3"], {"type": "string"}),
        ("x", ["(12.50)", "3.00"], {"type": "string"}),
        ("x", ["12.50-", "3.00"], {"type": "string"}),
        ("x", ["Zahlung 3", "Zahlung 4"], {"type": "string"}),
        ("x", ["31 Jan 2025", "01 Feb 2025"], {"type": "string"}),
        ("x", ["1.5", "-", "2.5"], {"type": "number", "missingValues": ["", "-"]}),
    ],
)
def test_a_type_is_proposed_where_every_value_agrees(
    proposed: Proposing, name: str, values: list[str], right: dict[str, Any]
) -> None:
    """A number, a date or a boolean needs every value and one that proves it; all else is a string."""
    proposal = proposed(column_of(values, name))

    assert field(proposal, name) == right
    assert proposal.notes.wrong == []


@pytest.mark.parametrize(
    ("values", "question"),
    [
        (["1.234", "5.678"], "'1.234' can be number or number, decimalChar ',', groupChar '.'"),
        (["1,234", "12"], "line 2: '1,234' can be"),
        (["01/02/2025", "03/04/2025"], "date, day/month/year (%d/%m/%Y) or date, month/day/year (%m/%d/%Y)"),
        (["05/05/2025", "07/07/2025"], "date, day/month/year (%d/%m/%Y) or date, month/day/year (%m/%d/%Y)"),
        (["12 EUR", "5 USD"], None),
        (["INV-1000", "INV-1001"], None),
        (["236.48", "1.488,69"], "number reads line 2: '236.48', but not line 3: '1.488,69'"),
        (["2025-01-31 10:00", "2025-01-31 11:30"], "which offset do its times have"),
    ],
)
def test_what_the_sample_does_not_decide_stays_a_string_and_is_asked(
    proposed: Proposing, values: list[str], question: str
) -> None:
    """Two readings that differ are no reading."""
    proposal = proposed(column_of(values))

    assert field(proposal, "x") == {"type": "string"}
    assert question is None or told(proposal.notes.questions, question)


def test_an_assumption_is_asked_even_where_it_is_taken(proposed: Proposing) -> None:
    """Two digits of a year, a marker of nothing, a column's name that says UTC."""
    proposal = proposed("a (UTC);b;c\n2025-01-31 10:00;31.01.25;1.5\n2025-02-01 10:00;01.02.25;n/a\n")

    assert field(proposal, "a (UTC)")["tap"] == {"offset": "+00:00"}
    assert field(proposal, "b")["format"] == "%d.%m.%y"
    assert told(proposal.notes.questions, "are they UTC")
    assert told(proposal.notes.questions, "1969 to 2068")
    assert told(proposal.notes.questions, "'n/a'", "line 3")


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        ("sep=;\na;b\n1;x\n2;y\n", {"delimiter": ";", "headerRows": [2]}),
        ("# exported\na,b\n1,x\n# later\n2,y\n", {"delimiter": ",", "commentChar": "#"}),
        ("#id,b\n1,x\n2,y\n", {"delimiter": ","}),
        ("a, b\n1, x\n2, y\n", {"delimiter": ",", "skipInitialSpace": True}),
        ('a,b\n"x \\"y\\", z",1\n"w",2\n', {"delimiter": ",", "escapeChar": "\\"}),
        ("a,b\n'x, y',1\n'z','2'\n'z','2'\n", {"delimiter": ",", "quoteChar": "'"}),
        ("a|b\n1|x, y\n2|z, w\n", {"delimiter": "|"}),
        ("betrag;saldo\n1,5;2,5\n3,5;4,5\n", {"delimiter": ";"}),
        ("a,b\r1,x\r2,y\r", {"delimiter": ","}),
        ("Konto;Giro\nTag;Betrag\n01.02.2025;1,5\n02.02.2025;2,5\n", {"delimiter": ";", "headerRows": [2]}),
        ("Umsätze;;\nname;ort;art\nx;y;z\nu;v;w\n", {"delimiter": ";", "headerRows": [2]}),
    ],
)
def test_the_dialect_states_what_the_sample_shows(proposed: Proposing, content: str, dialect: dict[str, Any]) -> None:
    """And nothing more."""
    proposal = proposed(content)

    assert proposal.document["dialect"] == {"encoding": "utf-8", **dialect}
    assert proposal.notes.wrong == []


def test_a_footer_is_known_by_its_words(proposed: Proposing) -> None:
    """Tomorrow's sums and counts are others; the pattern takes them, and a person is asked."""
    rows = "".join(f"T{number},x,{number}.50\n" for number in range(1, 9))
    proposal = proposed(f"id,text,amount\n{rows}\nTotal,,36.00\n8 rows, of 2025-03-01\n")

    patterns = proposal.document["dialect"]["tap"]["footers"]
    assert proposal.notes.wrong == []
    assert patterns == ["Total,,[-+]?[0-9][0-9.']*", "[-+]?[0-9][0-9.']* rows, of [-+]?[0-9][0-9.']*-[0-9]+-[0-9]+"]
    assert told(proposal.notes.questions, "footers", "lines 11 and 12")


def test_a_last_row_without_a_word_is_no_footer(proposed: Proposing) -> None:
    """A pattern of numbers alone would match rows of tomorrow."""
    proposal = proposed("a;b;c\nx1;1,5;2,5\nx2;1,5;2,5\n;;12,50\n")

    assert "tap" not in proposal.document["dialect"]


def test_a_broken_last_row_is_no_footer(proposed: Proposing) -> None:
    """It begins as rows do: it is named as wrong, and no pattern would lose it."""
    proposal = proposed("id,text,amount\nT1,x,1.50\nT2,y,2.50\nT3,z\n")

    assert "tap" not in proposal.document["dialect"]
    assert told(proposal.notes.wrong, "line 4", "row-missing-cells")


def test_two_columns_of_one_name_are_no_fields(proposed: Proposing) -> None:
    """Nothing could tell them apart; the note says that their cells are not loaded."""
    proposal = proposed("a;cur;b;cur\n1;EUR;x;EUR\n2;EUR;y;EUR\n")

    assert [one["name"] for one in proposal.document["fields"]] == ["a", "b"]
    assert told(proposal.notes.questions, "'cur'", "column 2")
    assert told(proposal.notes.questions, "column 4")


def test_a_row_that_is_judged_wrong_is_named(proposed: Proposing) -> None:
    """The proposal is what most rows say, and the exception has its line and its reason."""
    proposal = proposed("a,b\n1,x\n2,y\n3,y,z\n4,w\n")

    assert told(proposal.notes.wrong, "line 4", "row-extra-cells")
    assert told(proposal.notes.wrong, "1 of 4 rows")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"1,2\n3,4\n",
        b"a,b\n",
        b"a,b,\n1,2,\n",
        b"a,a\nx,y\n",
        b"a,b\n1,2,\n3,4,\n",
        b"\xef\xbb\xbfa\n\xff\n",
    ],
)
def test_a_file_that_no_schema_fits_is_refused(proposed: Proposing, content: bytes) -> None:
    """Empty, another format, no header, no rows, no name, two of one name, a ragged end, a byte that is no text."""
    with pytest.raises(CheckFailed):
        proposed(content)


def test_what_holds_in_the_sample_is_asked_and_made_no_rule(proposed: Proposing) -> None:
    """All values differ, or they are few: a constraint is a person's to state."""
    proposal = proposed("key,kind,n,cur\n" + "".join(f"k{n},{'ab'[n % 2]},1.5,eur\n" for n in range(40)))

    assert all(one.get("constraints") == {"required": True} for one in proposal.document["fields"])
    assert told(proposal.notes.questions, "cur: all its values are currencies")
    assert told(proposal.notes.questions, "key: all 40 values differ", "unique")
    assert told(proposal.notes.questions, "kind: 2 values in 40 rows", "'a', 'b'")


def test_what_one_column_shows_is_asked_of_the_others(proposed: Proposing) -> None:
    """A small amount has no groups; the large ones beside it have."""
    proposal = proposed("fee;gross\n1,50;1.234,50\n2,50;5.678,00\n")

    assert told(proposal.notes.questions, "fee: no value shows groups; is groupChar '.' theirs too?")


HEAD = 1 << 18


@pytest.fixture
def short_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some hundred thousand bytes is as long as one of some million."""
    monkeypatch.setattr("pipeline.schema_proposal.sample.HEAD", HEAD)


@pytest.mark.usefixtures("short_head")
def test_a_long_file_is_judged_by_its_beginning_and_its_end(proposed: Proposing) -> None:
    """The footer is behind the sample's first bytes; nothing else of the file is read, and the note says so."""
    rows = "".join(f"{n};Müller und Söhne;{n},50\n" for n in range(2 * HEAD // 24))
    proposal = proposed(f"a;b;c\n{rows}Summe;;12,00\n".encode("windows-1252"))

    assert proposal.notes.wrong == []
    assert proposal.document["dialect"]["tap"]["footers"] == ["Summe;;[-+]?[0-9][0-9.,']*"]
    assert told(proposal.notes.found, "the sample", "last 64 KiB")


@pytest.mark.parametrize("folder", sorted(FORMATS.glob("*/good.csv")), ids=lambda path: path.parent.name)
def test_the_worked_examples_are_proposed_as_a_person_wrote_them(folder: Path) -> None:
    """Each dialect is the written one's, and no field has another type; what the sample does not show is a string."""
    proposal = propose(folder)
    written = json.loads(folder.with_name("schema.json").read_text())

    kinds = {one["name"]: (one["type"], one.get("format")) for one in written["fields"]}
    assert proposal.notes.wrong == []
    for one in proposal.document["fields"]:
        assert one["type"] == "string" or (one["type"], one.get("format")) == kinds[one["name"]]
    dialect = proposal.document["dialect"]
    for key in {"encoding", "delimiter", "headerRows"} & written.get("dialect", {}).keys():
        assert dialect[key] == written["dialect"][key]


@pytest.mark.parametrize("shift", range(2))
@pytest.mark.usefixtures("short_head")
def test_an_end_that_begins_within_a_character_is_utf8_still(proposed: Proposing, shift: int) -> None:
    """The last 64 KiB are cut by bytes."""
    proposal = proposed(f"{'a' * (shift + 1)};b\n" + "üüüüüüü;1\n" * (HEAD // 12))

    assert proposal.document["dialect"]["encoding"] == "utf-8"


def test_a_proposal_that_loses_a_row_is_wrong(tmp_path: Path) -> None:
    """The judge's count is held against the sample's, whatever made them differ."""
    path, notes = tmp_path / "a.csv", Notes()
    path.write_text("a,b\n1,x\n2,y\n")
    sample = sample_of(path, notes)
    shape = shape_of(sample.lines, notes)

    prove(path, propose(path).document, sample, shape.without(shape.rows[:1]), Footers([], []), notes)

    assert notes.wrong == ["the judge reads 2 rows, and the proposal was made of 1"]
