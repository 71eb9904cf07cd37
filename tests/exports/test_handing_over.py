"""What waits to be handed over, who proposes and decides it, and that nothing goes twice."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive import orders
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.register.agencies import set_agency
from archive.register.decisions import Order, OrderKind
from archive.register.models import CaseFile, CaseFileState, Regime
from archive.register.session import reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer, roles_as_json, viewer_of
from exports import proposal, tasks
from exports.proposal import NewHandover
from exports.receipt import read_receipt, receipt_path, write_receipt
from exports.receipts import as_file, receipts_of
from exports.reception import receive, unanswered
from exports.sending import send
from exports.settings import ExportsSettings
from exports.waiting import Waiting, count_waiting, handovers, last_day, waiting
from retention import holds
from tests.archive.vault_builders import AGENCY, HUNG, LAN, MAI, NOW, STRANGER

TODAY = NOW.date()
SU = Viewer("su", {ALL_AGENCIES: frozenset({Role.HISTORICAL})})


def proposed(*ids: str, viewer: Viewer = LAN, **more: str) -> Order:
    new = NewHandover(AGENCY, ids, "Nộp lưu theo kế hoạch", "12/KH-SNV", TODAY)
    with transaction() as session:
        return proposal.propose(session, replace(new, **more), viewer=viewer, now=NOW)  # type: ignore[arg-type]


def approved(*ids: str) -> str:
    order_id = proposed(*ids).id
    with transaction() as session:
        proposal.approve(session, order_id, viewer=MAI, now=NOW)
    return order_id


def reasons(error: pytest.ExceptionInfo[OrderRefusedError]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def listed(viewer: Viewer = LAN, **more: str) -> list[Waiting]:
    with reading() as session:
        return waiting(session, viewer=viewer, today=TODAY, **more)  # type: ignore[arg-type]


def order_row(order_id: str) -> Order:
    with reading() as session:
        order = session.get_one(Order, order_id)
        assert order.items is not None
        session.expunge_all()
        return order


@pytest.mark.parametrize(
    ("regime", "ended", "stored", "day"),
    [
        ("R1", date(2014, 3, 14), datetime(2020, 1, 1, tzinfo=UTC), date(2024, 12, 31)),
        ("R1", date(2014, 12, 31), datetime(2020, 1, 1, tzinfo=UTC), date(2024, 12, 31)),
        ("R2", date(2025, 9, 1), datetime(2026, 2, 1, tzinfo=UTC), date(2031, 12, 31)),
        # 17:30 UTC on 31 December is the next year in Vietnam already.
        ("R2", date(2025, 9, 1), datetime(2026, 12, 31, 17, 30, tzinfo=UTC), date(2032, 12, 31)),
    ],
)
def test_the_last_day_is_ten_years_after_the_work_or_five_after_the_archive(
    regime: str, ended: date, stored: datetime, day: date
) -> None:
    assert last_day(regime, end_date=ended, stored_at=stored) == day


def test_only_permanent_case_files_of_the_own_agency_wait(kept: dict[str, str]) -> None:
    assert [one.code for one in listed()] == ["01.2014.QD", "02.2014.QD"]
    assert [one.last_day for one in listed()] == [date(2024, 12, 31)] * 2
    assert listed(STRANGER) == []
    assert listed(HUNG) == []  # a council member has no part in it
    assert [one.code for one in listed(sort="-code")] == ["02.2014.QD", "01.2014.QD"]
    with reading() as session:
        assert count_waiting(session, viewer=LAN) == {AGENCY: 2}
        assert count_waiting(session, viewer=STRANGER) == {}


def test_the_year_of_storing_is_vietnams_also_where_the_list_is_put_in_order(kept: dict[str, str]) -> None:
    new_year = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # half past midnight of 1 January 2027 in Vietnam
    with transaction() as session:
        for code, regime, stored, ended in (
            ("01.2014.QD", Regime.R2, new_year, date(2026, 5, 1)),  # last day: 31/12/2032
            ("02.2014.QD", Regime.R1, new_year, date(2021, 5, 1)),  # last day: 31/12/2031
        ):
            row = session.get_one(CaseFile, kept[code])
            row.regime, row.stored_at, row.end_date = regime, stored, ended
    found = listed(sort="deadline")
    assert [(one.code, one.last_day.year) for one in found] == [("02.2014.QD", 2031), ("01.2014.QD", 2032)]
    with transaction() as session:
        session.get_one(CaseFile, kept["02.2014.QD"]).end_date = date(2022, 5, 1)  # 31/12/2032 as well
    assert [one.code for one in listed(sort="deadline")] == ["01.2014.QD", "02.2014.QD"], "a tie goes by code"


def test_an_agency_off_the_list_of_sources_hands_nothing_over(kept: dict[str, str]) -> None:
    with transaction() as session:
        set_agency(session, code=AGENCY, name="x", submits_to_historical=False, actor="a", now=NOW)
    assert listed() == []


def test_a_case_file_that_is_named_or_held_says_so(kept: dict[str, str]) -> None:
    order = proposed(kept["01.2014.QD"])
    with transaction() as session:
        holds.place(
            session,
            agency_code=AGENCY,
            case_file_ids=[kept["02.2014.QD"]],
            reason="thanh tra",
            document_number="1/TTr",
            document_date=TODAY,
            viewer=LAN,
            now=NOW,
        )
    assert [(one.ordered_in, one.held) for one in listed()] == [(order.id, False), ("", True)]


def test_a_case_file_is_not_named_by_two_hand_overs(kept: dict[str, str]) -> None:
    proposed(kept["01.2014.QD"])
    with pytest.raises(OrderRefusedError) as error:
        proposed(kept["02.2014.QD"], kept["01.2014.QD"])
    assert reasons(error) == ["exports.ordered-already"]
    with reading() as session:
        assert len(handovers(session, viewer=LAN)) == 1


def test_what_was_handed_over_is_not_proposed_again(kept: dict[str, str]) -> None:
    order_id = approved(kept["01.2014.QD"])
    send(order_id, viewer=LAN, now=NOW)
    receive(ExportsSettings.load().inbox, now=NOW)
    assert tasks.collect() == 1
    with pytest.raises(OrderRefusedError) as error:
        proposed(kept["01.2014.QD"])
    assert reasons(error) == ["archive.file-gone"]
    assert [one.code for one in listed()] == ["02.2014.QD"]


def test_two_orders_made_side_by_side_send_a_case_file_once(kept: dict[str, str]) -> None:
    """The proposal's check may be passed by two at once; the last word is at the moment of sending."""
    first = approved(kept["01.2014.QD"])
    with transaction() as session:
        new = orders.NewOrder(
            OrderKind.TRANSFER, AGENCY, "lần hai", "13/KH", TODAY, case_file_ids=(kept["01.2014.QD"],)
        )
        second = orders.propose(session, new, viewer=LAN, now=NOW).id
        proposal.approve(session, second, viewer=MAI, now=NOW)
    assert [one.outcome for one in send(first, viewer=LAN, now=NOW)] == ["sent"]
    [again] = send(second, viewer=LAN, now=NOW)
    assert again.outcome == "refused"
    assert [reason.code for reason in again.detail] == ["exports.sent-already", "exports.by-clause"]
    assert order_row(second).state == "refused"


