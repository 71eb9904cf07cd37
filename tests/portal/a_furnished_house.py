"""An archive with a little of everything, for the portal's tests: real packages in real stores, real ledger.

The road that makes such things is tested elsewhere; here rows of submissions are written directly, everything
about case files goes through the vault's own functions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fpdf import FPDF
from sqlalchemy import select

from archive.custody import deposit, keep
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.follow import follow, followers
from archive.ledger.seal import seal
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts
from archive.packages.writer import write
from archive.reason import as_text, because
from archive.register import migrate
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Order, OrderKind
from archive.register.models import Finding, StepResult, Submission
from archive.register.session import engine, reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import quarantine
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.pipeline import route
from ingest.steps.step import Work
from retention import destruction, disposal, holds

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
LANG_SON, GIA_LAI, NINH_BINH = "000.00.01.H37", "000.00.05.H21", "000.00.09.H42"
AGENCIES = {
    LANG_SON: ("UBND tỉnh Lạng Sơn", "LS-UBND", "lang-son"),
    GIA_LAI: ("Sở Nội vụ tỉnh Gia Lai", "GL-SNV", "gia-lai"),
    NINH_BINH: ("Sở Tài chính tỉnh Ninh Bình", "NB-STC", "ninh-binh"),
}
AN = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
BINH = Viewer("binh", {ALL_AGENCIES: frozenset({Role.COUNCIL})})
CHI = Viewer("chi", {ALL_AGENCIES: frozenset({Role.HEAD})})

PEOPLE: list[dict[str, Any]] = [
    {
        "login": "admin",
        "password": "Quan-ly-2026-xyz",
        "fullname": "Quản lý trang",
        "manager": True,
        "roles": {},
    },
    {
        "login": "an",
        "password": "Luu-tru-2026-an",
        "fullname": "Nguyễn Thị An",
        "roles": {"*": ["archivist"]},
    },
    {
        "login": "binh",
        "password": "Luu-tru-2026-bi",
        "fullname": "Trần Văn Bình",
        "roles": {"*": ["council"]},
    },
    {"login": "chi", "password": "Luu-tru-2026-ch", "fullname": "Lê Minh Chi", "roles": {"*": ["head"]}},
    {"login": "dung", "password": "Luu-tru-2026-du", "fullname": "Phạm Dũng", "roles": {"*": ["auditor"]}},
    {
        "login": "lan",
        "password": "Luu-tru-2026-la",
        "fullname": "Bùi Lan",
        "roles": {LANG_SON: ["archivist"]},
    },
    {
        "login": "minh",
        "password": "Luu-tru-2026-mi",
        "fullname": "Ngô Minh",
        "roles": {LANG_SON: ["auditor"]},
    },
    {
        "login": "giang",
        "password": "Luu-tru-2026-gi",
        "fullname": "Hoàng Giang",
        "roles": {LANG_SON: ["official"]},
    },
    {"login": "hoa", "password": "Luu-tru-2026-ho", "fullname": "Đỗ Hoa", "roles": {"*": ["researcher"]}},
    {
        "login": "khanh",
        "password": "Luu-tru-2026-kh",
        "fullname": "Vũ Khánh",
        "roles": {"*": ["administrator"]},
    },
]
"""One person per role that a page treats differently; `portal.site` makes them."""


def ident(*parts: object) -> str:
    """Return the same UUID for the same words."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))


RETURNED = ident("submission", "000.00.09.H42.2022.05.TB")


