"""The report in a real browser: of the last run, and of evidence that is made up to be hard to show.

Nothing is loaded and nothing is logged, no page scrolls sideways, axe finds nothing by WCAG A and AA in light and dark,
and the print is sane. Playwright and axe live in environments/browser; the browser is the system's Chromium.
"""

import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deployer.paths import Paths
from deployer.process.environments import ensure
from deployer.reporting import PAGE, written
from tests.unit.reporting import making

PLACES = Paths.here()
NAMES = ("chromium", "chromium-browser", "google-chrome")
MADE = {"failed": making.failed, "hostile": making.hostile, "many": lambda: making.many(40), "old": making.old}
SMALLEST = 10.0  # CSS pixels of a text, also in a picture on a phone
UNREADABLE = """<!doctype html><html><body style="background:#fff"><script>console.log("told")</script>
<img src="nowhere.png"><p style="color:#ccc;width:2000px">hard to read</p></body></html>"""
View = dict[str, Any]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, View]]:
    """What a browser shows of each page, by page and view."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {"run": PLACES.report / PAGE, "unreadable": folder / "unreadable.html"}
    pages["unreadable"].write_text(UNREADABLE)
    for name, make in MADE.items():
        evidence = making.laid(folder / name, make(), least_privilege=making.hostile_grants())
        pages[name] = written(PLACES, evidence, folder / name / "report").page
    if not pages["run"].is_file():
        pytest.fail(f"there is no report of a run at {pages['run']}: `make test-local` leaves one", pytrace=False)
    told = _looked(list(pages.values()))
    return {name: told[str(page)] for name, page in pages.items()}


def _looked(pages: list[Path]) -> dict[str, Any]:
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.exit("no Chromium is there to look at the report: `apt-get install chromium`, or any other", 3)
    look = PLACES.root / "environments" / "browser" / "look.py"
    command = [str(ensure("browser", PLACES)), str(look), browser, *map(str, pages)]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=kept)
    assert done.returncode == 0, done.stderr
    looked: dict[str, Any] = json.loads(done.stdout)
    return looked


@pytest.fixture(params=["run", *MADE])
def views(request: pytest.FixtureRequest, seen: dict[str, dict[str, View]]) -> dict[str, View]:
    return seen[request.param]


@pytest.fixture
def on_screen(views: dict[str, View]) -> dict[str, View]:
    return {name: view for name, view in views.items() if name != "print"}


def test_nothing_is_asked_for_and_nothing_is_logged(views: dict[str, View]) -> None:
    """A page needs nobody, runs nothing but its own script, and the console stays empty."""
    for name, view in views.items():
        assert (view["requests"], view["console"], view["scripts"], view["handlers"]) == ([], [], 1, []), name


def test_no_page_scrolls_sideways(views: dict[str, View]) -> None:
    """As wide as the window, on a desk, on a phone and on paper, with everything closed and everything open."""
    for name, view in views.items():
        assert (view["width"], view.get("closed", view)["width"]) == (view["asked"], view["asked"]), name


def test_everybody_can_read_it(on_screen: dict[str, View]) -> None:
    """Axe finds nothing, contrast is sufficient in light and dark, and no text is tiny."""
    for name, view in on_screen.items():
        assert view["violations"] == [], name
        assert view["smallest"] >= SMALLEST, name
        assert view["unsure"] == [], name
        assert {*view["picture"]} <= {view["soft"]}, name  # which axe has judged


def test_headings_lead_through_it(on_screen: dict[str, View]) -> None:
    """One heading of the first level, and none that skips a level."""
    for name, view in on_screen.items():
        levels = view["headings"]
        assert (levels[0], levels.count(1)) == (1, 1), name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


def test_light_and_dark_differ(views: dict[str, View]) -> None:
    """The page follows what its reader prefers; paper is white in either."""
    assert views["1280 light"]["background"] != views["1280 dark"]["background"]
    assert views["print"]["background"] == "rgb(255, 255, 255)"


def test_search_shows_what_is_asked_for(on_screen: dict[str, View]) -> None:
    """Words, failed ones only, all again in another order; and a link to a file opens what it is folded in."""
    for name, view in on_screen.items():
        used = view["used"]
        assert (used["none"], used["again"], used["folded"]) == (0, used["all"], 0), name
        assert used["failed"] == used["bad"], name
        assert used.get("linked", 1) >= 1, name


def test_the_print_has_what_is_folded_on_the_screen(views: dict[str, View]) -> None:
    """Claims, suppressions and grants are printed though nobody opened them; on the screen they wait."""
    assert views["print"]["seen"] == views["print"]["bodies"] > 0
    assert views["1280 light"]["closed"]["seen"] < views["print"]["bodies"]
    assert views["print"]["sheets"] >= 1


def test_a_page_that_is_hard_to_read_is_found(seen: dict[str, dict[str, View]]) -> None:
    """The eyes that found nothing above see a request, a log line, a wide page, a faint text, and a script."""
    view = seen["unreadable"]["1280 dark"]

    assert [url.rpartition("/")[2] for url in view["requests"]] == ["nowhere.png"]
    assert "told" in view["console"]
    assert view["width"] > 1280
    assert any(told.startswith("color-contrast") for told in view["violations"])
    assert view["scripts"] == 1
    assert any(told.startswith("image-alt") for told in seen["unreadable"]["380 light"]["violations"])
