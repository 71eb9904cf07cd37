"""A running instance of the test's own: private folder, free port, furnished archive, real Chromium."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from office_site import CHROMIUM, HOUSE, ROOT, Office


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _run(command: list[str], **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, **more)
    assert done.returncode == 0, f"{command}:\n{(done.stdout + done.stderr)[-3000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def running_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The site as people use it, served by Zope on a free port, with a furnished archive."""
    home = tmp_path_factory.mktemp("office")
    port = _free_port()
    config = home / "tangthu.toml"
    config.write_text(f'[archive]\ndata = "{home / "archive"}"\n', "utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TANGTHU_")}
    environment |= {"TANGTHU_CONFIG": str(config), "PYTHONPATH": str(HOUSE.parent)}
    ids = json.loads(_run([sys.executable, str(HOUSE), str(home)], env=environment).splitlines()[-1])
    buildout = Path(sys.executable).parent / "buildout"
    (home / "buildout.cfg").write_text(
        f"[buildout]\nextends = {ROOT / 'buildout.cfg'}\ndirectory = {home}\n"
        f"[settings]\naddress = 127.0.0.1:{port}\ntangthu-config = {config}\n",
        "utf-8",
    )
    _run([str(buildout), "-q", "-c", str(home / "buildout.cfg")], cwd=home, env=environment)
    instance = str(home / "bin" / "instance")
    accounts = home / "accounts.json"
    script = str(ROOT / "portal" / "site.py")
    _run([instance, "run", script, "--accounts", str(accounts)], cwd=home, env=environment)
    with (home / "instance.log").open("wb") as log:
        process = subprocess.Popen(
            [instance, "console"], cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            url = f"http://127.0.0.1:{port}/luutru"
            _wait(url, process, home / "instance.log")
            people = json.loads(accounts.read_text("utf-8"))
            yield Office(url, {one["login"]: one["password"] for one in people}, ids)
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)  # the condition is the answer; this only spares the processor
    raise AssertionError(f"{url} does not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium from the system."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; `make setup` installs it")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def as_person(chromium: Any, running_office: Office) -> Iterator[Callable[[str], Any]]:
    """Return a function that gives a logged-in page of somebody; one login per person and session."""
    pages: dict[str, Any] = {}

    def _as(login: str) -> Any:
        if login not in pages:
            page = chromium.new_context(locale="vi-VN").new_page()
            page.troubles = []
            page.on(
                "console",
                lambda message: page.troubles.append(message.text) if message.type == "error" else None,
            )
            page.on("pageerror", lambda error: page.troubles.append(str(error)))
            if login:
                page.goto(f"{running_office.url}/login")
                page.fill("#__ac_name", login)
                page.fill("#__ac_password", running_office.passwords[login])
                page.click("#buttons-login")
                page.wait_for_selector(".tt-person")
            pages[login] = page
        pages[login].troubles.clear()
        return pages[login]

    yield _as
    for page in pages.values():
        page.context.close()
