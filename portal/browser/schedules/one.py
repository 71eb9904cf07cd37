"""`bang-thoi-han/<id>`: one schedule, its lines, what it would move, who decided; approve, refuse, withdraw, simulate.

Below it `tien-do` answers JSON while a simulation goes on, `ho-so-thay-doi` is the whole list of moves as CSV.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import IO, Any, ClassVar

from kombu.exceptions import OperationalError
from zExceptions import NotFound

from archive import queue
from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.schedules import ScheduleState, ScheduleVersion, Simulation
from archive.register.session import transaction
from archive.versioned import LONGEST_REMARK
from archive.viewer import ALL_AGENCIES, roles_as_json, same_person
from portal.browser.beside import BesideScreen
from portal.browser.schedules.words import TONES, WAY_TONES, WAYS
from portal.browser.screen import Pages
from portal.i18n import _
from portal.register import joined
from portal.sending import Stream, disposition
from retention import simulations, versions
from retention.own_lines import own_lines, sheet_of
from retention.own_schedules import own_schedules, schedule_of
from retention.schedule import Schedule, schedules
from retention.search_lines import lines_with
from retention.simulate import Way

SIZE = 50
CHUNK = 64 * 1024


class ScheduleScreen(BesideScreen):
    """One schedule of an agency's own, or (to look at) of the state's."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {
        "approve": "approve",
        "refuse": "refuse",
        "withdraw": "withdraw",
        "simulate": "simulate",
    }
    filters: ClassVar[frozenset[str]] = frozenset({"tim"})
    row: ScheduleVersion | None = None
    known: Schedule

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/bang-thoi-han/{self.path[0]}" if self.path else f"{self.root}/bang-thoi-han"

    @property
    def written(self) -> str:
        """Return the remark that came with a refused act."""
        return self.given("remark", most=LONGEST_REMARK)

    def prepare(self) -> Any:
        """Read the schedule and what this person may do; answer progress or the list of moves when asked for them."""
        if not self.path:
            raise NotFound("which schedule?")
        if not self.viewer.agencies_with(versions.SEES):
            raise NotAllowedError(because("archive.no-part", who=self.viewer.name, agency="—"))
        of_state = next((known for known in schedules() if known.id == self.path[0]), None)
        if of_state is None:
            self.row = versions.one(self.session, self.path[0], viewer=self.viewer)
            self.known = schedule_of(self.row)
            self._read_own(self.row)
        else:
            self.known = of_state
        if self.path[1:]:
            return self._below(self.path[1])
        self.asked = self.text("tim", 200)
        found = lines_with(self.known.lines, self.asked)
        self.pages = Pages(len(found), self.number("page", 1), SIZE)
        self.lines = found[(self.pages.page - 1) * SIZE : self.pages.page * SIZE]
        return None

    def _read_own(self, row: ScheduleVersion) -> None:
        names = self.agency_names() | {ALL_AGENCIES: self.t(_("All agencies"))}
        self.agency_name = names.get(row.agency_code, row.agency_code)
        self.names = names
        holding = own_schedules(self.session, row.agency_code)
        self.in_force = any(one.id == row.id and one.in_force(self.today) for one in holding)
        self.others = [
            other
            for other in versions.listing(self.session, viewer=self.viewer, agency=row.agency_code)
            if other.id != row.id
        ]
        self.waits = row.state == ScheduleState.PROPOSED
        self.own = same_person(row.proposed_by, self.viewer.name)
        self.may_approve = versions.may_approve(row, self.viewer)
        self.may_refuse = versions.may_refuse(row, self.viewer) is not None
        self.may_withdraw = versions.may_withdraw(row, self.viewer)
        self.may_simulate = simulations.may_simulate(self.viewer, row.agency_code)
        # The state's schedules may have grown since: what is shown is what holds against it now.
        self.problems = own_lines(sheet_of(row.lines)).problems if self.waits else ()
        self.run = simulations.latest(self.session, row.id) if self.may_simulate else None
        self.running = self.run is not None and simulations.goes_on(self.run, self.now)
        self.lost = self.run is not None and self.run.ended_at is None and not self.running

    def _below(self, name: str) -> Any:
        if self.row is None or not self.may_simulate:
            raise NotFound(name)
        if name == "tien-do":
            return self._progress()
        if name == "ho-so-thay-doi":
            return self._moves()
        raise NotFound(name)

    # words

    def state(self, row: ScheduleVersion) -> str:
        """Return a version's state in words."""
        return self.label("SCHEDULE_STATES", ScheduleState(row.state))

    def pill(self, row: ScheduleVersion) -> str:
        """Return the tone of a version's state."""
        return TONES[ScheduleState(row.state)]

    def lang(self, title: str) -> str | None:
        """Return the language of a line of which only an English rendering is known to us."""
        return "en" if title.startswith("[EN]") else None

    def told_problems(self) -> list[dict[str, str]]:
        """Return what a person is to look at before approving."""
        return [
            {
                "where": " · ".join(part for part in (problem.cell, problem.value) if part),
                "why": self.because(problem.why),
                "mend": self.because(problem.mend),
            }
            for problem in self.problems
        ]

    # the simulation

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        run = self._the_run()
        told = {"done": self.count(run.done), "total": self.count(run.total)}
        return self.t(_("${done} of ${total} case files", mapping=told))

    @property
    def version(self) -> str:
        """Return a short mark that changes when the outcome is there."""
        return "ended" if self._the_run().ended_at else "running"

    def ways(self) -> list[dict[str, Any]]:
        """Return how many case files go each way."""
        totals = self._totals()
        return [
            {"words": self.t(WAYS[way]), "tone": WAY_TONES.get(way, "quiet"), "count": self.count(totals["ways"][way])}
            for way in Way
        ]  # fmt: skip

    @property
    def outcome(self) -> str:
        """Return what came of it in one sentence."""
        totals = self._totals()
        told = {"moved": self.count(totals["moved"]), "looked": self.count(totals["looked_at"])}
        return self.t(_("${moved} of ${looked} case files would move.", mapping=told))

    @property
    def not_in_force(self) -> str:
        """Return how many of these the version does not hold for, "" for none."""
        count = self._totals()["not_in_force"]
        told = _("For ${count} of them the work ended on a day on which this version does not hold.",
                 mapping={"count": self.count(count)})  # fmt: skip
        return self.t(told) if count else ""

    def by_agency(self) -> list[dict[str, Any]]:
        """Return the numbers of each agency."""
        return [
            {
                "name": self.names.get(code, code),
                **{name: self.count(number) for name, number in ways.items()},
            }
            for code, ways in self._totals()["by_agency"].items()
        ]

    def by_year(self) -> list[dict[str, Any]]:
        """Return, for each year, how many may be listed from its first day on: as it is, and as it would be."""
        return [
            {"year": year, "before": self.count(before), "after": self.count(after), "by": after - before}
            for year, (before, after) in self._totals()["by_year"].items()
        ]

    def by(self, number: int) -> str:
        """Return a difference with its sign."""
        return f"{'+' if number > 0 else '−' if number < 0 else '±'}{self.count(abs(number))}"

    def examples(self) -> list[dict[str, Any]]:
        """Return the first moves, titles as far as this person may read them."""
        return [
            move
            | {
                "title": self._title(move),
                "words": self.t(WAYS[Way(move["way"])]),
                "tone": WAY_TONES.get(Way(move["way"]), "quiet"),
                "from": self._until(move["last_day"]),
                "to": self._until(move["new_last_day"]),
            }
            for move in (self._the_run().examples or [])
        ]

    def _title(self, move: Mapping[str, Any]) -> str:
        """Return the title, or, where this person may not read the case file, that it is not shown."""
        read = self.viewer.may_read(move["agency"], move.get("access", ""))
        return move["title"] if read and move["title"] else self.t(_("not for you to read"))

    def _until(self, day: str | None) -> str:
        return self.day(date.fromisoformat(day)) if day else "—"

    def _the_run(self) -> Simulation:
        if self.run is None:
            raise NotFound("simulation")
        return self.run

    def _totals(self) -> dict[str, Any]:
        return self._the_run().totals or {}

    def _progress(self) -> str:
        run = self._the_run()
        self.request.response.setHeader("Content-Type", "application/json")
        facts = {"text": self.progress_text, "done": run.done, "total": run.total}
        return json.dumps(facts | {"running": self.running, "reload": True, "version": self.version})

    def _moves(self) -> Stream:
        """Answer with every move, as the run that found them wrote them down."""
        raw: IO[bytes] = simulations.moves_of(self._the_run()).open("rb")
        length = os.fstat(raw.fileno()).st_size
        response = self.request.response
        response.setHeader("Content-Type", "text/csv; charset=utf-8")
        response.setHeader("Content-Length", str(length))
        response.setHeader("Cache-Control", "private, no-store")
        response.setHeader("Content-Disposition", disposition("ho-so-thay-doi.csv", inline=False))
        return Stream(_chunks(raw), length)

    # acts

    def approve(self) -> None:
        """Put it in force."""
        with joined() as session:
            row = versions.approve(session, self.path[0], viewer=self.viewer, now=self.now)
            day = self.day(row.valid_from)
        self.say(_("Approved. It holds from ${day} on.", mapping={"day": day}))

    def refuse(self) -> None:
        """Refuse it, or take back one's own."""
        with joined() as session:
            versions.refuse(session, self.path[0], viewer=self.viewer, remark=self.written, now=self.now)
        self.say(_("Refused. What held before still holds."))

    def withdraw(self) -> None:
        """Take an approved version back that nothing rests on."""
        with joined() as session:
            versions.withdraw(session, self.path[0], viewer=self.viewer, remark=self.written, now=self.now)
        self.say(_("Withdrawn. What held before holds again."))

    def simulate(self) -> str:
        """Hold it against every case file: at once when there are few, by a worker when there are many."""
        viewer = self.viewer
        with transaction() as session:
            id, begin = simulations.ask(session, self.path[0], viewer=viewer, now=self.now)
            small = session.get_one(Simulation, id).total <= simulations.AT_ONCE
        if begin and small:
            simulations.run(id, viewer=viewer, clock=lambda: datetime.now(UTC))
        elif begin:
            try:
                queue.send("retention.tasks.simulate", id, viewer.name, roles_as_json(viewer))
            except OperationalError:
                simulations.forget(id)
                self.say(_("The queue does not answer. Nothing was begun; try again later."), "error")
        return f"{self.here}#mo-phong"


def _chunks(raw: IO[bytes]) -> Iterator[bytes]:
    with raw:
        while chunk := raw.read(CHUNK):
            yield chunk
