"""A hook of mkdocs for `make docs-site`: links of the pages to files outside of docs/, which the site has not.

Where GitHub builds the site, they lead to the file there; elsewhere they are their text and the file's path. A link to
a file that is not there fails. It runs in environments/site, on nothing of Tap.
"""

import os
import re
from pathlib import Path
from posixpath import normpath
from typing import Any

_LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)\s]*|decisions/)\)")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """The page with such links in place. `page` and `config` are mkdocs's."""
    docs = Path(config["docs_dir"])
    folder = Path(page.file.src_uri).parent

    def replaced(found: re.Match[str]) -> str:
        path = normpath(f"{docs.name}/{folder.as_posix()}/{found[2].partition('#')[0]}")
        if path.startswith(f"{docs.name}/") and not (docs.parent / path).is_dir():
            return found[0]  # a page, which mkdocs looks for itself
        if not (docs.parent / path).exists():
            raise FileNotFoundError(f"{page.file.src_uri} links to {found[2]}, which is not there")
        return _elsewhere(found[1], path)

    return _LINK.sub(replaced, markdown)


def _elsewhere(text: str, path: str) -> str:
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"[{text}]({server}/{repository}/blob/main/{path})" if server and repository else f"{text} (`{path}`)"