def a_pdf(title: str) -> bytes:
    """Return a small PDF; whether it is PDF/A is not what these tests are about."""
    pdf = FPDF()
    pdf.add_font("noto", fname="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    pdf.add_page()
    pdf.set_font("noto", size=16)
    pdf.multi_cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("noto", size=11)
    pdf.multi_cell(
        0, 7, "\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n" + title * 3
    )
    return bytes(pdf.output())


@dataclass(frozen=True)
class ACaseFile:
    """A case file of the furnished house."""

    code: str
    title: str
    agency: str
    subjects: tuple[str, ...]
    year: int = 2014
    maintenance: str = "10 năm"
    access: str = "01"

    @property
    def id(self) -> str:
        return ident("case", self.code)

    def component_id(self, ordinal: int, role: str) -> str:
        return ident("component", self.code, ordinal, role)

    def kept(self, folder: Path, when: datetime) -> str:
        """Write, deposit and keep it with the vault's own functions; return its id."""
        facts = self._facts(folder, when)
        schemas = ArchiveSettings.load().tools_home / "schemas"
        written = write(facts, folder / f"{self.code}.zip", schemas=schemas)
        copies = deposit(written.path, facts.name, written.sha256)
        with transaction() as session:
            return keep(session, facts, written, copies, actor="system:ingest", now=when)

    def _facts(self, folder: Path, when: datetime) -> PackageFacts:
        agency_name, fonds, province = AGENCIES[self.agency]
        records = tuple(self._record(folder, n, subject) for n, subject in enumerate(self.subjects, 1))
        return PackageFacts(
            objid=f"urn:{self.agency}:uuid:{self.id.upper()}",
            name=f"{province}/{self.agency}/{self.year}/{self.code}/v0001.zip",
            version=1,
            made_at=when.replace(microsecond=0),
            case_file_id=self.id,
            submission_id=ident("submission", self.code),
            agency_code=self.agency,
            agency_name=agency_name,
            fonds_code=fonds,
            code=self.code,
            title=self.title,
            regime="R1" if self.year < 2025 else "R2",
            access=self.access,
            start_date=date(self.year, 1, 6),
            end_date=date(self.year, 12, 20),
            maintenance=self.maintenance,
            total_docs=len(records),
            total_pages=2 * len(records),
            description={
                "FileCode": self.code,
                "Title": self.title,
                "Maintenance": self.maintenance,
                "Language": "Tiếng Việt",
                "Keyword": "quy chế; phân cấp",
                "Description": "Gồm quyết định, tờ trình và báo cáo thẩm định",
            },
            records=records,
        )

    def _record(self, folder: Path, ordinal: int, subject: str) -> RecordFacts:
        pdf = a_pdf(subject)
        text = subject.encode()
        parts = []
        for role, name, path, media, puid, content, learnt in (
            (
                "original",
                f"Văn bản {ordinal}.pdf",
                f"representations/original/data/{ordinal:04d}/Van ban {ordinal}.pdf",
                "application/pdf",
                "fmt/276",
                pdf,
                {
                    "signatures": [
                        {
                            "signer": "UBND tỉnh Lạng Sơn",
                            "organisation": "UBND tỉnh Lạng Sơn",
                            "verdict": "TOTAL-PASSED" if ordinal % 2 else "INDETERMINATE",
                            "sub_indication": "" if ordinal % 2 else "NO_CERTIFICATE_CHAIN_FOUND",
                        }
                    ]
                },
            ),
            (
                "pdfa",
                f"Văn bản {ordinal}.pdf",
                f"representations/pdfa/data/{ordinal:04d}/Van ban {ordinal}.pdf",
                "application/pdf",
                "fmt/477",
                pdf + b"\n% archival copy",
                {"route": "repair"},
            ),
            (
                "text",
                f"Văn bản {ordinal}.txt",
                f"representations/text/data/{ordinal:04d}/Van ban {ordinal}.txt",
                "text/plain",
                "x-fmt/111",
                text,
                {},
            ),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            source = folder / f"{self.code}-{ordinal}-{role}"
            source.write_bytes(content)
            parts.append(
                ComponentFacts(
                    id=self.component_id(ordinal, role),
                    role=role,
                    name=name,
                    path=path,
                    media_type=media,
                    puid=puid,
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    facts=learnt,
                    source=source,
                )
            )
        return RecordFacts(
            id=ident("record", self.code, ordinal),
            ordinal=ordinal,
            code=f"{self.code}.{ordinal:07d}",
            type_name="Quyết định" if ordinal == 1 else "Tờ trình",
            number=str(30 + ordinal),
            notation=f"{self.year}/QĐ-UBND",
            issued_on=date(self.year, 5, ordinal),
            organ_name=AGENCIES[self.agency][0],
            subject=subject,
            pages=2,
            description={"Subject": subject, "Language": "Tiếng Việt", "TypeName": "Quyết định"},
            components=tuple(parts),
        )


RULES = ACaseFile(
    "000.00.01.H37.2020.31.QD",
    "Hồ sơ ban hành Quyết định số 31/2020/QĐ-UBND về quản lý tài liệu lưu trữ điện tử",
    LANG_SON,
    (
        "Quyết định ban hành Quy chế quản lý tài liệu lưu trữ điện tử trên địa bàn tỉnh Lạng Sơn",
        "Tờ trình đề nghị ban hành Quy chế quản lý tài liệu lưu trữ điện tử",
        "Báo cáo thẩm định dự thảo Quyết định của Sở Tư pháp",
    ),
    2020,
    "Vĩnh viễn",
)
OLD = ACaseFile(
    "000.00.01.H37.2010.07.VP",
    "Hồ sơ mua sắm văn phòng phẩm năm 2010",
    LANG_SON,
    ("Kế hoạch mua sắm văn phòng phẩm năm 2010", "Biên bản nghiệm thu, bàn giao"),
    2010,
    "5 năm",
)
OLDER = ACaseFile(
    "000.00.01.H37.2008.11.VP",
    "Hồ sơ theo dõi xe công tác năm 2008",
    LANG_SON,
    ("Sổ theo dõi xe công tác năm 2008",),
    2008,
    "5 năm",
)
HELD = ACaseFile(
    "000.00.05.H21.2011.03.TC",
    "Hồ sơ kiểm tra công tác văn thư, lưu trữ năm 2011",
    GIA_LAI,
    ("Kế hoạch kiểm tra công tác văn thư, lưu trữ", "Kết luận kiểm tra"),
    2011,
    "10 năm",
)
CONDITIONAL = ACaseFile(
    "000.00.09.H42.2019.02.NS",
    "Hồ sơ quyết toán ngân sách năm 2019",
    NINH_BINH,
    ("Báo cáo quyết toán ngân sách năm 2019", "Thông báo thẩm tra quyết toán"),
    2019,
    "20 năm",
    "02",
)
GONE = ACaseFile(
    "000.00.05.H21.2005.09.HC",
    "Hồ sơ công tác tạp vụ năm 2005",
    GIA_LAI,
    ("Lịch phân công tạp vụ năm 2005",),
    2005,
    "5 năm",
)
CASE_FILES = (RULES, OLD, OLDER, HELD, CONDITIONAL, GONE)


def _submission(
    session: Any, code: str, title: str, state: str, agency: str, days: float, **more: Any
) -> Submission:
    findings = more.pop("findings", ())
    upto = more.pop("upto", "keep")
    row = Submission(
        id=ident("submission", code),
        agency_code=agency,
        message_id=f"msg-{code}",
        sha256=hashlib.sha256(code.encode()).hexdigest(),
        size=1_482_331,
        kind="sip",
        file_name=f"{code}.zip",
        title=title,
        file_code=code,
        state=state,
        received_at=NOW - timedelta(days=days),
        **more,
    )
    session.add(row)
    session.flush()
    for finding_code, severity, place, params in findings:
        session.add(
            Finding(submission_id=row.id, code=finding_code, severity=severity, place=place, params=params)
        )
    names = list(route("sip"))
    done = names[: names.index(upto) + 1] if upto else []
    for position, name in enumerate(done):
        at = row.received_at + timedelta(seconds=20 * position)
        outcome = "go-on"
        if name == upto:
            outcome = {"returned": "return", "refused": "refuse", "to-decide": "go-on"}.get(state, "go-on")
        session.add(
            StepResult(
                submission_id=row.id,
                step=name,
                position=position,
                started_at=at,
                finished_at=at + timedelta(seconds=4),
                outcome=outcome,
                result={},
            )
        )
    append(
        session,
        Verb.INGEST,
        actor="system:gateway",
        kind="submission",
        id=row.id,
        payload={"size": row.size},
        after=row.sha256,
        now=row.received_at,
    )
    return row


def a_returned_delivery() -> Delivery:
    """Return what Ninh Bình sent: three documents, two of them wrong."""
    documents = [
        DeliveredDocument(
            f"EAD_doc_{number}.xml",
            {
                "DocCode": f"000.00.09.H42-2022.{number}",
                "Subject": f"Thông báo số {number}",
                "PageAmount": "2",
            },
            (DeliveredFile(f"Thông báo 0{number + 4}.pdf", Path(f"{number}.pdf"), 9, f"{number}" * 64),),
        )
        for number in (1, 2, 3)
    ]
    fields = {"FileCode": "000.00.09.H42.2022.05.TB", "Title": "Hồ sơ thông báo", "PageNumber": "9"}
    return Delivery("TT02", "uuid-1", "NEW", "", NINH_BINH, fields, tuple(documents))


def leave_in_quarantine(submission_id: str, delivery: Delivery) -> None:
    """Leave what `unpack` would have written, without the files."""
    work = Work(submission_id, "", "sip", "", NOW, Path(), quarantine.work(submission_id), {})
    work.save("delivery", delivery, Delivery)


def follow_all() -> None:
    """Let every follower of the ledger (retention dates, search index) catch up."""
    for follower in followers():
        follow(follower)


def furnish(folder: Path) -> None:
    """Fill the configured, empty archive."""
    with transaction() as session:
        for code, (name, fonds, profile) in AGENCIES.items():
            set_agency(
                session, code=code, name=name, profile=profile, actor="admin", now=NOW - timedelta(days=40)
            )
            set_fonds(
                session,
                code=fonds,
                agency_code=code,
                name=f"Phông {name}",
                actor="admin",
                now=NOW - timedelta(days=40),
            )
        for days, one in enumerate(CASE_FILES, 3):
            _submission(
                session,
                one.code,
                one.title,
                "stored",
                one.agency,
                days,
                case_file_id=one.id,
                decided_by="an",
                decided_at=NOW - timedelta(days=days),
            )
        _submission(
            session,
            "000.00.01.H37.2024.12.QD",
            "Hồ sơ ban hành Quy chế văn thư năm 2024",
            "to-decide",
            LANG_SON,
            0.2,
            upto="normalise",
            findings=(
                ("V04", "warning", "Tờ trình 12.pdf", {"declared": "3", "counted": "4", "document": "2"}),
                ("V04_DOCS", "warning", "hồ sơ", {"declared": "4", "counted": "3"}),
            ),
        )
        _submission(
            session,
            "000.00.05.H21.2023.01.KH",
            "Hồ sơ kế hoạch cải cách hành chính năm 2023",
            "to-decide",
            GIA_LAI,
            0.5,
            upto="normalise",
        )
        _submission(
            session,
            "000.00.09.H42.2022.05.TB",
            "Hồ sơ thông báo kết luận họp giao ban",
            "returned",
            NINH_BINH,
            1,
            upto="check",
            findings=(
                (
                    "V01",
                    "error",
                    "Thông báo 05.pdf",
                    {"file": "Thông báo 05.pdf", "version": "1.3", "document": "1"},
                ),
                (
                    "V04",
                    "error",
                    "document 2 / PageAmount",
                    {"declared": "2", "counted": "5", "document": "2"},
                ),
                ("V04_TOTAL", "warning", "case file / PageNumber", {"declared": "9", "counted": "12"}),
            ),
        )
        _submission(
            session,
            "000.00.01.H37.2024.44.BC",
            "Hồ sơ báo cáo tổng kết năm 2024",
            "checking",
            LANG_SON,
            0.01,
            step="look",
            upto="scan",
        )
        _submission(
            session,
            "000.00.05.H21.2024.18.TT",
            "Hồ sơ thanh tra chuyên ngành 2024",
            "accepted",
            GIA_LAI,
            0.05,
            step="deposit",
            upto="pack",
            waiting=as_text(
                [because("archive.store-trouble", store="kho-c", name="v0001.zip", trouble="ENOSPC")]
            ),
        )
    leave_in_quarantine(RETURNED, a_returned_delivery())
    for days, one in enumerate(CASE_FILES, 3):
        one.kept(folder, NOW - timedelta(days=12 - days))
    follow_all()
    _decide(GONE, GIA_LAI, "41/QĐ-SNV", execute=True)
    _decide(OLDER, LANG_SON, "58/TTr-VP", execute=False)
    with transaction() as session:
        holds.place(
            session,
            agency_code=GIA_LAI,
            case_file_ids=[HELD.id],
            reason="Phục vụ thanh tra theo yêu cầu của Thanh tra tỉnh",
            document_number="112/TTT-VP",
            document_date=date(2026, 11, 2),
            viewer=AN,
            now=NOW - timedelta(days=1),
        )
    with transaction() as session:
        seal(session, now=NOW)
    follow_all()


def _decide(one: ACaseFile, agency: str, number: str, *, execute: bool) -> None:
    with transaction() as session:
        order = disposal.propose(
            session,
            agency_code=agency,
            case_file_ids=[one.id],
            reason="Hết thời hạn bảo quản, không còn giá trị",
            document_number=number,
            document_date=date(2026, 11, 10),
            viewer=AN,
            now=NOW - timedelta(hours=3),
        )
    if not execute:
        return
    for who, role in ((BINH, Role.COUNCIL), (CHI, Role.HEAD)):
        with transaction() as session:
            disposal.approve(session, order.id, viewer=who, role=role, now=NOW - timedelta(hours=2))
    destruction.execute(order.id, viewer=CHI, now=NOW - timedelta(hours=1))


def ids() -> dict[str, str]:
    """Return the identifiers of what was made, by name."""
    orders = {}
    with reading() as session:
        for order in session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION)):
            orders[str(order.state)] = order.id
    return {
        "returned": RETURNED,
        "rules": RULES.id,
        "pdfa": RULES.component_id(1, "pdfa"),
        "gone": GONE.id,
        "old": OLD.id,
        "held": HELD.id,
        "to_decide": ident("submission", "000.00.01.H37.2024.12.QD"),
        "second": ident("submission", "000.00.05.H21.2023.01.KH"),
        "running": ident("submission", "000.00.05.H21.2024.18.TT"),
        "proposed": orders["proposed"],
        "done": orders["done"],
    }


def main(folder: Path) -> None:
    """Make the register, furnish, write the accounts file for `portal/site.py`, print the ids as JSON."""
    migrate.upgrade(engine())
    furnish(folder / "packing")
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps(PEOPLE, ensure_ascii=False), "utf-8")
    accounts.chmod(0o600)
    print(json.dumps(ids()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
