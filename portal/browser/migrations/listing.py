"""`chuyen-doi`: the preservation plans, and the form that previews what a new one would do and proposes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from zExceptions import NotFound

from archive.errors import TangThuError
from archive.reason import because, brief, sentence
from archive.register.session import reading
from archive.viewer import ALL_AGENCIES
from ingest.formats.flavour import TARGETS
from ingest.migration import deciding, standing
from ingest.migration.choosing import formats_kept
from ingest.migration.plan import MAY, TOOLS, Did, Wanted, role_for
from ingest.migration.preview import Kind, Preview, preview
from portal.browser.beside import BesideScreen
from portal.browser.migrations.told import ROUTES, chosen
from portal.formats import format_name
from portal.i18n import _
from portal.register import joined

SHOWN = 50


class ChangedError(TangThuError):
    """What was previewed is not what would be done any more; nothing was proposed."""


class PlansScreen(BesideScreen):
    """The plans, newest first; with `?chon=1` what a new one would do."""

    acts: ClassVar[Mapping[str, str]] = {"propose": "propose"}
    filters: ClassVar[frozenset[str]] = frozenset(
        {"chon", "puid", "pdfa", "tool", "tool_version", "to", "agency"}
    )

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one plan to its own screen."""
        if self.path:
            raise NotFound(name)
        one = api.content.get_view("mot-chuyen-doi", self.context, request)
        one.path = (name,)
        return one

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/chuyen-doi"

    def prepare(self) -> Any:
        """Read the plans, what may be chosen, and what the choice would do."""
        self.plans = standing.plans(self.session, viewer=self.viewer, limit=SHOWN)
        self.names = self.agency_names()
        codes = self.viewer.agencies_with(MAY[Did.PROPOSE])
        self.may_propose = bool(codes)
        self.for_all = ALL_AGENCIES in codes
        self.agencies = {
            code: name for code, name in sorted(self.names.items()) if self.for_all or code in codes
        }
        self.formats = formats_kept(self.session, () if self.for_all else codes) if codes else []
        self.flavours, self.tools = tuple(TARGETS), TOOLS
        self.found: Preview | None = None
        if self.may_propose and (self.text("chon", 1) or self.trouble):
            try:
                self.found = self._preview()
            except TangThuError as error:
                self.trouble = self.trouble or self.because(error.reason)

    @property
    def wanted(self) -> Wanted:
        """Return what is chosen in the form."""
        return Wanted(
            self.text("puid", 20), self.text("pdfa", 2), self.text("tool", 40), self.text("tool_version", 80)
        )

    @property
    def agency(self) -> str:
        """Return whose case files are chosen; "" for all."""
        return self.text("agency", 35)

    def _preview(self) -> Preview:
        role_for(Did.PROPOSE, self.viewer, self.agency)
        return preview(
            self.session, self.wanted, target=self.text("to", 2), agency_code=self.agency, now=self.now
        )

    def choice(self) -> list[tuple[str, str]]:
        """Return the fields of the choice, for the form that proposes what was previewed."""
        return [
            ("puid", self.text("puid", 20)),
            ("pdfa", self.text("pdfa", 2)),
            ("tool", self.text("tool", 40)),
            ("tool_version", self.text("tool_version", 80)),
            ("to", self.text("to", 2)),
            ("agency", self.agency),
        ]

    def kinds(self) -> list[dict[str, Any]]:
        """Return the kinds of files, the most frequent first."""
        assert self.found is not None
        rows = [self._kind(kind, count, "") for kind, count in self.found.kinds.items()]
        rows += [
            self._kind(kind, count, self.because(why)) for kind, (why, count) in self.found.refused.items()
        ]
        return sorted(rows, key=lambda row: (bool(row["why"]), -row["files"]))

    def _kind(self, kind: Kind, count: Any, why: str) -> dict[str, Any]:
        return {
            "name": self.t(format_name(kind.puid, kind.media_type)),
            "puid": kind.puid,
            "now": kind.flavour,
            "target": kind.target,
            "route": self.t(ROUTES.get(kind.route, kind.route)),
            "files": count.components,
            "size": count.size,
            "why": why,
        }

    def barred(self) -> list[dict[str, Any]]:
        """Return the first of the case files that are left out; their code only to who may see codes."""
        assert self.found is not None
        return [
            {
                "text": one.code if named else one.case_file_id,
                "why": [
                    self.because(why) if named else sentence(brief(why, self.language)) for why in one.reasons
                ],
            }
            for one in self.found.barred[:SHOWN]
            for named in (standing.told_by_name(self.viewer, one.agency_code, one.access),)
        ]

    def format(self, pair: tuple[str, str]) -> str:
        """Return what a format is called, with its identifier."""
        return f"{self.t(format_name(*pair))} ({pair[0]})"

    def chosen(self, plan: Any) -> str:
        """Return in words what a plan speaks of."""
        return chosen(plan, self.t, self.names)

    def pill(self, plan: Any) -> str:
        """Return the tone of a plan's state."""
        return self.tone(f"plan-{plan.state}")

    def propose(self) -> str:
        """Propose what was previewed, when that is still what would be done."""
        with reading() as session:  # an act has no session of its own
            self.session = session
            found = self._preview()
        seen = (self.number("files", -1, -1), self.number("components", -1, -1))
        if seen != (found.files, found.components):
            raise ChangedError(
                because("portal.preview-changed", files=found.files, components=found.components)
            )
        with joined() as session:
            plan_id = deciding.propose(
                session,
                name=self.text("name", 200),
                reason=self.text("reason", 2000),
                wanted=self.wanted,
                target=self.text("to", 2),
                agency_code=self.agency,
                found=found,
                viewer=self.viewer,
                now=self.now,
            )
        self.say(_("Proposed. Another person has to approve it."))
        return f"{self.here}/{plan_id}"