@pytest.mark.parametrize("code", ["03.2014.TAM"])
def test_what_is_not_permanent_is_refused_at_once(kept: dict[str, str], code: str) -> None:
    with pytest.raises(OrderRefusedError) as error:
        proposed(kept[code])
    assert reasons(error) == ["archive.not-permanent"]


def test_a_held_case_file_and_an_unknown_one_are_refused(kept: dict[str, str]) -> None:
    with transaction() as session:
        holds.place(
            session,
            agency_code=AGENCY,
            case_file_ids=[kept["01.2014.QD"]],
            reason="thanh tra",
            document_number="1/TTr",
            document_date=TODAY,
            viewer=LAN,
            now=NOW,
        )
    with pytest.raises(OrderRefusedError) as error:
        proposed(kept["01.2014.QD"], "khong-co")
    assert reasons(error) == ["archive.file-held", "archive.file-unknown"]


@pytest.mark.parametrize("who", [MAI, HUNG, STRANGER, SU], ids=lambda viewer: viewer.name)
def test_nobody_but_an_archivist_of_the_agency_proposes(kept: dict[str, str], who: Viewer) -> None:
    with pytest.raises(NotAllowedError):
        proposed(kept["01.2014.QD"], viewer=who)


@pytest.mark.parametrize("who", [LAN, HUNG, STRANGER, SU], ids=lambda viewer: viewer.name)
def test_nobody_but_the_head_approves(kept: dict[str, str], who: Viewer) -> None:
    order_id = proposed(kept["01.2014.QD"]).id
    with transaction() as session, pytest.raises(NotAllowedError):
        proposal.approve(session, order_id, viewer=who, now=NOW)


