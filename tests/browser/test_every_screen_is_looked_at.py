"""No screen without a picture and without axe: what is registered for people is among the addresses of the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
}
NOT_FOUND, NOT_ALLOWED = 404, 403


def screens() -> Iterator[str]:
    """Yield the name of every view with a template that people come to; parts of pages are named `tt-`."""
    for path in sorted(BROWSER.rglob("configure.zcml")):
        for page in ElementTree.parse(path).getroot().iter(PAGE):
            if page.get("template") and not page.attrib["name"].startswith("tt-"):
                yield page.attrib["name"]


@pytest.mark.parametrize("name", sorted(screens()))
def test_a_screen_is_looked_at_by_the_browser(name: str) -> None:
    if name in ("index.html", "insufficient-privileges"):
        assert {NOT_FOUND, NOT_ALLOWED} <= {status for *_, status in ERRORS}
    elif name in BY_A_TEST:
        file, words = BY_A_TEST[name]
        assert words in Path(__file__).with_name(file).read_text("utf-8")
    else:
        pattern = re.compile(ELSEWHERE.get(name, f"/{name}"))
        paths = [path.partition("?")[0] for _, _, path in PAGES]
        assert any(pattern.fullmatch(path) for path in paths), f"no picture of {name}: add it to addresses.py"


def test_each_picture_has_a_name_of_its_own() -> None:
    names = [name for name, *_ in (*PAGES, *ERRORS)]
    assert len(names) == len(set(names)) > 60
    assert {*ELSEWHERE, *BY_A_TEST} <= set(screens()), "a view that is no more"


def test_every_folder_with_a_template_is_registered() -> None:
    drawn = {path.parent.name for path in BROWSER.glob("*/*.pt")}
    registered = {
        path.parent.name
        for path in BROWSER.glob("*/configure.zcml")
        if any(page.get("template") for page in ElementTree.parse(path).getroot().iter(PAGE))
    }
    assert drawn == registered
