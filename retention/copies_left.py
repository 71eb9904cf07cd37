"""What is left of a case file whose last copy was on its way out when the run that erased it died."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import UNREACHABLE, examine_one, stores
from archive.register.models import CopyState, Package

MAY_BE_WHOLE = frozenset({CopyState.VERIFIED.value, UNREACHABLE})


def whole_left(session: Session, case_file_id: str) -> bool:
    """Say whether every package of the case file is whole in some store; one in a store that does not answer may be.

    A later version may describe anew what only an earlier one has the originals of, so one of them is not enough. The
    copies are read to their end: after a power cut any part of a copy may be overwritten already.
    """
    places = stores()
    query = select(Package.name, Package.sha256).where(Package.case_file_id == case_file_id)
    packages = session.execute(query).all()
    return bool(packages) and all(
        any(examine_one(store, name, sha256) in MAY_BE_WHOLE for store in places) for name, sha256 in packages
    )
