"""The certificate of destruction (biên bản hủy tài liệu), alone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.pdfa.print import print_pdfa
from archive.viewer import Viewer
from retention.dossier import gather
from retention.papers.certificate import TITLE, page


def certificate(session: Session, order_id: str, *, viewer: Viewer | None = None) -> bytes:
    """Return the certificate of a destruction that is done, as PDF/A-2b judged by veraPDF.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: who asks; None only where the caller has already asked the viewer's permission.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        VeraPdfMissingError: the page could not be judged now; may be retried.
    """
    dossier = gather(session, order_id, viewer=viewer)
    return print_pdfa(page(dossier), title=f"{TITLE} {dossier.document_number}")
