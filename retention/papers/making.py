"""Make the papers of a destruction, once: print, seal, judge, put into every store, write into the ledger.

All or nothing: every paper is printed, sealed and judged before the first is kept, and their events are one act.
A kill in between leaves at the most objects in the stores that nobody names; the next try makes others.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.alone import alone
from archive.custody import deposit
from archive.errors import TangThuError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.packages.names import SAFE_FOLDER
from archive.patience import Patience
from archive.pdfa.print import judged
from archive.register.decisions import Order, OrderKind, OrderState, Receipt
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.seals.key import Seal, seal_of
from archive.seals.press import level_of, press
from archive.seals.settings import SealSettings
from archive.vietnam import day_of
from archive.workplace import at_work
from retention.papers.facts import Facts, facts_of
from retention.papers.kept import kept_of, read
from retention.papers.printing import FLAVOUR, Kind, Paper, Print, printed
from retention.papers.proof import attached

log = logging.getLogger(__name__)

ACTOR = "system:retention"
FOLDER = "ho-so-huy"
AT_ONCE = 20
"""Destructions whose papers one round makes, or tries to, at most."""
MOST = 10_000
"""Owed destructions that are looked at, at most."""
FIELDS = ("DauCoQuan", "DauDonViHuy")
"""Signature fields: the agency whose records they were, and whoever destroyed them."""
PATIENCE = Patience(timedelta(minutes=1), timedelta(hours=1))


def make_due(now: datetime) -> int:
    """Make what is owed; return of how many destructions. One that fails stops no other and is tried again later."""
    with reading() as session:
        ids = owed(session, limit=MOST)
    done = 0
    # Cut after those that wait: else as many as go at once, all of an agency whose seal has expired, keep the rest.
    for order_id in [one for one in ids if not PATIENCE.waits(one, now)][:AT_ONCE]:
        try:
            make(order_id, now=now)
        except TangThuError as error:
            wait = PATIENCE.failed(order_id, now)
            log.warning(
                "the papers of destruction %s stay owed, tried again in %s: %s", order_id, wait, error
            )
            continue
        PATIENCE.well(order_id)
        done += 1
    return done


def owed(
    session: Session,
    limit: int = AT_ONCE,
    *,
    done_before: datetime | None = None,
    order_id: str | None = None,
) -> list[str]:
    """Return the destructions, oldest first, that are done and whose papers were not made, or not since a receipt.

    A holder that had promised to erase by a day (a backup) gives its receipt later: then the certificate is made again.

    Args:
        session: on the register.
        limit: at most so many.
        done_before: only destructions that ended before; None for all.
        order_id: only this one; None for all.
    """
    papers = (
        select(func.max(EventRow.at))
        .where(EventRow.object_id == Order.id, EventRow.verb == Verb.PAPER.value)
        .correlate(Order)
        .scalar_subquery()
    )
    newest = (
        select(func.max(Receipt.at)).where(Receipt.order_id == Order.id).correlate(Order).scalar_subquery()
    )
    query = (
        select(Order.id)
        .where(Order.kind == OrderKind.DESTRUCTION, Order.state == OrderState.DONE)
        .where(papers.is_(None) | (newest > papers))
        .order_by(Order.executed_at)
        .limit(limit)
    )
    if done_before is not None:
        query = query.where(Order.executed_at < done_before)
    if order_id is not None:
        query = query.where(Order.id == order_id)
    return list(session.scalars(query))


def make(order_id: str, *, now: datetime, printer: Print | None = None) -> tuple[Paper, ...]:
    """Return the papers of a destruction that is done, made now when they were not, or not since its newest receipt.

    Args:
        order_id: of the destruction.
        now: aware time.
        printer: prints the papers instead of the house's own; what it prints is not judged. For tests.

    Raises:
        NotFoundError: no such order.
        CertificateError: no destruction, or not done yet.
        LedgerError: an event of it cannot be proven.
        SealError, SettingsError: a seal is set and cannot be used; nothing was kept.
        NotPdfaError: a paper did not become PDF/A, or is none any more once it is sealed; nothing was kept.
        TemporaryError: veraPDF, a store or the time-stamping authority does not answer, or somebody else makes them.
    """
    with alone(f"papers of {order_id}"):
        with reading() as session:
            found = kept_of(session, order_id)
            again = bool(owed(session, order_id=order_id))
            facts = None if found and not again else facts_of(session, order_id)
        if facts is not None:
            seals = seals_for(facts.dossier.agency_code, now=now)
            kinds = [Kind.CERTIFICATE] if found else list(Kind)
            _keep(facts, [_finished(one, facts, seals, now, printer) for one in kinds], seals, now)
            with reading() as session:
                found = kept_of(session, order_id)
    return tuple(read(one) for one in found.values())


def seals_for(agency_code: str, *, now: datetime) -> tuple[Seal, ...]:
    """Return the seals the settings name: the agency's, and that of whoever destroys when it is another.

    Raises: as `archive.seals.key.seal_of`.
    """
    own = seal_of(agency_code, now=now)
    destroyer = SealSettings.load().destroyer
    other = seal_of(destroyer, now=now) if destroyer and destroyer != agency_code else None
    if own is None:
        return ()
    return (own,) if other is None or other.face.sha256 == own.face.sha256 else (own, other)


def _finished(
    kind: Kind, facts: Facts, seals: Sequence[Seal], now: datetime, printer: Print | None
) -> Paper | None:
    """Return a paper that is printed, sealed and judged; None when this destruction has none of that kind."""
    # Both units seal the minutes of the destruction; the other papers are the agency's.
    by = seals if kind is Kind.CERTIFICATE else seals[:1]
    faces = tuple(seal.face for seal in by)
    inside = attached(facts.dossier, faces, now=now) if kind is Kind.CERTIFICATE and printer is None else ()
    paper = printed(kind, replace(facts, seals=faces), printer=printer, attached=inside)
    if paper is None:
        return None
    pdf = paper.pdf
    for field, seal in zip(FIELDS, by, strict=False):
        pdf = press(pdf, seal, field=field, reason=paper.title, now=now)
    if printer is None:
        pdf = judged(pdf, title=paper.title, flavour=FLAVOUR)
    return replace(paper, pdf=pdf)


def _keep(facts: Facts, papers: Sequence[Paper | None], seals: Sequence[Seal], now: datetime) -> None:
    """Put the papers into every store, then all of them into the ledger."""
    dossier = facts.dossier
    agency = dossier.agency_code if SAFE_FOLDER.match(dossier.agency_code) else "khac"
    told = []
    for paper in papers:
        if paper is None:
            continue
        sha256 = hashlib.sha256(paper.pdf).hexdigest()
        year = day_of(dossier.finished_at).year
        name = f"{FOLDER}/{agency}/{year}/{dossier.order_id}/{paper.kind}-{sha256[:8]}.pdf"
        with at_work("papers-") as folder:
            path = folder / paper.filename
            path.write_bytes(paper.pdf)
            copies = deposit(path, name, sha256)
        by = seals if paper.kind is Kind.CERTIFICATE else seals[:1]
        facts_of_it = {
            "kind": paper.kind.value,
            "title": paper.title,
            "filename": paper.filename,
            "number": paper.number,
            "date": paper.day.isoformat() if paper.day else "",
            "name": name,
            "size": len(paper.pdf),
            "copies": sorted(copies),
            "level": level_of(by[0]) if by else "",
            "seals": [
                {"agency": seal.face.agency_code, "name": seal.face.name, "certificate": seal.face.sha256}
                for seal in by
            ],
        }
        told.append((sha256, facts_of_it))
    with transaction() as session:
        be_only_writer(session)
        for sha256, payload in told:
            event = append(
                session,
                Verb.PAPER,
                actor=ACTOR,
                kind="order",
                id=dossier.order_id,
                payload=payload,
                after=sha256,
                basis=dossier.document_number,
                now=now,
            )
            apply(session, event)
