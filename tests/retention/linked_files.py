"""Two case files in three real stores: one whose period is over, and one for ever, which has the same documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from archive.custody import deposit, keep
from archive.ledger.follow import follow
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts
from archive.packages.writer import write
from archive.procedure.links import Fate, Link
from archive.procedure.papers import Paper
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from operations.procession import NOTE, People
from retention.follower import follower
from retention.procedure import fates, listing
from retention.procedure.fates import Kept
from retention.procedure.listing import NewList
from tests.archive.vault_builders import AGENCY, a_case_file, an_agency, ident
from tests.retention.retention_town import AN, BINH, NOW, TODAY

SECRETS = ("Xuyenchi", "Thuyenquang")
"""Words of the two documents of the case file that goes: the first is kept, the second is let go."""


def of(viewer: Viewer) -> Viewer:
    """Return the same person at the agency of these case files."""
    return Viewer(viewer.name, {AGENCY: frozenset(role for held in viewer.roles.values() for role in held)})


LAN = of(AN)
THEY = People(
    archivist=LAN,
    voters=tuple(Viewer(name, {AGENCY: frozenset({Role.COUNCIL})}) for name in ("cuong", "giang", "hoa")),  # type: ignore[arg-type]
    head=Viewer("dung", {AGENCY: frozenset({Role.HEAD})}),
    executor=of(BINH),
)


@dataclass(frozen=True)
class Two:
    """The case file that goes, and the one that stays."""

    goes: str
    stays: str
    agency: str = AGENCY

    def link(self, document: int = 1) -> Link:
        return Link(self.goes, document, self.stays)


def two(folder: Path, *, same: bool = False, goes: str = "01.2014") -> Two:
    """Keep both; with `same` their first documents have the same bytes."""
    with transaction() as session:
        an_agency(session)
    mine = tuple(f"Nội dung riêng {word}. " * 9 for word in SECRETS)
    going = kept(folder, goes, mine, maintenance="10 năm")
    stays = kept(folder, "02.2014", (mine[0] if same else "Bản nháp", "Bản khác"), maintenance="Vĩnh viễn")
    follow(follower)
    return Two(going, stays)


def kept(folder: Path, code: str, texts: tuple[str, ...], *, maintenance: str) -> str:
    """Keep a case file whose documents each have an original, a PDF/A and a text; return its id."""
    case = a_case_file().with_(code=code, title=f"Hồ sơ {code}", words=texts, end=date(2014, 12, 31))
    facts = case.facts()
    records = tuple(
        _with_derivatives(record, text, folder) for record, text in zip(facts.records, texts, strict=True)
    )
    facts = replace(facts, records=records, maintenance=maintenance)
    counts = {"TotalDoc": str(len(records)), "PageNumber": "4"}
    return _kept(replace(facts, description={**facts.description, **counts}), folder)


def _kept(facts: PackageFacts, folder: Path) -> str:
    written = write(
        facts, folder / f"{facts.code}.zip", schemas=ArchiveSettings.load().tools_home / "schemas"
    )
    copies = deposit(written.path, facts.name, written.sha256)
    with transaction() as session:
        keep(session, facts, written, copies, actor="system:ingest", now=NOW)
    written.path.unlink()
    return facts.case_file_id


def _with_derivatives(record: RecordFacts, text: str, folder: Path) -> RecordFacts:
    (original,) = record.components
    parts = []
    for role, content, more in (
        ("original", text, dict(original.facts)),
        ("pdfa", f"%PDF-1.7 {text}", {"of": original.id, "route": "print"}),
        ("text", text + " chữ", {"of": original.id}),
    ):
        source = folder / f"{record.id}-{role}"
        source.write_bytes(content.encode())
        parts.append(
            ComponentFacts(
                id=original.id if role == "original" else ident(role, original.id),
                role=role,
                name=f"Văn bản {record.ordinal}.{role}",
                path=f"representations/{role}/data/{record.ordinal:04d}/01-van-ban.{role}",
                media_type="text/plain",
                puid="x-fmt/111",
                size=len(content.encode()),
                sha256=hashlib.sha256(content.encode()).hexdigest(),
                facts=more,
                source=source,
            )
        )
    return replace(record, components=tuple(parts))


def listed(files: Two) -> str:
    """Return the id of a new list with the case file that goes."""
    with transaction() as session:
        new = NewList(AGENCY, (files.goes,), "Hết thời hạn", NOTE, Paper("5/TTr", TODAY))
        return listing.propose(session, new, viewer=LAN, now=NOW).order_id


def chosen(order_id: str, link: Link, fate: Fate = Fate.KEEP, reason: str = "Còn cần cho hồ sơ kia") -> None:
    with transaction() as session:
        fates.choose(session, order_id, [link], fate, reason=reason, viewer=LAN, now=NOW)


def keep_them(order_id: str) -> Kept:
    return fates.keep(order_id, viewer=LAN, clock=lambda: NOW)
