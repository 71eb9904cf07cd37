"""Any order of hold, lift, list, vote, carry out and crash: no held or unexpired file is ever erased."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from retention_town import AGENCY, AN, BINH, HEAD, NOW, TODAY, Town, copies_of

from archive.custody import StoreHolder, stores
from archive.errors import OrderRefusedError
from archive.holders import Erasure, Holder, Target
from archive.ledger import rows  # noqa: F401  (tables register themselves)
from archive.procedure.states import State
from archive.register import session as register
from archive.register.agencies import set_agency, set_fonds
from archive.register.base import Base
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Role
from retention import holds
from retention.destruction import execute

CODES = ("01", "02", "04")  # 04 is not due for a long time


class CrashError(BaseException):
    """The process dies here; nothing after it runs, as nothing catches it."""


class Troubled(StoreHolder):
    """A store in which something happens right before or after the erasure."""

    def __init__(self, inner: StoreHolder, before: Callable[[], object], after: Callable[[], object]) -> None:
        self._inner, self._before, self._after = inner, before, after

    @property
    def name(self) -> str:
        return self._inner.name

    def erase(self, target: Target) -> Erasure:
        self._before()
        receipt = self._inner.erase(target)
        self._after()
        return receipt


def nothing() -> None:
    """Nothing happens."""


def crash() -> None:
    """The process dies."""
    raise CrashError


class Index:
    """A search index of one shelf."""

    name = "index"

    def erase(self, target: Target) -> Erasure:
        return Erasure(self.name, "1 document", "clear", datetime.now(UTC), True)


class Office(RuleBasedStateMachine):
    """People and crashes against one small vault."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="tangthu-office-")
        self.env = pytest.MonkeyPatch()
        self.env.setenv("TANGTHU_CONFIG", f"{self.folder.name}/tangthu.toml")
        self.env.setenv("TANGTHU_ARCHIVE__DATA", f"{self.folder.name}/archive")
        Path(self.folder.name, "archive").mkdir()
        Base.metadata.create_all(register.engine())
        with transaction() as session:
            set_agency(session, code=AGENCY, name="Sở", actor="admin", now=NOW)
            set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="P", actor="admin", now=NOW)
        self.town = Town(Path(self.folder.name))
        self.ids = {
            code: self.town.store(
                code, id=code, maintenance="70 năm" if code == "04" else "5 năm", ended=date(2014, 1, 1)
            )
            for code in CODES
        }
        self.holds: dict[str, str] = {}  # code -> hold id
        self.orders: list[str] = []
        self.left_when_held: dict[str, int] = {}
        self.too_late: set[str] = set()  # held while a run was at their last copy
        self.running = False

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            register.engine().dispose()
            register._engine.cache_clear()
            self.env.undo()
            self.folder.cleanup()

    @rule(code=st.sampled_from(CODES))
    def hold(self, code: str) -> None:
        if code in self.holds:
            return
        try:
            with transaction() as session:
                placed = holds.place(
                    session, agency_code=AGENCY, case_file_ids=[code], reason="Thanh tra",
                    document_number="1/TT", document_date=TODAY, viewer=AN, now=NOW,
                )  # fmt: skip
        except OrderRefusedError:
            return  # destroyed already
        self.holds[code] = placed.hold_ids[0]
        if placed.too_late and self.running:
            self.too_late.add(code)
        elif not placed.too_late or copies_of(code):
            self.left_when_held[code] = len(copies_of(code))

    @rule(code=st.sampled_from(CODES))
    def lift(self, code: str) -> None:
        if code not in self.holds:
            return
        with transaction() as session:
            file = session.get_one(CaseFile, code)
            if file.state != "stored":
                return
            order = holds.propose_lift(
                session, self.holds.pop(code), reason="Xong", document_number="2/TT", document_date=TODAY,
                viewer=AN, now=NOW,
            )  # fmt: skip
            holds.lift(session, order.id, viewer=HEAD, role=Role.HEAD, now=NOW)
        self.left_when_held.pop(code, None)

    @rule(
        codes=st.sampled_from([{"01"}, {"02"}, {"01", "02"}, {"01", "04"}]),
        to=st.sampled_from(
            [
                State.HANDED_OVER,
                State.HANDED_OVER,
                State.HANDED_OVER,
                State.OPINION_GIVEN,
                State.COUNCIL_REVIEW,
            ]
        ),
    )
    def list_and_vote(self, codes: set[str], to: State) -> None:
        with suppress(OrderRefusedError):
            self.orders.append(self.town.ordered(*sorted(codes), to=to))

    @precondition(lambda self: self.orders)
    @rule(
        which=st.integers(0, 2),
        where=st.sampled_from(["kho-a", "kho-b", "kho-c"]),
        what=st.sampled_from(["crash before", "crash after", "hold 01", "hold 02", "nothing"]),
    )
    def carry_out(self, which: int, where: str, what: str) -> None:
        before, after = nothing, nothing
        if what == "crash before":
            before = crash
        elif what == "crash after":
            after = crash
        elif what.startswith("hold"):
            after = partial(self.hold, what[5:])
        ask: list[Holder] = [Index()]
        for store in stores():
            holder = StoreHolder(store)
            ask.append(Troubled(holder, before, after) if store.name == where else holder)
        order_id = self.orders[which % len(self.orders)]
        self.running = True
        try:
            outcome = execute(order_id, viewer=BINH, now=NOW, ask=ask)
        except (CrashError, OrderRefusedError):
            # That run is dead: of what it had not come to, the hold wins after all.
            left = {code: len(copies_of(code)) for code in self.too_late}
            self.left_when_held |= {code: number for code, number in left.items() if number}
            return
        finally:
            self.running = False
            self.too_late.clear()
        assert outcome.finished
        for item in outcome.items:
            # Nothing approved and free is left behind: each ends, and only holds and refusals spare.
            assert item.outcome in ("done", "held", "refused")

    @invariant()
    def nothing_is_lost_that_must_be_kept(self) -> None:
        if not hasattr(self, "town"):
            return
        assert len(copies_of("04")) == 3  # not due
        for code, left in self.left_when_held.items():
            assert len(copies_of(code)) == left  # not one copy less since the hold
        with reading() as session:
            for code in CODES:
                if session.get_one(CaseFile, code).state == "destroyed":
                    assert copies_of(code) == []


class OfficeInWaves(Office):
    """The same, with the case files of an order carried out together, one after another at each store."""

    @initialize()
    def open(self) -> None:
        super().open()
        self.env.setattr("retention.erasure.FIRST", 8)
        self.env.setattr("archive.erasing.AT_A_TIME", 1)


def _case(office: type[Office], examples: int) -> Callable[[], None]:
    office.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return office.TestCase  # type: ignore[no-any-return]


TestOffice = _case(Office, 25)
TestOfficeInWaves = _case(OfficeInWaves, 12)
