import pytest

from marketplace.users.devices import UNKNOWN, device_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} {KHTML} Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {KHTML} Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} {KHTML} Safari/537.36 OPR/120.0.0.0", "Opera on Windows"),
        (
            f"{IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{IPHONE} (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("okhttp/4.12.0", "okhttp"),
        ("python-requests/2.32", "python-requests"),
        ("Mozilla/5.0", UNKNOWN),
        ("", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
    ],
)
def test_a_device_is_called_by_what_people_call_it(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
