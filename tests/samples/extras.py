"""Deliveries that are no case file of the cast: broken, repeated, or single documents."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.samples.case_file import DocumentPlan, a_case_file, a_document
from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.offices import ARCHIVE, OFFICES
from tests.samples.pki import Pki
from tests.samples.world import Expected, World, make_file, post


def send_extras(world: World, pki: Pki) -> None:
    """Put them into the simulator's folder, after the case files."""
    _broken_zip(world)
    _repeat(world)
    for key, wrapped, document in _letters():
        _letter(world, pki, key, document, wrapped=wrapped)
    _malformed(world)


def _next(world: World) -> int:
    return len(list(world.messages.glob("*.json"))) + 1


def _broken_zip(world: World) -> None:
    office, number, key = OFFICES["lang-son-so-noi-vu"], _next(world), "ls-zip-hong"
    whole = world.payload("ls-tap-huan").read_bytes()
    target = world.messages / f"{number:03d}-{key}.zip"
    target.write_bytes(whole[: len(whole) * 2 // 3])
    title = "Gói tin bị cắt giữa chừng"
    message_id = post(world, number, key, "sip", office.code, target, title)
    world.case_files.append(
        Expected(key, office.code, "", title, "returned", ("SIP_ZIP_BROKEN",), "", message_id)
    )


def _repeat(world: World) -> None:
    """List an earlier message a second time: same docId, same bytes."""
    original = world.one("ls-tap-huan")
    source = next(world.messages.glob("*-ls-tap-huan.json"))
    number = _next(world)
    Path(world.messages / f"{number:03d}-ls-lap-lai.json").write_text(source.read_text("utf-8"), "utf-8")
    world.case_files.append(
        Expected(
            "ls-lap-lai",
            original.agency,
            original.file_code,
            original.title,
            "duplicate",
            (),
            "",
            original.message_id,
        )
    )


def _letters() -> Iterator[tuple[str, bool, DocumentPlan]]:
    """Yield single documents, sent as edXML: they wait for the case file they belong to."""
    yield (
        "ls-cong-van-den",
        True,
        a_document("Công văn", "88", "SNV-VTLT")
        .issued_on(2026, 1, 4)
        .about("Về việc chuẩn bị nộp lưu hồ sơ năm 2025", "Đề nghị các phòng hoàn thiện hồ sơ để nộp lưu./."),
    )
    yield (
        "ls-thong-bao",
        False,
        a_document("Thông báo", "05", "TB-SNV")
        .issued_on(2026, 1, 4)
        .about("Lịch nộp lưu hồ sơ vào Lưu trữ hiện hành", "Thông báo lịch nộp lưu hồ sơ của từng phòng./."),
    )


def _letter(world: World, pki: Pki, key: str, document: DocumentPlan, *, wrapped: bool) -> None:
    office, number = OFFICES["lang-son-so-noi-vu"], _next(world)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper"
        make_file(a_case_file().of(office), document, 0, path, pki)
        data = path.read_bytes()
    message = EdxmlDocument(
        sender=office.code,
        sender_name=office.name,
        receiver=ARCHIVE,
        number=document.number,
        notation=document.notation,
        place=office.place,
        issued=document.issued,
        type_name=document.type_name,
        subject=document.subject,
        signer_post=document.signer_post,
        signer_name=document.signer_name,
        attachments=((f"{document.number}-{document.notation}.pdf", data, wrapped),),
    )
    target = world.messages / f"{number:03d}-{key}.edxml"
    target.write_bytes(write_document(message))
    message_id = post(world, number, key, "edoc", office.code, target, document.subject)
    world.case_files.append(
        Expected(key, office.code, "", document.subject, "gathering", (), "", message_id, 1, 1)
    )


def _malformed(world: World) -> None:
    office, number, key = OFFICES["lang-son-so-noi-vu"], _next(world), "ls-edxml-hong"
    whole = world.payload("ls-thong-bao").read_bytes()
    target = world.messages / f"{number:03d}-{key}.edxml"
    target.write_bytes(whole.replace(b"</edXML:MessageHeader>", b"", 1))
    title = "Thông điệp edXML sai cấu trúc"
    message_id = post(world, number, key, "edoc", office.code, target, title)
    world.case_files.append(
        Expected(key, office.code, "", title, "returned", ("EDXML_MALFORMED",), "", message_id)
    )
