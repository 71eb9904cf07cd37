"""What hypothesis draws: who does what next, and where a run is disturbed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from interleaved_desk import A_WHILE, Scene
from interleaved_draws import (
    ARCHIVISTS,
    AT_HAND,
    COUNCIL_ACTS,
    HOLD_ACTS,
    LIST_ACTS,
    ON,
    OTHER_ACTS,
    WHICH,
    one_of,
    trouble,
)
from interleaved_house import House
from interleaved_model import COUNCIL, VOTERS, Hold, Sheet, Trouble, day_of
from interleaved_office import Office
from interleaved_scenes import SCENES
from interleaved_tampering import ROWS

TURNS: dict[str, Callable[[Sheet], bool]] = {
    "decides": lambda sheet: sheet.may_be_decided,
    "hands_over": lambda sheet: sheet.state == "decided",
    "releases": lambda sheet: sheet.state == "handed-over",
    "carries_out": lambda sheet: sheet.released is not None,
}
"""When an act of one person is the next step of a list."""


class Interleaved(RuleBasedStateMachine):
    """People, crashes and days against one small archive."""

    house: ClassVar[House]
    tally: ClassVar[Counter[str]]
    scenes: ClassVar[dict[str, Scene]]
    first_wave: ClassVar[int] = 1
    begins: ClassVar[tuple[str, ...]] = (*SCENES, *3 * tuple(SCENES)[:3])
    office: Office

    @initialize(where=st.integers(0, 999))
    def opens(self, where: int) -> None:
        scene = self.begins[where % len(self.begins)]
        self.prepare(scene)
        self.office = Office(self.house, self.tally, self.scenes[scene])
        self.tally["run"] += 1

    @classmethod
    def prepare(cls, scene: str) -> None:
        """Walk to where runs begin, once."""
        if scene not in cls.scenes:
            cls.scenes[scene] = SCENES[scene](Office(cls.house, Counter())).saved(scene)

    def teardown(self) -> None:
        if hasattr(self, "office") and sys.exc_info()[0] is None:  # else what was noticed would be hidden
            self.office.end()

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        if hasattr(self, "office"):
            self.office.look()

    def sheets(self, *states: str) -> list[Sheet]:
        """Return the lists in these states, or all of them, the newest first."""
        lists = reversed(self.office.law.sheets)
        return [one for one in lists if not states or one.state in states]

    def underway(self) -> list[Sheet]:
        """Return the lists that were released, or begun, and not carried out to their end."""
        return [one for one in self.sheets("handed-over") if one.released]

    # -- a list is made and goes its way

    @rule(
        kind=st.sampled_from(list(AT_HAND)),
        mask=st.integers(1, 7),
        by=ARCHIVISTS,
        steps=st.sampled_from([0, 9, 20]),
    )
    def list_and_walk(self, kind: tuple[str, str], mask: int, by: str, steps: int) -> None:
        codes = [code for n, code in enumerate(AT_HAND[kind]) if mask & 1 << n] or [AT_HAND[kind][0]]
        fit = [one for one in codes if self.office.law.may_propose(by, kind[1], [one], self.office.today)]
        sheet = self.office.propose(by, kind[1], fit or codes)
        for _ in range(steps if sheet else 0):
            self.office.go_on(self.office.law.sheets[-1])

    @precondition(lambda self: self.sheets())
    @rule(which=WHICH, steps=st.integers(1, 12))
    def walk(self, which: int, steps: int) -> None:
        lists = self.sheets()
        for _ in range(steps):
            self.office.go_on(lists[which % len(lists)])

    # -- one person, one step, right or wrong

    @precondition(lambda self: self.sheets("listed", "council"))
    @rule(
        which=WHICH,
        act=one_of(**COUNCIL_ACTS),
    )
    def about_the_council(self, which: int, act: tuple[str, dict[str, Any]]) -> None:
        lists = self.sheets("council") or self.sheets("listed")
        getattr(self, act[0])(lists[which % len(lists)], **act[1])

    def submits(self, sheet: Sheet, who: str) -> None:
        self.office.submit(sheet, who)

    def concludes(self, sheet: Sheet, who: str) -> None:
        self.office.conclude(sheet, who)

    def votes(self, sheet: Sheet, who: str, choice: str, years: int, first: bool) -> None:
        self.office.vote(sheet, who, choice, years, sheet.on[:1] if first and sheet.on else None)

    def all_vote(self, sheet: Sheet, choices: tuple[str, str, str], years: int) -> None:
        for who, choice in zip(VOTERS, choices, strict=True):
            self.office.vote(sheet, who, choice, years, sheet.on[:1])

    def excuses(self, sheet: Sheet, who: str, member: str, why: str) -> None:
        self.office.excuse(sheet, who, member, why)

    def forms(self, sheet: Sheet, by: str, why: str, how: str) -> None:
        members = self.office.council_of(sheet)
        if how == "another":
            members = {
                "chau": "chair",
                "giang": "owning-unit",
                "khanh": "expert",
                sheet.proposer: "secretary",
            }
        elif how == "no expert":
            members.pop("hoa")
        elif how == "head on it":
            members["dung"] = "member"
        elif how == "proposer votes":
            members = {**COUNCIL, "khanh": "secretary", sheet.proposer: "expert"}
        elif how == "two chairs":
            members["khanh"] = "chair"
        self.office.form(sheet, by, members, why)

    @precondition(lambda self: self.sheets())
    @rule(
        which=WHICH,
        act=one_of(**LIST_ACTS),
    )
    def somebody_acts(self, which: int, act: tuple[str, dict[str, Any]]) -> None:
        lists = self.sheets()
        getattr(self, act[0])(lists[which % len(lists)], **act[1])

    @precondition(lambda self: self.sheets())
    @rule(which=WHICH, act=one_of(**{name: LIST_ACTS[name] for name in TURNS}))
    def in_its_turn(self, which: int, act: tuple[str, dict[str, Any]]) -> None:
        """Bring a list to where an act is the next one; then it is refused for nothing but what is wrong in it."""
        lists = self.sheets()
        sheet = lists[which % len(lists)]
        for _ in range(20):
            if not sheet.open or TURNS[act[0]](sheet):
                break
            self.office.go_on(sheet)
        getattr(self, act[0])(sheet, **act[1])

    def steps(self, sheet: Sheet, who: str, step: str) -> None:
        self.office.step(step, sheet, who)

    def decides(self, sheet: Sheet, who: str, how: str, shown: bool) -> None:
        self.office.decide(sheet, who, how, same_list=shown)

    def hands_over(self, sheet: Sheet, who: str, to: str, again: bool) -> None:
        self.office.hand_over(sheet, who, to, again=again)

    def releases(self, sheet: Sheet, who: str, how: str) -> None:
        self.office.release(sheet, sheet.receiver or "binh" if who == "receiver" else who, how)

    def takes_out(self, sheet: Sheet, who: str, n: int, other: bool) -> None:
        self.office.take_out(sheet, who, ["a4"] if other else sheet.on[n:][:1] or ["a1"])

    def carries_out(self, sheet: Sheet, who: str) -> None:
        self.office.execute(sheet, who)

    # -- execution by who confirmed it, and what comes between

    @precondition(lambda self: self.underway())
    @rule()
    def carry_out(self) -> None:
        sheet = self.underway()[-1]
        assert sheet.released is not None
        self.office.execute(sheet, sheet.released[0])

    @precondition(lambda self: self.underway())
    @rule(
        n=st.integers(0, 1),
        trouble=trouble("hold", "crash", "hold", "crash", "fail", "again"),
        on=ON,
    )
    def carry_out_with_trouble(self, n: int, trouble: Trouble, on: str) -> None:
        sheet = self.underway()[-1]
        assert sheet.released is not None
        code = sheet.on[n % len(sheet.on)]
        made = self.office.law.files[code].made
        target = {"last": sheet.on[-1], "agency": made.agency, "fonds": made.fonds}.get(on, code)
        hold = Hold("", "an", frozenset({target}), found=on == "found") if trouble.what == "hold" else None
        self.office.execute(sheet, sheet.released[0], replace(trouble, code=code), hold)

    @precondition(lambda self: self.underway())
    @rule(n=st.integers(0, 2), trouble=trouble("hold", "crash", "hold", "fail"), on=ON)
    def carry_out_with_more_trouble(self, n: int, trouble: Trouble, on: str) -> None:
        self.carry_out_with_trouble(n, trouble, on)

    # -- rows changed behind everybody's back

    @precondition(lambda self: self.sheets())
    @rule(which=WHICH, how=st.sampled_from([*ROWS, "decided"]))
    def tamper(self, which: int, how: str) -> None:
        lists = [one for one in self.underway() if not one.done]
        if how != "decided" and lists:
            self.office.tamper(lists[which % len(lists)], how)
        elif others := [one for one in self.sheets() if one not in lists]:
            self.office.say_decided(others[which % len(others)])

    # -- holds

    @rule(
        act=one_of(**HOLD_ACTS),
    )
    def hold(self, act: tuple[str, dict[str, Any]]) -> None:
        getattr(self, act[0])(**act[1])

    def holds(self, code: str, by: str, days: int | None) -> None:
        if self.office.law.files[code].here:
            # The day on which it is placed, which a while from now may be the next one.
            until = None if days is None else day_of(self.office.now + A_WHILE) + timedelta(days=days)
            self.office.hold(Hold("", by, frozenset({code}), until))

    def holds_many(self, whole: str, by: str, mask: int) -> None:
        found = [code for n, code in enumerate(("a1", "a3", "a5")) if mask & 1 << n]
        on = frozenset(found if whole == "found" else {whole})
        self.office.hold(Hold("", by, on, found=whole == "found"))

    @precondition(lambda self: any(not hold.lifted for hold in self.office.law.holds))
    @rule(
        which=WHICH,
        asks=st.sampled_from(["an", "binh", "hoa"]),
        lifts=st.sampled_from(["all", "all", "dung", "an", "An"]),
    )
    def lift(self, which: int, asks: str, lifts: str) -> None:
        held = self.office.law.holds
        if lifts != "all":
            self.office.lift(held[which % len(held)], asks, lifts)
            return
        for hold in held:
            if not hold.lifted:
                self.office.lift(hold, "binh" if hold.by == "an" else "an", "dung")

    # -- what else goes on

    @rule(
        act=one_of(**OTHER_ACTS),
    )
    def goes_on(self, act: tuple[str, dict[str, Any]]) -> None:
        getattr(self, act[0])(**act[1])

    def days_go_by(self, days: float) -> None:
        self.office.goes_by(timedelta(days=days))

    def extends(self, code: str, who: str, years: int) -> None:
        if code == "listed":
            code = next((one for sheet in self.sheets() if sheet.open for one in sheet.on), "a1")
        if self.office.law.files[code].here:
            self.office.extend(who, code, years)

    def arrives(self, code: str) -> None:
        if not self.office.law.files[code].here:
            self.office.arrive(code)

    def night(self) -> None:
        self.office.night()

    def rebuild(self) -> None:
        if not self.office.rebuilt:  # once in a run: it takes as long as ten other steps
            self.office.rebuild()
