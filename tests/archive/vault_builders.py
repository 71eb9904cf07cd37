"""Case files for tests of the vault, in the words of the trade: `a_case_file().kept()`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from archive.custody import deposit, keep
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts, WrittenPackage
from archive.packages.writer import write
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import ITEM_ERASING, Order, OrderItem, OrderKind
from archive.register.projection import apply
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AGENCY = "000.00.01.H37"
LAN = Viewer("lan", {AGENCY: frozenset({Role.ARCHIVIST})})
HUNG = Viewer("hung", {AGENCY: frozenset({Role.COUNCIL})})
MAI = Viewer("mai", {AGENCY: frozenset({Role.HEAD})})
STRANGER = Viewer("khach", {"000.00.02.H37": frozenset({Role.ARCHIVIST, Role.HEAD, Role.COUNCIL})})


def ident(*parts: object) -> str:
    """Return the same UUID for the same words."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))


@dataclass(frozen=True)
class ACaseFile:
    """A case file to be made, kept and returned by id."""

    code: str = "01.2014.QD"
    title: str = "Hồ sơ ban hành quyết định năm 2014"
    regime: str = "R1"
    access: str = "01"
    words: tuple[str, ...] = ("Quyết định ban hành quy chế", "Tờ trình kèm theo")
    end: date = date(2014, 12, 31)
    secret_subject: str = "Về việc phê duyệt kinh phí cầu Bản Chu"
    extra: tuple[bytes, ...] = field(default=())

    def with_(self, **changes: object) -> ACaseFile:
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def id(self) -> str:
        return ident("case", self.code)

    def contents(self) -> list[bytes]:
        return [word.encode() * 50 for word in self.words] + list(self.extra)

    def facts(self) -> PackageFacts:
        records = tuple(
            RecordFacts(
                id=ident("record", self.code, n),
                ordinal=n,
                code=f"{self.code}.{n:07d}",
                type_name="Quyết định",
                number=str(n),
                notation="QĐ-UBND",
                issued_on=date(2014, 5, n),
                organ_name="UBND tỉnh Lạng Sơn",
                subject=f"{self.secret_subject} {n}",
                pages=2,
                description={"Subject": f"{self.secret_subject} {n}", "Language": "Tiếng Việt"},
                components=(
                    ComponentFacts(
                        id=ident("component", self.code, n),
                        role="original",
                        name=f"Quyết định {n}.txt",
                        path=f"representations/original/data/{n:04d}/Quyết định {n}.txt",
                        media_type="text/plain",
                        puid="x-fmt/111",
                        size=len(content),
                        sha256=hashlib.sha256(content).hexdigest(),
                        facts={"route": "as-is", "tools": {"pikepdf": "10.17"}},
                    ),
                ),
            )
            for n, content in enumerate(self.contents(), 1)
        )
        objid = f"urn:{AGENCY}:uuid:{self.id.upper()}"
        return PackageFacts(
            objid=objid,
            name=f"lang-son/{AGENCY}/2014/{self.code}/v0001.zip",
            version=1,
            made_at=NOW,
            case_file_id=self.id,
            submission_id=ident("submission", self.code),
            agency_code=AGENCY,
            agency_name="UBND tỉnh Lạng Sơn",
            fonds_code="LS-UBND",
            code=self.code,
            title=self.title,
            regime=self.regime,
            access=self.access,
            start_date=date(2014, 1, 6),
            end_date=self.end,
            maintenance="10 năm",
            total_docs=len(records),
            total_pages=2 * len(records),
            description={"FileCode": self.code, "Title": self.title, "Description": "Gồm nhiều văn bản"},
            records=records,
        )

    def written(self, folder: Path, *, facts: PackageFacts | None = None) -> WrittenPackage:
        """Make the package with the real writer."""
        folder.mkdir(parents=True, exist_ok=True)
        facts = facts or self.facts()
        records = []
        for record, content in zip(facts.records, self.contents(), strict=True):
            source = folder / f"{record.id}.txt"
            source.write_bytes(content)
            records.append(replace(record, components=(replace(record.components[0], source=source),)))
        schemas = ArchiveSettings.load().tools_home / "schemas"
        return write(replace(facts, records=tuple(records)), folder / f"{self.code}.zip", schemas=schemas)

    def kept(self, folder: Path) -> str:
        """Deposit and keep it; return its id."""
        facts, written = self.facts(), self.written(folder)
        copies = deposit(written.path, facts.name, written.sha256)
        with transaction() as session:
            an_agency(session)
            return keep(session, facts, written, copies, actor="system:ingest", now=NOW)


def a_case_file() -> ACaseFile:
    return ACaseFile()


def an_agency(session: object) -> None:
    common = {"actor": "admin", "now": NOW}
    set_agency(session, code=AGENCY, name="UBND tỉnh Lạng Sơn", profile="lang-son", **common)  # type: ignore[arg-type]
    set_fonds(session, code="LS-UBND", agency_code=AGENCY, name="Phông UBND tỉnh", **common)  # type: ignore[arg-type]


def minuted(folder: Path, code: str) -> str:
    """Put the minutes of a delivery into the stores; return their name."""
    path = folder / "minutes.pdf"
    path.write_bytes(b"%PDF-1.7 " + code.encode() * 40)
    name, sha256 = f"bien-ban/H37/2026/{code}.pdf", sha256_of_file(path)
    copies = deposit(path, name, sha256)
    payload = {"agency_code": "H37", "name": name, "size": path.stat().st_size, "copies": sorted(copies)}
    with transaction() as session:
        told = {"actor": "system:ingest", "kind": "submission", "id": ident("minutes", code), "after": sha256}
        apply(session, append(session, Verb.MINUTES, payload=payload, now=NOW, **told))  # type: ignore[arg-type]
    return name


def being_erased(case_file_id: str) -> None:
    """Leave the case file in the state of a destruction that has begun and erases it."""
    with transaction() as session:
        order = Order(
            kind=OrderKind.DESTRUCTION,
            proposed_by="lan",
            agency_code=AGENCY,
            reason="r",
            document_number="1",
            document_date=NOW.date(),
            list_sha256="0" * 64,
            created_at=NOW,
            payload={},
        )
        session.add(order)
        session.flush()
        item = OrderItem(
            order_id=order.id, case_file_id=case_file_id, package_sha256="0" * 64, outcome=ITEM_ERASING
        )
        session.add(item)
