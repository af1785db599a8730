"""The site's links to files outside of docs/, and its navigation; that no link is dead, `make docs-site` says."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.documents.site_links import on_page_markdown

ROOT = Path(__file__).parents[3]


def shown(markdown: str, page: str = "files.md") -> str:
    return on_page_markdown(
        markdown, SimpleNamespace(file=SimpleNamespace(src_uri=page)), {"docs_dir": str(ROOT / "docs")}
    )


def test_a_file_outside_is_told_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from the page's own folder; a link to another page stays."""
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)

    assert shown("[It](../tap.py#main)") == "It (`tap.py`)"
    assert shown("[It](../../tap.py)", "decisions/embedded-aws.md") == "It (`tap.py`)"
    assert shown("[Page](schema.md) [up](../gotchas.md)", "decisions/x.md") == "[Page](schema.md) [up](../gotchas.md)"


def test_on_github_it_is_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the file on the default branch."""
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/tap")

    assert shown("[It](../tap.py)") == "[It](https://github.com/octo/tap/blob/main/tap.py)"


def test_a_dead_one_fails() -> None:
    """With the page and the link."""
    with pytest.raises(FileNotFoundError, match=r"files\.md links to \.\./gone\.py"):
        shown("[It](../gone.py)")


def test_every_page_is_in_the_sites_navigation() -> None:
    """Strict mkdocs refuses one that is left out, which is known only once the site is built."""
    listed = set(re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE))

    assert {page.name for page in (ROOT / "docs").glob("*.md")} - listed == {"ideal.md"}  # a template, and no page
