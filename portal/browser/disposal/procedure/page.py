"""One list with its whole procedure: where it stands, what was done, what this person may do next."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from kombu.exceptions import OperationalError
from plone import api
from sqlalchemy import func, select

from archive import queue
from archive.holds import held
from archive.order_check import on_list
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.states import START, STATES_END, State
from archive.procedure.story import Step, Story, Verdict
from archive.reason import because, sentence, told
from archive.register.decisions import Order, OrderState
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile, Package
from archive.register.session import reading
from archive.second_factor import enrol
from archive.second_factor.prove import Act, First, For, prove
from archive.viewer import Role, same_person
from portal import people
from portal.browser.disposal import to_begin
from portal.browser.disposal.due import MissingError, day_of
from portal.browser.disposal.kept_file import kept_file, paper_given
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.linked import LINKED, STANDS
from portal.browser.disposal.procedure.next_act import acts, brings_forward, next_step
from portal.browser.disposal.procedure.votes import ListWithVotes
from portal.i18n import _
from portal.papers import mirror_order
from portal.register import joined
from retention.filing.desk import Desk, Progress, Stage
from retention.filing.given import given_with
from retention.procedure import council, deciding, listing, notice, opinion, taking
from retention.procedure.deciding import NewDecision
from retention.procedure.standing import Stands, counts, standings

CARDS = 50
"""Case files on one page of voting; what has no vote of this person comes first."""


class ProcedureScreen(ListWithVotes):
    """`tieu-huy/<id>` of a list with a procedure; below it what an order of the old kind has too."""

    acts: ClassVar[Mapping[str, str]] = {
        **{name: name for name in ("submit", "council", "vote", "conclude", "sign", "record", "decide")},
        "request": "request_opinion",
        **{name: name for name in ("hand_over", "hand_over_again", "excuse", "release", "execute", "close")},
        **{name: name for name in ("take_out", "abort", "reject", "refuse", "mirror", "keep_file")},
    }

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the linked documents of the list to their own screen."""
        if len(self.path) == 1 and name == LINKED:
            one = api.content.get_view("van-ban-lien-quan-huy", self.context, request)
            one.path = self.path
            return one
        return super().publishTraverse(request, name)

    def prepare(self) -> Any:
        """Read the list and its story; answer progress or certificate when asked for them."""
        answer = super().prepare()
        if answer is not None:
            return answer
        self.story = taking.story(self.session, self.order.id)
        submits = opinion.submits(self.session, self.story.agency_code)
        self.step = next_step(self.story, submits=submits)
        self.may_do = acts(self.story, self.viewer, submits=submits, now=self.now)
        self.waits_until = None
        if self.story.state in START.values():
            self.waits_until = notice.runs_until(self.session, self.order.id, today=self.today)
        if self.waits_until:
            self.may_do = tuple(act for act in self.may_do if act != "submit")
        if self.order.state == OrderState.APPROVED and self.story.release is None:
            self.against = ()
        self.has_authenticator = enrol.since(self.session, self.viewer.name) is not None
        on_it = CaseFile.id.in_(self.named)
        held_now = select(CaseFile.id).where(on_it, held(self.today))
        self.held = set(self.session.scalars(held_now)) & self.story.items.keys()
        self.look()
        return None

    @property
    def deadline(self) -> dict[str, str] | None:
        """Return until when the list must begin, in words, with its tone; None when nothing limits it."""
        found = to_begin.deadline_of(self.story, self.today)
        if found is None:
            return None
        return {"words": self.t(to_begin.told(found, self.day(found.last))), "tone": to_begin.tone_of(found)}

    @property
    def notice_text(self) -> str:
        """Return from which day on the list may be submitted, "" when nobody has to wait for its notices."""
        told = {"day": self.day(self.waits_until), "days": str(notice.DAYS)}
        words = _("It can be submitted from ${day} on (${days} days after the notice).", mapping=told)
        return self.t(words) if self.waits_until else ""

    @property
    def state_title(self) -> str:
        """Return the legal state in words."""
        workflow = api.portal.get_tool("portal_workflow")
        return self.t(workflow.getTitleForStateOnType(self.story.state.value, "DisposalList"))

    @property
    def forward(self) -> str:
        """Return the one act of this person that brings the list forward, "" when there is none."""
        return next((act for act in self.may_do if brings_forward(act, self.story)), "")

    @property
    def others(self) -> list[str]:
        """Return the other acts of this person; voting has its cards, so it is only what comes first."""
        return [act for act in self.may_do if act not in (self.forward, "vote")]

    def form(self, act: str) -> forms.Form:
        """Return what an act asks for."""
        return forms.FORMS[act]

    def why_not(self) -> str:
        """Return why this person does not take the next step, "" when they may or nothing is left to do."""
        only_waits = self.waits_until is not None and self.story.council is not None
        if self.step is None or self.forward or only_waits:
            return ""
        return self.t(_("The next step is not yours; you may follow it here."))

    def step_name(self, step: Step) -> str:
        """Return what was done, in words."""
        return self.t(forms.STEPS.get(step.id, step.id))

    def why(self, item: Any) -> list[str]:
        """Return why a case file is on the list, as it was explained when the list was made."""
        told = self.order.payload.get("items", {}).get(item.case_file_id, {})
        twin = self.twin(item)
        ground = [
            self.t(_("Duplicate: case file ${code} has all its documents and stays.", mapping={"code": twin}))
        ]
        steps = [
            f"{step[self.language]} ({step['clause']})" if step["clause"] else step[self.language]
            for step in told.get("steps", ())
        ]
        return [*(ground if twin else ()), *self.differs(item), *steps]

    def twin(self, item: Any) -> str:
        """Return the code of what stays for a case file that is listed as its duplicate, "" when it has expired."""
        twin = self.story.twins.get(item.case_file_id)
        return twin.code if twin else ""

    def differs(self, item: Any) -> list[str]:
        """Return in what a case file that is listed as a duplicate differs from what stays for it."""
        twin = self.story.twins.get(item.case_file_id)
        return [sentence(told(one, self.language)) for one in (twin.differs if twin else ())]

    @property
    def grounds_text(self) -> str:
        """Return how many are on the list on which ground, "" when all have expired."""
        duplicates = sum(id in self.story.twins for id in self.story.items)
        told = {
            "expired": self.count(len(self.story.items) - duplicates),
            "duplicates": self.count(duplicates),
        }
        return self.t(_("${expired} expired, ${duplicates} duplicates", mapping=told)) if duplicates else ""

    def left(self, item: Any) -> str:
        """Return why a case file left the list, "" when it is on it."""
        left = self.story.left.get(item.case_file_id)
        return f"{self.person(left.by)}: {left.reason}" if left else ""

    def totals(self) -> dict[str, int]:
        """Return how much vanishes: case files, documents, pages."""
        files = [self.files[id] for id in self.story.items if id in self.files]
        return {
            "files": len(self.story.items),
            "documents": sum(file.total_docs for file in files),
            "pages": sum(file.total_pages for file in files),
        }

    @property
    def bytes_text(self) -> str:
        """Return how many bytes the packages of the list have, of every version, in one copy."""
        named = Package.case_file_id.in_(self.named)
        query = (
            select(Package.case_file_id, func.sum(Package.size)).where(named).group_by(Package.case_file_id)
        )
        sizes = self.session.execute(query)
        return self.size(sum(size for id, size in sizes if id in self.story.items))

    def code(self, item: Any) -> str:
        """Return the code of an item's case file."""
        file = self.files.get(item.case_file_id)
        return str(file.code) if file is not None else ""

    def period(self, item: Any) -> str:
        """Return the period of an item's case file."""
        file = self.files.get(item.case_file_id)
        return str(file.maintenance) if file is not None else ""

    # voting

    def my_votes(self) -> Mapping[str, Ballot]:
        """Return this person's votes, by case file."""
        found = (votes for who, votes in self.story.votes.items() if same_person(who, self.viewer.name))
        return next(found, {})

    def cards(self) -> list[Any]:
        """Return the case files to vote on, those without a vote of this person first; the first of many."""
        mine = self.my_votes()
        items = sorted(on_list(self.order), key=lambda item: (item.case_file_id in mine, item.case_file_id))
        return items[:CARDS]

    def voted_text(self) -> str:
        """Return how many case files this person has voted on."""
        done = len(self.my_votes().keys() & self.story.items.keys())
        return self.t(
            _("${done} of ${total} case files", mapping={"done": done, "total": len(self.story.items)})
        )

    def choices(self) -> list[tuple[str, str]]:
        """Return what may be voted, each with its words."""
        return [(code, self.t(words)) for code, words in forms.CHOICES.items()]

    def votes_text(self, of: Mapping[str, Ballot]) -> str:
        """Return how somebody's votes fall, in words."""
        numbers = {code: sum(one.choice == code for one in of.values()) for code in forms.CHOICES}
        return "; ".join(
            f"{self.t(forms.CHOICES[code])}: {self.count(number)}"
            for code, number in numbers.items()
            if number
        )

    # linked documents

    @property
    def linked(self) -> Counter[Stands]:
        """Return how it stands with the linked documents; empty when there are none."""
        look = not self.story.begun and self.story.state not in STATES_END
        return counts(standings(self.session, self.story, today=self.today, look=look))

    def linked_words(self, told: Counter[Stands]) -> list[tuple[str, str]]:
        """Return how many stand how, in words, with the tone of each."""
        return [
            (f"{self.t(STANDS[stands][0])}: {self.count(number)}", STANDS[stands][1])
            for stands, number in sorted(told.items(), key=lambda one: list(Stands).index(one[0]))
        ]

    # people

    def seats(self) -> list[tuple[str, str]]:
        """Return the seats of a council with their names."""
        return [(code, self.t(words)) for code, words in forms.SEATS.items()]

    def seat(self, seat: Seat) -> str:
        """Return the name of a seat."""
        return self.t(forms.SEATS[seat.value])

    def could_sit(self) -> list[tuple[str, str, str]]:
        """Return account, name and present seat of everybody who could be on the council."""
        accounts = people.holders(Role.COUNCIL, self.order.agency_code) | people.holders(
            Role.ARCHIVIST, self.order.agency_code
        )
        now = (
            {one.account: one.seat.value for one in self.story.council.members} if self.story.council else {}
        )
        return [(one, self.person(one), now.get(one, "")) for one in sorted(accounts)]

    def receivers(self) -> list[tuple[str, str]]:
        """Return account and name of everybody who could carry the destruction out."""
        held = people.holders(Role.ARCHIVIST, self.order.agency_code) | people.holders(
            Role.HEAD, self.order.agency_code
        )
        return [
            (one, self.person(one)) for one in sorted(held) if not same_person(one, self.order.proposed_by)
        ]

    # acts: each one function of `retention.procedure`

    def submit(self) -> None:
        """Submit the list to the council."""
        self._take(listing.submit, linked=self.text("linked"))

    def council(self) -> None:
        """Form the council, or change it."""
        seats = {code for code, _words in self.seats()}
        members = [
            Member(account := name.removeprefix("seat-"), Seat(value), name=people.full_name(account))
            for name, value in sorted(self.request.form.items())
            if name.startswith("seat-") and value in seats
        ]
        self._take(
            lambda session, id, **who: (
                council.form(session, id, members, self._paper(), reason=self.text("reason"), **who).story
            )
        )

    def absentable(self) -> list[tuple[str, str]]:
        """Return account and name of the members whose absence this person may note or take back."""
        council = self.story.council
        mine = council.named(self.viewer.name) if council else None
        if council is None or mine is None:
            return []
        leads = mine.seat in (Seat.CHAIR, Seat.SECRETARY)
        found = [one for one in council.members if leads or one.seat is Seat.CHAIR]
        return [(one.account, self.person(one.account)) for one in found]

    def excuse(self) -> None:
        """Note a member's absence, or take it back."""
        member, reason = self.text("member", 80), self.text("reason", 2000)
        self._take(
            lambda session, id, **who: council.excuse(session, id, member, reason=reason, **who),
        )

    def vote(self) -> None:
        """Vote: what was chosen card by card, and destroy for all others when that is ticked."""
        ballots: dict[Ballot, list[str]] = {}
        for name, value in self.request.form.items():
            if name.startswith("choice-") and value in set(Choice):
                id = name.removeprefix("choice-")
                choice = Choice(value)
                period = self.text(f"period-{id}", 40) if choice is Choice.EXTEND else ""
                reason = "" if choice is Choice.DESTROY else self.text(f"reason-{id}", 2000)
                ballots.setdefault(Ballot(choice, reason, period), []).append(id)
        rest = bool(self.text("rest", 3))

        def votes(session: Any, order_id: str, **who: Any) -> Story:
            story = None
            for ballot, ids in ballots.items():
                story = council.vote(session, order_id, ballot, case_file_ids=ids, **who)
            if story is None or (rest and story.not_voted(self.viewer.name)):
                what: dict[str, Any] = {"rest": True} if rest else {"case_file_ids": []}
                story = council.vote(session, order_id, Ballot(Choice.DESTROY), **what, **who)
            return story

        self._take(votes)

    def conclude(self) -> None:
        """Conclude as the chair."""
        self._with_paper(council.conclude)

    def sign(self) -> None:
        """Sign the minutes as the secretary."""
        self._take(council.sign_minutes)

    def request_opinion(self) -> None:
        """Ask for the opinion."""
        self._with_paper(opinion.request)

    def record(self) -> None:
        """Record the letter that came."""
        verdict = Verdict.FOR if self.text("verdict", 10) == Verdict.FOR else Verdict.AGAINST
        paper = self._paper()
        self._take(
            lambda session, id, **who: opinion.record(
                session, id, paper, verdict, reason=self.text("reason"), **who
            )
        )

    def decide(self) -> None:
        """Decide on exactly the list that was shown; password and code are asked again."""
        decision = NewDecision(self._paper(), self.text("signer", 200), self.text("list", 64))
        self._prove(For.DECIDE)
        self._take(lambda session, id, **who: deciding.decide(session, id, decision, **who))

    def hand_over(self) -> None:
        """Hand the records over for destruction."""
        receiver = self.text("receiver", 80)
        called = people.full_name(receiver)
        self._with_paper(deciding.hand_over, receiver=receiver, receiver_name=called)

    def hand_over_again(self) -> None:
        """Hand the records over to somebody else."""
        receiver, reason = self.text("receiver", 80), self.text("reason")
        called = people.full_name(receiver)
        self._with_paper(deciding.hand_over_again, receiver=receiver, receiver_name=called, reason=reason)

    def release(self) -> None:
        """Confirm that the destruction begins; password and code are asked again."""
        self._prove(For.RELEASE)
        self._take(deciding.release)

    def close(self) -> str:
        """Ask that the list is closed; a worker files its dossier, and a beat goes on with what was interrupted."""
        with joined() as session:
            deciding.close(session, self.path[0], viewer=self.viewer, now=self.now)
            queue.send_after_commit(session, "retention.tasks.file_dossier", self.path[0])
        self.say(_("The dossier is being filed. This page shows how far it is."))
        return self.here

    # the dossier

    @property
    def filing(self) -> bool:
        """Say whether the dossier is being filed."""
        row = self.session.get(DisposalList, self.order.id)
        return row is not None and row.closing

    @property
    def running(self) -> bool:
        """Say whether something may move by itself."""
        return super().running or self.filing

    @property
    def shows_progress(self) -> bool:
        """Say whether there is anything to watch."""
        return super().shows_progress or self.filing

    @property
    def version(self) -> str:
        """Return a short mark that changes whenever the page would look different."""
        row = self.session.get(DisposalList, self.order.id)
        waiting = self._filed_so_far.waiting if self._filed_so_far else ""
        facts = [super().version, row.dossier_id if row else "", row is not None and row.closing, waiting]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]

    @property
    def _filed_so_far(self) -> Progress | None:
        return Desk(self.order.id).progress() if self.filing else None

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        if not self.filing:
            return super().progress_text
        progress = self._filed_so_far
        return self.t(forms.STAGES[progress.stage if progress else Stage.ASKED])

    @property
    def filing_waits(self) -> str:
        """Return why the dossier is not filed yet, "" when nothing is in the way."""
        progress = self._filed_so_far
        return self.detail(progress.waiting) if progress and progress.waiting else ""

    @property
    def filed_dossier(self) -> CaseFile | None:
        """Return the case file the dossier became."""
        return self.session.get(CaseFile, self.story.dossier_id) if self.story.dossier_id else None

    def take_out(self) -> None:
        """Take the ticked case files off the list, or all that the filter finds."""

        def taken(session: Any, id: str, **who: Any) -> Story:
            ids = self.chosen(session, taking.story(session, id))
            return listing.take_out(session, id, ids, reason=self.text("reason"), **who)

        self._take(taken)

    def abort(self) -> None:
        """Give the list up."""
        self._take(listing.abort, reason=self.text("reason"))

    def reject(self) -> None:
        """End the list after the opinion, whose letter is named as it was recorded."""

        def rejected(session: Any, id: str, **facts: Any) -> Story:
            told = taking.story(session, id).opinion
            return opinion.reject(session, id, letter=told.given if told else None, **facts)

        self._take(rejected, reason=self.text("reason"))

    def refuse(self) -> None:
        """End a decided list that is not carried out."""
        self._take(deciding.refuse, reason=self.text("reason"))

    def keep_file(self) -> None:
        """Lay a paper's file on the shelf again as an archivist; the dossier that waits for it goes on."""
        agency = self._agency_code()
        self.viewer.require(Role.ARCHIVIST, agency)
        kept = kept_file(self, agency)
        with reading() as session:
            named = {one.paper.sha256 for one in given_with(taking.story(session, self.path[0]))}
        if kept is None or kept.sha256 not in named:
            raise MissingError(because("portal.not-a-paper-of-the-list"))
        with suppress(OperationalError):  # the periodic round goes on with it
            queue.send("retention.tasks.file_dossier", self.path[0])
        self.say(_("The file is kept. The dossier goes on."))

    def _agency_code(self) -> str:
        with reading() as session:
            return str(session.get_one(Order, self.path[0]).agency_code)

    def _paper(self) -> Paper:
        day = day_of(self.text("date", 10), latest=self.today)
        return paper_given(self, self._agency_code(), day)

    def _prove(self, purpose: For) -> None:
        self.ask_password()
        act = Act(purpose, self.path[0])
        prove(self.viewer.name, self.text("code", 12), act, first=First.PASSWORD, now=self.now)

    def _with_paper(self, act: Callable[..., Story], **facts: Any) -> None:
        paper = self._paper()
        self._take(lambda session, id, **who: act(session, id, paper, **facts, **who))

    def _take(self, act: Callable[..., Story], **facts: Any) -> None:
        with joined() as session:
            act(session, self.path[0], **facts, viewer=self.viewer, now=self.now)
            mirror_order(api.portal.get(), session, self.path[0])
        self.say(_("The step is in the ledger."))

    @property
    def ended_well(self) -> bool:
        """Say whether there is a certificate."""
        return self.story.state in (State.DESTROYED, State.CLOSED)
