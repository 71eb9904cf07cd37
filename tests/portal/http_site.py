"""The test site on a real port: sessions of people who logged in at its login page, each with its own CSRF token.

It is the site of the portal's layer, served by waitress in a thread: a request goes through the whole publisher with
sockets, cookies and redirects, and what the test prepares below the portal is there at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from plone.protect.authenticator import createToken
from webtest.http import StopableWSGIServer
from ZPublisher.httpexceptions import HTTPExceptionHandler
from ZPublisher.WSGIPublisher import publish_module

TOKEN = re.compile(r'name="_authenticator"[^>]*value="([0-9a-f]+)"')


@contextmanager
def answering() -> Iterator[str]:
    """Answer on a free port until the block is left; gives the address of the application's root."""
    server = StopableWSGIServer.create(HTTPExceptionHandler(publish_module), host="127.0.0.1", threads=2)
    try:
        assert server.wait()
        yield str(server.application_url)
    finally:
        server.shutdown()


@dataclass
class Visitor:
    """Somebody with a browser.

    Attributes:
        site: address of the site.
        login: "" for nobody, who does not log in.
        token: of forms sent in this session.
    """

    site: str
    login: str
    password: str = ""
    http: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def enter(self) -> Visitor:
        """Log in at the login page and read a form's token; the token is seen to be good."""
        if not self.login:
            self.token = (
                createToken()
            )  # no page of ours gives one to nobody; plone.protect takes it all the same
            return self
        form = {"__ac_name": self.login, "__ac_password": self.password, "buttons.login": "1"}
        self.http.post(f"{self.site}/login", data=form, timeout=60)
        assert "__ac" in self.http.cookies, f"{self.login} is not logged in"
        self.token = self.token_on("/doi-mat-khau")
        good = self.post("/doi-mat-khau", {})
        assert good.status_code == 400, (
            f"{self.login}: {good.status_code}"
        )  # past the token: no act was named
        return self

    def token_on(self, path: str) -> str:
        """Return the token of a form on a page."""
        page = self.http.get(f"{self.site}{path}", timeout=60)
        found = TOKEN.search(page.text)
        assert found, f"no form on {path} for {self.login or 'nobody'}: {page.status_code}"
        return found[1]

    def post(self, path: str, form: dict[str, Any]) -> requests.Response:
        """Send a form with the token, bytes in it as a file, and follow no redirect."""
        files = {name: (f"{name}.pdf", one) for name, one in form.items() if isinstance(one, bytes)}
        sent = {name: one for name, one in form.items() if name not in files} | {"_authenticator": self.token}
        url = f"{self.site}{path}"
        return self.http.post(url, data=sent, files=files, timeout=60, allow_redirects=False)
