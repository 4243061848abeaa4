"""Letters and the digest as a mail program that is a browser shows them: by day and by night, on a
desk and on a phone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.digest import compose_digest, preview_html
from notifier.letters import compose
from rules.verdict import Outcome
from tests.desk.browser import CONTRAST, DESKTOP, PHONE, Browser
from tests.unit.notifier.invented import (
    SCHOOLS,
    digest_maker,
    entry,
    finding,
    load_first_call,
    load_templates,
    request_maker,
    verdict,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def pages() -> dict[str, str]:
    """A letter with everything in it, a note, and a digest of a bad day."""
    call, templates = load_first_call(), load_templates()
    make, wrong = request_maker(call), digest_maker(call)()
    faults = [
        finding(("缺少公章", "五（五）", "补盖"), kind) for kind in (Outcome.RETURN, Outcome.REFER)
    ]
    letter = compose(make(verdict=verdict(entry(SCHOOLS[0], *faults))), templates)
    note = compose(replace(make(), kind="noted", verdict=None), templates)
    state = replace(wrong.state, stale=True, errors=("磁盘满了",))
    digest = compose_digest(replace(wrong, state=state, accept_all="mailto:a@b.cn"), templates)
    return {"letter": letter.html, "note": note.html, "digest": preview_html(digest)}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_letters_can_be_read_by_day_and_by_night(
    colours: str, size: tuple[int, int], browser: Browser, tmp_path: Path
) -> None:
    """No page is wider than the window, no contrast is below 4.5, and at night nothing glares."""
    browser.look(size, colours)
    for name, html in pages().items():
        path = tmp_path / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        browser.go(path.as_uri())
        wide = browser.run("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], (name, wide)
        assert browser.run(CONTRAST) == [], name
        ground = browser.run("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(28, 28, 28)") is (colours == "dark"), (name, ground)
