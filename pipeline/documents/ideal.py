"""IDEAL_RESPONSE.md: the complete system in one document, built from the repository, and turned back into it.

It holds what people wrote. Locks, data, recordings, generated documents and other people's files are named, with size
and hash; whoever extracts the document beside a checkout gets them from there.

A file is a heading with its path and one fenced block, whose fence is longer than any in the file. The words after the
opening fence say what a block of text can't: `base64` (no UTF-8, or with carriage returns), `no-newline` (at the end),
`executable`.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from hashlib import sha256
from itertools import groupby
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import NamedTuple

from deployer import process
from deployer.errors import UsageError
from deployer.paths import Paths
from pipeline.documents.example import SUFFIX, example_stack
from pipeline.documents.picture import picture
from pipeline.documents.template import CONTENTS, filled

NAME = "IDEAL_RESPONSE.md"
TEMPLATE = "docs/ideal.md"
_FILES = "## Files\n"
# What is named and not held, by its path.
_NAMED = {
    "locks": ("uv.lock", "*/uv.lock", "environments/uv.txt", "lambdas/*/requirements.txt", "stack/.terraform.lock.hcl"),
    "data": ("tests/data/*.csv", "tests/data/*.json", "tests/policy/data/*", "examples/formats/*/*.csv"),
    "recordings": ("docs/recordings/*",),
    "generated": (
        "docs/costs.md", "docs/deployer-policies.json", "docs/openapi.json", "docs/reference.md", "docs/scale.md",
        "docs/json/*", "tests/policy/access.json",
    ),
    "other people's": ("tests/policy/schemas/*",),
}  # fmt: skip
_ROW = re.compile(r"^\| `([^`\n]+)` \| [\w' ]+ \| ([\d,]+) \| `([0-9a-f]{64})` \|$", re.MULTILINE)
_BLOCK = re.compile(r"^#### `([^`\n]+)`\n\n(`{3,})([^`\n]*)\n(.*?)^\2\n", re.MULTILINE | re.DOTALL)
_LANGUAGES = {
    ".py": "python", ".md": "markdown", ".json": "json", ".toml": "toml", ".yml": "yaml", ".yaml": "yaml",
    ".csv": "csv", ".tf": "hcl", ".hcl": "hcl", ".txt": "text", ".lock": "toml", ".xml": "xml",
}  # fmt: skip


def built(paths: Paths) -> str:
    """The document of this repository. The same repository gives the same text."""
    root = paths.root
    file_paths = [path for path in tracked(root) if path != NAME]
    parts: dict[str, Callable[[str, str], str]] = {
        "picture": lambda *_: f"```mermaid\n{picture(example_stack(paths), SUFFIX)}```\n",
        "section": lambda path, heading: _section(_page(root, path), heading),
        "documents": lambda folder, _: "\n".join(
            _demoted(_page(root, path)) for path in file_paths if path.startswith(folder)
        ),
        "named": lambda *_: _table(root, [path for path in file_paths if is_named(path)]),
        "files": lambda *_: "".join(_grouped(root, [path for path in file_paths if not is_named(path)])),
        "contents": lambda *_: "<!-- contents -->\n",
    }
    text = filled((root / TEMPLATE).read_text("utf-8"), parts)
    return text.replace("<!-- contents -->\n", _contents(text), 1)


class Extracted(NamedTuple):
    """The paths of the files that were written, and of those that are named alone and were not found."""

    files: list[str]
    missing: list[str]


def extract(text: str, folder: Path, beside: Path | None = None) -> Extracted:
    """Write the files of a document into a folder that is empty or not there.

    What the document names alone is copied from the checkout `beside`, where it has the same bytes.

    Raises:
        UsageError: something is in the folder, or the document holds no files, or one that would lie outside.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("the folder is not empty", where=str(folder), remedy="name a new one")
    blocks = list(_BLOCK.finditer(text, max(text.find(_FILES), 0)))
    if not blocks:
        raise UsageError(f"no file is in it; `tap docs build` writes {NAME}")
    for path, _, words, content in (block.groups() for block in blocks):
        _write(folder, path, words.split(), content)
    named = [_copied(folder, beside, path, digest) for path, _, digest in _ROW.findall(text.partition(_FILES)[0])]
    return Extracted(
        [*(block[1] for block in blocks), *(path for path, found in named if found)],
        [path for path, found in named if not found],
    )


def is_named(path: str) -> bool:
    """Whether a file is named with its hash, and not held."""
    return bool(_kind(path))


def _copied(folder: Path, beside: Path | None, path: str, digest: str) -> tuple[str, bool]:
    """Whether the checkout had it with these bytes."""
    source = beside / path if beside else None
    if source is None or not source.is_file() or sha256(content := source.read_bytes()).hexdigest() != digest:
        return path, False
    _place_in(folder, path).write_bytes(content)
    return path, True


