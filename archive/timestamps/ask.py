"""Ask a time-stamping authority for a stamp over HTTP (RFC 3161 section 3.4), and take only one that is good.

Threat: the authority, or whoever sits between, is hostile. The answer is bounded in size and time, no redirect is
followed, and nothing is taken but a token over our imprint, with our nonce, under the wanted policy, signed by somebody
a trusted root vouches for. Every other answer is an error; the caller goes on owing the stamp.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import requests
from asn1crypto import cms, core, tsp

from archive.errors import SettingsError, TemporaryError
from archive.reason import because
from archive.settings import ArchiveSettings
from archive.timestamps.errors import TimestampError
from archive.timestamps.judge import Judge, Judgement, roots_in
from archive.timestamps.token import ALGORITHM, LIMIT

HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
TOLERANCE = timedelta(minutes=30)
"""How far the authority's clock may be from ours: a run over many packages has begun some minutes before it asks."""
GRANTED = ("granted", "granted_with_mods")


class _Response(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp; asn1crypto's insists on a token, which a refusal does not have (RFC 3161 section 2.4.2)."""

    _fields: ClassVar[Any] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def judge() -> Judge:
    """Return the judge with the roots of the settings; one that finds no token good when none are set."""
    roots = ArchiveSettings.load().tsa_roots
    return Judge(roots_in(roots) if roots else [])


def ask(imprint: bytes, algorithm: str = ALGORITHM, *, now: datetime, by: Judge | None = None) -> Judgement:
    """Return a good stamp over a hash from the authority of the settings.

    Args:
        imprint: the hash.
        algorithm: of it, one of `archive.timestamps.token.ALGORITHMS`.
        now: when the authority's chain has to hold, and what its clock must show, `TOLERANCE` more or less.
        by: who judges; by default one with the roots of the settings.

    Raises:
        SettingsError: no authority is set.
        TemporaryError: it does not answer, or says that it cannot now.
        TimestampError: what it answered cannot be taken.
    """
    settings = ArchiveSettings.load()
    if not settings.tsa_url:
        raise SettingsError("no time-stamping authority is set; write [archive] tsa_url")
    from pyhanko.sign.timestamps import TimeStamper  # loaded at the first question only

    nonce, request = TimeStamper().request_cms(imprint, algorithm)  # type: ignore[no-untyped-call]
    if settings.tsa_policy:
        request["req_policy"] = settings.tsa_policy
    token = _granted(_posted(settings, request.dump()))
    judgement = (by or judge()).judge(token, imprint, algorithm, moment=now)
    if judgement.token is None or judgement.faults:
        raise TimestampError(judgement.faults[0])
    if judgement.token.nonce != nonce:
        raise TimestampError(because("archive.stamp-other-nonce", authority=judgement.token.authority))
    if settings.tsa_policy and judgement.token.policy != settings.tsa_policy:
        other = because(
            "archive.stamp-other-policy", policy=judgement.token.policy, wanted=settings.tsa_policy
        )
        raise TimestampError(other)
    if abs(judgement.token.at - now) > TOLERANCE:
        raise TimestampError(
            because(
                "archive.stamp-other-clock",
                authority=judgement.token.authority,
                at=judgement.token.at,
                now=now,
                minutes=TOLERANCE // timedelta(minutes=1),
            )
        )
    return judgement


def _posted(settings: ArchiveSettings, request: bytes) -> bytes:
    """Return the body of the authority's answer."""
    auth = (settings.tsa_user, settings.tsa_password.get_secret_value()) if settings.tsa_user else None
    limit = settings.tsa_timeout
    try:
        with (
            _alone() as session,
            session.post(
                settings.tsa_url,
                request,
                headers=HEADERS,
                auth=auth,
                timeout=limit,
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            if response.status_code != 200:
                raise TemporaryError(
                    because("archive.stamp-http", part=settings.tsa_where, status=response.status_code)
                )
            if response.headers.get("Content-Type", "").split(";")[0].strip() != HEADERS["Accept"]:
                raise TimestampError(because("archive.stamp-no-reply", part=settings.tsa_where))
            return _bounded(response.iter_content(8192), time.monotonic() + limit, settings.tsa_where)
    except (requests.RequestException, OSError) as error:
        raise TemporaryError(
            because("archive.stamp-no-answer", part=settings.tsa_where, said=type(error).__name__)
        ) from error


def _alone() -> requests.Session:
    """Return a session that takes neither a proxy nor a password from the machine's environment."""
    session = requests.Session()
    session.trust_env = False
    return session


def _bounded(pieces: Any, deadline: float, where: str) -> bytes:
    """Return the pieces joined: not more than a token may be, and not for longer than the time limit."""
    body = b""
    for piece in pieces:
        body += piece
        if len(body) > LIMIT:
            raise TimestampError(because("archive.stamp-too-large", bytes=len(body), limit=LIMIT))
        if time.monotonic() > deadline:
            raise TemporaryError(because("archive.stamp-no-answer", part=where, said="Timeout"))
    return body


def _granted(body: bytes) -> bytes:
    """Return the token in a response that grants one."""
    try:
        response = _Response.load(body, strict=True)
        status = response["status"]["status"].native
        words: Sequence[str] = response["status"]["status_string"].native or ()
        token: bytes = response["time_stamp_token"].dump() if status in GRANTED else b""
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampError(because("archive.stamp-unreadable", said=str(error))) from error
    if status not in GRANTED:
        raise TemporaryError(because("archive.stamp-refused", status=str(status), said="; ".join(words)))
    return token
