"""Deliveries with real files, taken down the real checking road: a SIP is written, opened, looked into and checked.

    a_case("lang-son").document(Secrecy="Mật").judged(road)

`a_case(profile)` is right in every respect; every word returns a changed copy. Papers are real PDFs, signed by a test
PKI whose root the road trusts (`signed`, `plain`); any other file is made by a function of its path (`from_`).
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.register.models import Agency, Fonds, new_id
from archive.register.session import transaction
from archive.vietnam import VIETNAM
from ingest.checks.catalogue import rule
from ingest.checks.dates import format_date
from ingest.finding import Finding, Severity
from ingest.steps.check import check
from ingest.steps.look import look
from ingest.steps.step import Step, Verdict, Work
from ingest.steps.unpack import unpack
from tests.samples import papers
from tests.samples.description import tt05_document, tt05_file
from tests.samples.pki import Pki
from tests.samples.sip import DocumentParts, SipParts, write_sip

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM)  # a Monday
CHECKS: tuple[Step, ...] = (unpack, look, check)
AGENCY_SECOND = timedelta(minutes=5)  # after the person


@dataclass(frozen=True)
class Where:
    """An agency and the years its case files are of."""

    code: str
    name: str
    level1: str
    year: int
    notation: str = "01.TH"
    document: str = "{agency}-{year}.{number}"
    chosen: str = ""  # profile of the register's agency row


PLACES = {
    "base": Where("000.00.05.H26", "Sở Nội vụ Hà Nội", "H26", 2020),
    "lang-son": Where("000.00.05.H37", "Sở Nội vụ Lạng Sơn", "H37", 2021),
    "ninh-binh": Where("000.00.12.H42", "Sở Nội vụ Ninh Bình", "H42", 2023),
    "an-giang": Where("000.00.01.H01", "Sở Nội vụ An Giang", "H01", 2020, "01TH"),
    "gia-lai-so-tttt": Where(
        "000.00.11.H21", "Sở Thông tin và Truyền thông Gia Lai", "H21", 2020, chosen="gia-lai-so-tttt"
    ),
    "cao-bang": Where("000.00.09.H14", "Sở Nội vụ Cao Bằng", "H14", 2022),
}

Maker = Callable[["Road", "Doc", Path], object]
Members = dict[str, bytes]


@dataclass(frozen=True)
class Doc:
    """A document: what is said of it, its files, and what stands on its paper where that is something else."""

    fields: Mapping[str, str]
    files: tuple[tuple[str, Maker], ...]
    on_paper: Mapping[str, str] = field(default_factory=dict)

    def saying(self, **fields: str) -> Doc:
        return replace(self, fields={**self.fields, **fields})

    @property
    def sheet(self) -> papers.Sheet:
        """What is printed on its paper."""
        said = {**self.fields, **self.on_paper}
        day, month, year = (int(part) for part in said.get("IssuedDate", "02/03/2020").split("/"))
        return papers.Sheet(
            parent="ỦY BAN NHÂN DÂN TỈNH",
            organ=said.get("OrganName", ""),
            code=f"{said.get('CodeNumber', '')}/{said.get('CodeNotation', '')}",
            place="Thành phố",
            issued=date(year, month, day),
            type_name=said.get("TypeName", ""),
            subject=said.get("Subject", ""),
            body=("Điều 1. Ban hành kèm theo văn bản này.", "Điều 2. Có hiệu lực kể từ ngày ký."),
            signer_post="Giám đốc",
            signer_name="Nguyễn Văn An",
            stamp=said.get("stamp", ""),
        )


@dataclass(frozen=True)
class Judged:
    """What the road said."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    wiped: bool

    @property
    def codes(self) -> list[str]:
        return sorted(finding.code for finding in self.findings)

    @property
    def outcome(self) -> str:
        """A accepted, A! with a warning, R refused or returned."""
        severities = {rule(finding.code).severity for finding in self.findings}
        if severities & {Severity.BLOCKING, Severity.ERROR}:
            return "R"
        return "A!" if severities else "A"


