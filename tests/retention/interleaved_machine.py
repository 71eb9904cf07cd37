"""What hypothesis draws: who does what next, and where a run is disturbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from interleaved_house import FILES, GIVES_OVER, HOLDERS, KEEPS_ALL, PHONG_1, PHONG_3, STRANGER, House
from interleaved_model import COUNCIL, FOREVER, VOTERS, Hold, Sheet, Trouble
from interleaved_office import Office, Scene

AT_HAND = {
    ("R1", GIVES_OVER): ("a1", "a2", "a5", "a6"),
    ("R2", GIVES_OVER): ("a3",),
    ("R2", KEEPS_ALL): ("b1", "b2", "b3"),
}
ANYBODY = st.sampled_from(["an", "binh", "dung", "An", "chau", "hoa", "khanh", "em", STRANGER])
ARCHIVISTS = st.sampled_from(["an", "binh"])
CODES = st.sampled_from([made.code for made in FILES])
WHICH = st.integers(0, 3)
YEARS = st.sampled_from([3, 5, 20, FOREVER])
PROOFS = st.sampled_from(["good", "good", "good", "none", "wrong", "used", "expired", "late", "other list"])
CHOICES = st.sampled_from(["destroy", "destroy", "keep", "extend"])
TROUBLE = st.builds(
    Trouble,
    what=st.sampled_from(["hold", "crash", "hold", "crash", "fail"]),
    code=st.just(""),
    holder=st.sampled_from([*HOLDERS, *HOLDERS[2:]]),
    after=st.booleans(),
)


def one_of(**acts: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Return one of these methods with what it is given: together one rule, so that no many rules hide a rare one."""
    return st.one_of(
        *[st.tuples(st.just(name), st.fixed_dictionaries(drawn)) for name, drawn in acts.items()]
    )


def told(office: Office) -> Office:
    """The house told of everything a month ago."""
    office.night()
    office.goes_by(timedelta(days=30))
    return office


def walked(office: Office, *lists: tuple[str, str, tuple[str, ...]], to: str = "handed-over") -> Office:
    """Somebody made these lists, and each was walked to a state; when it was handed over it is released too."""
    for by, agency, codes in lists:
        sheet = office.propose(by, agency, codes)
        assert sheet is not None
        while sheet.state != to or (to == "handed-over" and sheet.released is None):
            office.go_on(sheet)
    return office


OLD = ("an", GIVES_OVER, ("a1", "a2", "a5"))
OLD_TWO = ("an", GIVES_OVER, ("a1", "a2"))
ALONE = ("binh", KEEPS_ALL, ("b1", "b2"))
NEW = ("an", GIVES_OVER, ("a3",))
SCENES: dict[str, Callable[[Office], Office]] = {
    "R1 released": lambda office: walked(told(office), OLD),
    "R2 released": lambda office: walked(told(office), ALONE),
    "both released": lambda office: walked(told(office), NEW, OLD_TWO),
    "told": told,
    "R1 in council": lambda office: walked(told(office), OLD_TWO, to="council"),
    "R2 in council": lambda office: walked(told(office), ALONE, to="council"),
    "R1 opinion asked": lambda office: walked(told(office), OLD_TWO, to="asked"),
    "R2 opinion asked": lambda office: walked(told(office), NEW, to="asked"),
    "R1 answered": lambda office: walked(told(office), OLD_TWO, to="answered"),
    "R2 decided": lambda office: walked(told(office), ALONE, to="decided"),
    "nothing": lambda office: office,
}
"""Where runs begin, so that most are soon where it matters; each was walked there by the same steps, once."""


