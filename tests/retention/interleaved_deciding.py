"""The two acts that need a second factor: the decision, and the confirmation by who carries it out."""

from __future__ import annotations

from datetime import timedelta

from interleaved_house import viewer
from interleaved_lists import Lists
from interleaved_model import Sheet

from archive.errors import TangThuError
from archive.register.session import reading, transaction
from archive.second_factor import codes
from archive.second_factor.prove import Act, First, For, prove
from retention.procedure import deciding, taking
from retention.procedure.deciding import NewDecision


class Deciding(Lists):
    """Who decides and who confirms."""

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

        if self.tried("decide", allowed, act):
            sheet.state, sheet.decided_on = "decided", self.today
            self.tally[f"decided {sheet.regime}"] += 1

    def release(self, sheet: Sheet, account: str, how: str = "good") -> None:
        self.goes_by()
        proven = self.prove(account, For.RELEASE, sheet, how)
        allowed = self.law.may_release(sheet, account, self.today, proven=proven)

        def act() -> object:
            with transaction() as session:
                return deciding.release(session, sheet.id, viewer=viewer(account), now=self.now)

        if self.tried("release", allowed, act):
            sheet.released = (account, self.now)