@dataclass(frozen=True)
class ACase:
    """A case file to be delivered.

    Attributes:
        changes: what is done to the package's members before it is zipped.
        stored: what is in the register before it arrives.
        standard: whose field names describe it.
    """

    where: Where
    fields: Mapping[str, str]
    documents: tuple[Doc, ...]
    standard: str = "TT02"
    status: str = "NEW"
    changes: tuple[Callable[[Members], None], ...] = ()
    stored: tuple[Callable[[Road], None], ...] = ()
    now: datetime = NOW
    sender: str = ""  # another code than its own

    def saying(self, **fields: str) -> ACase:
        """Change fields of the case file."""
        return replace(self, fields={**self.fields, **fields})

    def document(self, **fields: str) -> ACase:
        """Change fields of the first document."""
        return replace(self, documents=(self.documents[0].saying(**fields), *self.documents[1:]))

    def papered(self, **on_paper: str) -> ACase:
        """Let the first document's paper say something else than its description."""
        return replace(self, documents=(replace(self.documents[0], on_paper=on_paper), *self.documents[1:]))

    def files(self, *files: tuple[str, Maker]) -> ACase:
        """Change the files of the first document."""
        return replace(self, documents=(replace(self.documents[0], files=files), *self.documents[1:]))

    def alone(self) -> ACase:
        """Leave the first document only."""
        return replace(self, documents=self.documents[:1]).saying(TotalDoc="1", PageNumber="1")

    def but(self, *changes: Callable[[Members], None]) -> ACase:
        """Change the package itself."""
        return replace(self, changes=(*self.changes, *changes))

    def after(self, *stored: Callable[[Road], None]) -> ACase:
        """Put something into the house first."""
        return replace(self, stored=(*self.stored, *stored))

    def ended(self, day: str) -> ACase:
        """Let the work end on another day."""
        return self.saying(EndDate=day)

    def by_circular_05(self) -> ACase:
        """Describe it by TT 05/2025."""
        documents = tuple(one.saying(Process=one.fields.get("Process", "1")) for one in self.documents)
        return replace(self, standard="TT05", documents=documents)

    def judged(self, road: Road) -> Judged:
        """Take it down the road."""
        return road.judge(self)


class Road:
    """A house, a test PKI it trusts, and a folder in which papers are made once."""

    def __init__(self, folder: Path, pki: Pki) -> None:
        self.folder = folder
        self.pki = pki

    def made(self, key: str, make: Callable[[Path], object]) -> Path:
        """Return a file made once for all deliveries of this key."""
        path = self.folder / "made" / hashlib.sha256(key.encode()).hexdigest()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(path.name + ".part")
            make(part)
            part.rename(path)
        return path

    def package(self, case: ACase) -> Path:
        """Write the delivery's ZIP and return its path."""
        home = self.folder / new_id()
        home.mkdir(parents=True)
        late = case.standard == "TT05"
        parts = []
        for ordinal, document in enumerate(case.documents, 1):
            made = []
            for position, (name, make) in enumerate(document.files):
                path = home / f"{ordinal}-{position}"
                make(self, document, path)
                made.append((name, path))
            fields = {name: value for name, value in document.fields.items() if value}
            if late:
                fields = _late(fields, case.fields["FileCode"])
            parts.append(DocumentParts(fields, tuple(made)))
        fields = {name: value for name, value in case.fields.items() if value}
        code = case.sender or case.where.code
        target = home / "package.zip"
        write_sip(
            SipParts(
                key=str(target),
                sender_code=code,
                sender_name=case.where.name,
                made=NOW,
                fields=_late_file(fields) if late else fields,
                documents=parts,
                record_status=case.status,
            ),
            target,
        )
        return _changed(target, case.changes) if case.changes else target

    def judge(self, case: ACase) -> Judged:
        """Write the delivery, register its agency, and take it through unpack, look and check."""
        self.know(case.where)
        for put in case.stored:
            put(self)
        return self.steps(self.package(case), case.sender or case.where.code, now=case.now)

    def steps(
        self,
        raw: Path,
        agency: str,
        *,
        kind: str = "sip",
        now: datetime = NOW,
        steps: Sequence[Step] = CHECKS,
    ) -> Judged:
        """Take raw bytes through the steps until one says stop."""
        folder = raw.parent / "work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        work = Work(new_id(), agency, kind, raw.name, now.astimezone(UTC), raw, folder, {})
        findings: list[Finding] = []
        for step in steps:
            outcome = step(work, now.astimezone(UTC))
            findings += outcome.findings
            if outcome.verdict is not Verdict.GO_ON:
                return Judged(outcome.verdict, tuple(findings), outcome.wipe)
        return Judged(Verdict.GO_ON, tuple(findings), False)

    def know(self, where: Where) -> None:
        """Put the agency and its fonds into the register."""
        with transaction() as session:
            if session.get(Agency, where.code) is None:
                session.add(
                    Agency(code=where.code, name=where.name, level1=where.level1, profile=where.chosen)
                )
                session.flush()
                session.add(Fonds(code=where.code, agency_code=where.code, name=where.name))


