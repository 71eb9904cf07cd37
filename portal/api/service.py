"""What every REST service shares: the viewer, one session per request, problem+json for every refusal.

The ZCML permission of our services is `zope2.View`; the door's own permission is checked here, so that also
"you may not" is an `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from plone import api
from plone.protect.interfaces import IDisableCSRFProtection
from plone.restapi.services import Service
from sqlalchemy.orm import Session
from zope.interface import alsoProvides, implementer
from zope.publisher.interfaces import IPublishTraverse

from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError, TangThuError, TemporaryError
from archive.ledger.event import Event, stamp
from archive.reason import Reason, as_json, sentence, told
from archive.register.session import reading
from archive.viewer import Viewer
from portal.viewer import viewer_for

PROBLEM = "application/problem+json"


class ProblemError(TangThuError):
    """A request that cannot be answered, with its status and title (RFC 9457).

    Attributes:
        more: further members of the answer, e.g. what is wrong in each field.
    """

    def __init__(
        self, status: int, title: str, detail: str = "", *, more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        self.more = dict(more or {})


def reasons_of(error: TangThuError) -> tuple[Reason, ...]:
    """Return why, as data; an error of the protocol itself has no reason but its title."""
    if isinstance(error, ProblemError):
        return ()
    return error.reasons if isinstance(error, OrderRefusedError) else (error.reason,)


def problem_of(error: TangThuError) -> tuple[int, str]:
    """Return HTTP status and title for an error of ours."""
    if isinstance(error, ProblemError):
        return error.status, error.title
    table: tuple[tuple[type[TangThuError], int, str], ...] = (
        (NotFoundError, 404, "Not found"),
        (NotAllowedError, 403, "Not allowed"),
        (OrderRefusedError, 409, "Refused"),
        (TemporaryError, 503, "Try again later"),
    )
    for kind, status, title in table:
        if isinstance(error, kind):
            return status, title
    return 409, "Cannot be done"


@implementer(IPublishTraverse)
class ArchiveService(Service):
    """Base of the services. Subclasses set `permission` and write `answer`.

    Attributes:
        permission: title of the door (`portal.permissions`) a caller must hold.
        depth: how many parts of the address the service takes.
    """

    permission: ClassVar[str]
    depth: ClassVar[int] = 0
    path: tuple[str, ...] = ()

    def publishTraverse(self, _request: Any, name: str) -> Any:
        """Take one more part of the address."""
        self.path = (*self.path, name)
        return self

    def render(self) -> Any:
        """Answer, or say what is wrong as problem+json."""
        response = self.request.response
        response.setHeader("Cache-Control", "private, no-store")
        try:
            if api.user.is_anonymous():
                raise ProblemError(401, "Log in first")
            if not api.user.has_permission(self.permission, obj=api.portal.get()):
                raise ProblemError(403, "Not allowed", f"needs the permission {self.permission}")
            if len(self.path) > self.depth:
                raise ProblemError(404, "Not found", "/".join(self.path))
            answer = self.answer()
        except TangThuError as error:
            status, title = problem_of(error)
            response.setStatus(status)
            response.setHeader("Content-Type", PROBLEM)
            more = error.more if isinstance(error, ProblemError) else {}
            return json.dumps(
                {
                    "type": "about:blank",
                    "title": title,
                    "status": status,
                    "detail": self.words_of(error),
                    "reasons": [as_json(reason) for reason in reasons_of(error)],
                }
                | more,
                ensure_ascii=False,
            )
        if isinstance(answer, Mapping):
            response.setHeader("Content-Type", "application/json; charset=utf-8")
            return json.dumps(answer, ensure_ascii=False, default=_plain)
        return answer

    def answer(self) -> Any:
        """Return a mapping to be sent as JSON, or a body whose headers are set already."""
        with reading() as session:
            return self.read(session)

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return the facts; for services that only read."""
        raise NotImplementedError

    def words_of(self, error: TangThuError) -> str:
        """Return why, in the caller's language; errors of the protocol are English."""
        if isinstance(error, ProblemError):
            return str(error)
        return self.told(error.reason)

    def told(self, reason: Reason) -> str:
        """Return a reason as a sentence in the caller's language."""
        return sentence(told(reason, "en" if api.portal.get_current_language() == "en" else "vi"))

    @property
    def viewer(self) -> Viewer:
        """Return who asks."""
        return viewer_for()

    @property
    def now(self) -> datetime:
        """Return this moment, UTC."""
        return datetime.now(UTC)

    @property
    def root(self) -> str:
        """Return the address of the site."""
        return str(api.portal.get().absolute_url())

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number of the query.

        Raises:
            ProblemError: 400 when it is none, or out of range.
        """
        value = self.request.form.get(name, default)
        try:
            found = int(value)
        except (TypeError, ValueError) as error:
            raise ProblemError(400, "Bad request", f"{name} must be a whole number") from error
        if not 1 <= found <= most:
            raise ProblemError(400, "Bad request", f"{name} must be 1 to {most}")
        return found

    def word(self, name: str, most: int = 300) -> str:
        """Return a text of the query; anything else is empty."""
        value = self.request.form.get(name, "")
        return value.strip()[:most] if isinstance(value, str) else ""

    def body(self) -> Mapping[str, Any]:
        """Return the JSON object of a POST; an empty body is an empty object.

        Raises:
            ProblemError: 400 when it is no JSON object.
        """
        raw = self.request.get("BODY", b"") or b"{}"
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise ProblemError(400, "Bad request", "the body is no JSON") from error
        if not isinstance(found, dict):
            raise ProblemError(400, "Bad request", "the body is no JSON object")
        return found

    def refuse_forms(self, *types: str) -> None:
        """Let a POST write, but only one no page of another site can make a browser send.

        A form cannot send `application/json` or any of `types`; a script of another site is stopped by the
        browser's preflight question, and we allow no origin.

        Raises:
            ProblemError: 415 for any other content type.
        """
        allowed = types or ("application/json",)
        if self.request.get_header("Content-Type", "").split(";")[0].strip().lower() not in allowed:
            raise ProblemError(
                415, "Unsupported media type", f"send Content-Type: {' or '.join(sorted(allowed))}"
            )
        alsoProvides(self.request, IDisableCSRFProtection)


def event_facts(event: Event) -> dict[str, Any]:
    """Return an event as JSON values."""
    return {
        "seq": event.seq,
        "at": stamp(event.at),
        "actor": event.actor,
        "role": event.role,
        "verb": str(event.verb),
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "basis": event.basis,
        "sha256": event.sha256,
    }


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
