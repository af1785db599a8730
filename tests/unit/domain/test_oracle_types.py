"""Types, formats, characters, constraints, uniqueness and dialects against frictionless-py, cell by cell.

Each kind of column is judged with every one of some two hundred tricky texts, by both ways of ours and by the oracle.
Where they differ on purpose, `differences.py` names the texts, the side that rejects and the reason: a difference that
is not listed fails, and so does one that is gone.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from transactions.judge import judge
from transactions.schema import parse

from .conftest import Collected
from .differences import DIFFERENT
from .oracle import oracle_on
from .tricky import CASES, CELLS, DIALECTS, INSTEAD, REPEATS, RIGHT

WAYS = ("rows", "vectorised")
N = {"name": "n", "type": "string"}
READ = {"fields": [N, {"name": "value", "type": "string", "constraints": {"enum": RIGHT}}]}
Sides = dict[tuple[str, str], str]  # of what differs, its case and text: the side that rejects it


def _column(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": [N, {"name": "value", **descriptor}]}


def _without_ours(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the oracle gets of a schema: all but our own settings."""
    fields = [{key: value for key, value in field.items() if key != "tap"} for field in document["fields"]]
    return {**document, "fields": fields}


def _file(names: list[str], rows: list[tuple[str, ...]]) -> str:
    """A CSV, each cell quoted."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


def _rejected(path: Path, document: dict[str, Any], way: str, number: Callable[[Any], int]) -> set[int]:
    """The rows that we reject."""
    collected = Collected()
    verdict = judge(path, parse(document), collected, way=way)
    assert verdict.judged, verdict.errors
    return {number(record) for record, _ in collected.refused}


def _sides(texts: Mapping[int, str], ours: set[int], oracle: set[int], case: str) -> Sides:
    """What differs. `texts` are the texts by row; one that stands in several rows differs as its last one does."""
    return {
        (case, text): "ours" if row in ours else "oracle"
        for row, text in texts.items()
        if (row in ours) != (row in oracle)
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any], dict[int, str]]]:
    """By case: its file, our schema, and the text in question by row, of which the file's first is 1."""
    folder = tmp_path_factory.mktemp("oracle")
    cases: dict[str, tuple[Path, dict[str, Any], dict[int, str]]] = {}

    def write(case: str, content: bytes, document: dict[str, Any], texts: dict[int, str]) -> None:
        path = folder / f"{len(cases):03d}.csv"
        path.write_bytes(content)
        cases[case] = (path, document, texts)

    for case, descriptor in CASES.items():
        rows = [(str(at), cell) for at, cell in enumerate(CELLS)]
        write(case, _file(["n", "value"], rows).encode(), _column(descriptor), dict(enumerate(CELLS, 2)))
    for case, repeats in REPEATS.items():
        names = [field["name"] for field in repeats.document["fields"]]
        texts = {row: f"{row - 1}: {' '.join(cells)}" for row, cells in enumerate(repeats.rows, 2)}
        write(case, _file(names, list(repeats.rows)).encode(), repeats.document, texts)
    for case, one in DIALECTS.items():
        lines = dict(enumerate(one.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1))
        dialect = {**one.dialect, "encoding": one.encoding}
        write(case, one.text.encode(one.encoding), {**READ, "dialect": dialect}, lines)
    return cases


@pytest.fixture(scope="module")
def oracle(written) -> dict[str, set[int]]:
    """The rows that frictionless-py rejects, by case."""
    resources: dict[str, dict[str, Any]] = {}
    for case, (path, document, _) in written.items():
        repeats, dialect = REPEATS.get(case), DIALECTS.get(case)
        schema = _column(INSTEAD[case]) if case in INSTEAD else (repeats and repeats.instead) or document
        resources[path.name] = {"schema": _without_ours({k: v for k, v in schema.items() if k != "dialect"})}
        if dialect is not None:
            resources[path.name] |= {"dialect": dialect.dialect, "encoding": dialect.encoding}
    folder = next(iter(written.values()))[0].parent
    found = oracle_on(folder, resources)
    return {case: found[path.name] for case, (path, _, _) in written.items()}


def test_no_case_has_the_name_of_another() -> None:
    """The table of differences speaks of cases by name."""
    assert len({*CASES, *REPEATS, *DIALECTS}) == len(CASES) + len(REPEATS) + len(DIALECTS)
    assert len(set(CELLS)) == len(CELLS)


@pytest.mark.parametrize("way", WAYS)
def test_the_oracle_rejects_the_same_cells_but_for_the_listed_differences(written, oracle, way) -> None:
    """Thousands of cells, each with the same verdict, or with a difference that is named and reasoned."""
    found: Sides = {}
    for case, (path, document, texts) in written.items():
        by_line = case in DIALECTS
        ours = _rejected(path, document, way, lambda record, line=by_line: record.line if line else record.number + 1)
        found |= _sides(texts, ours, oracle[case], case)
    listed = {(case, text): one.side for one in DIFFERENT for case in one.cases for text in one.texts}

    assert {key: side for key, side in found.items() if listed.get(key) != side} == {}, "not listed"
    assert {key for key in listed if key not in found} == set(), "a listed difference is gone: take it from the list"