def _late(fields: Mapping[str, str], file_code: str) -> dict[str, str]:
    own = {name: value for name, value in fields.items() if name not in ("Process", "ArcDocCode")}
    named = tt05_document({"FileCode": file_code, **own})
    named["process"] = fields.get("Process", "")
    if "ArcDocCode" in fields:
        named["docCode"] = fields["ArcDocCode"]
    return {name: value for name, value in named.items() if value}


def _late_file(fields: Mapping[str, str]) -> dict[str, str]:
    return tt05_file(fields)


def _changed(package: Path, changes: Sequence[Callable[[Members], None]]) -> Path:
    with zipfile.ZipFile(package) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    for change in changes:
        change(members)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in members.items():
            sink.writestr(name, data)
    return package


# Makers of files


def plain(road: Road, doc: Doc, target: Path) -> None:
    """The document's paper as a text PDF, unsigned."""
    shutil.copy(road.made(f"plain {doc.sheet}", lambda path: papers.pdf(doc.sheet, path)), target)


def signed(
    *who: str,
    at: Sequence[datetime] = (),
    inks: Sequence[str] = (),
    boxes: Sequence[tuple[int, int, int, int]] = (),
    over: Maker = plain,
    key: str = "",
) -> Maker:
    """The paper, signed in order by "person" and "agency" (both when nobody is named).

    Args:
        at: when; by default at nine on the day of the document, the agency five minutes later.
        over: what is signed, a text PDF unless said otherwise; `key` then tells it from others.
    """

    def make(road: Road, doc: Doc, target: Path) -> None:
        def sign(path: Path) -> None:
            over(road, doc, path)
            organ = doc.sheet.organ
            names = {"person": "Nguyễn Văn An", "agency": organ}
            whom = [road.pki.signer(names.get(one, one), organ) for one in who or ("person", "agency")]
            papers.sign_pdf(path, whom, at=at or _moments(doc, len(whom)), inks=inks, boxes=boxes)

        shutil.copy(road.made(f"{who} {at} {inks} {boxes} {key} {doc.sheet}", sign), target)

    return make


def _moments(doc: Doc, count: int) -> list[datetime]:
    nine = datetime.combine(doc.sheet.issued, datetime.min.time(), VIETNAM).replace(hour=9)
    return [nine + number * AGENCY_SECOND for number in range(count)]


def from_(make: Callable[[Path], object]) -> Maker:
    """A file by a builder that needs nothing but a path."""

    def made(road: Road, doc: Doc, target: Path) -> None:
        make(target)

    return made


def changed_after_signing(road: Road, doc: Doc, target: Path) -> None:
    """A signed PDF one byte of which was changed."""
    signed()(road, doc, target)
    data = bytearray(target.read_bytes())
    at = data.find(b"/Producer")
    assert at > 0
    data[at + 14] ^= 1  # a letter of what made it
    target.write_bytes(bytes(data))


# Case files


def a_document(where: Where, number: int, ordinal: int) -> Doc:
    """Return a decision of the agency, signed by its head and by the agency."""
    return Doc(
        {
            "DocCode": where.document.format(agency=where.code, year=where.year, number=number),
            "DocOrdinal": str(ordinal),
            "TypeName": "Quyết định",
            "CodeNumber": str(number),
            "CodeNotation": "QĐ-SNV",
            "IssuedDate": format_date(date(where.year, 3, 2)),
            "OrganName": where.name,
            "Subject": f"Ban hành Quy chế văn thư, lưu trữ lần thứ {number}",
            "Language": "Tiếng Việt",
            "PageAmount": "1",
            "Mode": "Công khai",
            "ConfidenceLevel": "Gốc điện tử",
            "Format": "Tốt",
        },
        ((f"QuyetDinh{number}.pdf", signed()),),
    )


def a_case(profile: str = "base") -> ACase:
    """Return a case file of two signed documents, right in every respect under the profile."""
    where = PLACES[profile]
    fields = {
        "FileCode": f"{where.code}.{where.year}.{where.notation}",
        "OrganId": where.code,
        "FileCatalog": str(where.year),
        "FileNotation": where.notation,
        "Title": "Hồ sơ ban hành Quy chế văn thư, lưu trữ",
        "Maintenance": "20 năm",
        "Rights": "Công khai",
        "Language": "Tiếng Việt",
        "StartDate": f"01/01/{where.year}",
        "EndDate": f"31/12/{where.year}",
        "TotalDoc": "2",
        "PageNumber": "2",
        "Format": "Tốt",
    }
    if profile == "gia-lai-so-tttt":  # all of it is on paper too (Điều 10.6)
        fields["PaperFileCode"] = f"GIAY.{fields['FileCode']}"
    return ACase(where, fields, (a_document(where, 15, 1), a_document(where, 16, 2)))
