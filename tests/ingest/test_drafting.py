"""A case file described in the form: kept while it is a draft, written as SIP_hoso, delivered once, gone afterwards."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select

from archive.errors import NotAllowedError, NotFoundError, TemporaryError
from archive.reason import because, told
from archive.register.agencies import set_agency
from archive.register.models import Submission
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from archive.wiping import wipe_folder
from ingest import direct, quarantine
from ingest.delivery import Delivery
from ingest.drafting import cabinet, draft, prefill, sending, sip
from ingest.drafting.draft import Draft
from ingest.errors import IngestError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.preflight import Preflight
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.steps.step import Verdict
from ingest.uploads import shelf
from ingest.uploads.errors import QuotaError, UploadTooLargeError

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
NAM = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
MAI = Viewer("mai", {OURS: frozenset({Role.OFFICIAL})})
CASE = {
    "Title": "Hồ sơ về việc giao chỉ tiêu",
    "FileCatalog": "2024",
    "FileNotation": "15.TH",
    "Maintenance": "20 năm",
    "Rights": "Công khai",
    "Language": "Tiếng Việt",
    "StartDate": "02/01/2024",
    "EndDate": "20/12/2024",
    "ConfidenceLevel": "Gốc điện tử",
}


@pytest.fixture(autouse=True)
def queue(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with transaction() as session:
        for code in (OURS, THEIRS):
            set_agency(session, code=code, name=f"Cơ quan {code}", actor="system:test", now=NOW)


def made(**fields: str) -> Draft:
    one = cabinet.make(OURS, viewer=NAM, now=NOW)
    return changed(one, lambda d: draft.described(d, CASE | fields))


def changed(one: Draft, by: Any) -> Draft:
    return cabinet.change(one.id, by, viewer=NAM, now=NOW)


def put(one: Draft, name: str, data: bytes = b"%PDF", **more: Any) -> Draft:
    return cabinet.add(one.id, name, io.BytesIO(data), viewer=NAM, now=NOW, **more)


def packed(one: Draft, target: Path) -> Path:
    with target.open("w+b") as out:
        sip.write(one, out, agency_name="Sở Nội vụ")
    return target


def read_back(one: Draft, folder: Path) -> Delivery:
    folder.mkdir()
    return read(packed(one, folder / "sip.zip"), folder / "in", Context(Limits()))


def on_disk(word: bytes) -> list[Path]:
    return [path for path in quarantine.home().rglob("*") if path.is_file() and word in path.read_bytes()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "12_QĐ-UBND Về việc giao chỉ tiêu.pdf",
            {"CodeNumber": "12", "CodeNotation": "QĐ-UBND", "Subject": "Về việc giao chỉ tiêu"},
        ),
        ("Báo_cáo_quý  II.docx", {"Subject": "Báo cáo quý II", "TypeName": "Báo cáo"}),
        ("giấy giới thiệu ông A.pdf", {"Subject": "giấy giới thiệu ông A", "TypeName": "Giấy giới thiệu"}),
        ("scan0001.pdf", {"Subject": "scan0001"}),
        ("Quyết địnhx.pdf", {"Subject": "Quyết địnhx"}),
        ("145-TTr-SNV.pdf", {"Subject": "145-TTr-SNV"}),
        ("tệp", {"Subject": "tệp"}),
        ("7 BC-STC.pdf", {"CodeNumber": "7", "CodeNotation": "BC-STC", "Subject": "7 BC-STC"}),
    ],
)
def test_a_file_name_suggests_what_can_be_read_in_it(name: str, said: dict[str, str]) -> None:
    assert prefill.from_file_name(name) == said


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\hồ sơ\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\x07\u202e.pdf", "ab.pdf"),
        ("..", ""),
        ("x/", ""),
        ("d" * 300 + ".pdf", "d" * 196 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(name: str, clean: str) -> None:
    assert draft.clean_name(name) == clean


def test_a_draft_is_left_and_found_again_by_its_holder_alone() -> None:
    one = put(made(), "Báo cáo quý I.pdf", b"%PDF-1")
    other = cabinet.make(OURS, viewer=NAM, now=NOW - timedelta(days=1))
    assert [found.id for found in cabinet.listing(viewer=NAM)] == [one.id, other.id]
    found = cabinet.find(one.id, viewer=NAM)
    assert (found.fields, found.documents[0].fields["TypeName"]) == (CASE, "Báo cáo")
    assert cabinet.bytes_of(found, found.documents[0].files[0]).read_bytes() == b"%PDF-1"
    assert cabinet.listing(viewer=MAI) == []
    for act in (
        lambda: cabinet.find(one.id, viewer=MAI),
        lambda: cabinet.remove(one.id, viewer=MAI),
        lambda: sending.submit(one.id, viewer=MAI, now=NOW),
        lambda: cabinet.find("../" + one.id, viewer=NAM),
    ):
        with pytest.raises(NotFoundError):
            act()


def test_an_official_makes_drafts_for_the_own_agency_only() -> None:
    with pytest.raises(NotAllowedError):
        cabinet.make(THEIRS, viewer=NAM, now=NOW)
    one = made()
    lost = Viewer("nam", {THEIRS: frozenset({Role.OFFICIAL})})
    with pytest.raises(NotAllowedError):
        cabinet.change(one.id, lambda d: d, viewer=lost, now=NOW)
    with pytest.raises(NotAllowedError):
        sending.submit(one.id, viewer=lost, now=NOW)


def test_fields_no_table_has_and_characters_xml_cannot_hold_do_not_get_in() -> None:
    one = changed(made(), lambda d: draft.described(d, {"Title": "a\0b\x0c", "evil": "x", "Keyword": " k "}))
    assert (one.fields["Title"], one.fields["Keyword"], "evil" in one.fields) == ("ab", "k", False)
    one = changed(one, lambda d: draft.described(d, {"Title": "x" * 5000, "Keyword": ""}))
    assert (len(one.fields["Title"]), "Keyword" in one.fields) == (4000, False)


def test_documents_move_and_go_and_their_bytes_go_with_them() -> None:
    one = made()
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        one = put(one, name, f"bytes of {name}".encode())
    a, b, c = (document.id for document in one.documents)

    def order() -> list[str]:
        return [document.id for document in cabinet.find(one.id, viewer=NAM).documents]

    changed(one, lambda d: draft.moved(d, c, -1))
    assert order() == [a, c, b]
    changed(one, lambda d: draft.moved(d, a, -5))
    changed(one, lambda d: draft.moved(d, a, 99))
    assert order() == [c, b, a]
    assert on_disk(b"bytes of b.pdf")
    changed(one, lambda d: draft.without_document(d, b))
    assert order() == [c, a]
    assert on_disk(b"bytes of b.pdf") == []


def test_an_attachment_is_put_to_its_document_and_taken_away_alone() -> None:
    one = put(made(), "a.pdf")
    one = put(one, "phu luc.xlsx", b"PK-phu-luc", document_id=one.documents[0].id)
    assert [file.name for file in one.documents[0].files] == ["a.pdf", "phu luc.xlsx"]
    one = changed(one, lambda d: draft.without_file(d, one.documents[0].files[1].id))
    assert [file.name for file in one.documents[0].files] == ["a.pdf"]
    assert on_disk(b"PK-phu-luc") == []


@pytest.mark.parametrize("end", ["20/12/2024", "20/12/2025"])
def test_the_package_is_read_back_as_described_without_a_finding(end: str, tmp_path: Path) -> None:
    one = made(EndDate=end)
    one = put(one, "12_QĐ-UBND Quyết định giao chỉ tiêu.pdf", b"%PDF-1")
    one = put(one, "phụ lục & “bảng”.xlsx", b"PK-2", document_id=one.documents[0].id)
    one = put(one, "Báo cáo kết quả.docx", b"PK-3")
    said = {"IssuedDate": "01/06/2024", "OrganName": "UBND tỉnh", "Mode": "Sử dụng có điều kiện"}
    one = changed(one, lambda d: draft.document_described(d, d.documents[0].id, said))
    delivery = read_back(one, tmp_path / "back")
    assert delivery.findings == ()
    assert (delivery.kind, delivery.record_status, delivery.sender_code) == ("SIP_hoso", "NEW", OURS)
    assert delivery.standard == ("TT02" if end.endswith("2024") else "TT05")
    code = f"{OURS}.2024.15.TH"
    names = ("Title", "Maintenance", "Rights", "Language", "StartDate", "ConfidenceLevel")
    assert {name: delivery.fields[name] for name in names} == {name: CASE[name] for name in names}
    assert (delivery.fields["FileCode"], delivery.fields["TotalDoc"]) == (code, "2")
    first, second = delivery.documents
    assert [(file.name, file.path.read_bytes()) for file in first.files] == [
        ("12_QĐ-UBND Quyết định giao chỉ tiêu.pdf", b"%PDF-1"),
        ("phụ lục & “bảng”.xlsx", b"PK-2"),
    ]
    assert all(file.declared_sha256 == file.sha256 for file in first.files)
    wanted = said | {
        "CodeNumber": "12",
        "CodeNotation": "QĐ-UBND",
        "TypeName": "Quyết định",
        "FileCode": code,
    }
    assert {name: first.fields[name] for name in wanted} == wanted
    assert (first.fields["DocOrdinal"], second.fields["DocOrdinal"]) == ("1", "2")
    assert (second.fields["Mode"], second.fields["DocCode"]) == ("Công khai", f"{code}.0000002")


def test_the_package_tells_its_own_schema_the_truth(tmp_path: Path) -> None:
    one = put(made(), "a.pdf")
    with zipfile.ZipFile(packed(one, tmp_path / "a.zip")) as package:
        root = package.read(f"{sip.objid(one)}/METS.xml").decode()
    assert 'OAISPACKAGETYPE="SIP"' in root
    assert f'OBJID="{sip.objid(one)}"' in root


def test_two_files_of_one_name_both_arrive(tmp_path: Path) -> None:
    one = put(put(put(made(), "a.pdf", b"1"), "A.PDF", b"2"), "a.pdf", b"3")
    delivery = read_back(one, tmp_path / "back")
    assert delivery.findings == ()
    assert [file.path.read_bytes() for one in delivery.documents for file in one.files] == [b"1", b"2", b"3"]


def test_the_same_draft_gives_the_same_bytes(tmp_path: Path) -> None:
    one = put(made(), "a.pdf")
    assert packed(one, tmp_path / "a").read_bytes() == packed(one, tmp_path / "b").read_bytes()


def test_half_described_it_is_written_all_the_same(tmp_path: Path) -> None:
    one = put(cabinet.make(OURS, viewer=NAM, now=NOW), "a.pdf")
    delivery = read_back(one, tmp_path / "back")
    assert (delivery.fields, delivery.documents[0].fields["Subject"]) == ({"TotalDoc": "1"}, "a")


def test_a_submitted_draft_is_one_delivery_and_is_gone(tmp_path: Path) -> None:
    one = put(made(), "a.pdf", b"bytes of a")
    submission = sending.submit(one.id, viewer=NAM, now=NOW)
    with reading() as session:
        (row,) = session.scalars(select(Submission))
        assert (row.id, row.agency_code, row.kind, row.inbox) == (submission, OURS, "sip", "rest")
        assert [told.status for told in direct.statuses(session, submission)] == ["01"]
    delivery = read(quarantine.raw(submission), tmp_path / "in", Context(Limits()))
    assert delivery.fields["Title"] == CASE["Title"]
    assert cabinet.listing(viewer=NAM) == []
    assert not cabinet.folder(one).exists()
    with pytest.raises(NotFoundError):
        sending.submit(one.id, viewer=NAM, now=NOW)


def test_killed_between_receiving_and_removing_it_is_received_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one = put(made(), "a.pdf")

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cabinet, "remove", die)
        with pytest.raises(KeyboardInterrupt):
            sending.submit(one.id, viewer=NAM, now=NOW)
    changed(one, lambda d: draft.described(d, {"Title": "Sửa sau khi đã nộp"}))
    again = sending.submit(one.id, viewer=NAM, now=NOW)
    with reading() as session:
        assert [row.id for row in session.scalars(select(Submission))] == [again]


def test_two_clicks_at_once_make_one_delivery() -> None:
    one = put(made(), "a.pdf")
    told: list[str] = []

    def click() -> None:
        try:
            told.append(sending.submit(one.id, viewer=NAM, now=NOW))
        except NotFoundError:
            told.append("gone")

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert len(list(session.scalars(select(Submission)))) == 1
    assert len(told) == 4


def test_an_empty_draft_is_neither_checked_nor_submitted() -> None:
    one = made()
    with pytest.raises(IngestError, match="no document"):
        sending.submit(one.id, viewer=NAM, now=NOW)
    with pytest.raises(IngestError, match="no document"):
        sending.check(one.id, viewer=NAM, now=NOW, fly=lambda *_: pytest.fail("nothing to check"))
    assert cabinet.find(one.id, viewer=NAM).fields == CASE


def test_what_a_check_found_is_remembered_until_the_draft_changes() -> None:
    one = put(made(), "a.pdf")
    findings = (
        Finding("V09_REQUIRED", "document 1 / TypeName", {"field": "TypeName"}, 1),
        Finding("SIP_EAD_BROKEN", "EAD.xml", {"reason": because("ingest.no-values")}),
    )

    def fly(package: BinaryIO, name: str) -> Preflight:
        assert zipfile.ZipFile(package).testzip() is None
        assert name == f"{sip.objid(one)}.zip"
        return Preflight(Verdict.RETURN, findings, "", "", 1, ("unpack",))

    assert sending.last_check(one) is None
    sending.check(one.id, viewer=NAM, now=NOW, fly=fly)
    checked = sending.last_check(one)
    assert checked is not None
    assert (checked.verdict, checked.findings, checked.fresh) == ("return", findings, True)
    assert [finding.params for finding in checked.findings] == [finding.params for finding in findings]
    one = changed(one, lambda d: draft.described(d, {"Title": "Khác"}))
    checked = sending.last_check(one)
    assert checked is not None and not checked.fresh
    assert not list(cabinet.folder(one).glob("package-*"))


def test_what_is_larger_than_a_message_may_be_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "100")
    one = put(made(), "a.pdf", b"a" * 60)
    with pytest.raises(UploadTooLargeError):
        put(one, "b.pdf", b"marked-" + b"b" * 60)
    assert on_disk(b"marked-") == []
    assert len(cabinet.find(one.id, viewer=NAM).documents) == 1


def test_an_agency_has_so_many_bytes_of_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__INBOXES", '[{"kind": "rest", "upload_bytes": 100}]')
    put(made(), "a.pdf", b"a" * 100)
    with pytest.raises(QuotaError) as full:
        put(made(), "b.pdf", b"b")
    assert "100 byte" in told(full.value.reason) and "bản nháp" in told(full.value.reason)
    assert "tải lên" not in told(full.value.reason), "no upload is open; the drafts are full"


def test_a_draft_as_large_as_a_delivery_may_be_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "100")
    one = put(made(), "a.pdf", b"a" * 100)
    with pytest.raises(UploadTooLargeError) as full:
        put(one, "b.pdf", b"b")
    assert told(full.value.reason).startswith("hồ sơ đã đủ dung lượng lớn nhất của một lần nộp (100 byte)")


def test_an_agency_with_too_many_drafts_is_told_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cabinet, "MOST_OF_AN_AGENCY", 1)
    made()
    with pytest.raises(IngestError) as many:
        made()
    assert "đã có 1 bản nháp, nhiều nhất cho một cơ quan" in told(many.value.reason)


def test_an_upload_that_cannot_be_put_into_its_draft_is_ended_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = made()
    uploaded(one)
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "3")
    ((name, reason),) = cabinet.settle(one.id, viewer=NAM, now=NOW)
    assert name.endswith(".pdf") and reason.code == "ingest.larger-than"
    assert "ingest.larger-than" in caplog.text
    assert name not in caplog.text, "a name may hold what nobody may read"
    assert cabinet.settle(one.id, viewer=NAM, now=NOW) == []


def test_a_person_has_so_many_drafts_and_a_draft_so_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cabinet, "MOST_OF_A_PERSON", 2)
    monkeypatch.setattr(draft, "MOST_DOCUMENTS", 2)
    one = made()
    made()
    with pytest.raises(IngestError):
        made()
    put(put(one, "a.pdf"), "b.pdf")
    with pytest.raises(IngestError):
        put(one, "c.pdf", b"marked-c")
    assert on_disk(b"marked-c") == []


def uploaded(one: Draft, name: str = "lớn.pdf", data: bytes = b"%PDF-lon", *, to: str = "") -> Any:
    target = f"{one.id}/{to}" if to else one.id
    upload = direct.begin_upload(
        agency_code=OURS, length=len(data), file_name=name, viewer=NAM, now=NOW, draft=target
    )
    return direct.add_piece(upload, io.BytesIO(data), offset=0, viewer=NAM, now=NOW)


def test_an_upload_becomes_a_document_once() -> None:
    one = made()
    upload = uploaded(one)
    one = cabinet.attach(upload, viewer=NAM, now=NOW)
    assert [document.files[0].name for document in one.documents] == ["lớn.pdf"]
    assert cabinet.bytes_of(one, one.documents[0].files[0]).read_bytes() == b"%PDF-lon"
    assert len(cabinet.attach(upload, viewer=NAM, now=NOW).documents) == 1
    assert shelf.by_id(upload.id) is None
    with reading() as session:
        assert list(session.scalars(select(Submission))) == []


def test_an_upload_may_be_an_attachment() -> None:
    one = put(made(), "a.pdf")
    one = cabinet.attach(uploaded(one, to=one.documents[0].id), viewer=NAM, now=NOW)
    assert [file.name for file in one.documents[0].files] == ["a.pdf", "lớn.pdf"]


@pytest.mark.parametrize("when", ["before moving", "before saving", "before forgetting"])
def test_killed_while_attaching_the_next_look_attaches_it_once(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made()
    upload = uploaded(one)
    what = {
        "before moving": (shelf, "move"),
        "before saving": (cabinet, "_saved"),
        "before forgetting": (shelf, "end"),
    }[when]

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*what, die)
        with pytest.raises(KeyboardInterrupt):
            cabinet.attach(upload, viewer=NAM, now=NOW)
    cabinet.settle(one.id, viewer=NAM, now=NOW)
    cabinet.settle(one.id, viewer=NAM, now=NOW)
    (document,) = cabinet.find(one.id, viewer=NAM).documents
    assert cabinet.bytes_of(one, document.files[0]).read_bytes() == b"%PDF-lon"


def test_a_whole_upload_for_a_draft_is_no_delivery_of_the_way_in() -> None:
    from ingest.gateway.opening import named, opened

    uploaded(made())
    with opened(named("rest")) as inbox:
        assert inbox.list_received() == []


def test_deleted_is_overwritten_and_gone() -> None:
    one = put(made(), "a.pdf", b"marked-a")
    cabinet.remove(one.id, viewer=NAM)
    assert on_disk(b"marked-a") == []
    assert on_disk(CASE["Title"].encode()) == []


def test_a_draft_nobody_touches_for_ninety_days_goes() -> None:
    one = put(made(), "a.pdf")
    assert cabinet.tidy(NOW + timedelta(days=89)) == 0
    assert cabinet.find(one.id, viewer=NAM)
    assert cabinet.tidy(NOW + timedelta(days=90)) == 1
    assert cabinet.listing(viewer=NAM) == []


def test_what_killed_requests_left_in_a_draft_is_tidied_and_what_it_names_stays() -> None:
    one = put(made(), "a.pdf")
    (cabinet.folder(one) / "files" / "left").write_bytes(b"left-over")
    (cabinet.folder(one) / "package-x").write_bytes(b"left-over")
    now = datetime.now(UTC)
    cabinet.change(one.id, lambda d: d, viewer=NAM, now=now)
    cabinet.tidy(now)
    assert len(on_disk(b"left-over")) == 2, "a request may be at it"
    cabinet.tidy(now + timedelta(hours=2))
    assert on_disk(b"left-over") == []
    assert cabinet.bytes_of(one, one.documents[0].files[0]).exists()


def test_a_damaged_draft_is_not_shown_and_stops_nothing() -> None:
    one, other = made(), made()
    (cabinet.folder(one) / "draft.json").write_text(json.dumps({"id": one.id}))
    assert [found.id for found in cabinet.listing(viewer=NAM)] == [other.id]


def test_a_disk_that_lost_a_file_is_a_passing_trouble_and_the_draft_stays() -> None:
    one = put(made(), "a.pdf")
    wipe_folder(cabinet.folder(one) / "files")
    with pytest.raises(TemporaryError):
        sending.submit(one.id, viewer=NAM, now=NOW)
    assert cabinet.find(one.id, viewer=NAM)
