"""Who sits on a council: the seats, and the rules of its composition as data, each with its clause and grade.

R1: Law 01/2011/QH13 Điều 18. R2: how a council to consider destruction (Hội đồng xét hủy) is made up was not read in
any text of the law; the rules of R2 below are ours and say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from archive.reason import Reason, because
from archive.register.models import Regime
from archive.viewer import same_person


class Seat(StrEnum):
    """What somebody is on a council."""

    CHAIR = "chair"  # Chủ tịch hội đồng
    SECRETARY = "secretary"  # Ủy viên thư ký: R1, the archivist
    OWNING_UNIT = "owning-unit"  # lãnh đạo đơn vị có tài liệu
    EXPERT = "expert"  # người am hiểu lĩnh vực có tài liệu
    MEMBER = "member"


LEADS = frozenset({Seat.CHAIR, Seat.SECRETARY})
"""Seats of those who run a meeting."""


@dataclass(frozen=True)
class Member:
    """Somebody on the council.

    Attributes:
        account: name, as in every event they cause.
        name: their full name, as who forms the council knows it; "" when nobody told it.
        excused: why they are absent, "" when they are not.
    """

    account: str
    seat: Seat
    excused: str = ""
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Rule:
    """How many of a seat a council needs.

    Attributes:
        seat: None counts all members.
        most: None for any number.
        grade: how sure the clause is, as the domain notes grade; "ours" for a rule of our own.
    """

    seat: Seat | None
    least: int
    most: int | None
    clause: str
    grade: str


_18 = "Luật 01/2011/QH13 Điều 18"
_OURS = "quy tắc của Tàng Thư: thành phần Hội đồng xét hủy theo luật mới chưa được kiểm chứng"

COMPOSITION: dict[Regime, tuple[Rule, ...]] = {
    Regime.R1: (
        Rule(Seat.CHAIR, 1, 1, _18, "A"),
        Rule(Seat.SECRETARY, 1, 1, _18, "A"),
        Rule(Seat.OWNING_UNIT, 1, None, _18, "A"),
        Rule(Seat.EXPERT, 1, None, _18, "A"),
    ),
    Regime.R2: (
        Rule(Seat.CHAIR, 1, 1, _OURS, "ours"),
        Rule(Seat.SECRETARY, 1, 1, _OURS, "ours"),
        Rule(None, 3, None, _OURS, "ours"),
    ),
}
"""What a council must be made up of."""


def against(regime: Regime, members: Sequence[Member], *, proposed_by: str) -> Iterator[Reason]:
    """Yield why these people are no council for a list. Pure.

    Who proposed the list may be its secretary, as the law makes the archivist that, but holds no other seat and has
    no vote (our rule).

    Args:
        regime: of the list.
        members: everybody on it.
        proposed_by: who made the list.
    """
    for rule in COMPOSITION[regime]:
        count = sum(rule.seat is None or one.seat is rule.seat for one in members)
        if count < rule.least or (rule.most is not None and count > rule.most):
            told = {"seat": rule.seat or "all", "least": rule.least, "count": count, "clause": rule.clause}
            if rule.most == rule.least:
                yield because("archive.council-exactly", **told)
            else:
                yield because("archive.council-composition", **told)
    for n, one in enumerate(members):
        if any(same_person(one.account, other.account) for other in members[:n]):
            yield because("archive.council-twice", who=one.account)
        if same_person(one.account, proposed_by) and one.seat is not Seat.SECRETARY:
            yield because("archive.council-proposer", who=one.account)
        if one.account.startswith("system:"):
            yield because("archive.machine-approved", actor=one.account)


def warnings(members: Sequence[Member], *, proposed_by: str) -> tuple[Reason, ...]:
    """Return what those who form a council should know of it: a conflict of interest that the law allows. Pure."""
    return tuple(
        because("archive.council-interest", who=one.account)
        for one in members
        if same_person(one.account, proposed_by) and one.seat is Seat.SECRETARY
    )
