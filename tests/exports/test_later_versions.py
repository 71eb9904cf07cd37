"""A case file described anew: a small second package, nothing rewritten, and everything downstream follows it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from test_transfer import collected, inbox, ordered, sent, state_of
from typer.testing import CliRunner

from archive import describing
from archive.custody import read_component, store_holders, target_of
from archive.describing import Redescription
from archive.errors import ArchiveError, NotAllowedError, NotFoundError, TemporaryError
from archive.ledger.append import read as events_of
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.packages.reader import read_facts
from archive.packages.tt05_given import Request
from archive.packages.verify import verify, verify_any
from archive.rebuild import rebuild
from archive.register import project_case_files
from archive.register.models import CaseFile, CaseFileState, Component, Package, Record
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Access, Viewer
from exports.aip import export_aip
from exports.given import export_dip
from exports.receipt import receipt_path
from exports.reception import receive
from ingest.access import loosens
from ingest.cli import register
from ingest.describing import describe, described_now
from search.follower import documents_of
from tests.archive.vault_builders import LAN, MAI, NOW, STRANGER

LATER = NOW + timedelta(days=1)
CODE = "01.2014.QD"
TITLE = "Hồ sơ ban hành quy chế làm việc năm 2014"
OLD_TITLE = "Hồ sơ ban hành quyết định năm 2014"
WHY = "Tiêu đề cũ thiếu tên quy chế"


def schemas() -> Path:
    return ArchiveSettings.load().tools_home / "schemas"


def packages(case_file_id: str) -> list[Package]:
    with reading() as session:
        query = select(Package).where(Package.case_file_id == case_file_id).order_by(Package.version)
        return list(session.scalars(query))


def bytes_of(name: str) -> list[bytes]:
    return [(store.path / name).read_bytes() for store in ArchiveSettings.load().all_stores]


def row(case_file_id: str) -> CaseFile:
    with reading() as session:
        return session.get_one(CaseFile, case_file_id)


@pytest.fixture
def described(kept: dict[str, str]) -> str:
    done = describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    assert done.package.endswith("/v0002.zip")
    return kept[CODE]


def test_the_new_version_points_to_the_old_one_which_is_not_touched(kept: dict[str, str]) -> None:
    [first] = packages(kept[CODE])
    before = bytes_of(first.name)
    describe(kept[CODE], {"Title": TITLE, "Keyword": "quy chế"}, reason=WHY, viewer=LAN, now=LATER)
    first, second = packages(kept[CODE])
    assert bytes_of(first.name) == before
    assert len({hashlib.sha256(copy).hexdigest() for copy in bytes_of(second.name)} | {second.sha256}) == 1
    place = ArchiveSettings.load().all_stores[0].path / second.name
    assert verify(place, schemas=schemas()) == []
    with place.open("rb") as source:
        facts = read_facts(source)
    assert facts.previous is not None and facts.records == ()
    assert (facts.previous.objid, facts.previous.sha256) == (first.objid, first.sha256)
    assert (facts.title, facts.description["Keyword"], facts.description["FileCode"]) == (
        TITLE,
        "quy chế",
        CODE,
    )
    [event] = facts.events
    assert (event.kind, event.agent) == ("metadata modification", "lan") and WHY in event.detail
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        readme = archive.read(next(name for name in names if name.endswith("/README.txt"))).decode()
    assert not any("representations" in name for name in names) and second.size < first.size * 2
    assert first.sha256 in readme and first.objid in readme


def test_the_ledger_says_which_fields_and_not_the_words(described: str) -> None:
    with reading() as session:
        events = session.scalars(
            select(EventRow).where(EventRow.object_id == described).order_by(EventRow.seq)
        )
        [event] = [one for one in events if one.verb == Verb.METADATA_CHANGE.value]
    first, second = packages(described)
    assert event.payload == {
        "version": 2,
        "fields": ["Title"],
        "reason_sha256": hashlib.sha256(WHY.encode()).hexdigest(),
    }
    assert (event.actor, event.before_sha256, event.after_sha256) == ("lan", first.sha256, second.sha256)


def test_register_and_index_follow_and_documents_are_read_as_before(described: str) -> None:
    assert row(described).title == TITLE
    with reading() as session:
        titles = {one.title for one in documents_of(session, described, read=lambda *_: [], max_text=0)}
        assert TITLE in titles
        component = session.scalars(
            select(Component).join(Record).where(Record.case_file_id == described)
        ).first()
        assert component is not None
        stream = read_component(session, component.id, viewer=LAN)
    assert hashlib.sha256(b"".join(stream.chunks)).hexdigest() == component.sha256


def test_a_rebuild_says_the_same_and_twice_described_is_described_as_last(described: str) -> None:
    describe(described, {"Description": "Đã rà soát"}, reason="Bổ sung ghi chú", viewer=LAN, now=LATER)
    assert [one.version for one in packages(described)] == [1, 2, 3]
    report = rebuild()
    assert report.equal, report
    assert (row(described).title, row(described).description["Description"]) == (TITLE, "Đã rà soát")


def test_a_package_found_again_does_not_bring_back_an_older_description(described: str) -> None:
    # The STORE of the first version, were it appended only now.
    describe(described, {"Title": TITLE + " (2)"}, reason="Sửa lại", viewer=LAN, now=LATER)
    with transaction() as session:
        first = next(
            one for one in events_of(session) if one.verb is Verb.STORE and one.object_id == described
        )
        package = dict(first.payload["package"]) | {"id": "x" * 36, "name": "n"}
        again = replace(first, payload=dict(first.payload) | {"package": package})
        project_case_files.stored(session, again, None)
        assert session.get_one(CaseFile, described).title == TITLE + " (2)"
        session.rollback()


def test_destruction_erases_every_version(described: str) -> None:
    with reading() as session:
        target = target_of(session, described)
    assert [name[-9:] for name in target.package_names] == ["v0001.zip", "v0002.zip"]
    for holder in store_holders():
        assert holder.erase(target).gone
    assert not any(
        (store.path / name).exists()
        for store in ArchiveSettings.load().all_stores
        for name in target.package_names
    )


def test_a_hand_over_takes_every_version_and_asks_a_receipt_for_each(described: str) -> None:
    order = ordered(described)
    [one] = sent(order)
    assert one.outcome == "sent" and len(list(inbox().glob("*.zip"))) == 2
    receipts = receive(inbox(), now=LATER)
    assert [receipt.accepted for receipt in receipts] == [True, True]
    [result] = collected()
    assert (result.outcome, state_of(described)) == ("done", CaseFileState.TRANSFERRED)


def test_one_receipt_of_two_is_not_enough(described: str) -> None:
    sent(ordered(described))
    receive(inbox(), now=LATER)
    first = packages(described)[0]
    missing = receipt_path(inbox() / f"{first.objid.replace(':', '_')}.zip")
    held = missing.with_suffix(".held")
    missing.rename(held)
    assert collected()[0].outcome == "waiting" and state_of(described) == CaseFileState.STORED
    told = json.loads(held.read_text("utf-8"))
    missing.write_text(json.dumps(told | {"sha256": "0" * 64}), "utf-8")
    assert collected()[0].outcome == "refused" and state_of(described) == CaseFileState.STORED


def test_what_is_given_out_is_described_as_now_and_has_the_documents(described: str, tmp_path: Path) -> None:
    request = Request("PYC-1", NOW.date())
    given = export_dip(described, tmp_path / "dip", viewer=LAN, request=request, now=LATER)
    assert given.files == 2 and verify_any(given.path, schemas=schemas()) == []
    with zipfile.ZipFile(given.path) as archive:
        mets = archive.read(f"{given.objid}/METS.xml").decode()
    assert TITLE in mets
    written = export_aip(described, tmp_path / "aip", viewer=LAN, now=LATER)
    both = sorted((tmp_path / "aip").glob("*.zip"))
    assert len(both) == 2 and written.path in both
    assert [verify_any(path, schemas=schemas()) for path in both] == [[], []]


@pytest.mark.parametrize("viewer", [MAI, STRANGER, Viewer("ai.do")])
def test_nobody_but_an_archivist_of_the_agency_describes(kept: dict[str, str], viewer: Viewer) -> None:
    with pytest.raises(NotAllowedError):
        describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=viewer, now=LATER)
    assert len(packages(kept[CODE])) == 1


@pytest.mark.parametrize(
    ("said", "reason", "why"),
    [
        ({"Title": TITLE}, "  ", "the reason"),
        ({"Title": OLD_TITLE}, WHY, "no field was changed"),
    ],
)
def test_without_a_reason_or_a_change_nothing_is_made(
    kept: dict[str, str], said: dict[str, str], reason: str, why: str
) -> None:
    with pytest.raises(ArchiveError, match=why):
        describe(kept[CODE], said, reason=reason, viewer=LAN, now=LATER)
    assert len(packages(kept[CODE])) == 1


def test_what_identifies_a_case_file_is_not_described_anew(kept: dict[str, str]) -> None:
    for name in ("FileCode", "EndDate", "Maintenance", "TotalDoc"):
        with pytest.raises(NotFoundError, match=name):
            describe(kept[CODE], {name: "1"}, reason=WHY, viewer=LAN, now=LATER)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"Title": ""}, "V09"), ({"Title": "Dài " * 400}, "V09"), ({"Title": "Hồ sơ TỐI MẬT"}, "V12")],
)
def test_words_a_rule_is_against_change_nothing(
    kept: dict[str, str], said: dict[str, str], code: str
) -> None:
    done = describe(kept[CODE], said, reason=WHY, viewer=LAN, now=LATER)
    assert done.package == "" and done.findings, done
    assert len(packages(kept[CODE])) == 1


def test_a_stricter_use_mode_closes_the_case_file(kept: dict[str, str]) -> None:
    describe(kept[CODE], {"Rights": "Sử dụng có điều kiện"}, reason=WHY, viewer=LAN, now=LATER)
    assert row(kept[CODE]).access == "02"
    with reading() as session:
        component = session.scalars(
            select(Component).join(Record).where(Record.case_file_id == kept[CODE])
        ).first()
        assert component is not None
        with pytest.raises(NotAllowedError):
            read_component(session, component.id, viewer=STRANGER)


def test_one_person_alone_does_not_open_a_case_file_again(kept: dict[str, str]) -> None:
    closed, same = "Sử dụng có điều kiện", "Hạn chế sử dụng"
    describe(kept[CODE], {"Rights": closed}, reason=WHY, viewer=LAN, now=LATER)
    for looser in ("Công khai", "01", "Không hạn chế"):
        with pytest.raises(ArchiveError, match="second person"):
            describe(kept[CODE], {"Rights": looser, "Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    assert (row(kept[CODE]).access, row(kept[CODE]).title, len(packages(kept[CODE]))) == ("02", OLD_TITLE, 2)
    assert describe(kept[CODE], {"Rights": same}, reason=WHY, viewer=LAN, now=LATER).version == 3
    assert describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER).version == 4
    assert row(kept[CODE]).access == "02"


@pytest.mark.parametrize(
    ("access", "was", "becomes", "says", "looser"),
    [
        ("01", "", "01", "Công khai", False),
        ("01", "Công khai", "02", "Hạn chế", False),
        ("02", "Công khai", "02", "Công khai", False),  # a document of it is conditional
        ("02", "Hạn chế", "02", "", False),
        ("02", "Hạn chế", "02", "Công khai", True),  # the words would say what the documents forbid
        ("02", "", "01", "Công khai", True),
        ("03", "Mật", "02", "", True),
        ("03", "Mật", "02", "Hạn chế", True),
    ],
)
def test_what_is_looser(access: str, was: str, becomes: str, says: str, looser: bool) -> None:
    assert loosens(Access(access), was, Access(becomes), says) is looser


def test_two_who_describe_at_once_do_not_overwrite_each_other(kept: dict[str, str]) -> None:
    with reading() as session:
        seen = described_now(session, kept[CODE], viewer=LAN)
    describe(kept[CODE], {"Keyword": "một"}, reason=WHY, viewer=LAN, now=LATER, based_on=seen.version)
    with pytest.raises(ArchiveError, match="meanwhile"):
        describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER, based_on=seen.version)
    assert len(packages(kept[CODE])) == 2


def test_a_case_file_that_a_decision_names_is_not_described(kept: dict[str, str]) -> None:
    ordered(kept[CODE], approve=False)
    with pytest.raises(ArchiveError, match="12/QĐ-SNV"):
        describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)


def test_what_too_few_stores_took_changes_nothing_and_the_next_try_does(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_store(*_: object, **__: object) -> list[str]:
        raise TemporaryError("no store answers")

    with monkeypatch.context() as patched:
        patched.setattr(describing, "deposit", no_store)
        with pytest.raises(TemporaryError):
            describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    assert row(kept[CODE]).title != TITLE
    # A try killed after its deposit leaves a package nobody knows: its number is not used again.
    first = packages(kept[CODE])[0]
    left = ArchiveSettings.load().all_stores[0].path / first.name.replace("v0001", "v0002")
    left.write_bytes(b"PK")
    done = describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    assert done.version == 3 and row(kept[CODE]).title == TITLE


def stores_are(monkeypatch: pytest.MonkeyPatch, *names: str) -> Path:
    """Set these stores; return the first one's folder. One that was never mounted is away."""
    root = ArchiveSettings.load().all_stores[0].path.parent
    named = [{"name": name, "kind": "folder", "path": str(root / name)} for name in names]
    monkeypatch.setenv("TANGTHU_ARCHIVE__STORES", json.dumps(named))
    return root / names[0]


