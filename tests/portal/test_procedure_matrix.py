"""Every step of a disposal list is refused over HTTP to everybody who may not take it, and taken by who may.

The rows come from the table of states: a transition without a form fails. Everybody sends the same form with the token
of their own session, password and code right where they are asked for: what is refused is refused by right.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
import transaction as zope
from house_looker import Looker
from house_paths import point_at
from house_people import LANG_SON
from house_queue import ADDRESS, empty_the_queue, taken_from_the_queue
from http_site import Visitor, answering
from kept_case_files import RULES
from linked_list import GOES, STAYS, a_linked_list
from matrix_house import ACCOUNTS, CAST, EVERYBODY, FILES, ended, furnish, now, password, ready, told
from plone import api
from plone.app.testing import logout
from procedure_rows import NO_FORM, OF_THE_TABLE, ROWS, Row, form, holders
from sqlalchemy import select

from archive.paper_files import shelf
from archive.pdfa.print import render
from archive.procedure.follow import STAYING
from archive.procedure.states import START, TRANSITIONS, State, transitions_from
from archive.register import session as register
from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.register.models import Regime
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import Role
from operations.authenticators import code_of
from operations.procession import Wanted, walk
from portal.papers import mirror_order
from portal.site import set_accounts
from portal.testing import FUNCTIONAL
from portal.workflows import FOLLOW
from retention import destruction

pytestmark = pytest.mark.plone

KEPT_APART = frozenset({"second_factor", "password_attempts", "cursor"})
"""Tables in which a right code or password is noted as used, whatever it was for; and how far followers have read."""
REFUSED = (401, 403, 404, 409)
ONE_OF_EACH = frozenset({"", "abroad", "rooty", "researcher", "auditor", "maker", "helper", "chair", "chief"})
"""Who tries the doors of Plone: the roles that see papers, and strangers."""


@dataclass(frozen=True)
class Facts:
    """What must not change: everything in the register with its ledger; the portal's last change."""

    register: str
    portal: bytes


@dataclass
class House:
    """The site on its port, and the register below it."""

    site: Any
    db: Any
    register: Path
    visitors: Mapping[str, Visitor]

    def facts(self) -> Facts:
        """Return what is so now."""
        total = hashlib.sha256()
        link = sqlite3.connect(f"file:{self.register}?mode=ro", uri=True)
        try:
            names = [name for (name,) in link.execute("select name from sqlite_master where type = 'table'")]
            for name in sorted(set(names) - KEPT_APART):
                total.update(name.encode())
                for line in link.execute(f'select * from "{name}"'):
                    total.update(repr(line).encode())
        finally:
            link.close()
        return Facts(total.hexdigest(), self.db.lastTransaction())

    def wronged(
        self, who: Iterable[str], path: str, sent: dict[str, Any], row: Row | None = None
    ) -> list[str]:
        """Send a form as each of them and return who was not refused, or changed something."""
        wrong = []
        for name in sorted(who):
            given = {**sent, **proof(row, name)}
            before = self.facts()
            answer = self.visitors[name].post(path, given)
            to_log_in = answer.status_code == 302 and "require_login" in answer.headers["Location"]
            if answer.status_code not in REFUSED and not to_log_in:
                wrong.append(f"{name or 'nobody'}: {answer.status_code} {answer.headers.get('Location', '')}")
            if self.facts() != before:
                wrong.append(f"{name or 'nobody'} changed something")
        return wrong

    def rest(self, name: str, path: str) -> int:
        """Post to a REST service as one of them and return the status."""
        visitor = self.visitors[name]
        headers = {"Accept": "application/json", "X-CSRF-TOKEN": visitor.token}
        return visitor.http.post(f"{visitor.site}{path}", headers=headers, json={}, timeout=60).status_code

    def mirror(self, order_id: str) -> None:
        """Bring a list's paper up to the ledger."""
        zope.begin()
        with reading() as session:
            mirror_order(self.site, session, order_id)
        zope.commit()

    def state_of_paper(self, order_id: str) -> str:
        """Return what the portal says of a list."""
        zope.begin()
        return str(api.content.get_state(self.site["danh-muc-huy"][order_id]))

    def did(self, name: str, path: str, sent: dict[str, Any]) -> None:
        """Send a form as one who may; it is taken, and something is written."""
        before = self.facts()
        answer = self.visitors[name].post(path, sent)
        assert answer.status_code == 302, answer.text[-3000:]
        assert self.facts().register != before.register


