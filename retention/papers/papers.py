"""The papers of a destruction (hồ sơ hủy tài liệu): the door to them.

`retention.papers.making` makes them once, at the end of the destruction; `made` gives those.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive import orders
from archive.errors import NotAllowedError
from archive.list_names import name_of
from archive.reason import because
from archive.viewer import Viewer
from retention.dossier import READERS
from retention.errors import PapersOwedError
from retention.papers.facts import facts_of
from retention.papers.kept import kept_of, read
from retention.papers.printing import FLAVOUR, Kind, Paper, Print, printed

__all__ = ["FLAVOUR", "Kind", "Paper", "Print", "made"]


def made(
    session: Session, order_id: str, *, viewer: Viewer | None = None, printer: Print | None = None
) -> tuple[Paper, ...]:
    """Return the papers of a destruction that is done, in the order of its dossier: those that were made of it.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: archivist, council member, head or auditor of the agency; None only where the caller has already asked
            the viewer's permission.
        printer: prints a look at papers that were not made yet, neither sealed nor kept.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        PapersOwedError: they were not made yet, and nothing prints a look at them; may be retried.
        TemporaryError: no store has a good copy of one now.
    """
    order = orders.named(session, order_id)
    if viewer is not None and not any(viewer.has(role, order.agency_code) for role in READERS):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=order.agency_code))
    if found := kept_of(session, order_id):
        return tuple(read(one) for one in found.values())
    facts = facts_of(session, order_id, viewer=viewer)
    if printer is None:
        raise PapersOwedError(because("retention.papers-owed", order=name_of(session, order_id)))
    return tuple(paper for kind in Kind if (paper := printed(kind, facts, printer=printer)))
