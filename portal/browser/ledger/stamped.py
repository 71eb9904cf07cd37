"""Whether a seal is time-stamped, by whom and when, in words. Whether the stamp is good is for verifying to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.ledger.rows import SealRow
from archive.ledger.stamp import stamp_over, token_of
from archive.timestamps.token import read
from portal.i18n import _


@dataclass(frozen=True)
class Stamped:
    """What is told of a seal's time-stamp.

    Attributes:
        tone: of the mark beside it: ok, wait or bad.
    """

    text: str
    tone: str


def stamped(
    session: Session, seal: SealRow, t: Callable[[Any], str], moment: Callable[[datetime], str]
) -> Stamped:
    """Return what is told of the time-stamp that covers a seal: its own, or that of a later one."""
    first = session.execute(stamp_over(seal.number)).first()
    row = session.get(SealRow, first.number) if first else None
    if row is None:
        return Stamped(t(_("not time-stamped yet")), "wait")
    der = token_of(row)
    if der is None:
        return Stamped(t(_("the time-stamp is not over this seal; verify the ledger")), "bad")
    token = read(der)
    facts = {"who": token.authority or "?", "when": moment(token.at), "number": str(row.number)}
    if row.number == seal.number:
        return Stamped(t(_("time-stamped by ${who}, ${when}", mapping=facts)), "ok")
    return Stamped(t(_("time-stamped together with seal ${number} by ${who}, ${when}", mapping=facts)), "ok")