class Interleaved(RuleBasedStateMachine):
    """People, crashes and days against one small archive."""

    house: ClassVar[House]
    tally: ClassVar[Counter[str]]
    scenes: ClassVar[dict[str, Scene]]
    first_wave: ClassVar[int] = 1
    office: Office

    @initialize(scene=st.sampled_from([*SCENES, *3 * list(SCENES)[:3]]))
    def opens(self, scene: str) -> None:
        if scene not in self.scenes:
            self.scenes[scene] = SCENES[scene](Office(self.house, Counter())).saved(scene)
        self.office = Office(self.house, self.tally, self.scenes[scene])
        self.tally["run"] += 1

    def teardown(self) -> None:
        if hasattr(self, "office"):
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
        act=one_of(
            submits={"who": ANYBODY},
            concludes={"who": ANYBODY},
            votes={
                "who": st.sampled_from([*VOTERS, *VOTERS, "khanh", "an", "binh", "dung", STRANGER]),
                "choice": CHOICES,
                "years": YEARS,
                "first": st.booleans(),
            },
            all_vote={"choices": st.tuples(CHOICES, CHOICES, CHOICES), "years": YEARS},
            excuses={
                "who": st.sampled_from(["chau", "chau", "giang", "an", "binh"]),
                "member": st.sampled_from(["hoa", "giang", "chau", "khanh"]),
                "why": st.sampled_from(["ốm", "ốm", ""]),
            },
            forms={
                "by": st.sampled_from(["dung", "dung", "An", "an"]),
                "why": st.sampled_from(["", "thay người"]),
                "how": st.sampled_from(
                    ["as usual", "another", "no expert", "head on it", "proposer votes", "two chairs"]
                ),
            },
        ),
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
            members = {**COUNCIL, sheet.proposer: "expert", "khanh": "secretary"}
        elif how == "two chairs":
            members["khanh"] = "chair"
        self.office.form(sheet, by, members, why)

    @precondition(lambda self: self.sheets())
    @rule(
        which=WHICH,
        act=one_of(
            steps={
                "who": ANYBODY,
                "step": st.sampled_from(["sign", "request", "for", "against", "reject", "abort", "refuse"]),
            },
            decides={
                "who": st.sampled_from(["dung", "dung", "An", "an", STRANGER]),
                "how": PROOFS,
                "shown": st.sampled_from([True, True, True, False]),
            },
            hands_over={
                "who": st.sampled_from(["an", "an", "binh", "dung"]),
                "to": st.sampled_from(["an", "binh", "dung", "An"]),
                "again": st.booleans(),
            },
            releases={"who": st.sampled_from(["an", "binh", "dung", "An", "chau"]), "how": PROOFS},
            takes_out={
                "who": st.sampled_from(["an", "binh", "dung"]),
                "n": st.integers(0, 1),
                "other": st.sampled_from([False, False, False, True]),
            },
            carries_out={"who": ANYBODY},
        ),
    )
    def somebody_acts(self, which: int, act: tuple[str, dict[str, Any]]) -> None:
        lists = self.sheets()
        getattr(self, act[0])(lists[which % len(lists)], **act[1])

    def steps(self, sheet: Sheet, who: str, step: str) -> None:
        self.office.step(step, sheet, who)

    def decides(self, sheet: Sheet, who: str, how: str, shown: bool) -> None:
        self.office.decide(sheet, who, how, same_list=shown)

    def hands_over(self, sheet: Sheet, who: str, to: str, again: bool) -> None:
        self.office.hand_over(sheet, who, to, again=again)

    def releases(self, sheet: Sheet, who: str, how: str) -> None:
        self.office.release(sheet, who, how)

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
        trouble=TROUBLE,
        on=st.sampled_from(["it", "it", "last", "agency", "fonds", "found"]),
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
    @rule(n=st.integers(0, 2), trouble=TROUBLE, on=st.sampled_from(["it", "it", "last", "agency", "fonds"]))
    def carry_out_with_more_trouble(self, n: int, trouble: Trouble, on: str) -> None:
        self.carry_out_with_trouble(n, trouble, on)

    # -- holds

    @rule(
        act=one_of(
            holds={"code": CODES, "by": ARCHIVISTS, "days": st.sampled_from([None, None, 0, 10])},
            holds_many={
                "whole": st.sampled_from([GIVES_OVER, KEEPS_ALL, PHONG_1, PHONG_3, "found"]),
                "by": ARCHIVISTS,
                "mask": st.integers(1, 7),
            },
        )
    )
    def hold(self, act: tuple[str, dict[str, Any]]) -> None:
        getattr(self, act[0])(**act[1])

    def holds(self, code: str, by: str, days: int | None) -> None:
        if self.office.law.files[code].here:
            until = None if days is None else self.office.today + timedelta(days=days)
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
        act=one_of(
            days_go_by={"days": st.sampled_from([1, 2, 14, 16, 31])},
            extends={
                "code": st.one_of(CODES, st.just("listed")),
                "who": st.sampled_from(["an", "binh", "dung"]),
                "years": YEARS,
            },
            arrives={"code": st.sampled_from(["a6", "b3"])},
            night={},
            rebuild={},
        )
    )
    def goes_on(self, act: tuple[str, dict[str, Any]]) -> None:
        getattr(self, act[0])(**act[1])

    def days_go_by(self, days: int) -> None:
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
