"""Put a case file into the wrapping its office uses: SIP_hoso, SIP_tailieu, a bag with a SIP, a ZIP with a list."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tests.samples.bag import bag_members, members_of, zip_of
from tests.samples.case_file import CaseFilePlan, Wrapping
from tests.samples.description import tt05_document, tt05_file
from tests.samples.sheet import HEADER, comma, row, write_plain, xlsx
from tests.samples.sip import DocumentParts, SipParts, objid, write_sip

VENDOR_YEAR = "1994"
"""What one vendor's software writes into every docCode."""
VENDOR_SCHEMA = (
    b'<schema xmlns="http://www.w3.org/2001/XMLSchema">'
    b'<element name="simpledc"/><element name="arcDocCode"/>'
    b"</schema>"
)
FETCHED_FROM = "https://tep.example.vn/nop-luu/"
"""An address no agreement of the sample world lists."""


def wrap(
    plan: CaseFilePlan,
    fields: Mapping[str, str],
    documents: Sequence[DocumentParts],
    target: Path,
    made: datetime,
) -> None:
    """Write the case file as one ZIP; fields have their TT 02/2019 names."""
    if plan.wrapping in (Wrapping.XLSX, Wrapping.CSV):
        _list(plan, fields, documents, target)
        return
    parts = sip_parts(plan, fields, documents, made)
    if plan.wrapping is Wrapping.BAG:
        _bag(plan, parts, target)
    else:
        write_sip(parts, target)
    if plan.holey:
        _with_a_hole(documents[-1].files[0][0], target)


def sip_parts(
    plan: CaseFilePlan, fields: Mapping[str, str], documents: Sequence[DocumentParts], made: datetime
) -> SipParts:
    """Return what the SIP is made of, in the names of the circular the plan says."""
    late = plan.standard == "TT05"
    parts = SipParts(
        key=plan.file_code,
        sender_code=plan.office.code,
        sender_name=plan.office.name,
        made=made,
        fields=tt05_file(fields) if late else fields,
        documents=[replace(one, fields=tt05_document(one.fields)) if late else one for one in documents],
        record_status=plan.record_status,
        wrong_hash=plan.wrong_hash,
    )
    if plan.wrapping is Wrapping.LOOSE:
        own = {name: parts.fields[name] for name in ("fileCode", "title", "totalDoc")}
        kept = parts.fields["maintenance"]  # said of each document, since the package cannot say it
        loose = [replace(one, fields={**one.fields, "maintenance": kept}) for one in parts.documents]
        return replace(parts, type="Collection", fields={**own, "source": "1"}, documents=loose)
    return _by_a_vendor(plan, parts) if plan.vendor else parts


def _by_a_vendor(plan: CaseFilePlan, parts: SipParts) -> SipParts:
    year = str(plan.starts.year)
    documents = [
        replace(
            one,
            fields={**one.fields, "docCode": one.fields["docCode"].replace(f".{year}.", f".{VENDOR_YEAR}.")},
        )
        for one in parts.documents
    ]
    return replace(
        parts,
        documents=documents,
        fields={**parts.fields, "confidenceLevel": "02", "paperFileCode": ""},
        mdtype="DC",
        schemas={"ead.xsd": b"<schema/>", "ead_doc.xsd": VENDOR_SCHEMA},
    )


def _bag(plan: CaseFilePlan, parts: SipParts, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "sip.zip"
        write_sip(parts, inner)
        payload = members_of(inner)
    info = {
        "Source-Organization": plan.office.name,
        "Bagging-Date": parts.made.date().isoformat(),
        "External-Identifier": objid(plan.file_code),
        "External-Description": plan.title,
    }
    zip_of(bag_members(payload, info=info, algorithms=("sha256", "sha512")), target, top=plan.file_code)


def _list(
    plan: CaseFilePlan, fields: Mapping[str, str], documents: Sequence[DocumentParts], target: Path
) -> None:
    """Write a list and its files; a column beyond the 46 has the document's identifier."""
    case = {**fields, "FondName": f"Phông {plan.office.name}", "BoxNumber": "07"}
    rows, files = [], dict[str, bytes | Path]()
    for number, document in enumerate(documents, 1):
        notation = {"FileNotation": f"{number:02d}.KHAC"} if plan.mixed and number == len(documents) else {}
        names = [name for name, _ in document.files]
        paths = [f"D:\\quet\\ho-so\\{name}" for name in names]
        rows.append(
            [*row(number, case | notation, document.fields, paths), document.fields.get("DocCode", "")]
        )
        files |= {f"tep/{name}": path for name, path in document.files}
    header = [*HEADER, "Mã định danh văn bản"]
    if plan.wrapping is Wrapping.XLSX:
        above = ["ỦY BAN NHÂN DÂN TỈNH", plan.office.name.upper(), "MỤC LỤC VĂN BẢN, TÀI LIỆU CỦA HỒ SƠ"]
        files = {"muc-luc.xlsx": xlsx(rows, header=header, above=above), **files}
    else:
        files = {"muc-luc.csv": comma(rows, header=header, delimiter=";"), **files}
    write_plain(files, target, top=plan.file_code)


def _with_a_hole(name: str, target: Path) -> None:
    """Take a file out again and say where it could be fetched."""
    content = members_of(target)
    (path,) = (member for member in content if member.endswith(f"/data/{name}"))
    size = len(content.pop(path))
    top, _, inner = path.partition("/")
    content[f"{top}/.fetch.txt"] = f"{FETCHED_FROM}{name} {size} {inner}\n".encode()
    zip_of(content, target, top="")