@pytest.fixture(scope="module")
def house(
    functional_session: Any, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One site for the whole module, served on a port of its own."""
    folder = tmp_path_factory.mktemp("matrix")
    with pytest.MonkeyPatch.context() as patch:
        shutil.copytree(furnished / "archive", folder / "archive")
        point_at(folder, patch)
        patch.setenv("TANGTHU_ARCHIVE__BROKER_URL", ADDRESS)
        empty_the_queue()
        furnish(folder / "packing")
        FUNCTIONAL.testSetUp()
        try:
            site = FUNCTIONAL["portal"]
            set_accounts(site, ACCOUNTS)
            zope.commit()
            logout()
            with answering() as root:
                url = f"{root}{site.getId()}"
                visitors = {name: Visitor(url, name, password(name)).enter() for name in EVERYBODY}
                database = Path(str(register.engine().url.database))
                yield House(site, FUNCTIONAL["zodbDB"], database, visitors)
        finally:
            FUNCTIONAL.testTearDown()
            register.engine().dispose()
            register._engine.cache_clear()


def proof(row: Row | None, name: str) -> dict[str, str]:
    """Return the password and a code of this person, where they are asked for."""
    if row is None or row.button not in ("decide", "release", "execute") or not name:
        return {}
    with transaction() as session:
        return {"password": password(name), "code": code_of(session, EVERYBODY[name], now=now())}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_step_is_refused_to_everybody_but_those_who_may(house: House, row: Row) -> None:
    list_ = ready(row.regime, row.source, row.prepared or row.step)
    order_id = list_.story.order_id
    if row.source is State.DESTROYED:
        destruction.execute(order_id, viewer=CAST.executor, now=now())
    path, sent, before = f"/tieu-huy/{order_id}", form(row, list_), told(order_id)
    assert not house.wronged(EVERYBODY.keys() - row.who, path, sent, row)
    assert told(order_id) == before
    mine = {**sent, **proof(row, row.by)}
    empty_the_queue()
    if row.button == "execute":
        assert house.visitors[row.by].post(path, mine).status_code == 302
        assert taken_from_the_queue()[0] == "retention.tasks.execute"
    else:
        at = house.facts().portal
        house.did(row.by, path, mine)
        after = told(order_id)
        assert [(one.id, one.actor) for one in after.steps[len(before.steps) :]] == [(row.step, row.by)]
        assert not after.faults and (
            after.state is before.state or house.facts().portal != at
        )  # the paper followed
    ended(order_id)


def test_every_step_of_the_table_has_a_row() -> None:
    wanted = {(one.regime, one.id, one.source) for one in TRANSITIONS if one.actor is not None}
    assert {(row.regime, row.prepared, row.source) for row in OF_THE_TABLE} == wanted
    for regime in Regime:
        assert {row.step for row in ROWS if row.regime is regime} >= STAYING.keys() - NO_FORM
    assert {one.id for one in TRANSITIONS if one.actor is None} == {"destroy"}  # the machine's


def test_every_role_is_tried_and_strangers_are_in_no_row() -> None:
    assert {role for who in EVERYBODY.values() for held in who.roles.values() for role in held} == set(Role)
    for row in ROWS:
        assert row.by in row.who < EVERYBODY.keys()
        strangers = {"", "abroad", "rooty", "researcher", "official", "clerk", "historical", "auditor"}
        assert row.who.isdisjoint(strangers | {"administrator"})


@pytest.mark.parametrize("regime", list(Regime), ids=str)
def test_the_paper_is_pushed_by_nobody_over_rest_or_the_forms_of_plone(house: House, regime: Regime) -> None:
    states = {one.source for one in TRANSITIONS if one.regime is regime and one.actor is not None}
    for state in sorted(states - {State.DESTROYED}):
        order_id = ready(regime, state, "").story.order_id
        house.mirror(order_id)
        before, at = house.facts().register, f"/danh-muc-huy/{order_id}"
        assert house.state_of_paper(order_id) == state
        steps = [f"{regime.value.lower()}-{one.id}" for one in transitions_from(state, regime)]
        follow = f"{FOLLOW}{State.CLOSED}"
        for step in (*steps, follow):
            for name in ONE_OF_EACH - ({"rooty"} if step == follow else set()):
                # Both doors may note when a paper was published, which says nothing; what counts is its state.
                assert house.rest(name, f"{at}/@workflow/{step}") in (400, *REFUSED), (name, step)
                house.visitors[name].post(f"{at}/content_status_modify", {"workflow_action": step})
                assert house.state_of_paper(order_id) == state, (name, step)
        # Whoever runs the site can bend a paper, and no more than that: the list stays, and its paper follows it again.
        house.visitors["rooty"].post(f"{at}/content_status_modify", {"workflow_action": follow})
        assert house.state_of_paper(order_id) == State.CLOSED
        assert house.facts().register == before and told(order_id).state is state
        house.mirror(order_id)
        assert house.state_of_paper(order_id) == state
        ended(order_id)


def test_a_hold_is_placed_asked_about_and_lifted_by_those_who_may_and_by_two(house: House) -> None:
    paper = {"reason": "Thanh tra", "number": "9/TTr", "date": day_of(now()).isoformat()}
    archivists, heads, path = holders(Role.ARCHIVIST), holders(Role.HEAD), "/giu-ho-so"
    place = {"place": "1", "ho_so": RULES.id, **paper}
    assert not house.wronged(EVERYBODY.keys() - archivists, path, place)
    house.did("other", path, place)
    with reading() as session:
        hold_id = session.scalars(select(Hold.id).where(Hold.case_file_id == RULES.id)).one()

    ask = {"ask": "1", "hold": hold_id, **paper}
    assert not house.wronged(EVERYBODY.keys() - archivists - heads, path, ask)
    house.did("helper", path, ask)
    lift = {"lift": "1", "order": asked(house)}
    assert not house.wronged(EVERYBODY.keys() - archivists - heads | {"other", "helper"}, path, lift)
    house.did("maker", path, lift)
    with reading() as session:
        assert session.get_one(Hold, hold_id).lifted_by == "maker"


def test_a_hold_on_an_agency_is_lifted_by_two_as_well(house: House) -> None:
    paper = {"reason": "Thanh tra", "number": "10/TTr", "date": day_of(now()).isoformat()}
    archivists, heads = holders(Role.ARCHIVIST), holders(Role.HEAD)
    place = {"place": "1", "what": f"agency:{LANG_SON}", **paper}
    assert not house.wronged(EVERYBODY.keys() - archivists, "/giu-nhieu-ho-so", place)
    house.did("other", "/giu-nhieu-ho-so", place)
    with reading() as session:
        held = select(Order.id).where(Order.kind == OrderKind.HOLD, Order.document_number == "10/TTr")
        ask = {"ask_all": "1", "order": session.scalars(held).one(), **paper}
    assert not house.wronged(EVERYBODY.keys() - archivists - heads, "/giu-ho-so", ask)
    house.did("helper", "/giu-ho-so", ask)
    lift = {"lift": "1", "order": asked(house)}
    nobody = EVERYBODY.keys() - archivists - heads | {"other", "helper"}
    assert not house.wronged(nobody, "/giu-ho-so", lift)
    house.did("chief", "/giu-ho-so", lift)


def asked(house: House) -> str:
    """Return the one order that waits for a second yes to lift a hold."""
    with reading() as session:
        waits = select(Order.id).where(Order.kind == OrderKind.LIFT_HOLD, Order.state == OrderState.PROPOSED)
        return str(session.scalars(waits).one())


def nothing_waits() -> bool:
    """Say whether no worker was sent anything."""
    for name in ("house", "road"):
        try:
            taken_from_the_queue(name)
        except Empty:
            continue
        return False
    return True


def test_linked_documents_are_chosen_and_copied_by_archivists_of_the_agency_alone(
    house: House, tmp_path: Path
) -> None:
    order_id = a_linked_list(tmp_path, CAST)
    path, others = f"/tieu-huy/{order_id}/lien-quan", EVERYBODY.keys() - holders(Role.ARCHIVIST)
    keep = {"keep": "1", "ids": f"{GOES.id}:1:{STAYS.id}"}
    let_go = {"let_go": "1", "ids": f"{GOES.id}:2:{STAYS.id}", "reason": "Bản nháp"}
    empty_the_queue()
    for sent in (keep, let_go):
        assert not house.wronged(others, path, sent) and nothing_waits()
        house.did("other", path, sent)
        empty_the_queue()
    assert [one.actor for one in told(order_id).steps if one.id == "link"] == ["other", "other"]
    assert not house.wronged(others, path, {"copy": "1"}) and nothing_waits()
    assert house.visitors["other"].post(path, {"copy": "1"}).status_code == 302
    name, args = taken_from_the_queue("road")
    assert (name, args[:2]) == ("retention.tasks.keep_linked", [order_id, "other"])
    ended(order_id)


def test_a_papers_file_is_given_again_by_archivists_of_the_agency_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "inspector", Looker)
    signed = render("<p>Quyết định đã ký</p>", title="Quyết định")
    ids = [one.id for one in FILES[Regime.R1, "opinion"]]
    named = Wanted(LANG_SON, ids, "78/QĐ-UBND", day_of(now()), sha256=hashlib.sha256(signed).hexdigest())
    with transaction() as session:
        order_id = walk(session, named, CAST, now=now(), to=State.DECIDED).order_id
    path, sent = f"/tieu-huy/{order_id}", {"keep_file": "1", "file": signed}
    empty_the_queue()
    assert not house.wronged(EVERYBODY.keys() - holders(Role.ARCHIVIST), path, sent)
    assert nothing_waits() and list(shelf.waiting()) == []
    assert house.visitors["other"].post(path, sent).status_code == 302
    assert [one.sha256 for one in shelf.waiting()] == [named.sha256]
    assert taken_from_the_queue("road") == ("retention.tasks.file_dossier", [order_id])
    shelf.drop(named.sha256)
    ended(order_id)


def test_a_list_is_made_by_archivists_of_the_agency_alone(house: House) -> None:
    ids = [one.id for one in FILES[Regime.R1, "opinion"]]
    letter = {"number": "79/TTr", "date": day_of(now()).isoformat()}
    words = {"reason": "Hết thời hạn", "explanation": "Không còn giá trị tra cứu"}
    sent = {"make": "1", "ids": ids, "agency": LANG_SON, **letter, **words}
    assert not house.wronged(EVERYBODY.keys() - holders(Role.ARCHIVIST), "/tieu-huy", sent)
    house.did("other", "/tieu-huy", sent)
    with reading() as session:
        made = session.scalars(select(Order.id).where(Order.document_number == "79/TTr")).one()
    assert told(made).proposed_by == "other" and told(made).items.keys() == set(ids)
    ended(made)


def test_the_start_of_each_law_is_in_the_matrix() -> None:
    assert {(row.regime, row.source) for row in ROWS} >= set(START.items())
