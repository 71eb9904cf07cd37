"""Which stores a case file cannot be counted on to be in, as the register says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.models import Copy, CopyState, Package
from archive.register.pieces import pieces
from archive.settings import ArchiveSettings


def stores_lacking(session: Session, case_file_ids: Collection[str]) -> dict[str, set[str]]:
    """Return, by case file, the stores without a verified copy of every version of its package.

    Of a case file without a package these are all stores of the settings. The stores themselves are not asked.
    """
    names = {store.name for store in ArchiveSettings.load().all_stores}
    verified: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    query = select(Package.case_file_id, Package.id, Copy.store, Copy.state).outerjoin(
        Copy, Copy.package_id == Package.id
    )
    for some in pieces(case_file_ids):
        for case_file_id, package_id, store, state in session.execute(
            query.where(Package.case_file_id.in_(some))
        ):
            good = verified[case_file_id][package_id]
            if state == CopyState.VERIFIED:
                good.add(store)
    return {
        id: {
            name
            for name in names
            if id not in verified or any(name not in one for one in verified[id].values())
        }
        for id in case_file_ids
    }
