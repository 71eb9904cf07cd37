"""What a person does at the desk: looks at a page, drops files on it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from office_site import SHOTS

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}


def looked_at(page: Any, name: str) -> None:
    """Take a picture on a desk and on a phone, and let axe look at both."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        page.screenshot(path=str(SHOTS / f"{name}-{width}.png"), full_page=True)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{name} on a {width} can be scrolled sideways by {wider}"
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.response["violations"] == [], found.generate_report()
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.troubles == []


def logged_in(chromium: Any, url: str, login: str, password: str, **more: Any) -> Any:
    """Return the page of somebody who is logged in, in a browser of their own; "" is nobody.

    `page.troubles` fills with what its scripts raise.
    """
    page = chromium.new_context(locale="vi-VN", **more).new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    if login:
        page.goto(f"{url}/login")
        page.fill("#__ac_name", login)
        page.fill("#__ac_password", password)
        page.click("#buttons-login")
        page.wait_for_selector(".tt-person")
    return page


def drop(page: Any, target: str, files: dict[str, bytes]) -> None:
    """Drop files on an element, as from a folder on the desk."""
    transfer = page.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files)
              transfer.items.add(new File([new Uint8Array(bytes)], name, {lastModified: 1700000000000}));
            return transfer;
        }""",
        [[name, list(data)] for name, data in files.items()],
    )
    page.dispatch_event(target, "drop", {"dataTransfer": transfer})
