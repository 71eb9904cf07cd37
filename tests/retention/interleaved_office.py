"""The people of the house at work: every answer of the house is held against what `Law` says of it.

Each room is a file of its own; here is what else goes on, and what must be true at every moment and at the end.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from interleaved_deciding import Deciding
from interleaved_desk import A_WHILE
from interleaved_house import GIVES_OVER, STORES
from interleaved_model import COUNCIL, Sheet
from interleaved_tampering import Tampering

from archive.ledger.seal import seal
from archive.ledger.verify import verify
from archive.rebuild import rebuild
from archive.register.session import reading, transaction
from retention.procedure import notice

GONE_BY = """
    SELECT case_file_id, holder FROM receipt JOIN order_item USING (order_id, case_file_id)
    WHERE outcome = 'done' AND gone ORDER BY holder"""
"""Case files that were destroyed, with each holder that said so."""
ENDED = """
    SELECT object_id FROM event WHERE verb = 'DESTROY' AND json_extract(payload, '$.order_id') = ?
    AND json_extract(payload, '$.outcome') IN ('done', 'held', 'refused')"""
"""Case files of a list, once for each time they came to an end."""


class Office(Deciding, Tampering):
    """All rooms of one house."""

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
        assert there == must, f"copies in {there} and not in {must}"
        assert good == must, f"good copies in {good} and not in {must}"
        version = self.house.version("register", "search")
        if version == self._looked:
            return  # nobody has written anything
        self._looked = version
        # What was spared after the index had erased it comes back when the index reads on.
        found = self.house.indexed()
        stays = {code for code, one in self.law.files.items() if one.here and one.traces}
        assert found >= stays - self.law.on_the_way_out(), f"the index lacks {stays - found}"
        assert not found & self.law.erased_from_index(), "the index finds what is gone"
        states = dict(self.house.rows("SELECT code, state FROM case_file"))
        assert states == {
            code: "destroyed" if one.gone else "stored" for code, one in self.law.files.items() if one.here
        }, f"case files are {states}"
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
                assert said[code] == [], f"{code} is still in {said[code]}"
                got = receipts[one.made.id]
                assert got == sorted(holder.name for holder in self.house.holders), f"receipts of {got} alone"

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
        assert sorted(ended) == sorted(self.law.files[code].made.id for code in sheet.on), (
            "the ledger tells else"
        )

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
        """Return whom the head appoints: under the old law who made the list writes the minutes, else somebody does."""
        return {**COUNCIL, sheet.proposer if sheet.regime == "R1" else "khanh": "secretary"}
