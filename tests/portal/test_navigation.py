"""The navigation offers each role the doors that open for it, and marks the one we are behind."""

from __future__ import annotations

from typing import Any

import pytest
from house_people import PEOPLE
from lxml import html

pytestmark = pytest.mark.plone

LOGINS = [person["login"] for person in PEOPLE if not person.get("manager")]


def doors(page: str) -> dict[str, bool]:
    """Return the addresses the navigation of a page leads to, and whether each is marked."""
    links = html.fromstring(page).cssselect(".tt-nav a")
    return {link.get("href"): link.get("aria-current") is not None for link in links}


@pytest.mark.parametrize("login", LOGINS)
def test_every_door_the_navigation_offers_opens(visit: Any, login: str) -> None:
    browser = visit(login)
    found = doors(browser.page)
    assert found
    refused = {}
    for address in found:
        browser.open(address)
        if not browser.headers["Status"].startswith("200"):
            refused[address] = browser.headers["Status"]
    assert refused == {}


def test_the_form_that_holds_many_is_behind_the_door_of_the_holds_and_leads_back(visit: Any) -> None:
    browser = visit("an", "/giu-nhieu-ho-so")
    marked = [address for address, here in doors(browser.page).items() if here]
    assert [address.rsplit("/", 1)[1] for address in marked] == ["giu-ho-so"]
    back = html.fromstring(browser.page).cssselect(".tt-eyebrow a")
    assert [link.get("href").rsplit("/", 1)[1] for link in back] == ["giu-ho-so"]
