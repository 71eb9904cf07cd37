"""Make the whole sample world: `python -m tests.samples.world OUT`.

OUT/messages/      what the offices send, for the axis simulator (`ingest.gateway.simulator --folder OUT`)
OUT/world.json     agencies, fonds, and what should become of each delivery
OUT/trust/         the test PKI's root (the folder for `trust_roots`); OUT/pki/ has the signers' keys

The same every time but for keys and signatures.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.vietnam import VIETNAM
from tests.samples import papers
from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made
from tests.samples.cast import cast
from tests.samples.description import document_fields, file_fields, file_name
from tests.samples.offices import ARCHIVE, OFFICES
from tests.samples.part import Part
from tests.samples.pki import Pki
from tests.samples.sip import DocumentParts
from tests.samples.wrapping import wrap

SENT = datetime(2026, 1, 5, 8, 0, tzinfo=VIETNAM)
# The harmless test file of the anti-virus makers, in two halves so that no scanner stops at this source.
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Expected:
    """What should become of one delivery.

    Attributes:
        outcome: stored, returned, refused, tested, gathering, or duplicate (of an earlier delivery).
        codes: finding codes that must be among the findings.
        role: its part in the demonstration: destroy, held, transfer, decision, or "".
        message_id: docId on the axis.
        documents, files: how many it holds.
    """

    key: str
    agency: str
    file_code: str
    title: str
    outcome: str
    codes: tuple[str, ...]
    role: str
    message_id: str
    documents: int = 0
    files: int = 0


@dataclass
class World:
    """A world that was made, and where."""

    folder: Path
    agencies: list[dict[str, object]] = field(default_factory=list)
    fonds: list[dict[str, str]] = field(default_factory=list)
    case_files: list[Expected] = field(default_factory=list)
    papers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # that several case files have

    @property
    def messages(self) -> Path:
        """Return where the messages are."""
        return self.folder / "messages"

    @property
    def trust(self) -> Path:
        """Return the folder of trusted roots."""
        return self.folder / "trust"

    def one(self, key: str) -> Expected:
        """Return the delivery of that name."""
        return next(expected for expected in self.case_files if expected.key == key)

    def payload(self, key: str) -> Path:
        """Return the raw bytes of the delivery of that name."""
        return next(self.messages.glob(f"*-{key}.zip"), None) or next(self.messages.glob(f"*-{key}.edxml"))


def build(into: Path, *, only: Sequence[str] = ()) -> World:
    """Make the world in the folder (emptied first) and return what is in it.

    Args:
        only: keys of the case files to make; all when empty.
    """
    shutil.rmtree(into, ignore_errors=True)
    world = World(into)
    world.messages.mkdir(parents=True)
    pki = Pki(into / "pki", world.trust)
    for office in OFFICES.values():
        world.agencies.append(
            {
                "code": office.code,
                "name": office.name,
                "profile": office.profile,
                "level1": office.level1,
                "auto_accept": office.auto_accept,
            }
        )
        world.fonds.append({"code": office.code, "agency_code": office.code, "name": f"Phông {office.name}"})
    for part in cast():
        if not only or part.key in only:
            _send_case_file(world, part, pki)
    if not only or "extras" in only:
        from tests.samples.extras import send_extras

        send_extras(world, pki)
    facts = {
        "agencies": world.agencies,
        "fonds": world.fonds,
        "case_files": [asdict(expected) for expected in world.case_files],
        "trust": "trust",
        "archive": ARCHIVE,
    }
    (into / "world.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    return world


def _send_case_file(world: World, part: Part, pki: Pki) -> None:
    number = len(list(world.messages.glob("*.json"))) + 1
    target = world.messages / f"{number:03d}-{part.key}.zip"
    sent = SENT + timedelta(minutes=number)
    files = make_sip(part.plan, target, pki, made=sent, papers_of=world.papers if part.same_bytes else None)
    plan = part.plan
    message_id = post(world, number, part.key, "sip", plan.office.code, target, plan.title)
    world.case_files.append(
        Expected(
            part.key,
            plan.office.code,
            plan.described.get("FileCode") or plan.file_code,
            plan.title,
            part.outcome,
            part.codes,
            part.role,
            message_id,
            len(plan.documents),
            files,
        )
    )


def post(world: World, number: int, key: str, kind: str, sender: str, payload: Path, title: str) -> str:
    """Put a message into the simulator's folder and return its docId."""
    message_id = f"VXP-2026-{number:06d}"
    facts = {
        "docId": message_id,
        "messageType": kind,
        "from": sender,
        "to": ARCHIVE,
        "created_time": (SENT + timedelta(minutes=number)).strftime("%Y/%m/%d %H:%M:%S"),
        "file": payload.name,
        "title": title,
    }
    path = world.messages / f"{number:03d}-{key}.json"
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    return message_id


