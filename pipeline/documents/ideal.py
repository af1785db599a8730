"""IDEAL_RESPONSE.md: the complete system in one document, built from the repository, and turned back into it.

A file is a heading with its path and one fenced block, whose fence is longer than any in the file. The words after the
opening fence say what a block of text can't: `base64` (no UTF-8, or with carriage returns), `no-newline` (at the end),
`executable`.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path, PurePosixPath

from deployer import process
from deployer.errors import UsageError
from deployer.paths import Paths
from pipeline.documents.example import SUFFIX, example_stack
from pipeline.documents.picture import picture
from pipeline.documents.template import filled

NAME = "IDEAL_RESPONSE.md"
TEMPLATE = "docs/ideal.md"
_FILES = "## Files\n"
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
        "section": lambda path, heading: _section((root / path).read_text("utf-8"), heading),
        "documents": lambda folder, _: "\n".join(
            _demoted((root / path).read_text("utf-8")) for path in file_paths if path.startswith(folder)
        ),
        "files": lambda *_: "".join(_grouped(root, file_paths)),
        "contents": lambda *_: "<!-- contents -->\n",
    }
    text = filled((root / TEMPLATE).read_text("utf-8"), parts)
    return text.replace("<!-- contents -->\n", _contents(text), 1)


def extract(text: str, folder: Path) -> list[str]:
    """Write the files of a document into a folder that is empty or not there; returns their paths.

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
    return [block[1] for block in blocks]


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
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise UsageError(f"a file would lie outside the folder: {path!r}", remedy="don't trust this document")
    whole = base64.b64decode(content) if "base64" in words else content.encode()
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(whole[:-1] if "no-newline" in words else whole)
    target.chmod(0o755 if "executable" in words else 0o644)


def _contents(text: str) -> str:
    """Links to the headings of the second level and, of the files, the third."""
    head, _, files = text.partition(_FILES)
    headings = re.findall(r"^(##) (.+)$", _hidden(head), re.MULTILINE)
    headings += [("##", "Files"), *re.findall(r"^(###) (.+)$", _BLOCK.sub("", files), re.MULTILINE)]
    return "".join(f"{'  ' * (len(level) - 2)}- [{name}](#{_anchor(name)})\n" for level, name in headings)


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