def test_what_one_store_took_is_taken_back_when_too_few_others_did(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = packages(kept[CODE])
    store = stores_are(monkeypatch, "kho-a", "away", "too")
    with pytest.raises(TemporaryError):
        describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    assert row(kept[CODE]).title != TITLE
    assert [path.name for path in (store / first.name).parent.iterdir()] == ["v0001.zip"]


def test_one_store_that_is_away_keeps_nobody_from_describing(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores_are(monkeypatch, "kho-a", "kho-b", "away")
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "2")
    assert describe(kept[CODE], {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER).version == 2
    assert row(kept[CODE]).title == TITLE


def test_on_the_command_line(kept: dict[str, str]) -> None:
    app = typer.Typer()
    register(app)
    words = [
        "describe",
        kept[CODE],
        "--reason",
        WHY,
        "--as",
        "lan",
        "--role",
        "archivist@000.00.01.H37",
        "--json",
    ]
    result = CliRunner().invoke(
        app, [*words, "--title", TITLE, "--set", "Keyword=quy chế"], catch_exceptions=False
    )
    assert result.exit_code == 0 and json.loads(result.output)["version"] == 2
    refused = CliRunner().invoke(app, [*words, "--title", ""], catch_exceptions=False)
    told = json.loads(refused.output)
    assert refused.exit_code == 1 and told["package"] == "" and told["findings"]


def test_a_whole_new_description_is_the_caller_s_to_give(kept: dict[str, str]) -> None:
    new = Redescription({"Title": TITLE}, TITLE, "01", ("Title",), WHY, based_on=1)
    assert describing.describe(kept[CODE], new, viewer=LAN, now=LATER).endswith("v0002.zip")
