"""A real headless Chromium from Debian, driven by its own chromedriver; it speaks with loopback
alone.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

PATIENCE = 30.0  #: seconds; the machine may be busy
DESKTOP, PHONE = (1360, 900), (390, 844)
_QUIET = (
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


CONTRAST = """
(() => {
  const part = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const over = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!words || !element.checkVisibility() || element.closest(".hidden, .skip, option")) continue;
    const grounds = [];
    for (let e = element; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
    const base = matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff";
    const ground = over([base, ...grounds]);
    const ink = over([base, ...grounds, getComputedStyle(element).color]);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.className} ${element.textContent.trim().slice(0, 30)}`);
  }
  return bad;
})()
"""
"""What on a page has a contrast below 4.5 to its ground."""


def chromium() -> dict[str, str | None]:
    """Where the two programs are; None where one is missing."""
    return {name: shutil.which(name) for name in ("chromium", "chromedriver")}


class Browser:
    """A window, and short ways to use it as people do."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def forget(self) -> None:
        """As if nobody had used it: cookies, size, colours, what was logged."""
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.look(DESKTOP)
        self.driver.get_log("browser")
        self.driver.get_log("performance")

    def look(self, size: tuple[int, int], colours: str = "light") -> None:
        """A window of this size, under a system with these colours."""
        width, height = size
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE},
        )
        features = {"prefers-color-scheme": colours, "prefers-reduced-motion": "reduce"}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": name, "value": value} for name, value in features.items()]},
        )

    def go(self, url: str) -> None:
        """Open a page."""
        self.driver.get(url)

    def carry(self, origin: str, cookies: dict[str, str]) -> None:
        """Take over the cookies of a visitor."""
        self.go(f"{origin}/sign-in")
        for name, value in cookies.items():
            self.driver.add_cookie({"name": name, "value": value, "path": "/", "httpOnly": True})

    def all(self, selector: str) -> list[WebElement]:
        """Every element that fits, there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first element that fits, waited for."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        return self.all(selector)[0]

    def wait(self, expression: str) -> Any:
        """Until a JavaScript expression holds; its value. Raises AssertionError when it never
        does.
        """
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            if found := self.run(expression):
                return found
            time.sleep(0.05)
        raise AssertionError(
            f"never: {expression}\n{self.driver.current_url}\n{self.text()[:2000]}"
        )

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.driver.execute_script(f"return {expression.strip()}")

    def press(self, *keys: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        actions = webdriver.ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def text(self) -> str:
        """What can be read on the page."""
        return str(self.run("document.body.innerText"))

    def path(self) -> str:
        """The page's address without the host."""
        parts = urlsplit(self.driver.current_url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def complaints(self) -> list[str]:
        """What the browser itself says went wrong: broken policies, missing files, errors of
        scripts.
        """
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def hosts_asked(self) -> set[str]:
        """Every host and port the pages asked for anything since the last call."""
        events = [
            json.loads(row["message"])["message"] for row in self.driver.get_log("performance")
        ]
        urls = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        return {urlsplit(url).netloc for url in urls if url.startswith("http")}


@contextmanager
def start_browser(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile."""
    programs = chromium()
    os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}  # selenium fetches nothing
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"] or ""
    for argument in (*_QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # it refuses to start as root otherwise
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(programs["chromedriver"]))
    driver.set_page_load_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
