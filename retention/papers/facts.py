"""What the papers of a destruction are made of: its end (`retention.dossier`), its way there (`archive.procedure`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape

from sqlalchemy.orm import Session

from archive.ledger.rows import EventRow
from archive.procedure.called import Names, names_of
from archive.procedure.read import story_of
from archive.procedure.story import Step, Story
from archive.register.models import Regime
from archive.seals.key import Face
from archive.viewer import Viewer
from retention.dossier import Dossier, ItemFacts, gather

BASES: Mapping[Regime, str] = {
    Regime.R1: "Luật Lưu trữ số 01/2011/QH13, Điều 28; Nghị định số 01/2013/NĐ-CP, Điều 11",
    Regime.R2: "Luật Lưu trữ số 33/2024/QH15, Điều 16; Thông tư số 06/2025/TT-BNV",
}
OUTCOMES: Mapping[str, str] = {
    "done": "Đã hủy",
    "held": "Không hủy: đang bị giữ",
    "refused": "Không hủy: không đủ điều kiện",
    "taken-out": "Không hủy: đã rút khỏi danh mục",
    "kept": "Không hủy: hội đồng giữ lại",
}


@dataclass(frozen=True)
class Facts:
    """A destruction that is done, with all that led to it.

    Attributes:
        story: None for a destruction that was approved before there was a procedure.
        linked: why documents go that an unexpired case file has too; "" when there are none.
        seals: that will be put on the paper: the agency's, then that of whoever destroys when it is another.
        preview: it is printed for a look, and neither sealed nor kept.
        names: how people were called when they acted.
    """

    dossier: Dossier
    story: Story | None
    linked: str = ""
    seals: tuple[Face, ...] = ()
    preview: bool = False
    names: Names = field(default_factory=Names)

    @property
    def regimes(self) -> tuple[Regime, ...]:
        """Return the laws it went by: one, or both in a list made before there was a procedure."""
        return tuple(one for one in Regime if any(item.regime == one for item in self.dossier.items))

    @cached_property
    def by_id(self) -> Mapping[str, ItemFacts]:
        """Return the case files by id."""
        return {item.case_file_id: item for item in self.dossier.items}

    def steps(self, *ids: str) -> tuple[Step, ...]:
        """Return the steps of these kinds, oldest first."""
        return tuple(step for step in (self.story.steps if self.story else ()) if step.id in ids)

    def who(self, account: str, event: int | None = None) -> str:
        """Return full name and account as they were at an event (None: at the last), as HTML."""
        return escape(str(self.names.of(account, event)))

    def who_where(self, account: str, event: int | None = None) -> str:
        """Return the same with the agency they acted for."""
        return escape(self.names.of(account, event).at_agency)


def facts_of(session: Session, order_id: str, *, viewer: Viewer | None = None) -> Facts:
    """Return the facts of a destruction that is done. Raises as `retention.dossier.gather`."""
    dossier = gather(session, order_id, viewer=viewer)
    facts = Facts(dossier, story_of(session, order_id), names=names_of(session, order_id))
    # The agency, too, is called on its papers as it was when the records went.
    ended = next((step.event for step in reversed(facts.steps("destroy"))), 0)
    if called := facts.names.agency(ended):
        facts = replace(facts, dossier=replace(dossier, agency_name=called))
    submitted = [session.get_one(EventRow, step.event) for step in facts.steps("submit")]
    linked = str(submitted[-1].payload["step"].get("linked", "")) if submitted else ""
    return replace(facts, linked=linked)
