"""No screen without a picture and without axe: what is registered for people is among the addresses of the browser."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from addresses import ERRORS, PAGES

BROWSER = Path(__file__).parents[2] / "portal" / "browser"
PAGE = "{http://namespaces.zope.org/browser}page"

ELSEWHERE = {
    # name of the view -> the address that leads to it, where that is not its name
    "start": r"/?",
    "mot-tai-khoan": r"/tai-khoan/\w+",
    "mot-thoa-thuan": r"/thoa-thuan/\{\w+\}",
    "thoa-thuan-moi": r"/thoa-thuan/moi",
    "quyet-dinh-huy": r"/tieu-huy/\{\w+\}",
    "van-ban-lien-quan-huy": r"/tieu-huy/\{linked\}/lien-quan",
    "tung-buoc-huy": r"/tieu-huy/\{linked\}",
    "dong-danh-muc": r"/danh-muc-nop-luu/dong",
    "gom-van-ban": r"/tiep-nhan/gom",
    "yeu-cau-van-ban": r"/tiep-nhan/yeu-cau",
    "cach-ly-ma-doc": r"/tiep-nhan/cach-ly",
    "mot-ban-giao": r"/ban-giao/\{\w+\}",
    "mot-lan-nop": r"/tiep-nhan/\{\w+\}",
    "gui-lai": r"/tiep-nhan/\{\w+\}/gui-lai",
    "ho-so": r"/ho-so/\{\w+\}",
    "bia-mo": r"/bia-mo/\{\w+\}",
    "mo-ta-lai": r"/mo-ta-lai/\{\w+\}",
    "mot-chuyen-doi": r"/chuyen-doi/\{\w+\}",
    "mot-bang-thoi-han": r"/bang-thoi-han/[a-z0-9-]+\d",
    "bang-thoi-han-moi": r"/bang-thoi-han/moi",
    "paper": r"/danh-muc-huy/\{\w+\}",
    "fonds-list": r"/phong",
    "dossier-list": r"/danh-muc-huy",
}
BY_A_TEST = {
    # what has to be made first is looked at on the way, in a test that does the work
    "nop-luu": ("test_drafting_form.py", 'looked_at(page, "drafts")'),
    "soan-ho-so": ("test_drafting_form.py", 'looked_at(page, "draft-new")'),
    "mot-chuyen-doi": ("test_browser_pages.py", 'looked_at(page, "plan")'),
}
NOT_FOUND, NOT_ALLOWED = 404, 403


def screens() -> dict[str, list[str]]:
    """Return the views with a template that people come to, by folder; parts of pages are named `tt-`."""
    found: dict[str, list[str]] = {}
    for path in sorted(BROWSER.glob("*/configure.zcml")):
        for page in ElementTree.parse(path).getroot().iter(PAGE):
            if page.get("template") and not page.attrib["name"].startswith("tt-"):
                found.setdefault(path.parent.name, []).append(page.attrib["name"])
    return found


def is_looked_at(name: str) -> bool:
    """Say whether the browser is led to a view."""
    if name in ("index.html", "insufficient-privileges"):
        return {NOT_FOUND, NOT_ALLOWED} <= {status for *_, status in ERRORS}
    if name in BY_A_TEST:
        file, words = BY_A_TEST[name]
        return words in Path(__file__).with_name(file).read_text("utf-8")
    pattern = re.compile(ELSEWHERE.get(name, f"/{name}"))
    return any(pattern.fullmatch(path.partition("?")[0]) for _, _, path in PAGES)


@pytest.mark.parametrize("folder", sorted(screens()))
def test_a_folder_of_screens_is_looked_at_by_the_browser(folder: str) -> None:
    names = screens()[folder]
    assert any(is_looked_at(name) for name in names), f"no picture of any of {names}: add one to addresses.py"


@pytest.mark.parametrize("name", sorted({*ELSEWHERE, *BY_A_TEST}))
def test_a_screen_that_has_no_address_of_its_name_is_looked_at_too(name: str) -> None:
    assert any(name in names for names in screens().values()), "a view that is no more"
    assert is_looked_at(name), f"no picture of {name}: add it to addresses.py"


def test_each_picture_has_a_name_of_its_own() -> None:
    names = [name for name, *_ in (*PAGES, *ERRORS)]
    assert len(names) == len(set(names)) > 60


def test_every_folder_with_a_template_is_registered() -> None:
    drawn = {path.parent.name for path in BROWSER.glob("*/*.pt")} - {
        "fields",
        "minutes",
    }  # parts of other pages
    assert drawn <= set(screens())
