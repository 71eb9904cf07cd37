"""A running instance of the test's own: private folder, free port, furnished archive, real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from at_the_desk import logged_in
from office_site import CHROMIUM, Office

from tests.e2e.conftest import start_clamd
from tests.portal import running_site


@pytest.fixture(scope="session")
def running_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The site as people use it, served by Zope on a free port, with a furnished archive."""
    home = tmp_path_factory.mktemp("office")
    config = home / "tangthu.toml"
    config.write_text(
        f'[archive]\ndata = "{home / "archive"}"\n[exports]\ninbox = "{home / "historical"}"\n', "utf-8"
    )
    env = running_site.environment(config)
    ids = running_site.furnished(home, env) | running_site.handed_over(home, env)
    running_site.infected(env)
    ids |= running_site.agreed_and_listed(env)
    instance = running_site.built(home, env)
    running_site.make_site(instance, home / "accounts.json")
    people = json.loads((home / "accounts.json").read_text("utf-8"))
    with running_site.served(instance) as url:
        yield Office(url, {one["login"]: one["password"] for one in people}, ids, env)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A headless Chromium from the system.

    Ends with the tests of this folder: while Playwright runs its event loop in this thread, pyHanko cannot start one.
    """
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; `make setup` installs it")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def as_person(chromium: Any, running_office: Office) -> Iterator[Callable[[str], Any]]:
    """Return a function that gives a logged-in page of somebody; one login per person."""
    pages: dict[str, Any] = {}

    def _as(login: str) -> Any:
        if login not in pages:
            page = logged_in(chromium, running_office.url, login, running_office.passwords.get(login, ""))
            page.on(
                "console",
                lambda message: page.troubles.append(message.text) if message.type == "error" else None,
            )
            pages[login] = page
        pages[login].troubles.clear()
        return pages[login]

    yield _as
    for page in pages.values():
        page.context.close()


@pytest.fixture(scope="package")
def scanning_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, dict[str, str]]]:
    """A running site with clamd, for tests that send something, and the environment of its processes."""
    home = tmp_path_factory.mktemp("form-office")
    socket = home / "clamd.sock"
    clamd = start_clamd(home, socket)
    config = home / "tangthu.toml"
    config.write_text(
        f'[archive]\ndata = "{home / "archive"}"\nbroker_url = "memory://"\n'
        f'[ingest]\nclamd_socket = "{socket}"\n',
        "utf-8",
    )
    env = running_site.environment(config)
    ids = running_site.furnished(home, env)
    instance = running_site.built(home, env)
    running_site.make_site(instance, home / "accounts.json")
    people = json.loads((home / "accounts.json").read_text("utf-8"))
    passwords = {one["login"]: one["password"] for one in people}
    try:
        with running_site.served(instance) as url:
            yield Office(url, passwords, ids, env), env
    finally:
        clamd.terminate()
        clamd.wait(20)


@pytest.fixture(scope="package")
def enter(chromium: Any, scanning_office: tuple[Office, dict[str, str]]) -> Iterator[Callable[..., Any]]:
    """Return a function that gives a page of somebody who is logged in."""
    office, contexts = scanning_office[0], []

    def _enter(login: str, **more: Any) -> Any:
        page = logged_in(chromium, office.url, login, office.passwords[login], **more)
        contexts.append(page.context)
        return page

    yield _enter
    for context in contexts:
        context.close()
