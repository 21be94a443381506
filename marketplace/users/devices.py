"""A device in words, from what its browser or app calls itself."""

import re

UNKNOWN = "Unknown device"
MAX_APP_LENGTH = 40

# In order: a browser names those that it descends from as well, so the youngest comes first.
BROWSERS = (
    (re.compile(r"\b(?:Edg|EdgA|EdgiOS)/"), "Edge"),
    (re.compile(r"\b(?:OPR|Opera)/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:Chrome|CriOS|Chromium)/"), "Chrome"),
    (re.compile(r"\bVersion/[\d.]+ .*Safari/"), "Safari"),
)
SYSTEMS = (
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\b(?:Macintosh|Mac OS X)\b"), "macOS"),
    (re.compile(r"\bLinux\b"), "Linux"),
)
APP = re.compile(r"^([A-Za-z][\w .-]*?)/[\d.]+")


def device_words(user_agent: str) -> str:
    """Such as ``Firefox on Windows``. A client may call itself anything: it proves nothing."""
    browser = next((name for pattern, name in BROWSERS if pattern.search(user_agent)), "")
    system = next((name for pattern, name in SYSTEMS if pattern.search(user_agent)), "")
    if not browser and (app := APP.match(user_agent)) and app[1] != "Mozilla":
        browser = app[1][:MAX_APP_LENGTH]
    return " on ".join(word for word in (browser, system) if word) or UNKNOWN
