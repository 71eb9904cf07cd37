"""A house for the matrix of who may do what: one list at a time, in any state, and everybody who might try an act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from a_furnished_house import follow_all
from house_people import GIA_LAI, LANG_SON, NINH_BINH
from kept_case_files import ACaseFile

from archive.packages.facts import PackageFacts
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.states import START, State
from archive.procedure.story import Story, Verdict
from archive.register.agencies import set_agency
from archive.register.models import Regime
from archive.register.session import reading, transaction
from archive.second_factor.prove import For
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.authenticators import proven
from operations.procession import Papers, People, Wanted, walk
from retention.procedure import council, deciding, listing, notice, opinion, taking

ALONE = NINH_BINH
"""The agency that hands nothing over, whose head decides alone under R2."""
HERE = (LANG_SON, ALONE)


def _at(*roles: Role) -> dict[str, frozenset[Role]]:
    return {agency: frozenset(roles) for agency in HERE}


EVERYBODY: Mapping[str, Viewer] = {
    one.name: one
    for one in (
        Viewer("maker", _at(Role.ARCHIVIST, Role.HEAD)),  # proposes, is secretary, and is a head too
        Viewer("helper", _at(Role.ARCHIVIST)),  # receives the records
        Viewer("other", _at(Role.ARCHIVIST)),
        Viewer("chair", _at(Role.COUNCIL)),
        Viewer("leader", _at(Role.COUNCIL, Role.HEAD)),  # votes, and is a head too
        Viewer("expert", _at(Role.COUNCIL)),
        Viewer("spare", _at(Role.COUNCIL)),  # on no council
        Viewer("chief", _at(Role.HEAD)),
        Viewer("abroad", {GIA_LAI: frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD})}),
        *(
            Viewer(role.value.split("-")[0], {ALL_AGENCIES: frozenset({role})})
            for role in (
                Role.OFFICIAL,
                Role.CLERK,
                Role.HISTORICAL,
                Role.RESEARCHER,
                Role.AUDITOR,
                Role.ADMINISTRATOR,
            )
        ),
        Viewer("rooty", {}),  # manager of the site
        Viewer(""),  # not logged in
    )
}
"""Account -> who that is below the portal."""


def password(login: str) -> str:
    """Return somebody's password."""
    return f"Mat-khau-dai-{login}"


ACCOUNTS: list[dict[str, Any]] = [
    {
        "login": name,
        "password": password(name),
        "fullname": name.title(),
        "manager": name == "rooty",
        "roles": {agency: sorted(role.value for role in roles) for agency, roles in who.roles.items()},
    }
    for name, who in EVERYBODY.items()
    if name
]
CAST = People(
    EVERYBODY["maker"],
    (EVERYBODY["chair"], EVERYBODY["leader"], EVERYBODY["expert"]),
    EVERYBODY["chief"],
    EVERYBODY["helper"],
)


@dataclass(frozen=True)
class UnderRegime(ACaseFile):
    """A case file of one document under a law of its own, whatever its year is."""

    law: str = "R1"

    def _facts(self, folder: Path, when: datetime) -> PackageFacts:
        return replace(super()._facts(folder, when), regime=self.law)


def _two(agency: str, law: str, mark: str) -> tuple[UnderRegime, ...]:
    return tuple(
        UnderRegime(
            f"{agency}.2009.{mark}{n}.MT", f"Hồ sơ thử quyền {mark}{n}", agency, (f"Giấy mời {n}",), 2009,
            "5 năm", law=law,
        )
        for n in (1, 2)
    )  # fmt: skip


FILES = {
    (Regime.R1, "opinion"): _two(LANG_SON, "R1", "A"),
    (Regime.R2, "opinion"): _two(LANG_SON, "R2", "B"),
    (Regime.R2, "alone"): _two(ALONE, "R2", "C"),
    (Regime.R1, "destroyed"): _two(LANG_SON, "R1", "D"),
    (Regime.R2, "destroyed"): _two(LANG_SON, "R2", "E"),
}
"""Law, and what becomes of the list -> its case files; what is destroyed is on no other list."""


