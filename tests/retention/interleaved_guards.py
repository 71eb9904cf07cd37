"""Guards of a destruction, each with a way to leave it out: what the thousand runs must notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER, rule
from interleaved_draws import (
    ARCHIVISTS,
    CHOICES,
    COUNCIL_ACTS,
    HOLD_ACTS,
    LIST_ACTS,
    ON,
    OTHER_ACTS,
    WHICH,
    YEARS,
    one_of,
    trouble,
)
from interleaved_machine import Interleaved
from interleaved_model import Trouble

from archive import order_check
from archive.holders import Holder
from archive.procedure import deciding_steps, follow
from archive.reason import Reason
from archive.register.decisions import Order, OrderItem
from archive.register.models import CaseFile, CaseFileState
from archive.viewer import Viewer
from retention import destruction, erasure, erasure_steps
from retention.erasure_steps import Actor
from retention.procedure import deciding, listing

Off = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Guard:
    """What keeps something from being destroyed, or from being called destroyed.

    Attributes:
        off: leaves it out.
        scenes: where runs begin that come to it soon.
        acts: what is drawn then; the rest of the machine is left out to be quick.
        told: how the machine says what it found (a regular expression).
        first_wave: case files that go together.
        drawn: of which acts less is drawn than of the whole machine.
    """

    off: Off
    scenes: tuple[str, ...]
    acts: tuple[str, ...]
    told: str
    first_wave: int = 8
    drawn: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def nothing(*_args: Any, **_more: Any) -> Iterator[Reason]:
    """Have nothing against anything."""
    yield from ()


def silent(*codes: str) -> Off:
    """Return what leaves these reasons out wherever the vault says them."""

    def off(patch: pytest.MonkeyPatch) -> None:
        def heard(reasons: Sequence[Reason]) -> list[Reason]:
            return [one for one in reasons if one.code not in codes]

        faulty = follow._faulty
        patch.setattr(follow, "_faulty", lambda story, *faults: faulty(story, *heard(faults)))
        for name in ("_against_the_order", "_against_the_ledger", "_against_item", "against_acting"):
            asked = getattr(order_check, name)
            patch.setattr(order_check, name, lambda *of, asked=asked, **more: heard(list(asked(*of, **more))))

    return off


def replaced(where: object, name: str, by: Any) -> Off:
    return lambda patch: patch.setattr(where, name, by)


def _no_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_check, "active_holds_on", lambda session, rows, today: {})


def _not_listed(patch: pytest.MonkeyPatch) -> None:
    asked = listing.reasons_not_to_list

    def heard(*of: Any, **more: Any) -> list[Reason]:
        return [one for one in asked(*of, **more) if one.code != "retention.listed-already"]

    patch.setattr(listing, "reasons_not_to_list", heard)


def _proven(patch: pytest.MonkeyPatch) -> None:
    def consume(session: object, account: str, act: object, *, now: Any) -> dict[str, str]:
        at = now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"account": account, "first": "password", "second": "totp", "proved_at": at}

    patch.setattr(deciding, "consume", consume)


def _executes_own(patch: pytest.MonkeyPatch) -> None:
    asked = destruction._executor

    def executor(order: Order, viewer: Viewer) -> Actor:
        role = next((one for one in destruction.MAY_EXECUTE if viewer.has(one, order.agency_code)), None)
        return asked(order, viewer) if role is None else Actor(viewer.name, str(role))

    patch.setattr(destruction, "_executor", executor)
    silent("archive.approves-own")(patch)


def _released_by_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(destruction, "_against_release", nothing)


def _steps_have_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deciding_steps, "_within_15_days", nothing)
    patch.setitem(deciding_steps.CONDITIONS, "within-15-days", nothing)


def _a_store_less(patch: pytest.MonkeyPatch) -> None:
    in_order = destruction._in_order
    patch.setattr(destruction, "_in_order", lambda found: in_order(found)[:-1])


def _an_index_less(patch: pytest.MonkeyPatch) -> None:
    in_order = destruction._in_order

    def others(found: Sequence[Holder]) -> list[Holder]:
        return [one for one in in_order(found) if one.name != "search-index"]

    patch.setattr(destruction, "_in_order", others)


def _failures_pass(patch: pytest.MonkeyPatch) -> None:
    """What a holder could not erase is taken as erased, and its receipt is not waited for."""
    written, ended = erasure_steps.write_down, erasure_steps.end

    def write_down(*of: Any, **more: Any) -> dict[str, Reason]:
        written(*of, **more)
        return {}

    patch.setattr(erasure, "write_down", write_down)
    patch.setattr(erasure, "end", lambda run, targets, asked: ended(run, targets, []))


def _no_receipts(patch: pytest.MonkeyPatch) -> None:
    """Nobody's receipt is written down, and none is waited for."""
    ended = erasure_steps.end
    patch.setattr(erasure_steps._Step, "receive", lambda self, receipts: None)
    patch.setattr(erasure, "end", lambda run, targets, asked: ended(run, targets, []))


