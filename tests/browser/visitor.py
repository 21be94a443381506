"""Somebody with a browser: Debian's Chromium, headless, driven by Selenium."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

WAIT_SECONDS = 20
CHANGING = (StaleElementReferenceException, ElementClickInterceptedException)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    # Without these the browser itself calls its makers.
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)


@contextmanager
def open_browser(profile: str) -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


class Visitor:
    """What they see and do, and what the browser had to complain of meanwhile."""

    def __init__(self, driver: webdriver.Chrome, base_url: str) -> None:
        self.driver = driver
        self.base_url = base_url
        self.complaints: list[str] = []
        self.hosts: set[str] = set()

    def visit(self, address: str) -> None:
        self.driver.get(address if "://" in address else f"{self.base_url}{address}")
        self.note()

    def note(self) -> None:
        """Take the browser's logs in: errors of the console, and every host that was asked."""
        # A violated content security policy is an error of the console, too.
        self.complaints += [
            row["message"] for row in self.logs("browser") if row["level"] in {"SEVERE", "WARNING"}
        ]
        for row in self.logs("performance"):
            message = json.loads(row["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = urlsplit(message["params"]["request"]["url"])
                if url.scheme in {"http", "https"}:
                    self.hosts.add(url.netloc)

    def logs(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call]
        return rows

    def wait(self, for_it: Callable[[], Any]) -> Any:
        """Ask until it is true; an element that the page has replaced meanwhile is asked again."""
        patience = WebDriverWait(self.driver, WAIT_SECONDS, ignored_exceptions=CHANGING)
        return patience.until(lambda _: for_it())

    def find(self, selector: str) -> WebElement:
        """The first element that can be seen; waits for it."""
        found: WebElement = self.wait(lambda: next(iter(self.all(selector)), None))
        return found

    def all(self, selector: str) -> list[WebElement]:
        elements = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [element for element in elements if element.is_displayed()]

    def sees(self, words: str) -> bool:
        return words in self.driver.find_element(By.TAG_NAME, "body").text

    def wait_to_see(self, words: str) -> None:
        self.wait(lambda: self.sees(words))

    def click(self, selector: str, words: str = "") -> None:
        def clicked() -> bool:
            element = next((each for each in self.all(selector) if words in each.text), None)
            if element is None:
                return False
            # In the middle of the window: nothing that sticks to its edges lies above it there.
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        self.wait(clicked)

    def type(self, selector: str, words: str) -> None:
        def typed() -> bool:
            field = next(iter(self.all(selector)), None)
            if field is None:
                return False
            field.clear()
            field.send_keys(words)
            return True

        self.wait(typed)

    def choose(self, selector: str, value: str) -> None:
        Select(self.find(selector)).select_by_value(value)

    def is_scrolled_sideways(self) -> bool:
        script = "return document.documentElement.scrollWidth > window.innerWidth"
        return bool(self.driver.execute_script(script))

    def hold_a_phone(self) -> None:
        metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
