"""The certificate of destruction (biên bản hủy tài liệu), alone: as it was made, or a look at it before."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from archive.pdfa.print import judged
from archive.viewer import Viewer
from retention.papers.facts import facts_of
from retention.papers.kept import kept_of, read
from retention.papers.printing import FLAVOUR, Kind, printed


def certificate(session: Session, order_id: str, *, viewer: Viewer | None = None) -> bytes:
    """Return the certificate of a destruction that is done, as PDF/A-3b judged by veraPDF.

    It is the one that was made, sealed and kept (`retention.papers.making`); in the minutes before, one that is printed
    now, and says on its page that it is neither sealed nor kept.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: who asks; None only where the caller has already asked the viewer's permission.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        TemporaryError: no store can be read, or the page could not be judged now; may be retried.
    """
    facts = facts_of(session, order_id, viewer=viewer)
    kept = kept_of(session, order_id).get(Kind.CERTIFICATE)
    if kept is not None:
        return read(kept).pdf
    paper = printed(Kind.CERTIFICATE, replace(facts, preview=True))
    assert paper is not None
    return judged(paper.pdf, title=paper.title, flavour=FLAVOUR)
