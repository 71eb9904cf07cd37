"""Minutes of hand-overs: what they say, that they are printed once whatever breaks; and what the source may do."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from handover_builders import AGENCY, FILE_NAME, NOW, WORDS, a_stored_delivery

from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.ledger.append import history
from archive.pdfa.errors import NotPdfaError
from archive.reason import told_text
from archive.register.agreements import Minutes, MinutesDue
from archive.register.models import CaseFile, SourceCopy
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import submissions
from ingest.agreements.terms import Terms
from ingest.agreements.versions import Agreed
from ingest.handover import minutes
from ingest.handover.facts import DocumentFacts, FileFacts, hand_over, list_hash
from ingest.handover.page import page
from ingest.handover.release import Release, release_of
from ingest.profiles.load import profiles

NAM = Viewer("nam", {AGENCY: frozenset({Role.OFFICIAL})})
STRANGER = Viewer("la", {"000.00.01.H01": frozenset({Role.ARCHIVIST})})
PDF = b"%PDF-1.7 a page"


@pytest.fixture
def kho(house: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house without a queue."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    return house


def printed(_html: str) -> bytes:
    return PDF


# --- what the source may do


@pytest.mark.parametrize(
    ("profile", "agreed", "expected"),
    [
        ("base", Agreed(Terms()), Release(SourceCopy.NOT_AGREED)),
        ("base", Agreed(Terms(source_may_release=True)), Release(SourceCopy.NOT_AGREED)),  # of no agreement
        (
            "lang-son",
            Agreed(Terms(source_may_release=True), "id", "thỏa thuận số 1"),
            Release(SourceCopy.MAY_GO, "thỏa thuận số 1; NĐ 01/2013/NĐ-CP Điều 7.5"),
        ),
        ("lang-son", Agreed(Terms(), "id", "thỏa thuận số 1"), Release(SourceCopy.NOT_AGREED)),
        (
            "ninh-binh",
            Agreed(Terms(source_may_release=True), "id", "thỏa thuận số 1"),
            Release(
                SourceCopy.STAYS,
                "văn bản còn hiệu lực ở lại phần mềm quản lý văn bản; "
                "Điều 18.1, dự thảo quy chế 2022 (Ninh Bình)",
            ),
        ),
    ],
)
def test_what_the_source_may_do_with_its_copy(profile: str, agreed: Agreed, expected: Release) -> None:
    assert release_of(profiles()[profile], agreed) == expected


def test_what_the_source_is_told_names_the_rule() -> None:
    assert (
        Release(SourceCopy.MAY_GO, "thỏa thuận 1").told
        == "Hệ thống nguồn được phép xóa bản của mình (thỏa thuận 1)."
    )
    assert "phải giữ" in Release(SourceCopy.STAYS, "Điều 18.1").told
    assert "hãy giữ lại" in Release(SourceCopy.NOT_AGREED).told


# --- what they say


def test_the_minutes_say_what_the_form_asks_and_no_word_of_a_document(kho: Path) -> None:
    one = a_stored_delivery(remarks=True)
    with reading() as session:
        text = page(hand_over(session, one))
    for words in (
        "BIÊN BẢN", "Sở Nội vụ &lt;tỉnh&gt;", "Hồ sơ &amp; kế hoạch", "Từ ngày 02/01/2025 đến ngày 31/12/2025",
        "01 hồ sơ, 2 tài liệu, 6 trang", "số tệp tin trong hồ sơ: 2, dung lượng 2.469.134 byte", "SEAL_LOOK",
        "20 năm", f"{1:064x}", f"{2:064x}", "a" * 64, "kho-a, kho-b, kho-c", "được phép xóa", "02 bản",
        "Tiếp nhận trên hệ thống: lan", "hệ thống của cơ quan, qua truc-tinh",
        "Luật Lưu trữ số 01/2011/QH13, Điều 12",
    ):  # fmt: skip
        assert words in text, words
    assert WORDS not in text and FILE_NAME not in text
    assert "f" * 64 not in text  # the derivative was not handed over


def test_of_a_long_list_the_first_are_printed_and_the_hash_is_of_all(
    kho: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.handover.facts.MOST_PRINTED", 3)
    one = a_stored_delivery(documents=5)
    with reading() as session:
        facts = hand_over(session, one)
    assert len(facts.documents) == 3 and facts.total_files == 5
    all_five = [
        DocumentFacts(n, f"{AGENCY}.2025.{n}", 3, (FileFacts(1, "", f"{n:064x}"),)) for n in range(1, 6)
    ]
    assert facts.list_sha256 == list_hash(all_five)
    by_hand = "".join(f"{n}\t{AGENCY}.2025.{n}\t{n:064x}\n" for n in range(1, 6))
    assert facts.list_sha256 == hashlib.sha256(by_hand.encode()).hexdigest()
    assert "… và 2 tài liệu nữa" in page(facts)


# --- printed once, kept everywhere


def test_they_are_printed_into_every_store_ledgered_and_handed_out(kho: Path) -> None:
    one = a_stored_delivery()
    assert minutes.print_due(NOW, printer=printed) == 1
    assert minutes.print_due(NOW, printer=printed) == 0
    with reading() as session:
        row = session.get_one(Minutes, one)
        assert (row.sha256, row.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
        assert row.name == f"bien-ban/{AGENCY}/2026/{one}-{row.sha256[:8]}.pdf"
        event = history(session, one)[0]
        assert (event.verb, event.after_sha256) == ("MINUTES", row.sha256)
        assert session.get(MinutesDue, one) is None
        assert all(store.size(row.name) == len(PDF) for store in stores())
        assert submissions.minutes_of(session, one, viewer=NAM) == PDF
        with pytest.raises(NotFoundError):
            submissions.minutes_of(session, one, viewer=STRANGER)


def test_a_copy_that_was_changed_is_passed_over(kho: Path) -> None:
    one = a_stored_delivery()
    minutes.print_due(NOW, printer=printed)
    with reading() as session:
        name = session.get_one(Minutes, one).name
        places = sorted((kho / "archive" / "stores").glob(f"*/{name}"))
        assert len(places) == 3
        for place in places[:2]:
            place.chmod(0o600)
            place.write_bytes(b"forged")
        assert minutes.read(session, one) == PDF
        places[2].unlink()
        with pytest.raises(TemporaryError):
            minutes.read(session, one)


def test_before_they_are_printed_there_are_none(kho: Path) -> None:
    one = a_stored_delivery()
    with reading() as session, pytest.raises(NotFoundError, match="no minutes"):
        submissions.minutes_of(session, one, viewer=NAM)


def test_what_cannot_be_printed_waits_longer_each_time_and_stops_no_other(kho: Path) -> None:
    bad, good = a_stored_delivery("s-1"), a_stored_delivery("s-2")

    def fails(html: str) -> bytes:
        if ".s-1:" in html:
            raise NotPdfaError("x", ("6.2.11: glyph",))
        return PDF

    assert minutes.print_due(NOW, printer=fails) == 1
    with reading() as session:
        due = session.get_one(MinutesDue, bad)
        assert due.attempts == 1 and due.not_before == NOW + timedelta(seconds=20)
        assert told_text(due.error, "vi") and session.get(Minutes, good) is not None
    assert minutes.print_due(NOW + timedelta(seconds=10), printer=fails) == 0
    assert minutes.print_due(NOW + timedelta(seconds=20), printer=fails) == 0
    with reading() as session:
        assert session.get_one(MinutesDue, bad).not_before == NOW + timedelta(seconds=60)
    assert minutes.print_due(NOW + timedelta(seconds=60), printer=printed) == 1


def test_a_kill_between_the_stores_and_the_ledger_is_made_good_by_the_next_try(
    kho: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = a_stored_delivery()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ingest.handover.minutes.append", killed)
        with pytest.raises(KeyboardInterrupt):
            minutes.print_due(NOW, printer=printed)
    assert minutes.print_due(NOW, printer=printed) == 1
    with reading() as session:
        assert [event.verb for event in history(session, one)] == ["MINUTES", "INGEST"]


def test_of_a_case_file_destroyed_meanwhile_nothing_is_printed_any_more(kho: Path) -> None:
    one = a_stored_delivery()
    with transaction() as session:
        session.get_one(CaseFile, f"c-{one}").state = "destroyed"
    assert minutes.print_due(NOW, printer=printed) == 0
    with reading() as session:
        assert session.get(MinutesDue, one) is None and session.get(Minutes, one) is None


def test_a_full_disk_is_a_wait(kho: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = a_stored_delivery()

    def full(*_: object) -> list[str]:
        raise TemporaryError("the store is full")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.handover.minutes.deposit", full)
        assert minutes.print_due(NOW, printer=printed) == 0
    with reading() as session:
        assert session.get_one(MinutesDue, one).attempts == 1
