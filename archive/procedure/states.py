"""Disposal lists: every state, transition, actor and condition of both regimes, in one table.

State names are ours; the acts, actors and documents behind them are in the law, where each transition's basis says,
unless the transition says `reading`. The vault follows a list's events over this table (`archive.procedure.follow`),
and the portal's workflow is tested against it.

The conditions say what must hold before each step; what asks for each is said in `retention.conditions`.

R1: Law 01/2011/QH13 Điều 28, NĐ 01/2013/NĐ-CP Điều 11. R2: Law 33/2024/QH15 Điều 16, TT 06/2025/TT-BNV.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.register.models import Regime
from archive.viewer import Role


class State(StrEnum):
    """Where a disposal list is (the legal status)."""

    LISTED = "listed"  # R1: danh mục tài liệu hết giá trị
    COUNCIL_REVIEW = "council-review"  # R1: hội đồng xác định giá trị tài liệu
    OPINION_REQUESTED = "opinion-requested"  # R1: văn bản đề nghị thẩm định, xin ý kiến
    OPINION_GIVEN = "opinion-given"
    AUTO_LISTED = "auto-listed"  # R2: "Xem xét hủy"
    COUNCIL = "council"  # R2: hội đồng xét hủy
    APPRAISAL = "appraisal"  # R2: agencies subject to submission
    DECIDED = "decided"  # quyết định hủy
    HANDED_OVER = "handed-over"  # biên bản bàn giao tài liệu hủy
    DESTROYED = "destroyed"  # biên bản hủy tài liệu
    CLOSED = "closed"  # hồ sơ hủy kept, R1: at least 20 years
    KEEP = "keep"  # retention re-set, the items leave the list
    REJECTED = "rejected"
    REFUSED = "refused"  # decided, and not carried out after all
    ABORTED = "aborted"  # everything as it was


STATES_END = frozenset({State.CLOSED, State.KEEP, State.REJECTED, State.REFUSED, State.ABORTED})
STATES_COUNCIL = frozenset({State.COUNCIL_REVIEW, State.COUNCIL})
"""The council votes."""
STATES_FROZEN = frozenset(
    {
        State.COUNCIL_REVIEW,
        State.OPINION_REQUESTED,
        State.OPINION_GIVEN,
        State.COUNCIL,
        State.APPRAISAL,
        State.DECIDED,
        State.HANDED_OVER,
    }
)
"""The list may not be added to; items may only be taken out, with a reason, before execution."""


@dataclass(frozen=True)
class Transition:
    """One step a disposal list may take.

    Attributes:
        id: the portal's transition id.
        actor: the role that may; None is the machine.
        document: what the step leaves in the dossier (Vietnamese title).
        conditions: codes of what must hold (`retention.conditions`).
        clause: where it stands.
        reading: the state or condition is our reading.
    """

    regime: Regime
    id: str
    source: State
    target: State
    actor: Role | None
    document: str = ""
    conditions: tuple[str, ...] = ()
    clause: str = ""
    reading: bool = False


_28 = "Luật 01/2011/QH13 Điều 28"
_18 = "Luật 01/2011/QH13 Điều 18"
_11 = "Nghị định 01/2013/NĐ-CP Điều 11"
_16 = "Luật 33/2024/QH15 Điều 16"
_06 = "Thông tư 06/2025/TT-BNV"

R1 = (
    Transition(
        Regime.R1,
        "submit",
        State.LISTED,
        State.COUNCIL_REVIEW,
        Role.ARCHIVIST,
        "Danh mục tài liệu hết giá trị; tờ trình; bản thuyết minh",
        ("all-due", "none-held", "linked-kept"),
        _28,
    ),
    Transition(
        Regime.R1,
        "keep",
        State.COUNCIL_REVIEW,
        State.KEEP,
        Role.COUNCIL,
        "Biên bản họp hội đồng",
        ("majority", "reason"),
        _18,
    ),
    Transition(
        Regime.R1,
        "request-opinion",
        State.COUNCIL_REVIEW,
        State.OPINION_REQUESTED,
        Role.HEAD,
        "Văn bản đề nghị thẩm định hoặc xin ý kiến",
        ("majority", "not-proposer", "linked-kept"),
        _28,
    ),
    # The body that gives the opinion is outside; the archivist only records its letter.
    Transition(
        Regime.R1,
        "record-opinion",
        State.OPINION_REQUESTED,
        State.OPINION_GIVEN,
        Role.ARCHIVIST,
        "Văn bản thẩm định hoặc cho ý kiến",
        (),
        _28,
    ),
    Transition(
        Regime.R1,
        "return",
        State.OPINION_REQUESTED,
        State.LISTED,
        Role.ARCHIVIST,
        "Văn bản thẩm định hoặc cho ý kiến",
        ("reason",),
        _28,
    ),
    Transition(
        Regime.R1,
        "decide",
        State.OPINION_GIVEN,
        State.DECIDED,
        Role.HEAD,
        "Quyết định hủy tài liệu",
        ("none-held", "not-proposer", "not-council", "opinion-dated", "linked-kept", "two-factors"),
        _28,
    ),
    Transition(
        Regime.R1,
        "reject",
        State.OPINION_GIVEN,
        State.REJECTED,
        Role.HEAD,
        "",
        ("reason",),
        _28,
        reading=True,
    ),
    Transition(
        Regime.R1,
        "hand-over",
        State.DECIDED,
        State.HANDED_OVER,
        Role.ARCHIVIST,
        "Biên bản bàn giao tài liệu hủy",
        ("linked-kept",),
        _28,
    ),
    Transition(
        Regime.R1,
        "destroy",
        State.HANDED_OVER,
        State.DESTROYED,
        None,
        "Biên bản hủy tài liệu",
        ("none-held", "all-due", "linked-kept", "all-receipts"),
        _11,
    ),
    Transition(
        Regime.R1,
        "close",
        State.DESTROYED,
        State.CLOSED,
        Role.ARCHIVIST,
        "Hồ sơ hủy tài liệu",
        (),
        "Luật 01/2011/QH13 Điều 28.5",
    ),
)

R2 = (
    Transition(
        Regime.R2,
        "submit",
        State.AUTO_LISTED,
        State.COUNCIL,
        Role.ARCHIVIST,
        "Danh mục tài liệu hết thời hạn lưu trữ, trùng lặp; bản thuyết minh",
        ("all-due", "none-held", "linked-kept"),
        _06,
    ),
    Transition(
        Regime.R2,
        "keep",
        State.COUNCIL,
        State.KEEP,
        Role.COUNCIL,
        "Biên bản họp hội đồng",
        ("majority", "reason"),
        _06,
    ),
    Transition(
        Regime.R2,
        "request-appraisal",
        State.COUNCIL,
        State.APPRAISAL,
        Role.HEAD,
        "Văn bản đề nghị thẩm định",
        ("majority", "not-proposer", "opinion-needed", "linked-kept"),
        f"{_06} Điều 13",
    ),
    Transition(
        Regime.R2,
        "decide-alone",
        State.COUNCIL,
        State.DECIDED,
        Role.HEAD,
        "Quyết định hủy tài liệu",
        (
            "none-held",
            "majority",
            "not-proposer",
            "not-council",
            "no-opinion-needed",
            "linked-kept",
            "two-factors",
        ),
        f"{_16}.3.b",
    ),
    Transition(
        Regime.R2,
        "decide",
        State.APPRAISAL,
        State.DECIDED,
        Role.HEAD,
        "Quyết định hủy tài liệu",
        ("none-held", "not-proposer", "not-council", "opinion-dated", "linked-kept", "two-factors"),
        _16,
    ),
    Transition(
        Regime.R2,
        "reject",
        State.APPRAISAL,
        State.REJECTED,
        Role.HEAD,
        "Văn bản thẩm định",
        ("reason", "opinion-named"),
        _06,
        reading=True,
    ),
    Transition(
        Regime.R2,
        "hand-over",
        State.DECIDED,
        State.HANDED_OVER,
        Role.ARCHIVIST,
        "Biên bản bàn giao tài liệu hủy",
        ("within-15-days", "linked-kept"),
        _06,
    ),
    Transition(
        Regime.R2,
        "destroy",
        State.HANDED_OVER,
        State.DESTROYED,
        None,
        "Biên bản hủy tài liệu",
        ("none-held", "all-due", "within-15-days", "linked-kept", "all-receipts"),
        _06,
    ),
    Transition(
        Regime.R2,
        "close",
        State.DESTROYED,
        State.CLOSED,
        Role.ARCHIVIST,
        "Hồ sơ hủy tài liệu",
        (),
        f"{_06} Điều 15",
    ),
)

TRANSITIONS = (
    R1
    + R2
    + tuple(
        # Abort leaves everything as it was, from any state before the list is handed over for destruction.
        Transition(regime, "abort", source, State.ABORTED, Role.ARCHIVIST, "", ("reason",), "", reading=True)
        for regime, states in (
            (Regime.R1, (State.LISTED, State.COUNCIL_REVIEW, State.OPINION_REQUESTED, State.OPINION_GIVEN)),
            (Regime.R2, (State.AUTO_LISTED, State.COUNCIL, State.APPRAISAL)),
        )
        for source in states
    )
    # A decision that is not carried out (too late under R2, or the head thinks again) frees its case files.
    + tuple(
        Transition(regime, "refuse", source, State.REFUSED, Role.HEAD, "", ("reason",), "", reading=True)
        for regime in Regime
        for source in (State.DECIDED, State.HANDED_OVER)
    )
)

GIVES_UP = frozenset({"abort", "refuse"})
"""Steps that end a list with everything as it was: taken also where its history breaks the procedure (our rule)."""
GIVES_PAPERS = frozenset(step.actor for step in TRANSITIONS if step.document and step.actor is not None)
"""Who takes a step that leaves a paper, and so may give its file."""

START: dict[Regime, State] = {Regime.R1: State.LISTED, Regime.R2: State.AUTO_LISTED}


def transitions_from(state: State, regime: Regime, *, role: Role | None = None) -> tuple[Transition, ...]:
    """Return the steps out of a state, only those a role may take if one is given."""
    return tuple(
        step
        for step in TRANSITIONS
        if step.regime == regime and step.source == state and (role is None or step.actor == role)
    )


def step_from(state: State, regime: Regime, id: str) -> Transition | None:
    """Return the step of that id out of a state, None when there is none."""
    return next((step for step in transitions_from(state, regime) if step.id == id), None)


def allowed(state: State, regime: Regime, id: str, role: Role) -> bool:
    """Say whether that role may take that step from there; unknown steps are not allowed."""
    return any(step.id == id for step in transitions_from(state, regime, role=role))
