"""What every screen shares: one session per request, the viewer, words, dates, and safe acting.

A GET reads with one read-only session that stays open while the template renders. A POST checks the CSRF
token, calls one act, and answers with a redirect and a status message; an error of ours becomes the message.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import IO, Any, ClassVar
from urllib.parse import quote, urlencode

from plone import api
from plone.protect.authenticator import check as check_authenticator
from plone.protect.authenticator import createToken
from Products.CMFPlone.resources import remove_bundle_on_request
from Products.Five import BrowserView
from sqlalchemy import select
from sqlalchemy.orm import Session
from zExceptions import BadRequest, NotFound, Unauthorized
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse

from archive import attempts, sizes
from archive.attempts import Purpose
from archive.errors import NotAllowedError, TangThuError
from archive.ledger.event import Event
from archive.reason import Lang, Reason, because, from_text, sentence, told
from archive.receipt_words import receipt_told
from archive.register.models import Agency
from archive.register.session import reading
from archive.second_factor import enrol
from archive.vietnam import day_of, local
from archive.viewer import Viewer
from portal import people, words
from portal.accounts import must_change
from portal.browser.form_fields import Fault, Field, FormError, faults_in, refuse
from portal.browser.titles import titled
from portal.days import day_text
from portal.event_words import headline
from portal.headers import STRICT, protect
from portal.i18n import _
from portal.viewer import viewer_for

log = logging.getLogger(__name__)
SHOW = object()
"""What an act returns to answer with the page itself: for what is shown once and may be in no cookie."""
LINES = "\n"
"""Between the lines of a message that is shown as a list."""
BUNDLES_OF_PLONE = ("plone", "plone-fullscreen", "eventedit")


class PasswordError(TangThuError):
    """The password asked again is not right, or may not be tried yet; nothing was done."""


@implementer(IPublishTraverse)
class Screen(BrowserView):
    """Base of the screens. Subclasses fill `prepare` (GET) and `acts` (POST: button name -> method).

    Attributes:
        ours: the page shell shows nothing of Plone's around it.
        path: the rest of the address below the screen, e.g. ("<id>",).
        depth: how many such parts the screen takes; more is not found.
        session: open while the template renders.
        for_first: shown also to whoever still has the one-time password; everybody else is asked to choose one first.
        keeps: an act that was refused answers with the page itself, so that what was typed is still there (`given`).
        faults: of an act that was refused: field -> what is wrong with it, told beside it (`fault`).
    """

    ours: ClassVar[bool] = True
    path: tuple[str, ...] = ()
    depth: ClassVar[int] = 0
    acts: ClassVar[Mapping[str, str]] = {}
    for_first: ClassVar[bool] = False
    keeps: ClassVar[bool] = False
    faults: Mapping[str, str] = {}
    session: Session

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Take one more part of the address."""
        if len(self.path) >= self.depth:
            raise NotFound(name)
        self.path = (*self.path, name)
        return self

    def __call__(self) -> Any:
        """Answer the request."""
        self.dress()
        if not self.for_first and not api.user.is_anonymous() and must_change(self.viewer.name):
            return self.request.response.redirect(f"{self.root}/doi-mat-khau")
        if self.request.method == "POST":
            return self._act()
        return self._show()

    def _show(self) -> Any:
        if self.request.method == "GET" and not api.user.is_anonymous():
            self._tell_of_reset()
        try:
            with reading() as session:
                self.session = session
                answer = self.prepare()
                return self.rendered() if answer is None else answer
        except TangThuError as error:
            return self.refused(error)

    def _tell_of_reset(self) -> None:
        """Tell somebody, once, that an administrator took the own authenticator away."""
        with reading() as session:
            event = enrol.untold_reset(session, self.viewer.name)
        if event is None:
            return
        facts = {
            "who": self.person(event.actor),
            "moment": self.moment(event.at),
            "reason": event.payload.get("reason", ""),
        }
        self.say(
            _(
                "${who} reset your authenticator on ${moment} (reason: ${reason}). "
                "Enrol another before you decide or carry out a destruction; if you did not ask for this, say so.",
                mapping=facts,
            ),
            "warning",
        )
        enrol.told(self.viewer.name)

    def rendered(self) -> str:
        """Return the page, named in the browser's tab by its heading."""
        return titled(self.index())

    def answer_json(self, facts: Mapping[str, Any]) -> str:
        """Answer with facts instead of the page: how far something is."""
        self.request.response.setHeader("Content-Type", "application/json; charset=utf-8")
        self.request.response.setHeader("Cache-Control", "no-store")
        return json.dumps(facts, ensure_ascii=False)

    def refused(self, error: TangThuError) -> Any:
        """Answer with the page that says why not, and what to do next; who is not logged in is asked to."""
        if isinstance(error, NotAllowedError) and api.user.is_anonymous():
            raise Unauthorized(self.because(error.reason)) from error
        page = getMultiAdapter((error, self.request), name="index.html")
        return page()

    def dress(self) -> None:
        """Set the headers of a page of ours, and leave out the scripts it does not run."""
        protect(self.request.response, STRICT, known=not api.user.is_anonymous())
        for bundle in BUNDLES_OF_PLONE:
            remove_bundle_on_request(self.request, bundle)

    def prepare(self) -> Any:
        """Read what the template shows; return something only to answer without the template."""

    def _act(self) -> Any:
        check_authenticator(self.request)  # raises Forbidden without a valid token
        wanted = [name for name in self.acts if name in self.request.form]
        if len(wanted) != 1:
            raise BadRequest("the form says not which act it wants")
        try:
            answer = self.doing(wanted[0])
        except NotAllowedError as error:
            return self.refused(error)
        except TangThuError as error:
            log.warning("%s: %s: %s", self.__name__, type(error).__name__, error)
            return self.not_done(error)
        if answer is SHOW:
            return self._show()
        return self.request.response.redirect(answer or self.here)

    def doing(self, button: str) -> Any:
        """Do what a button stands for, and return its answer."""
        return getattr(self, self.acts[button])()

    def not_done(self, error: TangThuError) -> Any:
        """Answer an act that was refused: with a message on the page itself, or on the page read anew."""
        self.mark(error)
        self.say(self.refusal(error), "error")
        if self.keeps:
            self.request.response.setStatus(409)
            return self._show()
        return self.request.response.redirect(self.here)

    def mark(self, error: TangThuError) -> None:
        """Keep what is wrong with each field of a form that was refused for its fields."""
        if isinstance(error, FormError):
            self.faults = {one.field: self._fault_words(one) for one in error.faults}

    def refusal(self, error: TangThuError) -> str:
        """Return why an act was refused; of several reasons each in a line of its own, below what they are."""
        lines = [self._fault_words(one) for one in getattr(error, "faults", ())]
        reasons = getattr(error, "reasons", ())
        lines += [self.because(one) for one in reasons]
        if len(lines) == 1:
            return lines[0]
        first = error.reason if not reasons else because("portal.nothing-done")
        return LINES.join([self.because(first), *lines])

    def _fault_words(self, fault: Fault) -> str:
        label = " ".join(part for part in (self.t(fault.label), fault.more) if part)
        return (
            f"{label}: {told(people.called(fault.why), self.language)}." if label else self.because(fault.why)
        )

    # who and when

    @property
    def viewer(self) -> Viewer:
        """Return who asks."""
        return viewer_for()

    @property
    def now(self) -> datetime:
        """Return this moment (UTC); one value per request, so that a page agrees with itself."""
        if not hasattr(self, "_now"):
            self._now = datetime.now(UTC)
        return self._now

    @property
    def today(self) -> date:
        """Return the day it is in Vietnam."""
        return day_of(self.now)

    # where

    @property
    def root(self) -> str:
        """Return the address of the site."""
        return api.portal.get().absolute_url()

    @property
    def here(self) -> str:
        """Return the address of this screen with its path."""
        return "/".join([f"{self.root}/{self.__name__}", *map(quote, self.path)])

    def with_query(self, **changes: Any) -> str:
        """Return this address with the present filters, some changed; empty values fall away."""
        query = {k: v for k, v in self.request.form.items() if isinstance(v, str | int) and k in self.filters}
        query.update(changes)
        kept = {key: value for key, value in query.items() if value not in ("", None)}
        return f"{self.here}?{urlencode(kept)}" if kept else self.here

    filters: ClassVar[frozenset[str]] = frozenset()

    sort = ""

    def sorting(self, column: str) -> str:
        """Return the address that sorts by a column, the other way round when it is sorted by it already."""
        return self.with_query(sort=f"-{column}" if self.sort == column else column, page=None)

    def sorted_by(self, column: str) -> str | None:
        """Return what aria-sort says about a column."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort)

    def number(self, name: str, default: int, least: int = 1, most: int = 1_000_000) -> int:
        """Return a number of the query within limits; the default for anything else."""
        try:
            return min(max(int(self.request.form.get(name, default)), least), most)
        except (TypeError, ValueError):
            return default

    def text(self, name: str, most: int = 4000) -> str:
        """Return a text of the form, trimmed; anything that is no text is empty."""
        value = self.request.form.get(name, "")
        return value.strip()[:most] if isinstance(value, str) else ""

    def files(self, name: str) -> list[tuple[str, IO[bytes]]]:
        """Return the files chosen in a field, each with the name it has at the sender's; an empty field has none."""
        given = self.request.form.get(name, [])
        uploads = given if isinstance(given, list) else [given]
        return [(upload.filename, upload) for upload in uploads if getattr(upload, "filename", "")]

    @property
    def ticked(self) -> list[str]:
        """Return the ids whose boxes are ticked in a list."""
        ids = self.request.form.get("ids", [])
        return [ids] if isinstance(ids, str) else [one for one in ids if isinstance(one, str)]

    def given(self, name: str, act: str = "", most: int = 4000) -> str:
        """Return what was typed into a field, when this answers an act that was refused; "" on a fresh page.

        Args:
            name: of the field.
            act: only when it was typed into the form of this act.
            most: characters.
        """
        refused = self.request.method == "POST" and (not act or act in self.request.form)
        return self.text(name, most) if refused else ""

    def fault(self, name: str, act: str = "") -> str:
        """Return what is wrong with a field of the form that was refused, "" for nothing.

        Args:
            name: of the field.
            act: only when the form of this act was refused.
        """
        return self.faults.get(name, "") if not act or act in self.request.form else ""

    def ask_for(self, fields: Iterable[Field]) -> None:
        """Look whether a form has what it must.

        Raises:
            FormError: with every field that is empty or wrong.
        """
        refuse(self.faults_of(fields))

    def faults_of(self, fields: Iterable[Field]) -> list[Fault]:
        """Return every field of a form that is empty or wrong."""
        wanted = tuple(fields)
        given = {
            field.name: "chosen" if field.kind == "file" and self.files(field.name) else self.text(field.name)
            for field in wanted
        }
        return list(faults_in(given, wanted, today=self.today))

    def agency_names(self) -> dict[str, str]:
        """Return agency code -> name of every agency in the register."""
        return {row.code: row.name for row in self.session.execute(select(Agency.code, Agency.name))}

    def sender(self, code: str, names: Mapping[str, str]) -> str:
        """Return what the agency of this code is called; of one the register does not know, that it is not known."""
        return names.get(code) or self.t(_("Unknown sender (${code})", mapping={"code": code}))

    # words

    def say(self, message: Any, kind: str = "info") -> None:
        """Show a status message on the next page."""
        api.portal.show_message(message=message, request=self.request, type=kind)

    def t(self, message: Any) -> str:
        """Return a message in the reader's language."""
        return str(translate(message, domain="tangthu", context=self.request))

    def because(self, reason: Reason) -> str:
        """Return a reason as a sentence in the reader's language; people in it by their full names."""
        return sentence(told(people.called(reason), self.language))

    def detail(self, text: str) -> str:
        """Return what a text column of the register says, in the reader's language."""
        return "; ".join(told(people.called(one), self.language) for one in from_text(text))

    def receipt(self, text: str) -> str:
        """Return a word of a holder's receipt in the reader's language."""
        return receipt_told(text, self.language)

    def person(self, actor: str) -> str:
        """Return who did something: a person's full name, or in words which part of the system."""
        if not hasattr(self, "_names"):
            self._names: dict[str, str] = {}
        if actor not in self._names:
            self._names[actor] = people.actor_name(actor, self.t)
        return self._names[actor]

    def label(self, table: str, code: Any) -> str:
        """Return the label of a code from `portal.words`; the code itself when it is unknown."""
        return self.t(getattr(words, table).get(code, code))

    def told(self, event: Event) -> str:
        """Return an event in a few words."""
        return headline(event, self.t, self.language)

    def cut(self, number: int) -> str:
        """Return the line below a list of which only the newest entries are shown."""
        return self.t(_("There are more; only the newest ${number} are shown.", mapping={"number": number}))

    def tone(self, code: Any) -> str:
        """Return the tone of a pill."""
        return words.TONES.get(code, "quiet")

    def icon(self, name: str) -> str:
        """Return an inline SVG icon."""
        return words.icon(name)

    @property
    def language(self) -> Lang:
        """Return vi or en."""
        return "en" if api.portal.get_current_language() == "en" else "vi"

    def day(self, value: date | datetime | None) -> str:
        """Return a date as people here write it; a dash for none."""
        if value is None:
            return "—"
        if isinstance(value, datetime):
            value = local(value)
        return value.strftime("%d/%m/%Y")

    def day_text(self, typed: str | None) -> str | None:
        """Return a day as a field shows it; what is no day as it was typed."""
        return day_text(typed)

    def moment(self, value: datetime | None) -> str:
        """Return date and time in Vietnam; a dash for none."""
        return "—" if value is None else local(value).strftime("%d/%m/%Y %H:%M")

    def iso(self, value: datetime | None) -> str:
        """Return the machine form of a time."""
        return "" if value is None else local(value).isoformat(timespec="seconds")

    def size(self, count: int) -> str:
        """Return a size in bytes as people read it."""
        return sizes.size(count, self.language)

    def count(self, number: int) -> str:
        """Return a number with the reader's thousands mark."""
        return sizes.number(number, self.language)

    # acting

    @property
    def token(self) -> str:
        """Return the CSRF token for the forms of this page."""
        return createToken()

    def may(self, permission: str) -> bool:
        """Say whether the person holds a permission (its title) in this site."""
        return bool(api.user.has_permission(permission, obj=api.portal.get()))

    def ask_password(self) -> None:
        """Ask the person logged in for the password again, before a decision; wrong ones make the next try wait.

        Raises:
            PasswordError: it is not right, or the person has to wait.
        """
        login = api.user.get_current().getUserName()
        until = attempts.not_before(login, Purpose.DECISION, now=self.now)
        if until is not None:
            raise PasswordError(because("portal.password-waits", until=until))
        given = {"login": login, "password": self.text("password", 200)}
        if api.portal.get_tool("acl_users").source_users.authenticateCredentials(given) is not None:
            attempts.was_right(login, Purpose.DECISION)
            return
        until = attempts.was_wrong(login, Purpose.DECISION, now=self.now)
        if until is not None:
            raise PasswordError(because("portal.password-wrong-waits", until=until))
        raise PasswordError(because("portal.password-wrong"))


class Pages:
    """Numbers of pages for a list."""

    def __init__(self, total: int, page: int, size: int) -> None:
        self.total, self.page, self.size = total, page, size
        self.last = max(1, -(-total // size))

    @property
    def numbers(self) -> list[int | None]:
        """Return the page numbers to show; None is a gap."""
        near = {1, self.last, *range(max(1, self.page - 1), min(self.last, self.page + 1) + 1)}
        shown: list[int | None] = []
        for number in sorted(near):
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown
