"""The part of a case file's page where a copy (DIP) is asked for, followed and fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from archive.codes.load import CodeEntry, table
from archive.packages.tt05_given import DIP_FILE_FIELDS, Request
from archive.reason import from_json
from archive.register.models import CaseFileState
from exports.giving import counter
from exports.giving.giving import Giving, GivingState
from exports.settings import ExportsSettings
from portal.browser.screen import Screen
from portal.giving import begin, send_copy
from portal.i18n import _

STATES: Mapping[str, Any] = {
    GivingState.WAITING: _("Waits to be prepared"),
    GivingState.PREPARING: _("Being prepared"),
    GivingState.READY: _("Ready"),
    GivingState.FAILED: _("Cannot be given"),
}
TONES = {
    GivingState.WAITING: "wait",
    GivingState.PREPARING: "busy",
    GivingState.READY: "ok",
    GivingState.FAILED: "bad",
}


class GivingScreen(Screen):
    """A screen about a case file (`path[0]`, `file`) on which a copy of it can be asked for."""

    acts: ClassVar[Mapping[str, str]] = {"give": "give", "drop": "drop"}
    keeps: ClassVar[bool] = True
    file: Any

    @property
    def may_ask(self) -> bool:
        """Say whether the way to ask for a copy is shown: whoever sees this page may read what is here."""
        return self.file.state != CaseFileState.DESTROYED and bool(self.file.packages)

    @property
    def copies(self) -> list[Giving]:
        """Return this person's copies of the case file, the last one asked for first."""
        return counter.listing(viewer=self.viewer, now=self.now, case_file_id=self.path[0])

    @property
    def going_on(self) -> bool:
        """Say whether a copy is still being prepared."""
        return any(one.open for one in self.copies)

    @property
    def copies_version(self) -> str:
        """Return a short mark that changes whenever the list would look different."""
        facts = [(one.id, str(one.state)) for one in self.copies]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]

    @property
    def days(self) -> int:
        """Return for how many days a copy can be fetched."""
        return ExportsSettings.load().dip_days

    def copy_state(self, giving: Giving) -> str:
        """Return how far a copy is, in words."""
        return self.t(STATES[giving.state])

    def copy_tone(self, giving: Giving) -> str:
        """Return the tone of that."""
        return TONES[giving.state]

    def copy_why(self, giving: Giving) -> str:
        """Return why a copy waits or cannot be given; "" when nothing is known against it."""
        return self.because(from_json(dict(giving.why))) if giving.why else ""

    def copies_text(self) -> str:
        """Return how far the copies being prepared are, in words."""
        going = [one for one in self.copies if one.open]
        numbers = {
            "done": self.size(sum(one.done for one in going)),
            "total": self.size(sum(one.total for one in going)),
        }
        return self.t(_("${done} of ${total} written", mapping=numbers))

    @property
    def purposes(self) -> tuple[CodeEntry, ...]:
        """Return the purposes a copy may be asked for."""
        return table("dip-purpose").entries

    @property
    def fee_objects(self) -> tuple[CodeEntry, ...]:
        """Return who may pay a fee of their own."""
        return table("fee-object").entries

    def longest(self, name: str) -> int:
        """Return the most characters of a field of the request."""
        return DIP_FILE_FIELDS[name]

    def give(self) -> str:
        """Ask for a copy."""
        request = Request(
            id=self.text("request", self.longest("requestID")),
            made_on=self.today,
            purpose=self.text("purpose", 2),
            content=self.text("purpose_content", self.longest("purposeContent")),
            fee_object=self.text("fee_object", 2),
            topic=self.text("topic", self.longest("researchTopic")),
        )
        originals = bool(self.text("originals", 1))
        giving = begin(self.path[0], request, originals=originals, viewer=self.viewer, now=self.now)
        if giving.state == GivingState.READY:
            self.say(_("The copy is ready; you can fetch it below."))
        elif giving.open:
            self.say(_("The copy is being prepared; you can fetch it below when it is ready."))
        return f"{self.here}#copies-given"

    def drop(self) -> str:
        """Remove a copy that is not wanted any more."""
        counter.drop(self.text("drop", 36), viewer=self.viewer, now=self.now)
        self.say(_("The copy was removed."))
        return f"{self.here}#copies-given"

    def copies_progress(self) -> str:
        """Answer how far the copies are, as JSON."""
        going = [one for one in self.copies if one.open]
        facts = {
            "running": bool(going),
            "reload": True,
            "version": self.copies_version,
            "done": sum(one.done for one in going),
            "total": sum(one.total for one in going),
            "text": self.copies_text(),
        }
        return self.answer_json(facts)

    def copy_sent(self, giving_id: str) -> Any:
        """Answer with a copy's ZIP."""
        return send_copy(self.request, giving_id, viewer=self.viewer, now=self.now)
