"""Minutes are owed with every stored case file, printed by the worker, kept in every store, and handed out whole.

Printing may wait or fail without keeping a case file from being stored: what is owed stands in `minutes_due` until the
PDF is in the stores and the MINUTES event in the ledger. A kill in between leaves at the most an object in the stores
that nobody names; the next try makes another.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import good_bytes
from archive.custody import deposit
from archive.errors import NotFoundError, TangThuError, TemporaryError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.naming import safe_name
from archive.pdfa.print import print_pdfa
from archive.reason import as_text, because
from archive.register.agreements import Minutes, MinutesDue
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.workplace import at_work
from ingest.handover.facts import NotHandedOverError, hand_over
from ingest.handover.page import TITLE, page
from ingest.settings import IngestSettings

log = logging.getLogger(__name__)

BASIS = "NĐ 30/2020/NĐ-CP Điều 30"
FOLDER = "bien-ban"
ACTOR = "system:ingest"
AT_ONCE = 20

Print = Callable[[str], bytes]


def print_due(now: datetime, *, printer: Print | None = None) -> int:
    """Print what is owed and due; return how many were made. One that fails stops no other and is tried again."""
    with reading() as session:
        ids = session.scalars(
            select(MinutesDue.submission_id)
            .where(MinutesDue.not_before <= now)
            .order_by(MinutesDue.not_before)
            .limit(AT_ONCE)
        ).all()
    made = 0
    for submission_id in ids:
        try:
            made += make(submission_id, now=now, printer=printer)
        except NotHandedOverError:  # destroyed or handed on meanwhile: nothing is owed any more
            _settled(submission_id)
        except TangThuError as error:
            log.warning("minutes of %s: %s", submission_id, error)
            _failed(submission_id, as_text([error.reason]), now)
    return made


def make(submission_id: str, *, now: datetime, printer: Print | None = None) -> bool:
    """Print the minutes of one delivery into every store and ledger them; False when they are there already.

    Raises:
        NotHandedOverError: it is not stored.
        NotPdfaError: the page did not become PDF/A.
        TemporaryError: veraPDF or a store does not answer now.
    """
    with reading() as session:
        if session.get(Minutes, submission_id) is not None:
            facts = None
        else:
            facts = hand_over(session, submission_id)
    if facts is None:
        _settled(submission_id)
        return False
    html = page(facts)
    pdf = printer(html) if printer else print_pdfa(html, title=f"{TITLE} {facts.file_code}")
    sha256 = hashlib.sha256(pdf).hexdigest()
    year = facts.stored_at.year
    name = f"{FOLDER}/{safe_name(facts.agency_code)}/{year}/{submission_id}-{sha256[:8]}.pdf"
    with at_work("minutes-") as folder:
        path = folder / "minutes.pdf"
        path.write_bytes(pdf)
        copies = deposit(path, name, sha256)
    with transaction() as session:
        be_only_writer(session)
        if session.get(Minutes, submission_id) is None:
            event = append(
                session,
                Verb.MINUTES,
                actor=ACTOR,
                kind="submission",
                id=submission_id,
                payload={
                    "agency_code": facts.agency_code,
                    "name": name,
                    "size": len(pdf),
                    "copies": sorted(copies),
                },
                after=sha256,
                basis=BASIS,
                now=now,
            )
            apply(session, event)
        if (due := session.get(MinutesDue, submission_id)) is not None:
            session.delete(due)
    return True


def of(session: Session, submission_id: str) -> Minutes | None:
    """Return what is known of a delivery's minutes; None while there are none."""
    return session.get(Minutes, submission_id)


def read(session: Session, submission_id: str) -> bytes:
    """Return the minutes as PDF/A, from the first store whose copy has the hash the ledger has.

    The caller has asked whether they may be seen (`ingest.submissions.minutes_of`).

    Raises:
        NotFoundError: there are none yet.
        TemporaryError: no store has a good copy that can be read now.
    """
    minutes = session.get(Minutes, submission_id)
    if minutes is None:
        raise NotFoundError(because("ingest.no-minutes"))
    data = good_bytes(minutes.name, minutes.sha256)
    if data is None:
        raise TemporaryError(because("ingest.minutes-away"))
    return data


def _settled(submission_id: str) -> None:
    with transaction() as session:
        if (due := session.get(MinutesDue, submission_id)) is not None:
            session.delete(due)


def _failed(submission_id: str, why: str, now: datetime) -> None:
    settings = IngestSettings.load()
    with transaction() as session:
        due = session.get(MinutesDue, submission_id)
        if due is not None:
            wait = min(settings.retry_seconds * 2 ** min(due.attempts, 20), settings.retry_limit_seconds)
            due.attempts += 1
            due.error, due.not_before = why, now + timedelta(seconds=wait)
