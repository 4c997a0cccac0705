"""Does the browser of the tests start, and does it have a font for Chinese?"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def picture(page: "Page", text: str) -> bytes:
    page.set_content(f'<span id="text" style="font: 40px sans-serif">{text}</span>')
    return page.locator("#text").screenshot()


def test_two_chinese_characters_look_different(page: "Page") -> None:
    # Without a font both would be the same empty box.
    assert picture(page, "对") == picture(page, "对")
    assert picture(page, "对") != picture(page, "账")
