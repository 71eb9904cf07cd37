"""What must happen to the case files, worked out by hand from the law's rules and ours: nothing of the house is called.

`Law` knows who may take which step of which list, and which copies are left after a run that was disturbed. The office
(`interleaved_office.py`) holds every answer of the house against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from interleaved_house import GIVES_OVER, HOLDERS, ROLES, STORES, Made, person

VIETNAM = timedelta(hours=7)
FOREVER = 1000
VOTERS = ("chau", "giang", "hoa")
COUNCIL = {"chau": "chair", "giang": "owning-unit", "hoa": "expert"}
LAST = HOLDERS[-1]
WAVE = 8
"""Case files of the second wave; more are on no list here."""


def day_of(now: datetime) -> date:
    return (now + VIETNAM).date()


@dataclass
class File:
    """A case file as it must be.

    Attributes:
        noticed: (day it was told for, day the notice ends).
        copies: stores that must have it.
        traces: index and quarantine were not asked to erase it yet.
    """

    made: Made
    years: int
    here: bool
    copies: set[str] = field(default_factory=set)
    traces: bool = True
    gone: bool = False
    noticed: tuple[date, date] | None = None

    @property
    def due_from(self) -> date | None:
        # N full years after the year in which the work ended.
        return None if self.years >= FOREVER else date(self.made.ended.year + self.years + 1, 1, 1)

    def due(self, today: date) -> bool:
        return self.due_from is not None and self.due_from <= today


@dataclass
class Hold:
    """One that was placed: on one case file, on what a search found, or on a whole agency or fonds."""

    id: str  # of the hold; of its order when a search found it
    by: str
    on: frozenset[str]  # codes of case files, or one agency or fonds
    until: date | None = None
    lifted: bool = False
    found: bool = False  # what a search found: what is gone is passed over, all of it is lifted at once

    def stops(self, made: Made, today: date) -> bool:
        if self.lifted or (self.until is not None and self.until < today):
            return False
        return bool(self.on & {made.code, made.agency, made.fonds})


@dataclass
class Sheet:
    """A disposal list.

    Attributes:
        outcomes: code -> how it ended, "erasing" while it does.
        receipts: code -> holders that are done with it.
        last: codes whose last copy was begun with.
    """

    id: str
    made: int
    agency: str
    regime: str
    proposer: str
    on: list[str]
    state: str
    council: dict[str, str] | None = None
    absent: set[str] = field(default_factory=set)
    votes: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    spoke: set[str] = field(default_factory=set)
    concluded: bool = False
    signed: bool = False
    verdict: str = ""
    letter: tuple[str, date] | None = None
    receiver: str = ""
    decided_on: date | None = None
    released: tuple[str, datetime] | None = None
    begun: bool = False
    done: bool = False
    outcomes: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, set[str]] = field(default_factory=dict)
    last: set[str] = field(default_factory=set)

    @property
    def open(self) -> bool:
        """Say whether it still means to do something to its case files."""
        return (
            self.state in ("listed", "council", "asked", "answered", "decided", "handed-over")
            and not self.done
        )

    @property
    def may_be_decided(self) -> bool:
        """Say whether the decision is its next step."""
        if self.regime == "R1":
            return self.state == "answered"
        if self.agency == GIVES_OVER:
            return self.state == "asked" and self.verdict == "for"
        return self.state == "council" and self.signed

    @property
    def voters(self) -> list[str]:
        """Return whose votes are waited for."""
        return [one for one in self.may_vote if one not in self.absent]

    @property
    def may_vote(self) -> list[str]:
        return [one for one in self.council or {} if person(one) != person(self.proposer)]

    def has_voted(self, account: str) -> bool:
        """Say whether they voted on everything that is on the list."""
        return set(self.on) <= set(self.votes.get(account, ()))

    def seat(self, account: str) -> str:
        found = [seat for one, seat in (self.council or {}).items() if person(one) == person(account)]
        return found[0] if found else ""

    def on_seat(self, seat: str) -> str:
        return next(one for one, has in (self.council or {}).items() if has == seat)

    def majority(self, code: str) -> tuple[str, int]:
        """Return what the council wants of a case file: more than half destroys or extends, all else keeps."""
        cast = [votes[code] for votes in self.votes.values() if code in votes]
        for choice in ("destroy", "extend"):
            if 2 * sum(vote[0] == choice for vote in cast) > len(cast):
                return choice, max(vote[1] for vote in cast)
        return "keep", 0


@dataclass(frozen=True)
class Trouble:
    """What comes between while a holder is asked: at which case file and holder, before or after it erased."""

    what: str  # crash | fail | hold | again: somebody else carries the same order out
    code: str
    holder: str
    after: bool


@dataclass
class Ran:
    """How an execution must go."""

    allowed: bool
    crashed: bool = False
    finished: bool = False
    too_late: list[str] = field(default_factory=list)


class _DiedError(Exception):
    """The process is followed to where it dies."""


class Law:
    """All case files, holds and lists."""

    def __init__(self, files: tuple[Made, ...]) -> None:
        self.first_wave = self.first = 1
        self.files = {made.code: File(made, made.years, not made.later) for made in files}
        for one in self.files.values():
            one.copies = set(STORES) if one.here else set()
        self.holds: list[Hold] = []
        self.sheets: list[Sheet] = []

    # -- case files

    def held(self, code: str, today: date) -> bool:
        return any(hold.stops(self.files[code].made, today) for hold in self.holds)

    def listed(self, code: str) -> bool:
        return any(sheet.open and code in sheet.on for sheet in self.sheets)

    def stays(self, code: str, today: date) -> bool:
        """Say whether anything speaks against destroying it: a hold, or its period."""
        return self.held(code, today) or not self.files[code].due(today)

    def erasing(self, code: str) -> bool:
        return any(sheet.outcomes.get(code) == "erasing" for sheet in self.sheets)

    def late(self, code: str) -> bool:
        """Say whether its last copy is being erased and the run has not come to its end."""
        return any(code in sheet.last and sheet.outcomes.get(code) == "erasing" for sheet in self.sheets)

    def on_the_way_out(self) -> set[str]:
        """Return the codes of what is being erased: the index may have let go of it already, receipt or not."""
        return {
            code for sheet in self.sheets for code, outcome in sheet.outcomes.items() if outcome == "erasing"
        }

    def erased_from_index(self) -> set[str]:
        """Return the codes of what the index may not find again: gone, or on its way out with the index's receipt."""
        going = {
            code
            for sheet in self.sheets
            for code, got in sheet.receipts.items()
            if sheet.outcomes.get(code) == "erasing" and "search-index" in got
        }
        return going | {code for code, one in self.files.items() if one.gone}

    def may_extend(self, account: str, code: str, years: int) -> bool:
        one = self.files[code]
        return (
            "archivist" in ROLES.get(account, ()) and one.here and not one.gone
            and not self.erasing(code) and years >= one.years
        )  # fmt: skip

    def told(self, codes: list[str], today: date) -> None:
        """Tell that these run out, those that were not told of for that day."""
        for code in codes:
            one = self.files[code]
            due = one.due_from
            near = due is not None and due <= today + timedelta(days=30)
            if near and (one.noticed is None or one.noticed[0] != due):
                assert due is not None
                one.noticed = (due, today + timedelta(days=30))

    def nightly(self, today: date) -> None:
        here = [code for code, one in self.files.items() if one.here and not one.gone]
        self.told([code for code in here if not self.held(code, today)], today)

    # -- holds

    def may_hold(self, hold: Hold) -> bool:
        """Say whether it may be placed: on case files that are there, or on a whole that is not held for good yet."""
        if "archivist" not in ROLES.get(hold.by, ()):
            return False
        if hold.on <= self.files.keys():
            there = [self.files[code].here and not self.files[code].gone for code in hold.on]
            return any(there) if hold.found else all(there)
        return not any(one.on == hold.on and not one.lifted and one.until is None for one in self.holds)

    def place(self, hold: Hold) -> list[str]:
        """Place it and return the codes for which it comes too late."""
        if hold.found:
            hold.on = frozenset(
                code for code in hold.on if self.files[code].here and not self.files[code].gone
            )
        self.holds.append(hold)
        named = [
            code for code, one in self.files.items() if hold.on & {code, one.made.agency, one.made.fonds}
        ]
        return [code for code in named if self.late(code)]

    def may_lift(self, hold: Hold, asks: str, lifts: str) -> bool:
        says = [bool({"archivist", "head"} & ROLES.get(one, frozenset())) for one in (asks, lifts)]
        alone = not hold.found and hold.on <= self.files.keys()
        return (
            all(says) and not hold.lifted and person(lifts) not in {person(asks), person(hold.by)}
            and not (alone and any(self.files[code].gone for code in hold.on))
        )  # fmt: skip

    # -- steps of a list

    def may_propose(self, account: str, agency: str, codes: list[str], today: date) -> bool:
        files = [self.files[code] for code in codes]
        return (
            "archivist" in ROLES.get(account, ())
            and all(one.here and not one.gone and one.made.agency == agency for one in files)
            and not any(self.stays(code, today) or self.listed(code) for code in codes)
            and len({one.made.regime for one in files}) == 1
        )

    def may_form(self, sheet: Sheet, account: str, members: dict[str, str], why: str) -> bool:
        seats = list(members.values())
        whole = seats.count("chair") == seats.count("secretary") == 1 and (
            len(members) >= 3 if sheet.regime == "R2" else "owning-unit" in seats and "expert" in seats
        )
        people = [person(one) for one in members]
        own = all(
            seat == "secretary" for one, seat in members.items() if person(one) == person(sheet.proposer)
        )
        voted = [
            one
            for one, votes in sheet.votes.items()
            if set(votes) & set(sheet.on) and one not in sheet.absent
        ]
        before = sheet.council or {}
        others = [
            {one: seat for one, seat in some.items() if seat != "secretary"} for some in (before, members)
        ]
        in_time = not sheet.concluded or (not sheet.signed and others[0] == others[1])
        return (
            "head" in ROLES.get(account, ()) and person(account) not in people and whole and own
            and len(set(people)) == len(people)
            and sheet.state in ("listed", "council") and in_time
            and (sheet.council is None or sheet.state == "listed" or bool(why))
            and all(one in members for one in voted)
        )  # fmt: skip

    def may_submit(self, sheet: Sheet, account: str, today: date) -> bool:
        told = [self.files[code].noticed for code in sheet.on]
        return (
            "archivist" in ROLES.get(account, ()) and sheet.state == "listed"
            and not any(self.stays(code, today) for code in sheet.on)
            and all(one is not None and one[1] <= today for one in told)
        )  # fmt: skip

    def _sits(self, sheet: Sheet, account: str) -> bool:
        in_session = sheet.state == "council" and sheet.council is not None and not sheet.concluded
        return in_session and bool(sheet.seat(account))

    def may_vote(self, sheet: Sheet, account: str, codes: list[str], choice: str, years: int) -> bool:
        return (
            bool({"council", "archivist"} & ROLES.get(account, frozenset())) and self._sits(sheet, account)
            and person(account) != person(sheet.proposer) and set(codes) <= set(sheet.on)
            and account not in sheet.absent
            and (choice != "extend" or all(years > self.files[code].years for code in codes))
        )  # fmt: skip

    def may_excuse(self, sheet: Sheet, account: str, member: str) -> bool:
        chairs = sheet.seat(account) in ("chair", "secretary")
        return (
            bool({"council", "archivist"} & ROLES.get(account, frozenset())) and self._sits(sheet, account)
            and bool(sheet.seat(member)) and (chairs or sheet.seat(member) == "chair")
            and person(account) != person(sheet.proposer)
        )  # fmt: skip

    def may_conclude(self, sheet: Sheet, account: str) -> bool:
        if not ("council" in ROLES.get(account, ()) and self._sits(sheet, account)):
            return False
        if sheet.seat(account) != "chair" or account in sheet.absent:
            return False
        if not all(sheet.has_voted(one) for one in sheet.voters):
            return False
        took_part = [one for one in sheet.may_vote if one not in sheet.absent or sheet.has_voted(one)]
        if 2 * len(took_part) <= len(sheet.may_vote):
            return False
        wants = {code: sheet.majority(code) for code in sheet.on}
        return all(
            years > self.files[code].years for code, (what, years) in wants.items() if what == "extend"
        )

    def may(self, step: str, sheet: Sheet, account: str, today: date) -> bool:
        """Say whether somebody may take one of the steps that say nothing but a paper or a reason."""
        roles = ROLES.get(account, frozenset())
        last_day = sheet.decided_on + timedelta(days=15) if sheet.decided_on else today
        in_time = sheet.regime == "R1" or today <= last_day
        before_decision = sheet.state in ("listed", "council", "asked", "answered")
        proposed = person(account) == person(sheet.proposer)
        rules = {
            "sign": bool({"council", "archivist"} & roles) and sheet.concluded and not sheet.signed
            and not sheet.begun and sheet.seat(account) == "secretary" and sheet.state in ("council", "kept"),
            "request": "head" in roles and sheet.state == "council" and sheet.signed and not proposed
            and (sheet.regime == "R1" or sheet.agency == GIVES_OVER),
            "for": "archivist" in roles and sheet.state == "asked" and not sheet.verdict,
            "against": "archivist" in roles and sheet.state == "asked" and not sheet.verdict,
            "reject": "head" in roles and sheet.state == ("answered" if sheet.regime == "R1" else "asked")
            and bool(sheet.verdict),
            "hand-over": "archivist" in roles and sheet.state == "decided" and in_time,
            "hand-over again": "archivist" in roles and sheet.state == "handed-over" and not sheet.begun and in_time,
            "abort": "archivist" in roles and before_decision,
            "refuse": "head" in roles and sheet.state in ("decided", "handed-over") and not sheet.begun,
        }  # fmt: skip
        return rules[step]

    def may_decide(self, sheet: Sheet, account: str, today: date, *, proven: bool, same_list: bool) -> bool:
        spoke = {person(one) for one in (*sheet.spoke, *(sheet.council or {}))}
        return (
            "head" in ROLES.get(account, ()) and sheet.may_be_decided and proven and same_list
            and person(account) not in {person(sheet.proposer), *spoke}
            and not any(self.stays(code, today) for code in sheet.on)
        )  # fmt: skip

    def may_release(self, sheet: Sheet, account: str, today: date, *, proven: bool) -> bool:
        in_time = sheet.decided_on is not None and today <= sheet.decided_on + timedelta(days=15)
        return (
            bool({"archivist", "head"} & ROLES.get(account, frozenset())) and proven
            and sheet.state == "handed-over" and not sheet.begun
            and person(account) != person(sheet.proposer) and (sheet.regime == "R1" or in_time)
            and person(account) == person(sheet.receiver)
        )  # fmt: skip

    def may_take_out(self, sheet: Sheet, account: str, codes: list[str]) -> bool:
        return (
            "archivist" in ROLES.get(account, ()) and sheet.open and not sheet.begun
            and set(codes) < set(sheet.on)
        )  # fmt: skip

    # -- execution

    def may_execute(self, sheet: Sheet, account: str, now: datetime) -> bool:
        if not {"archivist", "head"} & ROLES.get(account, frozenset()):
            return False
        if person(account) == person(sheet.proposer):
            return False
        if sheet.done or sheet.begun:
            return True
        if sheet.state != "handed-over" or sheet.released is None:
            return False
        by, at = sheet.released
        if person(by) != person(account) or now - at > timedelta(days=1):
            return False
        return any(not self._spared(sheet, code, day_of(now)) for code in sheet.on)

    def _spared(self, sheet: Sheet, code: str, today: date) -> bool:
        assert sheet.decided_on is not None
        too_late = sheet.regime == "R2" and today > sheet.decided_on + timedelta(days=15)
        return self.stays(code, today) or too_late

    def execute(
        self, sheet: Sheet, account: str, now: datetime, trouble: Trouble | None, hold: Hold | None
    ) -> Ran:
        """Follow a run holder by holder; `hold` is what trouble of that name places."""
        if not self.may_execute(sheet, account, now):
            return Ran(False)
        ran = Ran(True)
        if sheet.done:
            return Ran(True, finished=True)
        sheet.begun = True
        self._left = [trouble] if trouble else []
        self._hold, self._ran = hold, ran
        ended = {"done", "held", "refused"}
        waiting = [code for code in sheet.on if sheet.outcomes.get(code) not in ended]
        waiting.sort(key=lambda one: self.files[one].made.id)
        try:
            while waiting:
                wave, waiting = waiting[: self.first], waiting[self.first :]
                self._wave(sheet, wave, now)
                self.first = WAVE
        except _DiedError:
            ran.crashed = True
            return ran
        finally:
            self.first = self.first_wave
        ends = [sheet.outcomes[code] for code in sheet.on]
        ran.finished = sheet.done = "erasing" not in ends
        if sheet.done:
            sheet.state = "destroyed" if "done" in ends else "kept"
        return ran

    def _wave(self, sheet: Sheet, wave: list[str], now: datetime) -> None:
        """Follow case files that go together: each holder is asked for all of them before the next one is."""
        today = day_of(now)
        for code in wave:
            if code not in sheet.outcomes and self._spared(sheet, code, today):
                sheet.outcomes[code] = "held" if self.held(code, today) else "refused"
            sheet.outcomes.setdefault(code, "erasing")
        left = [code for code in wave if sheet.outcomes[code] == "erasing"]
        for holder in HOLDERS:
            left = self._asked(sheet, holder, left, today)
        for holder in HOLDERS[-len(STORES) :]:  # once more
            left, _, _ = self._erased(holder, left, today, look=False)
        for code in left:
            if len(sheet.receipts[code]) == len(HOLDERS):
                sheet.outcomes[code] = "done"
                self.files[code].gone = True

    def _asked(self, sheet: Sheet, holder: str, codes: list[str], today: date) -> list[str]:
        """Follow how one holder is asked; return what goes on to the next."""
        going = []
        for code in codes:
            if self.stays(code, today) and (code not in sheet.last or self.files[code].copies):
                sheet.outcomes[code] = "held"
            else:
                going.append(code)
        ask = [code for code in going if holder not in sheet.receipts.setdefault(code, set())]
        if holder == LAST:
            sheet.last |= set(ask)
        _, erased, failed = self._erased(holder, ask, today, look=holder != LAST)
        for code in erased:
            sheet.receipts[code].add(holder)
        return [code for code in going if code not in failed]

    def _erased(
        self, holder: str, codes: list[str], today: date, *, look: bool
    ) -> tuple[list[str], list[str], list[str]]:
        """Follow a holder through case files one after another: what did not fail, what it erased, what failed.

        A hold placed while it is at work saves what it has not come to, but at the last store.
        """
        erased: list[str] = []
        failed: list[str] = []
        held_meanwhile = False
        for code in codes:
            if look and held_meanwhile and self.held(code, today):
                continue
            hit = next((one for one in self._left if (one.code, one.holder) == (code, holder)), None)
            if hit:
                self._left.clear()
                held_meanwhile = held_meanwhile or hit.what == "hold"
            if hit and not hit.after and hit.what == "hold":
                self._interrupted()
            if not hit or hit.after or hit.what in ("hold", "again"):
                self.files[code].copies.discard(holder.removeprefix("store:"))
                self.files[code].traces &= holder != "search-index"
            if hit and hit.after and hit.what == "hold":
                self._interrupted()
            if hit and hit.what == "crash":
                raise _DiedError
            (failed if hit and hit.what == "fail" else erased).append(code)
        return [code for code in codes if code not in failed], erased, failed

    def _interrupted(self) -> None:
        if self._hold is not None and self.may_hold(self._hold):
            self._ran.too_late = self.place(self._hold)
