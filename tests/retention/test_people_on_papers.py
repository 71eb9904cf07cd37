"""Papers name people by full name, agency and account as they were at the act, and bear their own numbers and days."""

from __future__ import annotations

from dataclasses import replace

import pytest
from procedure_people import CHAIR, EXPERT, LEADER, PEOPLE, paper, seen, wanted
from retention_town import AGENCY, AN, BINH, HEAD, NOW, TODAY, Town
from test_papers import papers_of, text_of

from archive.cli import viewer_named
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.called import Called, Names
from archive.procedure.papers import Paper as Numbered
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.register.agencies import set_agency
from archive.register.session import reading, transaction
from archive.vietnam import local
from archive.viewer import Role, Viewer
from operations.procession import Papers, People, walk, walk_on
from retention.destruction import execute
from retention.papers.facts import facts_of
from retention.papers.printing import Kind
from retention.procedure import council, deciding

FULL = {
    "an": "Trần Thị An",
    "binh": "Ngô Văn Bình",
    "cuong": "Lê Văn Cường",
    "dung": "Phạm Thị Dung",
    "giang": "Đỗ Thị Giang",
    "hoa": "Mai Văn Hòa",
}
OFFICE = f"Sở {AGENCY}"


def called(viewer: Viewer) -> Viewer:
    return replace(viewer, full_name=FULL[viewer.name])


NAMED = People(
    archivist=called(AN),
    voters=(called(CHAIR), called(LEADER), called(EXPERT)),
    head=called(HEAD),
    executor=called(BINH),
)


class OwnPapers(Papers):
    """Each paper with a number and a day of its own."""

    def named(self, kind: str) -> Numbered:
        return Numbered(f"7-{kind}/LT", self.wanted.day)


def destroyed_by_named_people(town: Town) -> str:
    file = town.store("01.HUY")
    with transaction() as session:
        story = walk(session, wanted(file), NAMED, now=NOW, to=State.LISTED)
        walk_on(session, story, OwnPapers(wanted()), NAMED, now=NOW)
    # A worker carries it out: it is told an account and roles, no name.
    assert execute(story.order_id, viewer=BINH, now=NOW).finished
    return story.order_id


def test_every_paper_names_people_in_full_with_their_agency_and_account(town: Town) -> None:
    found = {kind: text_of(one) for kind, one in papers_of(destroyed_by_named_people(town)).items()}
    for kind, *words in (
        (Kind.LIST, "Trần Thị An (an)"),
        (Kind.EXPLANATION, "Trần Thị An (an)"),
        (Kind.COUNCIL, "Mai Văn Hòa (hoa)", f"Phạm Thị Dung (dung), {OFFICE}"),
        (Kind.MINUTES, "Đỗ Thị Giang (giang)", "Chủ tịch hội đồng Lê Văn Cường (cuong)", OFFICE),
        (Kind.REQUEST, f"Phạm Thị Dung (dung), {OFFICE}"),
        (Kind.OPINION, f"Trần Thị An (an), {OFFICE}"),
        (Kind.DECISION, f"Phạm Thị Dung (dung), {OFFICE}"),
        (Kind.HAND_OVER, f"Ngô Văn Bình (binh), {OFFICE}", f"Trần Thị An (an), {OFFICE}"),
        (Kind.CERTIFICATE, "Ngô Văn Bình (binh)", f"Lưu trữ viên, {OFFICE}", "Lê Văn Cường (cuong)"),
    ):
        for one in words:
            assert one in found[kind], (kind, one)


def test_each_paper_bears_its_own_number_and_day_where_it_has_them(town: Town) -> None:
    order_id = destroyed_by_named_people(town)
    found = papers_of(order_id)
    with reading() as session:
        ended = local(facts_of(session, order_id).dossier.finished_at).date()
    own = {kind: (one.number, one.day) for kind, one in found.items()}
    assert own == {
        Kind.LIST: ("", None),
        Kind.EXPLANATION: ("", None),
        Kind.COUNCIL: ("7-QĐ-HĐ/LT", TODAY),
        Kind.MINUTES: ("7-BB/LT", TODAY),
        Kind.REQUEST: ("7-XYK/LT", TODAY),
        Kind.OPINION: ("7-YK/LT", TODAY),
        Kind.DECISION: ("12/QĐ-SNV", TODAY),
        Kind.HAND_OVER: ("7-BBBG/LT", TODAY),
        Kind.CERTIFICATE: ("", ended),
    }
    assert found[Kind.MINUTES].title == "Biên bản họp hội đồng số 7-BB/LT"
    assert found[Kind.LIST].title == "Danh mục tài liệu hủy kèm theo Tờ trình số 12/QĐ-SNV/TTr"
    for kind in (Kind.COUNCIL, Kind.MINUTES, Kind.REQUEST, Kind.DECISION, Kind.HAND_OVER):
        head = text_of(found[kind]).split("CỘNG HÒA")[0]
        assert f"Số: {own[kind][0]}" in head, kind
    assert "Số:" not in text_of(found[Kind.OPINION]).split("CỘNG HÒA")[0]  # another body's letter


