"""A person hands in documents, a reviewer looks at them beside what was stated, a badge appears."""

import secrets
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from demo.api import Api, Json, wait_for
from tests.browser.test_payouts_to_approve import sign_in
from tests.browser.visitor import Visitor
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
MINE = "/api/v1/users/me/verification/"
QUEUE = "/admin/verification/verificationcase/?queue=waiting"


def document(folder: Path, title: str, size: tuple[int, int]) -> Path:
    """Something to look at; nobody's."""
    picture = Image.new("RGB", size, "#e6ece9")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, size[0] - 20, size[1] - 20), outline="#236b4b", width=6)
    draw.text(
        (60, 60), f"SPECIMEN\n{title}\nSELLER OF A TEST\nA 0123 4567", fill="#123", font_size=40
    )
    path = folder / f"{title}.png"
    picture.save(path, "PNG")
    return path


def an_iban() -> str:
    """Nobody else's: an account that two people keep proves neither of them."""
    number = f"37040044{secrets.randbelow(10**10):010}"
    return f"DE{98 - int(number + '131400') % 97:02}{number}"


def verified_by_bank(seller: Api) -> None:
    """T1: the name that is stated is the holder's."""
    case = seller.post(f"{MINE}cases/", {"level": "T1", "legal_name": "Seller of a test"})
    seller.post(f"{MINE}cases/{case['id']}/submit/")
    body = {
        "account_holder": "SELLER OF A TEST",
        "iban": an_iban(),
        "currency": "EUR",
    }
    seller.post_approved("/api/v1/wallet/bank-accounts/", "bank_account", body)
    assert seller.get(MINE)["level"] == "T1"


def hand_in(seller: Api, folder: Path) -> Json:
    facts = {
        "legal_name": "Seller of a test",
        "date_of_birth": "1990-04-02",
        "country": "KE",
        "document_type": "PASSPORT",
        "document_number": "A 0123 4567",
    }
    case = seller.post(f"{MINE}cases/", {"level": "T2", **facts})
    for kind, size in (("IDENTITY_FRONT", (1200, 800)), ("SELFIE", (700, 900))):
        file = document(folder, kind, size)
        seller.upload(f"{MINE}cases/{case['id']}/documents/", "file", file, kind=kind)
    return seller.post(f"{MINE}cases/{case['id']}/submit/")


def turned_by(visitor: Visitor, *buttons: str) -> tuple[str | None, str | None]:
    """How the first document stands after these buttons: its turn, and how much it is enlarged."""
    for name in buttons:
        visitor.click(f"[data-do={name}]")
    frame = visitor.find("[data-frame]")
    return frame.get_attribute("data-turn"), frame.get_attribute("data-scale")


def test_from_upload_to_badge(platform: Platform, visitor: Visitor, tmp_path: Path) -> None:
    seller = platform.person("SELLER")
    verified_by_bank(seller)
    case = hand_in(seller, tmp_path)
    card = f"/api/v1/users/{seller.user['id']}/"
    assert seller.get(MINE)["status"] == "PENDING"
    # What waits for a reviewer is between the person and us.
    assert platform.stranger().get(card)["verification_status"] == "UNVERIFIED"
    listed = platform.product(seller)
    platform.product(platform.person("SELLER"), title="Of somebody else")

    sign_in(visitor, platform.demo_account("operator", "ADMIN"))
    assert visitor.sees("Verifications to review")
    visitor.visit(QUEUE)
    visitor.click("a", "Review the oldest")
    visitor.wait_to_see("A 0123 4567")
    drawn = "[...document.querySelectorAll('[data-frame] img')].every(i => i.naturalWidth > 0)"
    visitor.wait(lambda: visitor.driver.execute_script(f"return {drawn}"))
    assert turned_by(visitor, "right", "larger") == ("90", "1.40")
    assert turned_by(visitor, "smaller", "left", "left") == ("270", "1.00")
    assert turned_by(visitor, *["larger"] * 7) == ("270", "6.00")
    assert turned_by(visitor, "reset") == ("0", "1.00")
    assert not visitor.is_scrolled_sideways()

    visitor.click("summary", "Approve")
    visitor.driver.execute_script(
        "document.querySelector('[name=document_runs_out_on]').value = '2033-01-01'"
    )
    visitor.click("form[action$='/approve/'] button")
    visitor.wait_to_see("Your yes is kept.")

    mine = seller.get(MINE)
    assert (mine["level"], mine["has_badge"]) == ("T2", True)
    assert mine["cases"][0]["id"] == case["id"]
    assert platform.stranger().get(card)["verification_status"] == "VERIFIED"
    shelf = {"seller": seller.user["id"]}
    wait_for(
        lambda: (
            [
                (row["id"], row["seller"]["verification_status"])
                for row in platform.stranger().get("/api/v1/products/", **shelf)["results"]
            ]
            == [(listed["id"], "VERIFIED")]
        ),
        "the badge on the listing",
    )
    mails = "/dev/outbox/messages.json"
    wait_for(
        lambda: "Verified: your identity" in str(seller.get(mails, to=seller.email)), "the letter"
    )


def test_it_fits_a_phone_and_asks_for_more(
    platform: Platform, visitor: Visitor, tmp_path: Path
) -> None:
    seller = platform.person("SELLER")
    verified_by_bank(seller)
    case = hand_in(seller, tmp_path)
    sign_in(visitor, platform.demo_account("operator", "ADMIN"))
    visitor.hold_a_phone()
    page = f"/admin/verification/verificationcase/{case['id']}/change/"
    visitor.visit(page)
    visitor.wait_to_see("Claim the case to see")
    assert not visitor.sees("A 0123 4567")
    assert not visitor.is_scrolled_sideways()
    visitor.click("button", "Claim this case")
    visitor.wait_to_see("A 0123 4567")
    assert not visitor.is_scrolled_sideways()
    visitor.click("summary", "Ask for more")
    visitor.choose("form[action$='/more/'] [name=reason]", "unreadable")
    visitor.type("form[action$='/more/'] [name=message]", "Once more, in daylight.")
    assert not visitor.is_scrolled_sideways()
    visitor.click("form[action$='/more/'] button")
    visitor.wait_to_see("The person is asked for it.")

    answer = seller.get(f"{MINE}cases/{case['id']}/")
    assert (answer["status"], answer["message"]) == ("MORE_REQUESTED", "Once more, in daylight.")
