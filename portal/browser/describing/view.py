"""Describe a stored case file or one of its documents anew, and read how it was described before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from zExceptions import NotFound

from archive.errors import TangThuError
from archive.reason import because
from archive.register.models import CaseFileState
from archive.register.session import reading
from ingest.checks.catalogue import explain
from ingest.checks.fields import FILE_FIELDS, TABLES, Kind
from ingest.describing import described_then
from ingest.finding import Finding
from portal.browser.describing.subject import subject_of
from portal.browser.fields.asked import Asked, asked
from portal.browser.gathering.form import from_input
from portal.browser.screen import Screen
from portal.findings import Shown, shown
from portal.i18n import _
from portal.reading import case_file

NOT_LOOSER = _(
    "Only the same or a stricter use mode. Nobody approves what they proposed: loosening needs a second person, "
    "and that step is not built yet."
)
HELP: Mapping[str, Any] = {
    "Rights": NOT_LOOSER,
    "Mode": NOT_LOOSER,
    "Keyword": _("Several are separated by semicolons."),
}


class AgainstError(TangThuError):
    """A rule is against the words; nothing was changed."""


class DescribingScreen(Screen):
    """`mo-ta-lai/<case file>[/<document>]` for an archivist of its agency; `?ban=<n>`: how version n described it."""

    depth: ClassVar[int] = 2
    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"describe": "describe"}
    filters: ClassVar[frozenset[str]] = frozenset({"ban"})
    findings: Sequence[Finding] = ()

    @property
    def here(self) -> str:
        """Return the address of this page."""
        return "/".join([f"{self.root}/mo-ta-lai", *map(quote, self.path)])

    def prepare(self) -> Any:
        """Read how it is described now, and in one earlier version when that is asked for."""
        if not self.path:
            raise NotFound("which one?")
        self.subject = subject_of(self.session, self.path, self.viewer)
        self.file = case_file(self.session, self.path[0], viewer=self.viewer)
        if self.file.state != CaseFileState.STORED:
            raise NotFound(self.path[0])
        self.versions = sorted(self.file.packages, key=lambda one: -one.version)
        self.version = self.number("ban", 0, 0)
        self.then: Mapping[str, str] | None = None
        if self.version:
            self.then = self.subject.then(self.session, self.version)
        return None

    def fields(self) -> list[Asked]:
        """Return the fields that can be described anew, in the circular's order, with what they say."""
        found: dict[str, list[Shown]] = {}
        for one in self.findings:
            found.setdefault(one.place.rpartition(" / ")[2], []).append(shown(one, self.language))
        return [
            asked(row, row.short, self._written(row.short), found, help=HELP.get(row.short, ""))
            for row in self.subject.rows
        ]

    def _written(self, name: str) -> str:
        return self.given(name, "describe") if self._refused else self.subject.fields.get(name, "")

    @property
    def _refused(self) -> bool:
        return self.request.method == "POST" and "describe" in self.request.form

    def told_then(self) -> list[tuple[str, str]]:
        """Return how the version asked for described it."""
        names = {row.short: row.name_vi for rows in (FILE_FIELDS, *TABLES.values()) for row in rows}
        if self.subject.title:
            names |= {row.short: row.name_vi for row in self.subject.rows}
        return [(names.get(name, name), value) for name, value in (self.then or {}).items() if value]

    def why_then(self) -> list[str]:
        """Return who described what so, and why, as the version itself says."""
        facts = described_then(self.session, self.file.id, self.version, viewer=self.viewer)
        events = facts.events if facts.previous else ()
        return [f"{self.person(event.agent)}, {self.moment(event.at)}: {event.detail}" for event in events]

    def describe(self) -> str:
        """Keep a later version with what was typed."""
        with reading() as session:
            subject = subject_of(session, self.path, self.viewer)
        said = {row.short: self._typed(row.short, row.kind) for row in subject.rows}
        done = subject.describe(
            said, reason=self.text("reason", 2000), now=self.now, based_on=self.number("based_on", 0, 0)
        )
        self.findings = done.findings
        if not done.package:
            told = [explain(finding, self.language).text for finding in done.findings]
            raise AgainstError(because("portal.described-against-rules", said="; ".join(told)))
        number = {"number": str(done.version)}
        self.say(_("Described anew: version ${number} of the package.", mapping=number))
        where = f"#tl-{quote(self.path[1])}" if len(self.path) > 1 else ""
        return f"{self.root}/ho-so/{self.path[0]}{where}"

    def _typed(self, name: str, kind: Kind) -> str:
        value = self.text(name)
        return from_input(value) if kind is Kind.DATE else value
