"""A destruction carried out, whatever comes between."""

from __future__ import annotations

from contextlib import suppress

from interleaved_disturbed import CrashError, Disturbed, DisturbedStore
from interleaved_holds import Holds
from interleaved_house import viewer
from interleaved_model import Hold, Sheet, Trouble

from archive.custody import StoreHolder
from archive.errors import TangThuError, TemporaryError
from archive.holders import Holder
from retention.destruction import Outcome, execute


class Running(Holds):
    """Who carries out."""

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
            if trouble.what == "again":
                with suppress(TemporaryError):
                    execute(sheet.id, viewer=viewer(account), now=self.now, ask=self.house.holders)
                    raise AssertionError("a second run of the order was let in")
                self.tally["second run kept out"] += 1
            if on is not None:
                with suppress(TangThuError):  # it is gone already
                    late.extend(self.placed(on))

        asked: list[Holder] = []
        for one in self.house.holders:
            if trouble is None or one.name != trouble.holder:
                asked.append(one)
            elif isinstance(one, StoreHolder):
                asked.append(DisturbedStore(one, trouble.code, trouble.after, happens))
            else:
                asked.append(Disturbed(one, trouble.code, trouble.after, happens))

        def act() -> Outcome | str:
            try:
                return execute(sheet.id, viewer=viewer(account), now=self.now, ask=asked)
            except CrashError:
                return "crashed"

        came = self.tried("execute", ran.allowed, act)
        assert (came == "crashed") is ran.crashed, came
        assert sorted(late) == sorted(ran.too_late), f"too late for {late} and not for {ran.too_late}"
        if isinstance(came, Outcome):
            assert came.finished is ran.finished, f"ended as {came}"
            left = {one.code: one.outcome for one in came.items if one.code in sheet.on}
            must = {code: sheet.outcomes[code] for code in sheet.on}
            assert left == must, f"ended as {left} and not as {must}"
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
