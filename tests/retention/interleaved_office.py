"""The people of the house at work: every answer of the house is held against what `Law` says of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from interleaved_house import FILES, FIRST_DAY, GIVES_OVER, STORES, House, person, viewer
from interleaved_model import COUNCIL, FOREVER, Hold, Law, Sheet, Trouble, day_of

from archive.custody import StoreHolder
from archive.errors import TangThuError, TemporaryError
from archive.holders import Erasure, Holder, Target
from archive.ledger.seal import seal
from archive.ledger.verify import verify
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.story import Verdict
from archive.rebuild import rebuild
from archive.register.session import reading, transaction
from archive.second_factor import codes
from archive.second_factor.prove import Act, First, For, prove
from archive.viewer import Role
from retention import appraisal, erasure, holds, wide_holds
from retention.destruction import Outcome, execute
from retention.procedure import council, deciding, listing, notice, opinion, taking
from retention.procedure.deciding import NewDecision
from retention.procedure.listing import NewList
from retention.wide_holds import Basis

Did = TypeVar("Did")
A_WHILE = timedelta(minutes=7)
"""Between two acts: no code and no proof of the one before counts any more."""
GONE_BY = """
    SELECT case_file_id, holder FROM receipt JOIN order_item USING (order_id, case_file_id)
    WHERE outcome = 'done' AND gone ORDER BY holder"""
"""Case files that were destroyed, with each holder that said so."""
ENDED = """
    SELECT object_id FROM event WHERE verb = 'DESTROY' AND json_extract(payload, '$.order_id') = ?
    AND json_extract(payload, '$.outcome') IN ('done', 'held', 'refused')"""
"""Case files of a list, once for each time they came to an end."""


class CrashError(BaseException):
    """The process dies here; nothing after it runs, as nothing catches it."""


class Disturbed:
    """A holder at which something happens, once, right before or after it erases one case file."""

    def __init__(self, inner: Holder, code: str, after: bool, happens: Callable[[], None]) -> None:
        self._inner, self._code, self._after, self._happens = inner, code, after, happens
        self._happened = False

    @property
    def name(self) -> str:
        return self._inner.name

    def erase(self, target: Target) -> Erasure:
        now = target.code == self._code and not self._happened
        if now and not self._after:
            self._happened = True
            self._happens()
        receipt = self._inner.erase(target)
        if now and self._after:
            self._happened = True
            self._happens()
        return receipt


class DisturbedStore(Disturbed, StoreHolder):
    """The same of a store, which is asked last."""


@dataclass(frozen=True)
class Scene:
    """A moment in which a run may begin; the house has it under the same name."""

    name: str
    law: Law
    now: datetime
    number: int


class Office:
    """One house, what must be true of it, and the time."""

    def __init__(self, house: House, tally: Counter[str], scene: Scene | None = None) -> None:
        house.restore(scene.name if scene else "furnished")
        self.house, self.tally = house, tally
        self.law = deepcopy(scene.law) if scene else Law(FILES, erasure.FIRST)
        self.now: datetime = scene.now if scene else FIRST_DAY
        self.number = scene.number if scene else 0
        self.rebuilt = False
        self._looked: tuple[object, ...] = ()

    def saved(self, name: str) -> Scene:
        """Return this moment, for other runs to begin with."""
        self.house.save(name)
        return Scene(name, deepcopy(self.law), self.now, self.number)

    @property
    def today(self) -> date:
        return day_of(self.now)

    def paper(self) -> Paper:
        self.number += 1
        return Paper(f"{self.number}/VB", self.today)

    def _try(self, what: str, allowed: bool, act: Callable[[], Did]) -> Did | None:
        """Do it and return what came of it; None when it was refused, as it must be, and nothing was written."""
        before = self._events()
        try:
            done = act()
        except TangThuError as error:
            assert not allowed, f"{what} was refused and is right: {error}"
            assert self._events() == before, f"{what} was refused and written all the same"
            self.tally[f"{what} refused"] += 1
            return None
        assert allowed, f"{what} was done and must not be"
        self.tally[what] += 1
        return done

    def _events(self) -> object:
        return self.house.rows("SELECT count(*) FROM event")

    def goes_by(self, time: timedelta = A_WHILE) -> None:
        self.now += time

    # -- lists

    def propose(self, account: str, agency: str, codes: Sequence[str]) -> Sheet | None:
        self.goes_by()
        ids = [self.law.files[code].made.id for code in codes]
        new = NewList(agency, ids, "Hết thời hạn", "Đã hết thời hạn lưu trữ", self.paper())
        allowed = self.law.may_propose(account, agency, list(codes), self.today)

        def act() -> str:
            with transaction() as session:
                return listing.propose(session, new, viewer=viewer(account), now=self.now).order_id

        made = self._try("propose", allowed, act)
        if made is None:
            return None
        regime = self.law.files[codes[0]].made.regime
        self.law.told(list(codes), self.today)
        self.law.sheets.append(
            Sheet(made, len(self.law.sheets), agency, regime, account, sorted(codes), "listed")
        )
        self.tally[f"list {regime}"] += 1
        return self.law.sheets[-1]

    def form(self, sheet: Sheet, account: str, members: dict[str, str], why: str = "") -> None:
        self.goes_by()
        seats = [Member(one, Seat(seat)) for one, seat in members.items()]
        allowed = self.law.may_form(sheet, account, members, why)

        def act() -> object:
            with transaction() as session:
                return council.form(
                    session, sheet.id, seats, self.paper(), viewer=viewer(account), now=self.now, reason=why
                )

        if self._try("form", allowed, act):
            self.tally["council changed"] += sheet.council is not None
            sheet.council, sheet.absent = dict(members), set()
            if not sheet.concluded:
                sheet.votes = {one: votes for one, votes in sheet.votes.items() if one in members}

    def submit(self, sheet: Sheet, account: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return listing.submit(session, sheet.id, viewer=viewer(account), now=self.now)

        if self._try("submit", self.law.may_submit(sheet, account, self.today), act):
            sheet.state = "council"

    def vote(
        self, sheet: Sheet, account: str, choice: str, years: int, on: Sequence[str] | None = None
    ) -> None:
        self.goes_by()
        period = ("Vĩnh viễn" if years >= FOREVER else f"{years} năm") if choice == "extend" else ""
        named = list(sheet.on if on is None else on)
        ids = None if on is None else [self.law.files[code].made.id for code in on]
        ballot = Ballot(Choice(choice), "" if choice == "destroy" else "còn cần", period)
        allowed = self.law.may_vote(sheet, account, named, choice, years)

        def act() -> object:
            with transaction() as session:
                return council.vote(
                    session, sheet.id, ballot, viewer=viewer(account), now=self.now, case_file_ids=ids
                )

        if self._try("vote", allowed, act):
            sheet.votes.setdefault(account, {}).update(dict.fromkeys(named, (choice, years)))
            sheet.spoke.add(account)

    def conclude(self, sheet: Sheet, account: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return council.conclude(session, sheet.id, self.paper(), viewer=viewer(account), now=self.now)

        if not self._try("conclude", self.law.may_conclude(sheet, account), act):
            return
        wants = {code: sheet.majority(code) for code in sheet.on}
        for code, (choice, years) in wants.items():
            if choice == "extend":
                self.law.files[code].years = years
            self.tally[f"council: {choice}"] += 1
        sheet.on = [code for code in sheet.on if wants[code][0] == "destroy"]
        sheet.concluded = True
        sheet.spoke.add(account)
        if not sheet.on:
            sheet.state = "kept"

    def step(self, name: str, sheet: Sheet, account: str) -> None:
        """Take one of the steps that say nothing but a paper or a reason."""
        self.goes_by()
        common = {"viewer": viewer(account), "now": self.now}
        why = {"reason": "xem lại", **common}
        letter = Paper(*sheet.letter) if sheet.letter else None
        paper = self.paper()
        steps: dict[str, Callable[[object], object]] = {
            "sign": lambda s: council.sign_minutes(s, sheet.id, **common),
            "request": lambda s: opinion.request(s, sheet.id, paper, **common),
            "for": lambda s: opinion.record(s, sheet.id, paper, Verdict.FOR, **common),
            "against": lambda s: opinion.record(s, sheet.id, paper, Verdict.AGAINST, **why),
            "reject": lambda s: opinion.reject(s, sheet.id, letter=letter, **why),
            "abort": lambda s: listing.abort(s, sheet.id, **why),
            "refuse": lambda s: deciding.refuse(s, sheet.id, **why),
        }

        def act() -> object:
            with transaction() as session:
                return steps[name](session)

        if not self._try(name, self.law.may(name, sheet, account, self.today), act):
            return
        if name == "sign":
            sheet.signed = True
            sheet.spoke.add(account)
        elif name == "for":
            sheet.verdict, sheet.state = "for", "answered" if sheet.regime == "R1" else "asked"
            sheet.letter = (paper.number, paper.day)
        elif name == "against" and sheet.regime == "R1":
            sheet.state, sheet.concluded, sheet.signed, sheet.votes = "listed", False, False, {}
        elif name == "against":
            sheet.verdict, sheet.letter = "against", (paper.number, paper.day)
        else:
            sheet.state = {
                "request": "asked", "reject": "rejected", "abort": "aborted",
                "refuse": "refused",
            }[name]  # fmt: skip

    def hand_over(self, sheet: Sheet, account: str, receiver: str, *, again: bool = False) -> None:
        self.goes_by()
        name = "hand-over again" if again else "hand-over"
        told = {"receiver": receiver, "viewer": viewer(account), "now": self.now}

        def act() -> object:
            with transaction() as session:
                if again:
                    return deciding.hand_over_again(session, sheet.id, self.paper(), reason="ốm", **told)
                return deciding.hand_over(session, sheet.id, self.paper(), **told)

        allowed = self.law.may(name, sheet, account, self.today) and person(receiver) != person(
            sheet.proposer
        )
        if self._try(name, allowed, act):
            sheet.state, sheet.receiver, sheet.released = "handed-over", receiver, None

    def excuse(self, sheet: Sheet, account: str, member: str, why: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return council.excuse(
                    session, sheet.id, member, reason=why, viewer=viewer(account), now=self.now
                )

        if self._try("excuse", self.law.may_excuse(sheet, account, member), act):
            (sheet.absent.add if why else sheet.absent.discard)(member)

    def take_out(self, sheet: Sheet, account: str, out: Sequence[str]) -> None:
        self.goes_by()
        ids = [self.law.files[code].made.id for code in out]

        def act() -> object:
            with transaction() as session:
                return listing.take_out(
                    session, sheet.id, ids, reason="còn dùng", viewer=viewer(account), now=self.now
                )

        if self._try("take out", self.law.may_take_out(sheet, account, list(out)), act):
            sheet.on = [code for code in sheet.on if code not in out]

    def prove(self, account: str, purpose: For, sheet: Sheet, how: str) -> bool:
        """Prove a second factor in one of many ways, and say whether it counts for this act on this list."""
        if account not in self.house.secrets or how == "none":
            return False
        secret, here = self.house.secrets[account], codes.step_at(self.now)
        about = "another" if how == "other list" else sheet.id
        code = codes.code_at(secret, here - 4 if how == "expired" else here)
        if how == "wrong":
            code = f"{(int(code) + 1) % 1_000_000:06}"
        if how == "used":
            prove(account, code, Act(For.DECIDE, "another"), first=First.PASSWORD, now=self.now)
        try:
            prove(account, code, Act(purpose, about), first=First.PASSWORD, now=self.now)
        except TangThuError:
            assert how in ("wrong", "expired", "used"), how
            self.goes_by(timedelta(hours=1))  # the longest wait after a wrong one
        else:
            assert how in ("good", "late", "other list"), how
        if how == "late":
            self.goes_by(timedelta(minutes=6))
        return how == "good"

    def decide(self, sheet: Sheet, account: str, how: str = "good", same_list: bool = True) -> None:
        self.goes_by()
        proven = self.prove(account, For.DECIDE, sheet, how)
        with reading() as session:
            shown = taking.story(session, sheet.id).list_sha256
        decision = NewDecision(self.paper(), "Giám đốc", shown if same_list else "0" * 64)
        allowed = self.law.may_decide(sheet, account, self.today, proven=proven, same_list=same_list)

        def act() -> object:
            with transaction() as session:
                return deciding.decide(session, sheet.id, decision, viewer=viewer(account), now=self.now)

        if self._try("decide", allowed, act):
            sheet.state, sheet.decided_on = "decided", self.today
            self.tally[f"decided {sheet.regime}"] += 1

    def release(self, sheet: Sheet, account: str, how: str = "good") -> None:
        self.goes_by()
        proven = self.prove(account, For.RELEASE, sheet, how)
        allowed = self.law.may_release(sheet, account, self.today, proven=proven)

        def act() -> object:
            with transaction() as session:
                return deciding.release(session, sheet.id, viewer=viewer(account), now=self.now)

        if self._try("release", allowed, act):
            sheet.released = (account, self.now)

    # -- execution

    def execute(
        self, sheet: Sheet, account: str, trouble: Trouble | None = None, on: Hold | None = None
    ) -> None:
        self.goes_by()
        late: list[str] = []
        erased_before = {code for code, one in self.law.files.items() if one.gone}
        ran = self.law.execute(sheet, account, self.now, trouble, on)

        def happens() -> None:
            assert trouble is not None
            if trouble.what == "crash":
                raise CrashError
            if trouble.what == "fail":
                raise TemporaryError("không tới được")
            if on is not None:
                with suppress(TangThuError):  # it is gone already
                    late.extend(self._placed(on))

        asked: list[Holder] = []
        for one in self.house.holders:
            if trouble is not None and one.name == trouble.holder:
                kind = DisturbedStore if isinstance(one, StoreHolder) else Disturbed
                asked.append(kind(one, trouble.code, trouble.after, happens))
            else:
                asked.append(one)

        def act() -> Outcome | str:
            try:
                return execute(sheet.id, viewer=viewer(account), now=self.now, ask=asked)
            except CrashError:
                return "crashed"

        came = self._try("execute", ran.allowed, act)
        assert (came == "crashed") is ran.crashed, came
        assert sorted(late) == sorted(ran.too_late)
        if isinstance(came, Outcome):
            assert came.finished is ran.finished, came
            left = {one.code: one.outcome for one in came.items if one.code in sheet.on}
            assert left == {code: sheet.outcomes[code] for code in sheet.on}
        if ran.allowed:
            self._count(sheet, trouble, ran.crashed, erased_before)

    def _count(self, sheet: Sheet, trouble: Trouble | None, crashed: bool, before: set[str]) -> None:
        erasing = [code for code in sheet.on if sheet.outcomes.get(code) == "erasing"]
        now_gone = [code for code in sheet.on if self.law.files[code].gone and code not in before]
        self.tally[f"destroyed {sheet.regime}"] += len(now_gone)
        self.tally["crashed between holders"] += crashed and any(sheet.receipts[code] for code in erasing)
        self.tally["crashed past the last copy"] += crashed and any(code in sheet.last for code in erasing)
        held = [code for code in sheet.on if sheet.outcomes.get(code) == "held"]
        self.tally["held mid-run"] += trouble is not None and trouble.what == "hold" and bool(held)
        self.tally["held with copies erased"] += any(
            len(self.law.files[code].copies) in (1, 2) for code in held
        )
        self.tally["spared as refused"] += "refused" in sheet.outcomes.values()

    # -- holds

    def hold(self, hold: Hold) -> None:
        self.goes_by()
        allowed = self.law.may_hold(hold)
        late = self._try("hold", allowed, lambda: self._placed(hold))
        if late is not None:
            assert sorted(late) == sorted(self.law.place(hold))
            self.tally["held too late"] += bool(late)

    def _placed(self, hold: Hold) -> list[str]:
        """Place it, note its id, and return the codes for which the house says that it is too late."""
        common = {"viewer": viewer(hold.by), "now": self.now}
        basis = Basis("Thanh tra", "5/TT", self.today, hold.until)
        with transaction() as session:
            if not hold.on <= self.law.files.keys():
                (whole,) = hold.on
                place = wide_holds.place_on_fonds if whole.startswith("PHONG") else wide_holds.place_on_agency
                late = place(session, whole, basis, **common).too_late
            else:
                made = [self.law.files[code].made for code in sorted(hold.on)]
                ids = [one.id for one in made]
                if hold.found:
                    placed = wide_holds.place_on_found(session, ids, {"words": "giao ban"}, basis, **common)
                    (hold.id,), late = [one.order_id for one in placed], placed[0].too_late
                else:
                    one = holds.place(
                        session, agency_code=made[0].agency, case_file_ids=ids, reason="Thanh tra",
                        document_number="5/TT", document_date=self.today, until=hold.until, **common,
                    )  # fmt: skip
                    (hold.id,), late = one.hold_ids, one.too_late
        if not hold.id:
            (whole,) = hold.on
            column = "fonds_code" if whole.startswith("PHONG") else "agency_code"
            query = f"SELECT id FROM hold WHERE {column} = ? ORDER BY placed_at DESC LIMIT 1"
            hold.id = str(self.house.rows(query, whole)[0][0])
        return [code for code, one in self.law.files.items() if one.made.id in late]

    def lift(self, hold: Hold, asks: str, lifts: str) -> None:
        self.goes_by()
        basis = Basis("Xong", "6/TT", self.today)

        def act() -> object:
            with transaction() as session:
                if hold.found:
                    order = wide_holds.propose_lift_all(
                        session, hold.id, basis, viewer=viewer(asks), now=self.now
                    )
                else:
                    order = holds.propose_lift(
                        session, hold.id, reason="Xong", document_number="6/TT", document_date=self.today,
                        viewer=viewer(asks), now=self.now,
                    )  # fmt: skip
                role = Role.HEAD if "head" in viewer(lifts).roles.get(GIVES_OVER, ()) else Role.ARCHIVIST
                return holds.lift(session, order.id, viewer=viewer(lifts), role=role, now=self.now)

        if self._try("lift", self.law.may_lift(hold, asks, lifts), act):
            hold.lifted = True

    # -- what else goes on

    def extend(self, account: str, code: str, years: int) -> None:
        """An archivist makes a period longer, on a list or not."""
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return appraisal.set_period(
                    session, self.law.files[code].made.id, "Vĩnh viễn" if years >= FOREVER else f"{years} năm",
                    reason="còn giá trị", viewer=viewer(account), now=self.now,
                )  # fmt: skip

        if self._try("extend", self.law.may_extend(account, code, years), act):
            self.law.files[code].years = years

    def arrive(self, code: str) -> None:
        self.goes_by()
        one = self.law.files[code]
        self.house.arrive(one.made, now=self.now)
        one.here, one.copies = True, set(STORES)
        self.tally["arrived"] += 1
        self.tally["arrived into a hold"] += self.law.held(code, self.today)

    def night(self) -> None:
        self.goes_by()
        notice.auto_list(now=self.now)
        self.law.nightly(self.today)

    def rebuild(self) -> None:
        """Make the register anew; what a crash left without a copy has no documents until its run is finished."""
        self.goes_by()
        before = self.house.tables()
        unread = [
            code for code, one in self.law.files.items() if one.here and not one.gone and not one.copies
        ]
        report = rebuild(now=self.now)
        assert len(report.missing) == len(unread), report
        if not unread:
            assert report.verdict == "equal", report
            assert self.house.tables() == before
        self.tally["rebuilt"] += 1
        self.rebuilt = True

    # -- what must be true at every moment

    def look(self) -> None:
        there, good = self.house.copies()
        must = {code: one.copies for code, one in self.law.files.items()}
        assert there == must
        assert good == must
        version = self.house.version("register", "search")
        if version == self._looked:
            return  # nobody has written anything
        self._looked = version
        # What was spared after the index had erased it comes back when the index reads on.
        found = self.house.indexed()
        stays = {code for code, one in self.law.files.items() if one.here and one.traces}
        assert found >= stays - self.law.on_the_way_out()
        assert not found & self.law.erased_from_index()
        assert dict(self.house.rows("SELECT code, state FROM case_file")) == {
            code: "destroyed" if one.gone else "stored" for code, one in self.law.files.items() if one.here
        }
        with reading() as session:
            assert verify(session, now=self.now) == []

    def _gone_from_everywhere(self) -> None:
        """No byte of what is gone is anywhere, work places and databases too, and every holder has said so."""
        said = self.house.said()
        receipts = defaultdict(list)
        for id, holder in self.house.rows(GONE_BY):
            receipts[id].append(holder)
        for code, one in self.law.files.items():
            if one.gone:
                assert said[code] == []
                assert receipts[one.made.id] == sorted(holder.name for holder in self.house.holders)

    def end(self) -> None:
        """Carry out to its end what was released, and look everywhere for what is then gone, or must not be."""
        for sheet in self.law.sheets:
            executor = sheet.receiver
            if sheet.state == "handed-over" and not sheet.begun and sheet.released:
                self.release(sheet, executor)
            allowed = self.law.may_execute(sheet, executor, self.now + A_WHILE)
            if sheet.begun or sheet.released or allowed:
                self.execute(sheet, executor)
                if sheet.begun:
                    self._ended(sheet)
        with transaction() as session:
            seal(session, now=self.now)
        self.look()
        self._gone_from_everywhere()

    def _ended(self, sheet: Sheet) -> None:
        assert sheet.done
        for code in sheet.on:
            one = self.law.files[code]
            assert one.gone or self.law.stays(code, self.today) or sheet.outcomes[code] in ("held", "refused")
        ended = [id for (id,) in self.house.rows(ENDED, sheet.id)]
        assert sorted(ended) == sorted(self.law.files[code].made.id for code in sheet.on)

    def go_on(self, sheet: Sheet) -> None:
        """Take the next right step by the right person, up to the release."""
        other = "binh" if sheet.proposer == "an" else "an"
        alone = sheet.regime == "R2" and sheet.agency != GIVES_OVER
        if sheet.state in ("listed", "council") and sheet.council is None:
            self.form(sheet, "dung", self.council_of(sheet))
        elif sheet.state == "listed":
            told = [self.law.files[code].noticed for code in sheet.on]
            ends = max((one[1] for one in told if one), default=self.today)
            self.goes_by(timedelta(days=max(0, (ends - self.today).days)))
            self.submit(sheet, sheet.proposer)
        elif sheet.state == "council" and not sheet.concluded:
            self._deliberate(sheet)
        elif sheet.state == "council" and not sheet.signed:
            self.step("sign", sheet, sheet.on_seat("secretary"))
        elif sheet.state == "council" and not alone:
            self.step("request", sheet, "dung")
        elif sheet.state == "asked" and not sheet.verdict:
            self.step("for", sheet, "an")
        elif sheet.state in ("answered", "asked", "council"):
            self.decide(sheet, "dung")
        elif sheet.state == "decided":
            self.hand_over(sheet, "an", other)
        elif sheet.state == "handed-over" and sheet.released is None:
            self.release(sheet, sheet.receiver)

    def _deliberate(self, sheet: Sheet) -> None:
        for voter in sheet.voters:
            if not sheet.has_voted(voter):
                self.vote(sheet, voter, "destroy", 0)
                return
        self.conclude(sheet, sheet.on_seat("chair"))

    def council_of(self, sheet: Sheet) -> dict[str, str]:
        return {**COUNCIL, sheet.proposer: "secretary"}
