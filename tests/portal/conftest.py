"""Fixtures of the portal's tests: a furnished archive made once and copied, a site with people, browsers."""

from __future__ import annotations

import base64
import html
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Before any ZCML is loaded: zope.i18n reads it on import.
os.environ.setdefault("zope_i18n_compile_mo_files", "true")

import pytest
import transaction
from a_furnished_house import furnish
from house_paths import point_at
from house_people import PEOPLE
from house_queue import ADDRESS, empty_the_queue
from plone.testing.zope import Browser
from sent_submissions import leave_what_is_to_be_decided
from zope.pytestlayer import fixture

from archive.register import migrate, session
from portal.site import set_accounts
from portal.testing import FUNCTIONAL

globals().update(
    fixture.create(
        FUNCTIONAL,
        session_fixture_name="functional_session",
        class_fixture_name="functional_class",
        function_fixture_name="functional",
    )
)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a furnished archive; never used directly, only copied."""
    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        point_at(folder, patch)
        migrate.upgrade(session.engine())
        furnish(folder / "packing")
        session.engine().dispose()
        session._engine.cache_clear()
    return folder


@pytest.fixture
def archive_house(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A furnished archive of the test's own."""
    shutil.copytree(furnished / "archive", tmp_path / "archive")
    point_at(tmp_path, monkeypatch)
    leave_what_is_to_be_decided()
    yield tmp_path
    session.engine().dispose()
    session._engine.cache_clear()


@pytest.fixture
def site(functional_session: Any, functional: Any, archive_house: Path) -> Any:
    """A Plone site with our profile, the people, and a furnished archive below it."""
    portal = functional["portal"]
    set_accounts(portal, PEOPLE)
    transaction.commit()
    return portal


@pytest.fixture
def house_queue(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    """A queue in memory, empty, that nobody works off."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", ADDRESS)
    empty_the_queue()


class Reader(Browser):
    """A browser whose page can be read as text."""

    @property
    def page(self) -> str:
        """Return what was sent as text; character references of the HTML serialiser are resolved."""
        body = self.contents
        return html.unescape(body if isinstance(body, str) else body.decode())


Visit = Callable[..., Reader]


@pytest.fixture
def visit(site: Any, functional: Any) -> Visit:
    """Return a function that opens a page as somebody: `visit("an", "/tiep-nhan")`."""

    def _visit(login: str, path: str = "", *, accept: str = "") -> Reader:
        browser = Reader(functional["app"])
        browser.handleErrors = True
        browser.raiseHttpErrors = False
        browser.followRedirects = True
        if login:
            password = next(person["password"] for person in PEOPLE if person["login"] == login)
            token = base64.b64encode(f"{login}:{password}".encode()).decode()
            browser.addHeader("Authorization", f"Basic {token}")
        if accept:
            browser.addHeader("Accept", accept)
        browser.open(site.absolute_url() + path)
        return browser

    return _visit
