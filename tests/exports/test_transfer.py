"""A case file goes to the Historical Archive only with a receipt for the very bytes that were sent."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select

from archive import orders
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.packages.reader import read_facts
from archive.packages.verify import verify_plain
from archive.register.decisions import Order, OrderKind
from archive.register.models import CaseFile, CaseFileState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.folder import FolderStore
from archive.viewer import Role
from exports.aip import export_aip
from exports.errors import NoGoodCopyError, ReceiptError
from exports.receipt import read_receipt, write_receipt
from exports.reception import receive
from exports.sending import Sent, send
from exports.settings import ExportsSettings
from exports.transfer import Collected, collect
from tests.archive.vault_builders import AGENCY, HUNG, LAN, MAI, NOW, STRANGER

LATER = NOW + timedelta(days=1)


def ordered(*case_file_ids: str, kind: OrderKind = OrderKind.TRANSFER, approve: bool = True) -> str:
    new = orders.NewOrder(
        kind=kind,
        agency_code=AGENCY,
        reason="Nộp lưu theo kế hoạch thu thập năm 2026",
        document_number="12/QĐ-SNV",
        document_date=NOW.date(),
        case_file_ids=case_file_ids,
    )
    with transaction() as session:
        order = orders.propose(session, new, viewer=LAN, now=NOW)
        if approve:
            orders.approve(session, order.id, viewer=MAI, role=Role.HEAD, now=NOW)
        return order.id


def sent(order_id: str) -> list[Sent]:
    return send(order_id, viewer=LAN, now=LATER)


def collected() -> list[Collected]:
    with transaction() as session:
        return collect(session, now=LATER)


def inbox() -> Path:
    return ExportsSettings.load().inbox


def state_of(case_file_id: str) -> str:
    with reading() as session:
        return session.get_one(CaseFile, case_file_id).state


def order_state(order_id: str) -> str:
    with reading() as session:
        return session.get_one(Order, order_id).state


def events(case_file_id: str, verb: Verb) -> list[dict[str, object]]:
    with reading() as session:
        query = select(EventRow.payload).where(
            EventRow.object_id == case_file_id, EventRow.verb == verb.value
        )
        return list(session.scalars(query.order_by(EventRow.seq)))


def test_a_permanent_case_file_is_transferred_with_a_matching_receipt(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    order_id = ordered(case_file_id)
    [one] = sent(order_id)
    assert one.outcome == "sent"
    assert (state_of(case_file_id), order_state(order_id)) == (CaseFileState.STORED, "executing")

    [receipt] = receive(inbox(), now=LATER)
    assert receipt.accepted and receipt.sha256 == one.sha256 and receipt.number == "TN-2026-00001"

    [result] = collected()
    assert (result.outcome, result.receipt) == ("done", "TN-2026-00001")
    assert (state_of(case_file_id), order_state(order_id)) == (CaseFileState.TRANSFERRED, "done")
    last = events(case_file_id, Verb.TRANSFER)[-1]
    assert last["state"] == "transferred" and last["order_id"] == order_id
    assert last["receipt"]["sha256"] == one.sha256  # type: ignore[index]
    assert [event["outcome"] for event in events(case_file_id, Verb.RECEIPT)] == ["success"]


def test_what_is_handed_over_is_a_plain_package_that_verifies(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    [one] = sent(ordered(case_file_id))
    path = inbox() / one.file
    assert verify_plain(path, schemas=ArchiveSettings.load().tools_home / "schemas") == []
    with zipfile.ZipFile(path) as archive:
        assert {name.split("/")[1] for name in archive.namelist()} >= {
            "METS.xml",
            "metadata",
            "representations",
        }
        assert not any("bagit.txt" in name for name in archive.namelist())
    with path.open("rb") as source:
        assert read_facts(source).case_file_id == case_file_id


def test_a_case_file_that_is_not_permanent_is_refused_with_the_clause_and_the_others_go(
    kept: dict[str, str],
) -> None:
    good, bad = kept["01.2014.QD"], kept["03.2014.TAM"]
    order_id = ordered(good, bad)
    outcomes = {one.case_file_id: one for one in sent(order_id)}
    assert outcomes[good].outcome == "sent"
    assert outcomes[bad].outcome == "refused"
    assert "not kept permanently" in str(outcomes[bad].detail[0]) and "Điều 21" in str(
        outcomes[bad].detail[1]
    )
    receive(inbox(), now=LATER)
    collected()
    assert state_of(good) == CaseFileState.TRANSFERRED
    assert state_of(bad) == CaseFileState.STORED
    assert order_state(order_id) == "done"


def test_an_order_with_nothing_that_may_go_ends_refused(kept: dict[str, str]) -> None:
    order_id = ordered(kept["03.2014.TAM"])
    assert [one.outcome for one in sent(order_id)] == ["refused"]
    assert order_state(order_id) == "refused"
    assert not list(inbox().glob("*")) if inbox().exists() else True


def test_a_receipt_with_another_hash_is_refused_and_ledgered_as_failure(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    order_id = ordered(case_file_id)
    [one] = sent(order_id)
    [receipt] = receive(inbox(), now=LATER)
    path = inbox() / one.file.replace(".zip", ".receipt.json")
    write_receipt(replace(receipt, sha256="0" * 64), path)
    [result] = collected()
    assert result.outcome == "refused" and "0" * 64 in str(result.detail[0])
    assert state_of(case_file_id) == CaseFileState.STORED
    assert order_state(order_id) == "refused"
    [event] = events(case_file_id, Verb.RECEIPT)
    assert event["outcome"] == "failure"
    assert collected() == []  # the failure is ledgered once


def test_a_package_damaged_on_the_way_is_not_accepted_and_stays_ours(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    [one] = sent(ordered(case_file_id))
    path = inbox() / one.file
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 1
    path.write_bytes(raw)
    [receipt] = receive(inbox(), now=LATER)
    assert not receipt.accepted and receipt.faults
    assert [result.outcome for result in collected()] == ["refused"]
    assert state_of(case_file_id) == CaseFileState.STORED


def test_a_receipt_for_another_file_is_refused(kept: dict[str, str]) -> None:
    [one] = sent(ordered(kept["01.2014.QD"]))
    [receipt] = receive(inbox(), now=LATER)
    write_receipt(replace(receipt, file="other.zip"), inbox() / one.file.replace(".zip", ".receipt.json"))
    assert "other.zip" in str(collected()[0].detail[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "not JSON",
        '{"number": 1}',
        '{"number":"1","file":"a","sha256":"xyz","size":1,"accepted":true,"received_at":"2026-01-01T00:00:00+07:00"}',
        '{"number":"","file":"a","sha256":"'
        + "0" * 64
        + '","size":1,"accepted":true,"received_at":"2026-01-01"}',
        "[" * 100_000,
    ],
)
def test_an_unreadable_receipt_says_neither_yes_nor_no(kept: dict[str, str], text: str) -> None:
    case_file_id = kept["01.2014.QD"]
    [one] = sent(ordered(case_file_id))
    path = inbox() / one.file.replace(".zip", ".receipt.json")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReceiptError):
        read_receipt(path)
    assert [result.outcome for result in collected()] == ["waiting"]
    assert state_of(case_file_id) == CaseFileState.STORED
    assert events(case_file_id, Verb.RECEIPT) == []


def test_an_accepted_that_is_not_true_is_no_acceptance(kept: dict[str, str]) -> None:
    [one] = sent(ordered(kept["01.2014.QD"]))
    [receipt] = receive(inbox(), now=LATER)
    told = asdict(receipt) | {"accepted": "yes"}
    (inbox() / one.file.replace(".zip", ".receipt.json")).write_text(json.dumps(told), encoding="utf-8")
    assert [result.outcome for result in collected()] == ["refused"]


def test_without_a_receipt_it_waits(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    sent(ordered(case_file_id))
    assert [result.outcome for result in collected()] == ["waiting"]
    assert state_of(case_file_id) == CaseFileState.STORED


def test_a_hold_placed_after_sending_makes_it_wait(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    sent(ordered(case_file_id))
    receive(inbox(), now=LATER)
    hold(case_file_id)
    [result] = collected()
    assert result.outcome == "waiting" and "thanh tra" in str(result.detail[0])
    assert state_of(case_file_id) == CaseFileState.STORED


def test_sending_and_receiving_twice_changes_nothing(kept: dict[str, str]) -> None:
    order_id = ordered(kept["01.2014.QD"], kept["02.2014.QD"])
    assert len(sent(order_id)) == 2
    assert sent(order_id) == []
    assert len(receive(inbox(), now=LATER)) == 2
    assert receive(inbox(), now=LATER) == []
    assert [result.outcome for result in collected()] == ["done", "done"]
    assert collected() == []


def test_a_sending_killed_before_it_is_recorded_can_be_done_again(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = ordered(kept["01.2014.QD"])
    pid = os.fork()
    if pid == 0:
        monkeypatch.setattr("exports.sending.flush_folder", lambda folder: os._exit(9))
        sent(order_id)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert order_state(order_id) == "approved"
    [left] = inbox().glob("*.zip")
    before = left.read_bytes()
    [one] = sent(order_id)
    assert [path.name for path in inbox().iterdir()] == [one.file]  # and nothing half done
    assert left.read_bytes() == before


class WatchedStore(FolderStore):
    """A store beside which something happens when it is read."""

    meanwhile: Callable[[], object]

    def open(self, name: str) -> BinaryIO:
        self.meanwhile()
        return super().open(name)


def watched(house: Path, meanwhile: Callable[[], object]) -> list[WatchedStore]:
    store = WatchedStore("kho-a", house / "archive/stores/kho-a")
    store.meanwhile = meanwhile
    return [store]


def test_nobody_waits_to_write_while_a_package_is_made_ready(house: Path, kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    written: list[int] = []

    def write() -> None:
        with transaction() as session:  # would wait, and fail after 30 s, if the register were held
            written.append(append(session, Verb.VIEW, actor="x", kind="case-file", id=case_file_id).seq)

    [one] = send(ordered(case_file_id), viewer=LAN, now=LATER, places=watched(house, write))
    assert (one.outcome, len(written)) == ("sent", 1)
    export_aip(case_file_id, house / "out", viewer=LAN, now=LATER, places=watched(house, write))
    assert len(written) == 2


def hold(case_file_id: str) -> None:
    order_id = ordered(case_file_id, kind=OrderKind.HOLD, approve=False)
    with transaction() as session:
        payload = {"hold_id": "h1", "order_id": order_id, "reason": "thanh tra"}
        event = append(
            session, Verb.HOLD, actor="lan", kind="case-file", id=case_file_id, payload=payload, now=NOW
        )
        apply(session, event)


def test_a_hold_placed_while_its_package_is_made_ready_keeps_it_out_of_the_inbox(
    house: Path, kept: dict[str, str]
) -> None:
    case_file_id = kept["01.2014.QD"]
    order_id = ordered(case_file_id)
    places = watched(house, lambda: hold(case_file_id))
    [one] = send(order_id, viewer=LAN, now=LATER, places=places)
    assert one.outcome == "refused" and "thanh tra" in str(one.detail[0])
    assert list(inbox().iterdir()) == []
    assert order_state(order_id) == "refused"


def test_an_order_that_is_not_approved_sends_nothing(kept: dict[str, str]) -> None:
    order_id = ordered(kept["01.2014.QD"], approve=False)
    with pytest.raises(OrderRefusedError, match="not approved"):
        sent(order_id)
    assert not inbox().exists()


def test_another_kind_of_order_sends_nothing(kept: dict[str, str]) -> None:
    order_id = ordered(kept["01.2014.QD"], kind=OrderKind.HOLD, approve=False)
    with pytest.raises(OrderRefusedError, match="is no transfer but a hold"):
        sent(order_id)


@pytest.mark.parametrize("viewer", [HUNG, STRANGER], ids=["a council member", "an archivist elsewhere"])
def test_who_is_not_archivist_or_head_there_may_not_send(kept: dict[str, str], viewer: object) -> None:
    order_id = ordered(kept["01.2014.QD"])
    with pytest.raises(NotAllowedError):
        send(order_id, viewer=viewer, now=LATER)  # type: ignore[arg-type]


def test_an_unknown_order_is_not_found(kept: dict[str, str]) -> None:
    with pytest.raises(NotFoundError):
        sent("no such order")


def _spoil(house: Path, case_file_id: str, stores: tuple[str, ...]) -> None:
    with reading() as session:
        name = session.scalars(select(Package.name).where(Package.case_file_id == case_file_id)).one()
    for store in stores:
        path = house / "archive" / "stores" / store / name
        raw = bytearray(path.read_bytes())
        raw[500] ^= 1
        path.chmod(0o644)
        path.write_bytes(raw)


def test_a_damaged_copy_is_passed_over_for_the_next(house: Path, kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    _spoil(house, case_file_id, ("kho-a", "kho-b"))
    [one] = sent(ordered(case_file_id))
    assert one.outcome == "sent"
    assert receive(inbox(), now=LATER)[0].accepted


def test_one_without_a_sound_copy_waits_and_the_others_go(house: Path, kept: dict[str, str]) -> None:
    bad, good = kept["01.2014.QD"], kept["02.2014.QD"]
    _spoil(house, bad, ("kho-a", "kho-b", "kho-c"))
    order_id = ordered(bad, good)
    outcomes = {one.case_file_id: one for one in sent(order_id)}
    assert outcomes[bad].outcome == "waiting" and "repair" in str(outcomes[bad].detail[0])
    assert [path.name for path in inbox().iterdir()] == [outcomes[good].file]
    assert order_state(order_id) == "executing"
    with pytest.raises(NoGoodCopyError):
        export_aip(bad, house / "out", viewer=LAN, now=LATER)
