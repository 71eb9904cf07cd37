"""A house with case files in three real folder stores, and the people who may or may not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

from archive.custody import deposit, keep, stores
from archive.ledger.follow import follow
from archive.packages.facts import PackageFacts, RecordFacts, WrittenPackage
from archive.procedure.states import State
from archive.register.session import transaction
from archive.viewer import Role, Viewer
from operations.procession import People, Wanted, walk
from retention import holds
from retention.follower import follower
from retention.holds import Placed

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
AGENCY = "000.00.18.H37"
OTHER = "000.00.19.H37"


def person(name: str, *roles: Role, agency: str = AGENCY) -> Viewer:
    return Viewer(name, {agency: frozenset(roles)})


AN = person("an", Role.ARCHIVIST)
BINH = person("binh", Role.ARCHIVIST)
COUNCIL = person("cuong", Role.COUNCIL)
HEAD = person("dung", Role.HEAD)
LEADER = person("giang", Role.COUNCIL)
EXPERT = person("hoa", Role.COUNCIL)
PEOPLE = People(archivist=AN, voters=(COUNCIL, LEADER, EXPERT), head=HEAD, executor=BINH)
RESEARCHER = person("em", Role.RESEARCHER)


@dataclass
class Town:
    """The house with two agencies; makes case files on demand."""

    folder: Path

    def store(
        self,
        code: str,
        *,
        maintenance: str = "5 năm",
        ended: date = date(2014, 5, 20),
        regime: str = "R1",
        agency: str = AGENCY,
        title: str = "Hồ sơ giao ban tuần",
        documents: tuple[str, ...] = (),
        names: str = "",
        version: int = 1,
        id: str = "",
        on_disk: bool = True,
        access: str = "01",
    ) -> str:
        """Keep a case file as the pipeline does, set its dates as the follower does, return its id."""
        case_file_id = id or str(uuid4())
        name = f"h37/{agency}/{ended.year}/{code}/v{version:04}.zip"
        path = self.folder / f"{uuid4()}.zip"
        path.write_bytes(f"words of {code} version {version} ".encode() * 20)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        facts = PackageFacts(
            objid=f"urn:PHONG:uuid:{str(uuid4()).upper()}",
            name=name,
            version=version,
            made_at=NOW,
            case_file_id=case_file_id,
            submission_id=str(uuid4()),
            agency_code=agency,
            agency_name="Sở Nội vụ",
            fonds_code=f"PHONG-{agency}",
            code=code,
            title=title,
            regime=regime,
            access=access,
            start_date=ended,
            end_date=ended,
            maintenance=maintenance,
            total_docs=len(documents),
            total_pages=3,
            description={"title": title},
            records=tuple(
                RecordFacts(
                    str(uuid4()), n, f"{code}.{n}", "Quyết định", "1", "QĐ", ended, "Sở", "Về việc", 1,
                    ({"maintenance": text} if text else {}) | ({"RelatedDocuments": names} if names else {}), (),
                )
                for n, text in enumerate(documents, 1)
            ),
        )  # fmt: skip
        copies = deposit(path, name, sha256) if on_disk else ["kho-a"]
        with transaction() as session:
            keep(
                session,
                facts,
                WrittenPackage(path, path.stat().st_size, sha256),
                copies,
                actor="system:ingest",
                now=NOW,
            )
        follow(follower)
        return case_file_id

    def ordered(
        self,
        *case_file_ids: str,
        document_date: date = TODAY,
        to: State = State.HANDED_OVER,
        reason: str = "Hết thời hạn lưu trữ",
        now: datetime = NOW,
    ) -> str:
        """Walk a list through its procedure, ready for `BINH` to carry it out; return the order's id."""
        wanted = Wanted(AGENCY, case_file_ids, "12/QĐ-SNV", document_date, reason=reason)
        with transaction() as session:
            return walk(session, wanted, PEOPLE, now=now, to=to).order_id


def copies_of(code: str) -> list[str]:
    """Return in which stores a package of that code lies."""
    return [store.name for store in stores() if any(f"/{code}/" in name for name in store.names())]


def place(case_file_id: str) -> Placed:
    """Place a hold on one case file, as the archivist."""
    with transaction() as session:
        return holds.place(
            session, agency_code=AGENCY, case_file_ids=[case_file_id], reason="Thanh tra",
            document_number="5/TT", document_date=TODAY, viewer=AN, now=NOW,
        )  # fmt: skip
