"""What the tests of the evaluator share: a folder of Terraform, read without Checkov."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployer.compliance.judgement import NotJudged
from deployer.compliance.subject import Subject, reading_at, subjects_at

QUEUE = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'


def laid_out(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder, with these files in it."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def subjects_and_notes(folder: Path, root: Path | None = None) -> tuple[list[Subject], list[NotJudged]]:
    """The documents that are judged, and what is not."""
    reading = reading_at(folder, root)
    return subjects_at(folder, reading=reading), list(reading.notes)


def evaluated(folder: Path, files: Mapping[str, str | bytes] | None = None, root: Path | None = None) -> dict[str, Any]:
    """What each resource comes to, by its address."""
    subjects, _ = subjects_and_notes(laid_out(folder, files or {}), root)
    return {one["address"]: one["values"] for subject in subjects if subject.is_evaluated for one in subject.planned()}


def value_of(folder: Path, expression: str, more: str = "") -> Any:
    """What an expression comes to."""
    text = f'resource "aws_ssm_parameter" "p" {{\n  value = {expression}\n}}\n{more}'
    return evaluated(folder, {"main.tf": text})["aws_ssm_parameter.p"]["value"]


def faults(folder: Path, files: Mapping[str, str | bytes] | None = None) -> list[tuple[str, str, int]]:
    """What could not be judged: its address, file and line."""
    _, notes = subjects_and_notes(laid_out(folder, files or {}))
    return [(one.resource, one.file, one.line) for one in notes if one.is_fault]