def make_sip(
    plan: CaseFilePlan,
    target: Path,
    pki: Pki,
    *,
    made: datetime = SENT,
    papers_of: dict[str, tuple[int, bytes]] | None = None,
) -> int:
    """Make the case file's papers and the ZIP they travel in; return how many files its documents have.

    Args:
        papers_of: pages and bytes of papers made before, which are taken as they are, and where new ones are kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        documents, total = [], 0
        for ordinal, document in enumerate(plan.documents, start=1):
            parts = []
            pages = 0
            for position in range(len(document.files)):
                path = Path(folder) / f"{ordinal}-{position}"
                found = _once(plan, document, position, path, pki, papers_of)
                pages = pages or found
                parts.append((file_name(plan, document, ordinal, position), path))
            total += pages
            documents.append(DocumentParts(document_fields(plan, document, ordinal, pages), tuple(parts)))
        wrap(plan, file_fields(plan, total), documents, target, made)
        return sum(len(document.files) for document in documents)


def _once(
    plan: CaseFilePlan,
    document: DocumentPlan,
    position: int,
    target: Path,
    pki: Pki,
    papers_of: dict[str, tuple[int, bytes]] | None,
) -> int:
    if papers_of is None:
        return make_file(plan, document, position, target, pki)
    key = f"{plan.office.key} {position} {document!r}"
    if key in papers_of:
        pages, content = papers_of[key]
        target.write_bytes(content)
    else:
        pages = make_file(plan, document, position, target, pki)
        papers_of[key] = pages, target.read_bytes()
    return pages


def make_file(plan: CaseFilePlan, document: DocumentPlan, position: int, target: Path, pki: Pki) -> int:
    """Make one file of a document and return its page count."""
    made = document.files[position]
    sheet = sheet_of(plan, document)
    if position:
        sheet = replace(sheet, type_name="Phụ lục", subject=f"Kèm theo: {document.subject}", stamp="")
    match made:
        case Made.SIGNED | Made.SIGNED_AGENCY:
            pages = papers.pdf(sheet, target)
            person = pki.signer(document.signer_name, sheet.organ)
            agency = pki.signer(sheet.organ, sheet.organ)
            papers.sign_pdf(target, [person, agency] if made is Made.SIGNED else [agency])
            return pages
        case Made.PLAIN:
            return papers.pdf(sheet, target)
        case Made.BROKEN:
            return papers.broken_pdf(sheet, target)
        case Made.WORD:
            return papers.word(sheet, target)
        case Made.SCAN:
            return papers.scan(sheet, target)
        case Made.SCAN_SIGNED:
            pages = papers.scanned_pdf(sheet, target)
            papers.sign_pdf(target, [pki.signer(plan.office.name, plan.office.name)])
            return pages
        case Made.SHEET:
            rows = [(n, f"Đơn vị {n}", "Văn phòng", n * 3, "Đạt") for n in range(1, 13)]
            return papers.workbook(
                sheet.subject, ("TT", "Đơn vị", "Bộ phận", "Số lượng", "Kết quả"), rows, target
            )
        case Made.EICAR:
            target.write_text(EICAR, "ascii")
            return 1


def sheet_of(plan: CaseFilePlan, document: DocumentPlan) -> papers.Sheet:
    """Return what stands on the document's paper."""
    office = plan.office
    return papers.Sheet(
        parent="" if document.organ else office.parent,
        organ=document.organ or office.name,
        code=f"{document.number}/{document.notation}",
        place=office.place,
        issued=document.issued,
        type_name=document.type_name,
        subject=document.subject,
        body=document.body,
        signer_post=document.signer_post,
        signer_name=document.signer_name,
        stamp=document.stamp,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the world in the folder named on the command line."""
    (folder,) = arguments or sys.argv[1:]
    world = build(Path(folder))
    files = sum(expected.files for expected in world.case_files)
    print(f"{len(world.case_files)} deliveries with {files} files in {folder}")


if __name__ == "__main__":
    main()