def _table(root: Path, file_paths: list[str]) -> str:
    """A row for each file that is named: its path, why, its bytes, its hash."""
    head = "| file | what it is | bytes | SHA-256 |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{path}` | {_kind(path)} | {len(content):,} | `{sha256(content).hexdigest()}` |\n"
        for path in file_paths
        for content in [(root / path).read_bytes()]
    )


def _kind(path: str) -> str:
    """What a file is that is only named; blank for one that is held."""
    return next((kind for kind, patterns in _NAMED.items() if any(fnmatch(path, one) for one in patterns)), "")


def tracked(root: Path) -> list[str]:
    """The repository's files, sorted: what git tracks; where there is no git, all that .gitignore does not name."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z"]
        listed = process.run(command)
        listed.check_returncode()
        return sorted(path for path in listed.stdout.split("\0") if path and (root / path).is_file())
    ignored = [line.strip("/") for line in (root / ".gitignore").read_text().splitlines() if line]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not _ignored(name, ignored)]
        found += [Path(folder, name).relative_to(root).as_posix() for name in names if not _ignored(name, ignored)]
    return sorted(found)


def _ignored(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _page(root: Path, path: str) -> str:
    """A page without its link to all pages; its other links lead from the top level to where they led."""
    folder = PurePosixPath(path).parent.as_posix()
    text = (root / path).read_text("utf-8").replace(CONTENTS, "")
    return re.sub(r"\]\((?!\w+:|#)([^)#\s]+)", lambda found: f"]({normpath(f'{folder}/{found[1]}')}", text)


def _section(text: str, heading: str) -> str:
    """What stands below a heading, without it."""
    found = re.search(rf"^#+ {re.escape(heading)}\n+(.*?)(?=^#+ |\Z)", _hidden(text), re.MULTILINE | re.DOTALL)
    if not found:
        raise UsageError(f"there is no heading {heading!r}", where=TEMPLATE, remedy="name one that is there")
    return text[found.start(1) : found.end(1)].rstrip() + "\n"


def _hidden(text: str) -> str:
    """The text with fenced blocks blanked out, so that a comment in one is no heading; of the same length."""
    return re.sub(r"^(`{3,}).*?^\1$", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.M | re.S)


def _demoted(text: str) -> str:
    """Two levels down, to stand below a section."""
    return re.sub(r"^#", "###", text, flags=re.MULTILINE)


def _grouped(root: Path, file_paths: list[str]) -> Iterator[str]:
    """Each folder of the top level is a heading of its own."""
    for folder, group in groupby(sorted(file_paths, key=_place), key=lambda path: _place(path)[1]):
        yield f"\n### {folder}\n"
        for path in group:
            yield _block(path, (root / path).read_bytes(), executable=os.access(root / path, os.X_OK))


def _place(path: str) -> tuple[bool, str, str]:
    folder, inner, _ = path.partition("/")
    return bool(inner), f"`{folder}/`" if inner else "Top level", path


def _block(path: str, content: bytes, *, executable: bool) -> str:
    if re.search(r"[`\n]", path):
        raise UsageError(f"a path with a backtick or a line break can't be a heading: {path!r}")
    words = ["executable"] * executable
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\r"
    if "\r" in text:
        text, words = base64.encodebytes(content).decode(), ["base64", *words]
    if text and not text.endswith("\n"):
        text, words = f"{text}\n", ["no-newline", *words]
    fence = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
    fence = max(fence, "```", key=len)
    language = "" if "base64" in words else _LANGUAGES.get(PurePosixPath(path).suffix, "text")
    return f"\n#### `{path}`\n\n{fence}{' '.join(filter(None, [language, *words]))}\n{text}{fence}\n"


def _write(folder: Path, path: str, words: list[str], content: str) -> None:
    whole = base64.b64decode(content) if "base64" in words else content.encode()
    target = _place_in(folder, path)
    target.write_bytes(whole[:-1] if "no-newline" in words else whole)
    target.chmod(0o755 if "executable" in words else 0o644)


def _place_in(folder: Path, path: str) -> Path:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise UsageError(f"a file would lie outside the folder: {path!r}", remedy="don't trust this document")
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _contents(text: str) -> str:
    """Links to the headings of the second level and, of the files, the third."""
    head, _, files = text.partition(_FILES)
    headings = re.findall(r"^(##) (.+)$", _hidden(head), re.MULTILINE)
    headings += [("##", "Files"), *re.findall(r"^(###) (.+)$", _BLOCK.sub("", files), re.MULTILINE)]
    return "".join(f"{'  ' * (len(level) - 2)}- [{name}](#{_anchor(name)})\n" for level, name in headings)


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
