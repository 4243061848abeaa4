"""The preview of rules in a real Chromium: it follows every save by itself, and is readable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.desk.preview import build_preview
from tests.desk.browser import CONTRAST, DESKTOP, PHONE, Browser
from tests.desk.server import served
from tests.servers.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
CALL = "community-grants-2025"


def test_the_page_follows_every_save_by_itself(tmp_path: Path, browser: Browser) -> None:
    """And asks nobody but this machine."""
    folder, port = tmp_path / "calls" / CALL, free_port()
    shutil.copytree(default_config() / "calls" / CALL, folder)
    rules = folder / "rules.yaml"
    right = rules.read_text("utf-8")
    origin = f"http://127.0.0.1:{port}"
    with served(build_preview(folder, origin), port):
        browser.go(origin)
        assert "没有发现问题" in browser.text()
        rules.write_text(right.replace("申报书.申请金额 不超过", "申报书.申请金鹅 不超过"), "utf-8")
        browser.wait("document.querySelector('[role=alert]')?.textContent.includes('申请金鹅')")
        rules.write_text(right, "utf-8")
        browser.wait("document.body.textContent.includes('没有发现问题')")
        for size in (DESKTOP, PHONE):
            browser.look(size)
            assert browser.run("document.documentElement.scrollWidth <= innerWidth")
            assert browser.run(CONTRAST) == []
        assert browser.complaints() == []
        assert browser.hosts_asked() <= {f"127.0.0.1:{port}", "127.0.0.1"}
