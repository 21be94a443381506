"""Second factors in a browser with a virtual authenticator: enrolled, used, approved by text."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from demo.people import PASSWORD
from marketplace.users.tests.authenticator import code_for
from tests.browser.visitor import Visitor, open_browser
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
PAGE = "/security"


@pytest.fixture
def visitor(platform: Platform, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody at a computer that can check them (finger, face) and keeps passkeys."""
    with open_browser(str(tmp_path)) as driver:
        options = VirtualAuthenticatorOptions()
        options.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
        options.has_resident_key = True
        options.has_user_verification = True
        options.is_user_verified = True
        driver.add_virtual_authenticator(options)
        # Passkeys belong to a name; the page leads there by itself.
        yield Visitor(driver, platform.base_url)


def factors(visitor: Visitor) -> list[str]:
    script = (
        "return [...document.querySelectorAll('#factors li > span')].map(e => e.firstChild.data)"
    )
    found: list[str] = visitor.driver.execute_script(script)
    return found


def number_of(platform: Platform, email: str) -> str:
    """Whoever has this address has proved a telephone number of their own."""
    number = f"+2547{secrets.randbelow(10**8):08}"
    proved = f"phone_number={number!r}, phone_verified_at=clock.now()"
    platform.inside(
        "from marketplace.core import clock; from marketplace.users.models import User; "
        f"assert User.objects.filter(email={email!r}).update({proved})"
    )
    return number


def test_a_text_message_approves_the_first_app_and_none_after_it(
    platform: Platform, visitor: Visitor
) -> None:
    person = platform.person("BUYER")
    number = number_of(platform, person.email)
    visitor.visit(PAGE)
    visitor.type("#email", person.email)
    visitor.type("#password", PASSWORD)
    visitor.click("#sign-in button")
    visitor.wait_to_see("None yet")

    visitor.click("#add-totp")
    visitor.wait_to_see("A text message with a code is on its way")
    assert visitor.sees("Code from the text message")
    assert not visitor.sees("letter")
    visitor.hold_a_phone()
    assert not visitor.is_scrolled_sideways()
    code = person._newest_key(number)
    visitor.type("#proof-code", f"{(int(code) + 1) % 10**8:08}")
    visitor.click("#proof-form button")
    visitor.wait_to_see("not right, or was used")
    assert visitor.driver.switch_to.active_element.get_attribute("id") == "proof-code"
    visitor.type("#proof-code", code)
    visitor.click("#proof-form button")
    visitor.wait_to_see("Scan this with the app")
    secret = visitor.driver.find_element("css selector", "#secret").text
    visitor.type("#totp-code", code_for(secret))
    visitor.click("#totp-form button")
    visitor.wait_to_see("The app was added.")
    visitor.click("#kept")

    visitor.click("#renew")
    visitor.wait_to_see("Code of your app, or a recovery code")
    assert person._newest_key(number) == code
    visitor.note()
    assert [line for line in visitor.complaints if "422 (Unprocessable" not in line] == []


def test_a_passkey_is_made_signs_in_alone_and_approves_an_app(
    platform: Platform, visitor: Visitor
) -> None:
    person = platform.person("BUYER")
    visitor.visit(PAGE)
    assert visitor.driver.current_url.startswith("http://localhost:")
    visitor.type("#email", person.email)
    visitor.type("#password", PASSWORD)
    visitor.click("#sign-in button")
    visitor.wait_to_see("None yet")

    visitor.click("#add-passkey")
    visitor.wait_to_see("A letter with a code is on its way")
    visitor.type("#proof-code", person._newest_key(person.email))
    visitor.click("#proof-form button")
    visitor.wait_to_see("The passkey was added.")
    visitor.wait_to_see("Recovery codes")
    visitor.click("#kept")
    visitor.wait_to_see("Not used yet")
    assert len(factors(visitor)) == 1

    visitor.click("#sign-out")
    visitor.wait_to_see("You are signed out.")
    visitor.click("#with-passkey")
    visitor.wait_to_see(person.email)
    visitor.wait_to_see("Used on")

    visitor.click("#add-totp")
    visitor.wait_to_see("Show your second factor")
    visitor.click("#proof-passkey")
    visitor.wait_to_see("Scan this with the app")
    secret = visitor.driver.find_element("css selector", "#secret").text
    visitor.type("#totp-code", code_for(secret))
    visitor.click("#totp-form button")
    visitor.wait_to_see("The app was added.")
    assert "Authenticator app" in factors(visitor)

    visitor.click("#sign-out")
    visitor.type("#email", person.email)
    visitor.type("#password", PASSWORD)
    visitor.click("#sign-in button")
    visitor.wait_to_see("One step is left")
    visitor.type("#proof-code", code_for(secret, steps=9))
    visitor.click("#proof-form button")
    visitor.wait_to_see("not right, or was used")
    visitor.click("#proof-passkey")
    visitor.wait_to_see("Signed in as")

    visitor.hold_a_phone()
    assert not visitor.is_scrolled_sideways()
    visitor.note()
    refused = "422 (Unprocessable"
    assert [line for line in visitor.complaints if refused not in line and "401" not in line] == []
