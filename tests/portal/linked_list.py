"""A disposal list with a case file of which another one, kept for ever, has the same two documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from house_people import AN, BINH, CHI, LANG_SON
from kept_case_files import OLD

from archive.ledger.follow import follow
from archive.procedure.links import Fate, Link
from archive.procedure.states import State
from archive.register.session import transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.procession import People, Wanted, walk
from retention.follower import follower
from retention.procedure import fates

LAN = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, LAN)
GOES = replace(OLD, code="000.00.01.H37.2010.98.QH", title="Hồ sơ góp ý quy hoạch năm 2010")
STAYS = replace(
    OLD, code="000.00.01.H37.2010.99.QH", title="Hồ sơ quy hoạch tỉnh năm 2010", maintenance="Vĩnh viễn",
    subjects=("Kế hoạch lập quy hoạch, bản khác", "Biên bản họp quy hoạch, bản khác"),
)  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


def wanted() -> Wanted:
    return Wanted(LANG_SON, (GOES.id,), "91/QĐ-UBND", day_of(now()))


def link(document: int) -> Link:
    return Link(GOES.id, document, STAYS.id)


def a_linked_list(folder: Path, who: People = WHO) -> str:
    """Keep both, put the one on a list, return the list's id."""
    for one in (GOES, STAYS):
        one.kept(folder, now())
    follow(follower)
    with transaction() as session:
        return walk(session, wanted(), who, now=now(), to=State.LISTED).order_id


def half_decided(folder: Path) -> str:
    """Return such a list of which one document is let go, and the other waits to be copied."""
    order_id = a_linked_list(folder)
    with transaction() as session:
        fates.choose(
            session, order_id, [link(1)], Fate.KEEP, reason="Cần cho quy hoạch", viewer=AN, now=now()
        )
    with transaction() as session:
        fates.choose(session, order_id, [link(2)], Fate.LET_GO, reason="Bản nháp", viewer=AN, now=now())
    return order_id
