"""A disposal list made and taken through its steps, by the right people and the wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interleaved_desk import Desk
from interleaved_house import person, viewer
from interleaved_model import FOREVER, Sheet

from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.story import Verdict
from archive.register.session import transaction
from retention.procedure import council, deciding, listing, opinion
from retention.procedure.listing import NewList


class Lists(Desk):
    """Who works on lists, up to the decision and after it."""

    def propose(self, account: str, agency: str, codes: Sequence[str]) -> Sheet | None:
        self.goes_by()
        ids = [self.law.files[code].made.id for code in codes]
        new = NewList(agency, ids, "Hết thời hạn", "Đã hết thời hạn lưu trữ", self.paper())
        allowed = self.law.may_propose(account, agency, list(codes), self.today)

        def act() -> str:
            with transaction() as session:
                return listing.propose(session, new, viewer=viewer(account), now=self.now).order_id

        made = self.tried("propose", allowed, act)
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

        if self.tried("form", allowed, act):
            self.tally["council changed"] += sheet.council is not None
            sheet.council = dict(members)
            sheet.absent &= members.keys()
            if not sheet.concluded:
                sheet.votes = {one: votes for one, votes in sheet.votes.items() if one in members}

    def submit(self, sheet: Sheet, account: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return listing.submit(session, sheet.id, viewer=viewer(account), now=self.now)

        if self.tried("submit", self.law.may_submit(sheet, account, self.today), act):
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

        if self.tried("vote", allowed, act):
            sheet.votes.setdefault(account, {}).update(dict.fromkeys(named, (choice, years)))
            sheet.spoke.add(account)

    def conclude(self, sheet: Sheet, account: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return council.conclude(session, sheet.id, self.paper(), viewer=viewer(account), now=self.now)

        if not self.tried("conclude", self.law.may_conclude(sheet, account), act):
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

        if not self.tried(name, self.law.may(name, sheet, account, self.today), act):
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
        if self.tried(name, allowed, act):
            sheet.state, sheet.receiver, sheet.released = "handed-over", receiver, None

    def excuse(self, sheet: Sheet, account: str, member: str, why: str) -> None:
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return council.excuse(
                    session, sheet.id, member, reason=why, viewer=viewer(account), now=self.now
                )

        if self.tried("excuse", self.law.may_excuse(sheet, account, member), act):
            (sheet.absent.add if why else sheet.absent.discard)(member)

    def take_out(self, sheet: Sheet, account: str, out: Sequence[str]) -> None:
        self.goes_by()
        ids = [self.law.files[code].made.id for code in out]

        def act() -> object:
            with transaction() as session:
                return listing.take_out(
                    session, sheet.id, ids, reason="còn dùng", viewer=viewer(account), now=self.now
                )

        if self.tried("take out", self.law.may_take_out(sheet, account, list(out)), act):
            sheet.on = [code for code in sheet.on if code not in out]
