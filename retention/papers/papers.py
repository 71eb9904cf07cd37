"""The papers of a destruction (hồ sơ hủy tài liệu), each as PDF/A.

from retention.papers.papers import made
for paper in made(session, order_id):
    paper.kind, paper.title, paper.filename, paper.pdf
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.pdfa.print import print_pdfa
from archive.viewer import Viewer
from retention import certificate
from retention.dossier import Dossier, gather

Print = Callable[[str, str], bytes]
"""Prints a page of that title as PDF/A."""


class Kind(StrEnum):
    """What a paper of a destruction is; its value is the stem of its file."""

    CERTIFICATE = "bien-ban-huy"  # biên bản hủy tài liệu


@dataclass(frozen=True)
class Paper:
    """One paper, ready to be kept or handed out.

    Attributes:
        title: in Vietnamese, for lists and the document's metadata.
        filename: ASCII, one of its own in its dossier.
        pdf: PDF/A.
    """

    kind: Kind
    title: str
    filename: str
    pdf: bytes


TITLES: Mapping[Kind, str] = {Kind.CERTIFICATE: "Biên bản hủy tài liệu"}
PAGES: Mapping[Kind, Callable[[Dossier], str]] = {Kind.CERTIFICATE: certificate.page}
"""Kind -> its page as HTML, in the order the papers stand in the dossier."""


def made(
    session: Session, order_id: str, *, viewer: Viewer | None = None, printer: Print | None = None
) -> tuple[Paper, ...]:
    """Return the papers of a destruction that is done, in the order of its dossier.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: archivist, council member, head or auditor of the agency; None only where the caller has already asked
            the viewer's permission.
        printer: prints a page, by default as PDF/A judged by veraPDF.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        NotPdfaError: a page did not become PDF/A.
        VeraPdfMissingError: it could not be judged now; may be retried.
    """
    dossier = gather(session, order_id, viewer=viewer)
    papers = []
    for kind, page in PAGES.items():
        title = f"{TITLES[kind]} {dossier.document_number}"
        pdf = printer(page(dossier), title) if printer else print_pdfa(page(dossier), title=title)
        papers.append(Paper(kind, title, f"{kind}.pdf", pdf))
    return tuple(papers)
