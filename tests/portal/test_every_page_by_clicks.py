"""Every screen that is looked at can be come to by clicks, by the person who looks: two from the start page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.addresses import PAGES

pytestmark = pytest.mark.plone

BY_OTHER_WAYS = {
    # where the door is, of what is not behind two clicks in every house
    "/login": "on the page of who is not logged in",
    "/tiep-nhan/cach-ly": "on the list of submissions, while something lies there",
}
HREF = re.compile(r'href="([^"#]+)')


def wanted() -> dict[str, set[str]]:
    """Return person -> addresses without what is found in the house only, and without what a form adds."""
    found: dict[str, set[str]] = {}
    for _, who, address in PAGES:
        path = address.partition("?")[0]
        if who and path and "{" not in path and path not in BY_OTHER_WAYS:
            found.setdefault(who, set()).add(path)
    return found


def paths_on(page: str, root: str) -> set[str]:
    """Return the addresses below the site a page leads to."""
    hrefs = (href.replace("&amp;", "&") for href in HREF.findall(page))
    return {
        urlsplit(href).path.removeprefix(urlsplit(root).path).rstrip("/")
        for href in hrefs
        if href.startswith(root)
    }


@pytest.mark.parametrize("login", sorted(wanted()))
def test_each_page_is_two_clicks_away(visit: Any, login: str) -> None:
    browser = visit(login)
    root = browser.url.rstrip("/")
    first = paths_on(browser.page, root)
    assert "/dang-xuat" in first or "/logout" in first, "nobody is logged in"
    missing = wanted()[login] - first
    for path in sorted(first):
        if not missing:
            break
        if path.count("/") == 1 and "." not in path and "logout" not in path and "dang-xuat" not in path:
            missing -= paths_on(visit(login, path).page, root)
    assert not missing
