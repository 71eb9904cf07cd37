"""One house, the time, and how an answer of the house is held against what `Law` says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from interleaved_house import FILES, FIRST_DAY, House
from interleaved_model import Law, day_of

from archive.errors import TangThuError
from archive.procedure.papers import Paper
from retention import erasure

Did = TypeVar("Did")
A_WHILE = timedelta(minutes=7)
"""Between two acts: no code and no proof of the one before counts any more."""


@dataclass(frozen=True)
class Scene:
    """A moment in which a run may begin; the house has it under the same name."""

    name: str
    law: Law
    now: datetime
    number: int


class Desk:
    """One house and the time; rooms of the office stand on it."""

    def __init__(self, house: House, tally: Counter[str], scene: Scene | None = None) -> None:
        house.restore(scene.name if scene else "furnished")
        self.house, self.tally = house, tally
        self.law = deepcopy(scene.law) if scene else Law(FILES)
        self.law.first = self.law.first_wave = erasure.FIRST
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

    def tried(self, what: str, allowed: bool, act: Callable[[], Did]) -> Did | None:
        """Do it and return what came of it; None when it was refused, as it must be, and nothing was written."""
        before = self._events()
        try:
            done = act()
        except TangThuError as error:
            assert not allowed, f"{what} was refused and is right: {error}"
            assert self._events() == before, f"{what} was refused and written all the same"
            self.tally[f"{what} refused"] += 1
            if len(reasons := getattr(error, "reasons", (error.reason,))) == 1:
                self.tally[f"only {reasons[0].code}"] += 1
            return None
        assert allowed, f"{what} was done and must not be"
        self.tally[what] += 1
        return done

    def _events(self) -> object:
        return self.house.rows("SELECT count(*) FROM event")

    def goes_by(self, time: timedelta = A_WHILE) -> None:
        self.now += time