def _untold(patch: pytest.MonkeyPatch) -> None:
    """The tombstone is left in the register alone; the ledger is not told."""
    note = erasure_steps._Step.note

    def noted(self: Any, details: Mapping[str, Any], outcome: str, **more: Any) -> None:
        if outcome != erasure_steps.DONE:
            note(self, details, outcome, **more)
            return
        for id in details:
            file = self.session.get_one(CaseFile, id)
            file.state, file.gone_at, file.gone_order_id = CaseFileState.DESTROYED, self.now, self.order.id
            self.session.get_one(OrderItem, (self.order.id, id)).outcome = outcome

    patch.setattr(erasure_steps._Step, "note", noted)


def _asked_of(*, begun: bool) -> Off:
    """Return what asks nothing of the case files when an erasure begins, or before each holder."""

    def off(patch: pytest.MonkeyPatch) -> None:
        asked = erasure_steps.reasons_against_items

        def reasons(
            session: Any, order: Any, ids: Sequence[str], **more: Any
        ) -> dict[str, tuple[Reason, ...]]:
            return (
                dict.fromkeys(ids, ())
                if more.get("begun", False) is begun
                else asked(session, order, ids, **more)
            )

        patch.setattr(erasure_steps, "reasons_against_items", reasons)

    return off


@contextmanager
def _together(work: str) -> Iterator[None]:
    yield


