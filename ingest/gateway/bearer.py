"""Bearer tokens for client credentials (RFC 6749 section 4.4), asked for once, kept while good, renewed.

As WSO2-style platforms give them: a form is posted to the token path, the answer is JSON with `access_token` and
`expires_in` seconds. Tokens are kept in this process' memory only.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from ingest.errors import IngestError
from ingest.gateway.authority import Call, Plain
from ingest.gateway.line import Line
from ingest.inbox_auth import ClientCredentialsAuth

EARLY = 30.0  # seconds before its end a token counts as spent
UNSAID = 300.0  # seconds a token is used when the other side does not say how long it lasts
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Token:
    """A token and when, on the monotonic clock, it is spent."""

    text: str
    until: float


_KEPT: dict[tuple[str, ClientCredentialsAuth], Token] = {}


class Bearer:
    """The authority of a token, which it gets over the same line."""

    def __init__(
        self, auth: ClientCredentialsAuth, line: Line, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._auth = auth
        self._secret = auth.secret()
        self._line = line
        self._clock = clock
        self._key = (line.url, auth)

    def headers(self, call: Call) -> dict[str, str]:
        """Return the request's headers with a token that is good now."""
        token = _KEPT.get(self._key)
        if token is None or self._clock() >= token.until:
            token = _KEPT[self._key] = self._asked()
        return Plain(more={"Authorization": f"Bearer {token.text}"}).headers(call)

    def renewed(self) -> bool:
        """Forget the token; the next request asks for another."""
        return _KEPT.pop(self._key, None) is not None

    def _asked(self) -> Token:
        auth = self._auth
        form = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
        more = {}
        if auth.credentials_in == "form":
            form |= {"client_id": auth.client_id, "client_secret": self._secret}
        else:  # RFC 6749 section 2.3.1: each part form-encoded first
            pair = f"{quote(auth.client_id, safe='')}:{quote(self._secret, safe='')}"
            more["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        call = Call("POST", auth.token_path, body=urlencode(form).encode(), content_type=FORM)
        asked = self._clock()
        try:
            with self._line.ask(call, Plain(more=more)) as answer:
                raw = answer.small()
        except IngestError as error:
            raise IngestError(f"no token was given: {error}; check auth of this inbox") from error
        try:
            said = json.loads(raw)
            text, seconds = said["access_token"], float(said.get("expires_in", UNSAID))
            if str(said.get("token_type", "bearer")).casefold() != "bearer":
                raise ValueError("not a bearer token")
            if not isinstance(text, str) or not text.isascii() or not text.isprintable() or " " in text:
                raise ValueError("the token cannot travel in a header")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise IngestError(f"{auth.token_path}: the answer holds no token: {error!r:.200}") from error
        return Token(text, asked + max(seconds - EARLY, seconds / 2))
