"""Describe a stored case file anew, and read how it was described before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from zExceptions import NotFound

from archive.errors import TangThuError
from archive.packages.facts import PackageFacts
from archive.reason import because
from archive.register.models import CaseFileState
from ingest.checks.catalogue import explain
from ingest.checks.fields import FILE_FIELDS
from ingest.describing import DESCRIBABLE, describe, described_now, described_then
from portal.browser.screen import Screen
from portal.i18n import _
from portal.reading import case_file

LONG = frozenset({"Title", "Keyword", "Description"})


class AgainstError(TangThuError):
    """A rule is against the words; nothing was changed."""


class DescribingScreen(Screen):
    """`mo-ta-lai/<case file>` for an archivist of its agency; with `?ban=<n>` how version n described it."""

    depth: ClassVar[int] = 1
    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"describe": "describe"}
    filters: ClassVar[frozenset[str]] = frozenset({"ban"})

    @property
    def here(self) -> str:
        """Return the address of this page."""
        return f"{self.root}/mo-ta-lai/{self.path[0]}" if self.path else f"{self.root}/mo-ta-lai"

    def prepare(self) -> Any:
        """Read the case file as it is described now, and one earlier version when it is asked for."""
        if not self.path:
            raise NotFound("which one?")
        self.described = described_now(self.session, self.path[0], viewer=self.viewer)
        self.file = case_file(self.session, self.path[0], viewer=self.viewer)
        if self.file.state != CaseFileState.STORED:
            raise NotFound(self.path[0])
        self.versions = sorted(self.file.packages, key=lambda one: -one.version)
        self.version = self.number("ban", 0, 0)
        self.then: PackageFacts | None = None
        if self.version:
            self.then = described_then(self.session, self.file.id, self.version, viewer=self.viewer)
        return None

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields that can be described anew, in the circular's order, with what they say."""
        rows = [row for row in FILE_FIELDS if row.short in DESCRIBABLE]
        return [
            {
                "name": row.short,
                "label": row.name_vi,
                "long": row.short in LONG,
                "value": self.given(row.short, "describe") or self.described.fields.get(row.short, ""),
            }
            for row in rows
        ]

    def told_then(self) -> list[tuple[str, str]]:
        """Return how the version asked for described the case file."""
        names = {row.short: row.name_vi for row in FILE_FIELDS}
        said = self.then.description if self.then else {}
        return [(names.get(name, name), value) for name, value in said.items() if value]

    def why_then(self) -> list[str]:
        """Return who described it so, and why, as the version itself says."""
        events = self.then.events if self.then and self.then.previous else ()
        return [f"{self.person(event.agent)}, {self.moment(event.at)}: {event.detail}" for event in events]

    def describe(self) -> str:
        """Keep a later version with what was typed."""
        said = {name: self.text(name) for name in DESCRIBABLE}
        done = describe(
            self.path[0],
            said,
            reason=self.text("reason", 2000),
            viewer=self.viewer,
            now=self.now,
            based_on=self.number("based_on", 0, 0),
        )
        if not done.package:
            told = [explain(finding, self.language).text for finding in done.findings]
            raise AgainstError(because("portal.described-against-rules", said="; ".join(told)))
        number = {"number": str(done.version)}
        self.say(_("Described anew: version ${number} of the package.", mapping=number))
        return f"{self.root}/ho-so/{self.path[0]}"
