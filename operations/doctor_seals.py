"""The doctor on digital seals: whether there are any, whether each could be put on now, and papers that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from archive.errors import TangThuError
from archive.reason import because
from archive.register.session import reading
from archive.seals.key import seal_of
from archive.seals.settings import SealSettings
from operations.sign import Sign, sign
from retention.papers.making import owed

SEAL, PAPERS = "seal", "papers"
SOON = timedelta(days=60)
"""So long before it expires a seal is told of."""
LATE = timedelta(minutes=30)
"""Papers that wait for longer mean that something is wrong."""


def seals() -> Iterator[Sign]:
    """Yield a sign for each seal of the settings; one that there is none is told and no illness."""
    now = datetime.now(UTC)
    keys = SealSettings.load().keys
    if not keys:
        yield Sign(SEAL, None, because("operations.seal-not-set"), because("operations.set-seal"))
    for key in keys:
        name = f"{SEAL} {key.agency}"
        try:
            seal = seal_of(key.agency, now=now)
        except TangThuError as error:
            yield Sign(name, False, error.reason, because("operations.mend-seal"))
            continue
        if seal is None:
            continue
        face = seal.face
        facts = {"name": face.name, "until": face.until}
        if face.until - now < SOON:
            yield Sign(name, None, because("operations.seal-soon", **facts), because("operations.mend-seal"))
        elif face.revocation_checked:
            yield Sign(name, True, because("operations.seal-good", **facts))
        else:
            unchecked = because("operations.seal-unchecked", **facts)
            yield Sign(name, None, unchecked, because("operations.bring-lists"))


def papers() -> Iterator[Sign]:
    """Yield one sign: whether the papers of every destruction were made."""
    try:
        with reading() as session:
            waiting = len(owed(session, done_before=datetime.now(UTC) - LATE, limit=1000))
    except SQLAlchemyError:
        return  # the register's own sign says why
    late = because("operations.papers-owed", count=waiting) if waiting else None
    yield sign(PAPERS, late, because("operations.papers-made"), because("operations.make-papers"))