def test_made_again_they_say_the_same_though_people_and_agency_are_called_otherwise_since(town: Town) -> None:
    order_id = destroyed_by_named_people(town)
    first = papers_of(order_id)
    with transaction() as session:
        renamed = replace(AN, full_name="Trần Thị Bình An")
        deciding.close(session, order_id, viewer=renamed, now=NOW)
        set_agency(session, code=AGENCY, name="Sở có tên mới", actor="admin", now=NOW)
    again = papers_of(order_id)
    assert "Trần Thị Bình An" in text_of(again[Kind.CERTIFICATE])  # their new act, under their new name
    for kind in (Kind.LIST, Kind.EXPLANATION, Kind.COUNCIL, Kind.MINUTES, Kind.HAND_OVER, Kind.DECISION):
        said, before = (text_of(one[kind]).split("Căn cứ", 1)[1] for one in (again, first))
        assert said == before, kind


def test_who_has_no_name_in_the_ledger_is_named_by_account_alone() -> None:
    names = Names(
        (
            (3, {"an": Called("an", "", "Sở A")}),
            (5, {"an": Called("an", "Trần An", "Sở B")}),
            (9, {"an": Called("an", "Trần Bình An", "Sở C")}),
        )
    )
    assert str(names.of("lan")) == "lan" and names.of("lan").at_agency == "lan"
    assert names.of("an", 4).at_agency == "Trần An (an), Sở B"  # known only later: better than an account
    assert names.of("AN", 8).at_agency == "Trần An (an), Sở B"
    assert str(names.of("an")) == "Trần Bình An (an)"
    unnamed = Names(((3, {"an": Called("an", "", "Sở A")}), (5, {"an": Called("an", "", "Sở B")})))
    assert [unnamed.of("an", event).at_agency for event in (2, 4, None)] == ["an", "an, Sở A", "an, Sở B"]


@pytest.mark.parametrize(
    ("text", "account", "name"),
    [("luutru", "luutru", ""), ("Trần Thị Lưu <luutru>", "luutru", "Trần Thị Lưu")],
)
def test_the_command_line_may_say_who_an_account_is(text: str, account: str, name: str) -> None:
    found = viewer_named(text, [f"archivist@{AGENCY}"])
    assert (found.name, found.full_name) == (account, name)
    assert found.has(Role.ARCHIVIST, AGENCY)


def test_votes_of_who_was_replaced_stand_in_the_minutes_and_are_marked(town: Town) -> None:
    with transaction() as session:
        story = walk(session, wanted(town.store("01.HUY")), NAMED, now=NOW, to=State.COUNCIL_REVIEW)
        order_id = story.order_id
        ballot = Ballot(Choice.KEEP, "còn tranh chấp")
        council.vote(session, order_id, ballot, viewer=called(LEADER), now=NOW)
        council.excuse(session, order_id, LEADER.name, reason="nghỉ hưu", viewer=CHAIR, now=NOW)
        members = (
            *(one for one in PEOPLE.council() if one.account != LEADER.name),
            Member("khoa", Seat.OWNING_UNIT, name="Vũ Văn Khoa"),
        )
        council.form(session, order_id, members, paper("6/QĐ"), viewer=HEAD, now=NOW, reason="nghỉ hưu")
        for voter in (CHAIR, EXPERT, Viewer("khoa", LEADER.roles)):
            council.vote(session, order_id, Ballot(Choice.DESTROY), viewer=voter, now=NOW)
        council.conclude(session, order_id, paper("7/BB"), viewer=CHAIR, now=NOW)
        story = council.sign_minutes(session, order_id, viewer=AN, now=NOW)
        walk_on(session, story, Papers(wanted()), NAMED, now=NOW)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    told = text_of(papers_of(order_id)[Kind.MINUTES])
    assert "4a. Phiếu của thành viên đã được thay" in told
    assert "Đỗ Thị Giang (giang) – đã được thay" in told and "còn tranh chấp" in told
    assert "Vũ Văn Khoa (khoa)" in told
    assert seen(order_id).withdrawn.keys() == {LEADER.name}