def test_a_head_who_is_archivist_too_does_not_approve_the_own_proposal(kept: dict[str, str]) -> None:
    both = Viewer("lan", {AGENCY: frozenset({Role.ARCHIVIST, Role.HEAD})})
    order_id = proposed(kept["01.2014.QD"], viewer=both).id
    with transaction() as session, pytest.raises(OrderRefusedError) as error:
        proposal.approve(session, order_id, viewer=both, now=NOW)
    assert reasons(error) == ["archive.approves-own"]


def test_a_refused_hand_over_frees_its_case_files(kept: dict[str, str]) -> None:
    order_id = proposed(kept["01.2014.QD"]).id
    with transaction() as session, pytest.raises(NotAllowedError):
        proposal.refuse(session, order_id, reason="thôi", viewer=HUNG, now=NOW)
    with transaction() as session:
        proposal.refuse(session, order_id, reason="thiếu mục lục", viewer=MAI, now=NOW)
    assert proposed(kept["01.2014.QD"]).id != order_id


def test_a_worker_sends_receives_and_collects_in_the_names_of_those_who_asked(kept: dict[str, str]) -> None:
    case_file_id = kept["01.2014.QD"]
    order_id = approved(case_file_id)
    assert tasks.collect() == 0
    assert tasks.send(order_id, LAN.name, roles_as_json(LAN)) == 1
    assert tasks.send(order_id, LAN.name, roles_as_json(LAN)) == 0  # twice is once
    inbox = ExportsSettings.load().inbox
    assert len(unanswered(inbox)) == 1
    assert tasks.receive("su") == 1
    assert unanswered(inbox) == []
    with reading() as session:
        assert session.get_one(CaseFile, case_file_id).state == CaseFileState.TRANSFERRED
        order = session.get_one(Order, order_id)
        receipt = receipts_of(session, order)[case_file_id]
        name, content = as_file(session, order, case_file_id)
    assert receipt.accepted and receipt.told["by"] == "su"
    told = json.loads(content)
    assert (told["sha256"], told["sent_sha256"]) == (receipt.sent_sha256, receipt.sent_sha256)
    assert name == f"bien-nhan-{receipt.number}.json"


def test_a_worker_without_the_role_sends_nothing(kept: dict[str, str]) -> None:
    order_id = approved(kept["01.2014.QD"])
    with pytest.raises(NotAllowedError):
        tasks.send(order_id, STRANGER.name, roles_as_json(STRANGER))
    assert viewer_of("x", roles_as_json(LAN)).roles == LAN.roles


def test_a_case_file_without_a_receipt_gives_none(kept: dict[str, str]) -> None:
    order_id = approved(kept["01.2014.QD"])
    with reading() as session, pytest.raises(NotFoundError):
        as_file(session, session.get_one(Order, order_id), kept["01.2014.QD"])


def test_after_a_no_the_same_case_file_goes_again_and_the_old_no_does_not_answer(
    kept: dict[str, str],
) -> None:
    case_file_id = kept["01.2014.QD"]
    inbox = ExportsSettings.load().inbox
    [first] = send(approved(case_file_id), viewer=LAN, now=NOW)
    [receipt] = receive(inbox, now=NOW)
    write_receipt(
        replace(receipt, accepted=False, faults=("CSIP1 METS.xml: hỏng",)), receipt_path(inbox / first.file)
    )
    assert tasks.collect() == 1
    order_id = approved(case_file_id)
    send(order_id, viewer=LAN, now=NOW)
    assert len(unanswered(inbox)) == 1
    [again] = receive(inbox, now=NOW)
    assert again.number == "TN-2026-00002"
    assert tasks.collect() == 1
    assert order_row(order_id).state == "done"
    assert asdict(read_receipt(receipt_path(inbox / first.file)))["accepted"] is True


def test_who_sees_the_hand_overs_of_an_agency(kept: dict[str, str]) -> None:
    proposed(kept["01.2014.QD"])
    with reading() as session:
        for viewer, seen in ((LAN, 1), (MAI, 1), (SU, 1), (HUNG, 0), (STRANGER, 0)):
            assert len(handovers(session, viewer=viewer)) == seen, viewer.name


def test_a_receipt_number_is_given_once_even_when_an_earlier_receipt_is_gone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.zip").write_bytes(b"no package")
    first, second = receive(tmp_path, now=NOW)
    receipt_path(tmp_path / first.file).unlink()
    [again] = receive(tmp_path, now=NOW)
    assert [one.number for one in (first, second, again)] == [f"TN-2026-0000{n}" for n in (1, 2, 3)]
