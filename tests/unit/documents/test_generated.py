"""What `tap docs build` writes is what the repository gives, and says so where it is not."""

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deployer.paths import Paths
from pipeline.documents import generated, ideal
from transactions.layout import Upload, reason_of

PLACES = Paths.here()
DOCS = PLACES.root / "docs"


@pytest.mark.parametrize("path", [path for path in generated.GENERATED if path != ideal.NAME])
def test_it_is_what_the_repository_gives(path: str) -> None:
    """`tap docs build` would change nothing, so no commit leaves it stale."""
    is_same = (PLACES.root / path).read_bytes().decode() == generated.GENERATED[path](PLACES)
    assert is_same, f"{path} is stale: run `make docs`"


def test_the_document_that_holds_the_others_is_written_last() -> None:
    """Otherwise it would hold them as they were."""
    assert list(generated.GENERATED)[-1] == ideal.NAME


def test_what_is_stale_is_named(tmp_path: Path) -> None:
    """One that is not there and one that is different; after writing, none."""
    documents = {name: lambda _, name=name: f"{name} ü\r\n" for name in ("missing", "different", "same")}
    paths = Paths(tmp_path)
    (tmp_path / "different").write_bytes(b"different \r\n")
    (tmp_path / "same").write_bytes("same ü\r\n".encode())

    assert list(generated.stale(paths, documents)) == ["missing", "different"]
    generated.write(paths, documents)
    assert list(generated.stale(paths, documents)) == []


def test_the_api_is_described_in_valid_openapi() -> None:
    """By the specification's own schema, with every reference resolved and every example and default fitting."""
    document = json.loads((DOCS / "openapi.json").read_text())

    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_error_is_in_the_reference_and_no_other() -> None:
    """Each class of the tree, wherever in the deployer it is defined."""
    defined = [
        (each.name, {base.id for base in each.bases if isinstance(base, ast.Name)})
        for path in (PLACES.root / "deployer").rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.ClassDef)
    ]
    tree: set[str] = set()
    while more := {name for name, bases in defined if bases & (tree | {"TapError"})} - tree:
        tree |= more
    section = (DOCS / "reference.md").read_text().split("## Exit codes")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| \d \| (?:&nbsp;)*`(\w+)`", section, re.MULTILINE)) == tree


def test_links_of_the_reference_lead_somewhere() -> None:
    """Each relative link is to a file of the repository."""
    links = re.findall(r"\]\(([^)#]+)\)", (DOCS / "reference.md").read_text())
    inside = [link for link in links if "://" not in link]

    assert len(inside) > 5
    assert [link for link in inside if not (DOCS / link).is_file()] == []


def test_each_key_that_the_code_derives_is_in_the_reference() -> None:
    """The layout's own table is what `Upload` gives."""
    upload = Upload("KEY", "VERSION")
    derived = {upload.key, upload.accepted, upload.manifest, upload.rejected, upload.raw, upload.parts, upload.report}
    derived |= {upload.part(0), upload.result(0), upload.conflicts(0), reason_of(upload.result(0))}
    derived.add("runs/ID/manifest.json")  # AWS's own names, below the prefix of stack/workflow.asl.json
    section = (DOCS / "reference.md").read_text().split("## The bucket")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)) == derived
