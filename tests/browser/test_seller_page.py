"""The page that a seller shares in a chat, opened by a stranger, on a desk and on a phone."""

from pathlib import Path

import pytest

from demo.pictures import draw_picture
from tests.browser.visitor import Visitor
from tests.running import Platform

pytestmark = [
    pytest.mark.xdist_group("e2e"),
    pytest.mark.needs("chromium"),
    pytest.mark.timeout(300),
]
FACE_WIDTH = "return document.querySelector('img.face').naturalWidth"


def test_a_stranger_sees_what_the_platform_says_and_nothing_runs(
    platform: Platform, visitor: Visitor, tmp_path: Path
) -> None:
    seller = platform.person("SELLER")
    picture = tmp_path / "me.png"
    draw_picture("oak-chair").save(picture)
    seller.upload("/api/v1/users/me/avatar/", "image", picture, method="PUT")
    bio = "<script>document.title = 'taken'</script>\nWeaves baskets " + "of willow " * 40
    seller.patch("/api/v1/users/me/profile/", {"bio": bio})

    for is_phone in (False, True):
        if is_phone:
            visitor.hold_a_phone()
        visitor.visit(f"/sellers/{seller.user['id']}/")
        visitor.wait_to_see("No document has been checked yet.")
        assert visitor.sees("Completed sales")
        assert visitor.sees("<script>document.title")
        assert visitor.driver.title.startswith(seller.user["first_name"])
        visitor.wait(lambda: visitor.driver.execute_script(FACE_WIDTH) == 512)
        assert not visitor.is_scrolled_sideways()
        assert visitor.driver.get_cookies() == []