def furnish(folder: Path) -> None:
    """Add the case files and the agency whose head decides alone to a furnished archive."""
    when = now() - timedelta(days=2)
    with transaction() as session:
        set_agency(
            session, code=ALONE, name="Sở Tài chính", submits_to_historical=False, actor="admin", now=when
        )
    for two in FILES.values():
        for one in two:
            one.kept(folder, when)
    follow_all()


def now() -> datetime:
    return datetime.now(UTC)


def told(order_id: str) -> Story:
    """Return the story of a list now."""
    with reading() as session:
        return taking.story(session, order_id)


@dataclass(frozen=True)
class Ready:
    """A list that is ready for one step, with the papers a form names."""

    story: Story
    papers: Papers


def ready(regime: Regime, source: State, id: str) -> Ready:
    """Return a new list in a state, with everything done that its step waits for but is not that step.

    Args:
        regime: the law.
        source: the state the step is taken in.
        id: of the step.
    """
    kind = "alone" if id == "decide-alone" else "destroyed" if source is State.DESTROYED else "opinion"
    ids = tuple(one.id for one in FILES[regime, kind])
    agency = ALONE if kind == "alone" else LANG_SON
    wanted = Wanted(agency, ids, "77/QĐ-UBND", day_of(now()))
    before = source if source is not State.HANDED_OVER else State.DECIDED
    with transaction() as session:
        story = walk(
            session, wanted, CAST, now=now(), to=State.HANDED_OVER if source is State.DESTROYED else before
        )
        return Ready(_prepared(session, story, source, id, Papers(wanted)), Papers(wanted))


def _prepared(session: Any, story: Story, source: State, id: str, papers: Papers) -> Story:
    order = story.order_id
    if source in START.values() and id in ("submit", "council-change"):
        notice.give(session, notice.endings(session, story.items), now=now() - timedelta(days=notice.DAYS))
        council.form(session, order, CAST.council(), papers.named("HĐ"), viewer=CAST.head, now=now())
    if source in (State.COUNCIL, State.COUNCIL_REVIEW) and id in VOTED:
        ballot = Ballot(Choice.KEEP, "Còn giá trị") if id == "keep" else Ballot(Choice.DESTROY)
        for voter in CAST.voters:
            council.vote(session, order, ballot, viewer=voter, now=now())
    if source in (State.COUNCIL, State.COUNCIL_REVIEW) and id in CONCLUDED:
        council.conclude(session, order, papers.named("BB"), viewer=CAST.voters[0], now=now())
    if source in (State.COUNCIL, State.COUNCIL_REVIEW) and id in CONCLUDED - {"sign-minutes"}:
        council.sign_minutes(session, order, viewer=CAST.archivist, now=now())
    if source is State.APPRAISAL and id in ("decide", "reject"):
        verdict = Verdict.FOR if id == "decide" else Verdict.AGAINST
        opinion.record(session, order, papers.named("YK"), verdict, viewer=CAST.archivist, now=now())
    if source is State.HANDED_OVER:
        deciding.hand_over(
            session, order, papers.named("BG"), receiver="helper", viewer=CAST.archivist, now=now()
        )
    if source is State.HANDED_OVER and id == "execute":
        proven(session, CAST.executor, For.RELEASE, order, now=now())
        deciding.release(session, order, viewer=CAST.executor, now=now())
    return taking.story(session, order)


CONCLUDED = frozenset({"sign-minutes", "request-opinion", "request-appraisal", "decide-alone"})
VOTED = CONCLUDED | {"keep", "conclude"}


def ended(order_id: str) -> None:
    """End a list, so that its case files are free for the next."""
    story = told(order_id)
    end: Callable[..., Any] | None = listing.abort
    if story.state in (State.DECIDED, State.HANDED_OVER):
        end = deciding.refuse
    elif story.state in (
        State.KEEP,
        State.REJECTED,
        State.REFUSED,
        State.ABORTED,
        State.DESTROYED,
        State.CLOSED,
    ):
        end = None
    viewer = CAST.head if end is deciding.refuse else CAST.archivist
    if end is not None:
        with transaction() as session:
            end(session, order_id, reason="Kết thúc lượt thử", viewer=viewer, now=now())