DONE = "was done and must not be"
SPARED = f"ended as|copies in|the index lacks|{DONE}"
HALF_A_DAY: Mapping[str, dict[str, Any]] = {"days_go_by": {"days": st.just(0.5)}}
VOTES: dict[str, Any] = {"choice": CHOICES, "years": YEARS, "first": st.booleans()}
LISTED = st.sampled_from(["a1", "a2", "b1", "b2"])
ON_A_LISTED: Mapping[str, dict[str, Any]] = {"holds": {"code": LISTED, "by": ARCHIVISTS, "days": st.none()}}
OF_A_LISTED: Mapping[str, dict[str, Any]] = {"extends": {"code": LISTED, "who": ARCHIVISTS, "years": YEARS}}
RELEASED = ("R1 released", "R2 released")
GUARDS: Mapping[str, Guard] = {
    "a period that is not over": Guard(
        replaced(order_check, "_against_destruction", nothing), RELEASED, ("extends", "carry_out"), SPARED,
        drawn=OF_A_LISTED,
    ),
    "a hold": Guard(_no_holds, RELEASED, ("holds", "carry_out"), SPARED, drawn=ON_A_LISTED),
    "a hold that comes while a holder is at work": Guard(
        replaced(erasure, "not_held_meanwhile", lambda targets, at_event, now: targets), RELEASED, ("hold",), SPARED,
        drawn={"hold": {"on": st.sampled_from(["agency", "fonds"])}},
    ),
    "what is asked when an erasure begins": Guard(
        _asked_of(begun=False), ("R2 on the last day",), ("crash", "days_go_by"), SPARED, 1, HALF_A_DAY
    ),
    "what is asked before each holder": Guard(_asked_of(begun=True), RELEASED, ("hold",), SPARED),
    "who proposed does not decide": Guard(
        silent("archive.approves-own"), ("R2 signed",), ("decides",), f"decide {DONE}"
    ),
    "who sat on the council does not decide": Guard(
        silent("archive.decider-on-council"), ("R1 answered",), ("decides",), f"decide {DONE}"
    ),
    "who proposed does not vote": Guard(
        silent("archive.votes-on-own"), ("R1 in council",), ("votes",), f"vote {DONE}",
        drawn={"votes": {**VOTES, "who": st.sampled_from(["an", "chau"])}},
    ),
    "who proposed receives nothing": Guard(
        silent("archive.receiver-proposed"), ("R2 decided",), ("hands_over",), f"hand-over.* {DONE}"
    ),
    "who proposed does not carry out": Guard(_executes_own, RELEASED, ("crash", "carries_out"), f"execute {DONE}"),
    "only who confirmed carries out": Guard(
        _released_by_anybody, RELEASED, ("carries_out",), f"execute {DONE}"
    ),
    "both factors": Guard(_proven, ("R1 answered",), ("decides",), f"decide {DONE}"),
    "the list that was shown": Guard(
        silent("archive.list-not-shown"), ("R1 answered",), ("decides",), f"decide {DONE}"
    ),
    "the list is what the ledger says": Guard(
        replaced(order_check, "_against_the_ledger", nothing), RELEASED, ("tamper",), "carried out with"
    ),
    "the list's hash": Guard(
        silent("archive.list-changed", "archive.order-differs"), RELEASED, ("tamper",), "carried out with"
    ),
    "every approval": Guard(silent("archive.approval-missing"), RELEASED, ("tamper",), "carried out with one approval"),
    "two people": Guard(
        silent("archive.one-person", "archive.approval-unknown-to-ledger"), RELEASED, ("tamper",),
        "carried out with one person twice",
    ),
    "the whole procedure": Guard(
        replaced(order_check, "against_acting", nothing), ("R1 answered", "R2 decided"), ("tamper",), "decided by rows"
    ),
    "15 days, by the vault": Guard(
        replaced(order_check, "_too_late", nothing), ("R2 on the last day",), ("days_go_by", "carry_out"),
        f"execute {DONE}", drawn=HALF_A_DAY,
    ),
    "15 days, by each step": Guard(
        _steps_have_time, ("R2 decided",), ("days_go_by", "hands_over"), f"hand-over {DONE}",
    ),
    "every store": Guard(_a_store_less, RELEASED, ("carry_out",), "copies in"),
    "the index": Guard(_an_index_less, RELEASED, ("carry_out",), "the index finds"),
    "a holder's failure": Guard(_failures_pass, RELEASED, ("fail",), "ended as"),
    "a holder's receipt": Guard(_no_receipts, RELEASED, ("carry_out",), "receipts of"),
    "an event for each tombstone": Guard(_untold, RELEASED, ("carry_out",), "the ledger tells else"),
    "one run at a time": Guard(
        replaced(destruction, "alone", _together), RELEASED, ("again",), "second run of the order"
    ),
    "one list at a time": Guard(_not_listed, ("R1 released",), ("list_and_walk",), f"propose {DONE}"),
}  # fmt: skip
"""What is left out -> how, and where it is noticed soon."""
ABOUT_LISTS = {**COUNCIL_ACTS, **LIST_ACTS}
ACTS = {**ABOUT_LISTS, **HOLD_ACTS, **OTHER_ACTS}
TROUBLES = ("hold", "crash", "fail", "again")
RULES = tuple(name for name in vars(Interleaved) if hasattr(getattr(Interleaved, name), RULE_MARKER))


class Small(Interleaved):
    """The machine with a few of its acts."""

    def waits(self) -> None:
        self.office.goes_by()

    def does(self, which: int, act: tuple[str, dict[str, Any]]) -> None:
        name, given = act
        if name not in ABOUT_LISTS:
            getattr(self, name)(**given)
        elif lists := self.sheets():
            getattr(self, name)(lists[which % len(lists)], **given)

    def runs_into(self, n: int, trouble: Trouble, on: str) -> None:
        if self.underway():
            Interleaved.carry_out_with_trouble(self, n, trouble, on)


def small(guard: Guard) -> type[Small]:
    """Return the machine with those of its acts that come to a guard soon."""
    drawn: dict[str, Any] = dict.fromkeys(set(RULES) - set(guard.acts))
    if acts := {name: guard.drawn.get(name, ACTS[name]) for name in guard.acts if name in ACTS}:
        drawn["does"] = rule(which=WHICH, act=one_of(**acts))(Small.does)
    if what := [one for one in guard.acts if one in TROUBLES]:
        drawn["runs_into"] = rule(
            n=st.integers(0, 1), trouble=trouble(*what), **guard.drawn.get("hold", {"on": ON})
        )(Small.runs_into)
    if not acts and not what:
        drawn["waits"] = rule()(Small.waits)  # there has to be one that may be done
    return type("Smaller", (Small,), {**drawn, "begins": guard.scenes})
