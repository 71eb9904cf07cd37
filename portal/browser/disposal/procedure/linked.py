"""The linked documents of a list: what an archivist chooses for each, how far the copying is, what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from kombu.exceptions import OperationalError
from zExceptions import NotFound

from archive import queue
from archive.adding.document import COPIED
from archive.procedure.kept import against_keeping, begun
from archive.procedure.links import Fate, Link
from archive.procedure.states import STATES_END, State
from archive.reason import because
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Role, roles_as_json
from portal.browser.disposal.one_list import PROGRESS, OneList
from portal.browser.form_fields import MissingError
from portal.browser.screen import Pages, Screen
from portal.disposal_lists import name_of
from portal.i18n import _
from retention.procedure import fates, taking
from retention.procedure.standing import Standing, Stands, counts, standings

LINKED = "lien-quan"
SIZE = 50
STANDS: Mapping[Stands, tuple[Any, str]] = {
    Stands.UNDECIDED: (_("Not chosen yet"), "wait"),
    Stands.COPYING: (_("Being copied"), "busy"),
    Stands.KEPT: (_("Kept in the other case file"), "ok"),
    Stands.LET_GO: (_("Goes with its case file"), "bad"),
    Stands.THERE: (_("In the other case file already, nothing to copy"), "quiet"),
}
"""How a linked document stands -> words and tone."""
HOW = {
    "named": _("named by a document of that case file"),
    "same-bytes": _("the same file, bit for bit"),
    "same-document": _("the same number, symbol, day and issuer"),
}


class LinkedScreen(Screen):
    """`tieu-huy/<id>/lien-quan`; below it `tien-do` (JSON)."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {"keep": "keep", "let_go": "let_go", "copy": "copy"}
    keeps: ClassVar[bool] = True

    @property
    def list_address(self) -> str:
        """Return the address of the list."""
        return f"{self.root}/tieu-huy/{self.path[0]}"

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.list_address}/{LINKED}"

    def prepare(self) -> Any:
        """Read the list and its linked documents; answer how far it is when asked for that."""
        self.order = order = OneList(self).order
        self.list_name = name_of(self.session, order)
        self.story = taking.story(self.session, order.id)
        self.open = (
            not self.story.begun
            and self.story.state not in STATES_END
            and self.story.state is not State.DESTROYED
        )
        self.all = standings(self.session, self.story, today=self.today, look=self.open)
        self.half_made = self.open and bool(begun(self.session, self.story.items))
        if self.path[1:] == (PROGRESS,):
            return self.progress()
        if self.path[1:]:
            raise NotFound(self.path[1])
        self.pages = Pages(len(self.all), self.number("page", 1), SIZE)
        self.rows = self.all[(self.pages.page - 1) * SIZE :][:SIZE]
        return None

    @property
    def may_choose(self) -> bool:
        """Say whether this person chooses; the act checks again."""
        return self.open and self.viewer.has(Role.ARCHIVIST, self.order.agency_code)

    @property
    def may_copy(self) -> bool:
        """Say whether something waits to be copied, or to be cleared away, and this person may have it done."""
        return self.may_choose and (self.running or self.half_made)

    @property
    def running(self) -> bool:
        """Say whether something is to be copied still."""
        return any(one.stands is Stands.COPYING for one in self.all)

    @property
    def version(self) -> str:
        """Return a short mark that changes whenever the page would look different."""
        facts = [[*vars(one.link).values(), one.stands] for one in self.all]
        return hashlib.sha256(json.dumps([facts, self.half_made]).encode()).hexdigest()[:12]

    @property
    def progress_text(self) -> str:
        """Return how far the copying is, in words."""
        told = counts(self.all)
        done = {"done": told[Stands.KEPT], "total": told[Stands.KEPT] + told[Stands.COPYING]}
        return self.t(_("${done} of ${total} documents are kept", mapping=done))

    def progress(self) -> str:
        """Answer how far it is, as JSON."""
        facts = {"running": self.running, "reload": True, "version": self.version, "text": self.progress_text}
        return self.answer_json(facts)

    def stands(self, one: Standing) -> dict[str, str]:
        """Return label and tone of how a document stands."""
        words, tone = STANDS[one.stands]
        return {"label": self.t(words), "tone": tone}

    def how(self, one: Standing) -> str:
        """Return what links a document, in words; "" when nothing does any more."""
        return self.t(HOW[one.how.value]) if one.how else ""

    def against(self, one: Standing) -> list[str]:
        """Return why a document that waits cannot be copied now."""
        if one.stands is not Stands.COPYING:
            return []
        return [self.because(reason) for reason in against_keeping(self.session, one.link, self.today)]

    def subject(self, one: Standing) -> str:
        """Return what a document is about, as far as this person may read its case file."""
        file = self.session.get(CaseFile, one.link.case_file_id)
        if file is None or not self.viewer.may_read(file.agency_code, file.access):
            return ""
        return one.subject

    def nameless(self, one: Standing) -> bool:
        """Say whether nothing is known of a document any more but its number: it went with its case file."""
        return one.document == str(one.link.document)

    def name(self, one: Standing) -> str:
        """Return what a document is called; of one that has gone, which it was."""
        if self.nameless(one):
            number = self.count(one.link.document)
            told = _("Document ${number} of the case file; its name went with it", mapping={"number": number})
            return self.t(told)
        return self.subject(one) or one.document

    def value(self, one: Standing) -> str:
        """Return how a document's box names it."""
        return f"{one.link.case_file_id}:{one.link.document}:{one.link.other_id}"

    def other_place(self, one: Standing) -> str:
        """Return the address of the kept document in the other case file."""
        file = self.session.get(CaseFile, one.link.other_id)
        if file is None:
            return ""
        here = f"{self.root}/ho-so/{file.id}"
        for record in file.records:
            for component in record.components:
                came = component.facts.get(COPIED, {})
                if (came.get("case_file_id"), came.get("document")) == (
                    one.link.case_file_id,
                    one.link.document,
                ):
                    return f"{here}#tl-{record.id}"
        return here

    # acts

    def keep(self) -> None:
        """Keep the ticked documents: a copy of each goes into its other case file."""
        self._choose(Fate.KEEP)
        self.copy()

    def let_go(self) -> None:
        """Let the ticked documents go with their case file."""
        self._choose(Fate.LET_GO)
        with reading() as session:
            left = bool(begun(session, taking.story(session, self.path[0]).items))
        if left:
            self.copy()
        else:
            self.say(_("The choice is in the ledger."))

    def copy(self) -> None:
        """Have a worker copy what is to be kept; the vault asks everything again."""
        viewer = self.viewer
        with reading() as session:
            viewer.require(Role.ARCHIVIST, taking.story(session, self.path[0]).agency_code)
        try:
            queue.send("retention.tasks.keep_linked", self.path[0], viewer.name, roles_as_json(viewer))
        except OperationalError:
            self.say(
                _("The choice is in the ledger, but the queue does not answer: begin the copying later."),
                "error",
            )
            return
        self.say(_("The documents are being copied. This page shows how far it is."))

    def _choose(self, fate: Fate) -> None:
        with transaction() as session:
            fates.choose(
                session,
                self.path[0],
                self._wanted(),
                fate,
                reason=self.text("reason", 2000),
                viewer=self.viewer,
                now=self.now,
            )

    def _wanted(self) -> Sequence[Link]:
        wanted = []
        for text in self.ticked:
            parts = text.split(":")
            if len(parts) == 3 and parts[1].isdecimal():
                wanted.append(Link(parts[0], int(parts[1][:9]), parts[2]))
        if not wanted:
            raise MissingError(because("portal.no-document-ticked"))
        return wanted
