"""Holds placed and lifted, and periods made longer: what saves a case file."""

from __future__ import annotations

from interleaved_desk import Desk
from interleaved_house import GIVES_OVER, viewer
from interleaved_model import FOREVER, Hold

from archive.register.session import transaction
from archive.viewer import Role
from retention import appraisal, holds, wide_holds
from retention.wide_holds import Basis


class Holds(Desk):
    """Who holds, lifts and extends."""

    def hold(self, hold: Hold) -> None:
        self.goes_by()
        allowed = self.law.may_hold(hold)
        late = self.tried("hold", allowed, lambda: self.placed(hold))
        if late is not None:
            assert sorted(late) == sorted(self.law.place(hold))
            self.tally["held too late"] += bool(late)

    def placed(self, hold: Hold) -> list[str]:
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

        if self.tried("lift", self.law.may_lift(hold, asks, lifts), act):
            hold.lifted = True

    def extend(self, account: str, code: str, years: int) -> None:
        """An archivist makes a period longer, on a list or not."""
        self.goes_by()

        def act() -> object:
            with transaction() as session:
                return appraisal.set_period(
                    session, self.law.files[code].made.id, "Vĩnh viễn" if years >= FOREVER else f"{years} năm",
                    reason="còn giá trị", viewer=viewer(account), now=self.now,
                )  # fmt: skip

        if self.tried("extend", self.law.may_extend(account, code, years), act):
            self.law.files[code].years = years
