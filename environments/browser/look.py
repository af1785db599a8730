"""How pages look in a real browser: `python look.py CHROMIUM PAGE...` prints for each page what each view shows.

A view is a width and a colour scheme, or the print. Playwright drives the system's Chromium with an empty profile of
its own, axe judges accessibility by WCAG A and AA and its best practices. Imports nothing of Tap.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# what axe is asked of each view: the dark differs in colours alone, the phone in all but colours; None: nothing is new
VIEWS: dict[tuple[int, Any], dict[str, Any] | None] = {
    (1280, "light"): {},
    (1280, "dark"): {"runOnly": ["color-contrast"]},
    (380, "light"): {"rules": {"color-contrast": {"enabled": False}}},
    (380, "dark"): None,
}
_HIDDEN = ("shortTextContent", "elmPartiallyObscured", "elmPartiallyObscuring", "bgOverlap")
ALIKE = {"exclude": [["details.file + details.file"]]}  # the first file of each test stands for the others
PAPER = 680  # CSS pixels between the margins of A4
LOOKS = """() => {
  const shown = [...document.querySelectorAll("body *")].filter(one => one.checkVisibility());
  const texts = shown.filter(one => [...one.childNodes].some(node => node.nodeType == 3 && node.data.trim()));
  const size = one => parseFloat(getComputedStyle(one).fontSize) *
    (one instanceof SVGElement && one.getScreenCTM ? one.getScreenCTM().a : 1);
  return {
    width: document.documentElement.scrollWidth,
    smallest: Math.min(...texts.map(size)),
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].map(one => +one.tagName[1]),
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].flatMap(one => one.getAttributeNames())
      .filter(name => /^on/.test(name)),
    picture: [...document.querySelectorAll("svg text")].map(one => getComputedStyle(one).fill),
    soft: shown.filter(one => one.matches("p.soft")).map(one => getComputedStyle(one).color)[0],
    background: getComputedStyle(document.body).backgroundColor,
    bodies: document.querySelectorAll("details:not(.folded) > .body").length,
    seen: [...document.querySelectorAll("details:not(.folded) > .body")].filter(one => one.checkVisibility()).length,
  };
}"""
SHOWN = "() => [...document.querySelectorAll('[data-item]')].filter(one => one.checkVisibility()).length"
OPEN = "() => document.querySelectorAll('details').forEach(one => one.open = true)"


def views(browser: Browser, page: Path) -> dict[str, dict[str, Any]]:
    """Each view of a page by its name."""
    seen = {f"{width} {scheme}": _on_screen(browser, page, width, scheme) for width, scheme in VIEWS}
    return {**seen, "print": _printed(browser, page)}


def _on_screen(browser: Browser, path: Path, width: int, scheme: str) -> dict[str, Any]:
    """With everything closed as it opens, then with everything open."""
    with _opened(browser, path, width, scheme) as (page, noted):
        closed = page.evaluate(LOOKS)
        page.evaluate(OPEN)
        return {
            "asked": width,
            **page.evaluate(LOOKS),
            "closed": closed,
            **noted,
            **_judged(page, VIEWS[width, scheme]),
            "used": _used(page) if page.query_selector("#tools") else {},
        }


def _used(page: Page) -> dict[str, Any]:
    """What of tests and files is shown, as a person searches, by keyboard where that is a choice."""
    found = {"all": page.evaluate(SHOWN)}
    page.fill("#find", "no such test anywhere")
    found["none"] = page.evaluate(SHOWN)
    page.fill("#find", "")
    page.select_option("#show", "failed")
    found["failed"] = page.evaluate(SHOWN)
    found["bad"] = len(page.query_selector_all("[data-item][data-outcome=failed]"))
    page.select_option("#show", "")
    page.select_option("#order", "longest")
    found["again"] = page.evaluate(SHOWN)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = false)")
    found["folded"] = page.evaluate(SHOWN)
    for link in page.query_selector_all("details.file")[:1]:
        page.evaluate("name => { location.hash = name; }", link.get_attribute("id"))
        page.wait_for_function("name => document.getElementById(name).open", arg=link.get_attribute("id"))
        found["linked"] = page.evaluate(SHOWN)
    return found


def _printed(browser: Browser, path: Path) -> dict[str, Any]:
    """As somebody whose screen is dark prints it."""
    with _opened(browser, path, PAPER, "dark") as (page, noted):
        page.emulate_media(media="print", color_scheme="dark")
        sheets = page.pdf(format="A4").count(b"/Type /Page\n")
        return {"asked": PAPER, **page.evaluate(LOOKS), **noted, "sheets": sheets}


@contextmanager
def _opened(browser: Browser, path: Path, width: int, scheme: Any) -> Iterator[tuple[Page, dict[str, Any]]]:
    noted: dict[str, Any] = {"console": [], "requests": []}
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.on("console", lambda message: noted["console"].append(message.text))
    page.on("pageerror", lambda error: noted["console"].append(str(error)))
    page.on("request", lambda request: noted["requests"].append(request.url[:200]))
    page.goto(path.as_uri())
    noted["requests"].remove(path.as_uri())
    yield page, noted
    context.close()


def _judged(page: Page, options: dict[str, Any] | None) -> dict[str, Any]:
    """What axe finds, and where it can't tell the contrast."""
    if options is None:
        return {"violations": [], "unsure": []}
    found = Axe().run(page, ALIKE, {"resultTypes": ["violations", "incomplete"], **options}).response
    unsure = [one for one in found["incomplete"] if one["id"] == "color-contrast" and _unknown(one)]
    return {"violations": [_told(one) for one in found["violations"]], "unsure": [_told(one) for one in unsure]}


def _unknown(one: dict[str, Any]) -> bool:
    """Whether a background is unknown. Of text in a picture `LOOKS` tells the colour; what is short or scrolled out of
    sight has the colours of its neighbours."""
    nodes = [node for node in one["nodes"] if not node["html"].startswith("<text")]
    return any(check["data"]["messageKey"] not in _HIDDEN for node in nodes for check in node["any"])


def _told(one: dict[str, Any]) -> str:
    nodes = "; ".join(node["html"][:160] for node in one["nodes"][:3])
    return f"{one['id']}: {one['help']}: {len(one['nodes'])} times: {nodes}"


if __name__ == "__main__":
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=sys.argv[1], args=QUIET)
        print(json.dumps({path: views(browser, Path(path)) for path in sys.argv[2:]}))
        browser.close()
