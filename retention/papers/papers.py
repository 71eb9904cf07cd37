"""The papers of a destruction (hồ sơ hủy tài liệu), each as PDF/A.

from retention.papers.papers import made
for paper in made(session, order_id):
    paper.kind, paper.title, paper.filename, paper.pdf
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.pdfa.parts import render_parts
from archive.pdfa.print import judged
from archive.viewer import Viewer
from retention.papers import certificate, explanation, hand_over, listing, minutes, records
from retention.papers.facts import Facts, facts_of

Print = Callable[[Sequence[str], str], bytes]
"""Prints the parts of a paper of that title as PDF/A."""
FLAVOUR = "3b"
"""The certificate carries its proofs as a file inside, which PDF/A-3 alone allows; so all are of one kind."""


class Kind(StrEnum):
    """What a paper of a destruction is; its value is the stem of its file. In the order of the dossier."""

    LIST = "danh-muc"  # danh mục tài liệu hết giá trị
    EXPLANATION = "ban-thuyet-minh"
    COUNCIL = "quyet-dinh-lap-hoi-dong"
    MINUTES = "bien-ban-hop-hoi-dong"
    REQUEST = "van-ban-de-nghi"  # đề nghị thẩm định, xin ý kiến
    OPINION = "van-ban-tham-dinh"  # thẩm định, cho ý kiến
    DECISION = "quyet-dinh-huy"
    HAND_OVER = "bien-ban-ban-giao"
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


Pages = Callable[[Facts], Iterator[str]]
"""Yields a paper as HTML, in parts; nothing when this destruction has no such paper."""
TITLES: Mapping[Kind, str] = {
    Kind.LIST: "Danh mục tài liệu hủy",
    Kind.EXPLANATION: explanation.TITLE,
    Kind.COUNCIL: records.COUNCIL,
    Kind.MINUTES: minutes.TITLE,
    Kind.REQUEST: "Văn bản đề nghị thẩm định, xin ý kiến",
    Kind.OPINION: "Văn bản thẩm định, cho ý kiến",
    Kind.DECISION: records.DECISION,
    Kind.HAND_OVER: hand_over.TITLE,
    Kind.CERTIFICATE: certificate.TITLE,
}
PAGES: Mapping[Kind, Pages] = {
    Kind.LIST: listing.pages,
    Kind.EXPLANATION: explanation.pages,
    Kind.COUNCIL: records.council,
    Kind.MINUTES: minutes.pages,
    Kind.REQUEST: records.request,
    Kind.OPINION: records.opinion,
    Kind.DECISION: records.decision,
    Kind.HAND_OVER: hand_over.pages,
    Kind.CERTIFICATE: certificate.pages,
}


def made(
    session: Session, order_id: str, *, viewer: Viewer | None = None, printer: Print | None = None
) -> tuple[Paper, ...]:
    """Return the papers of a destruction that is done, in the order of its dossier.

    Args:
        session: on the register.
        order_id: of the destruction.
        viewer: archivist, council member, head or auditor of the agency; None only where the caller has already asked
            the viewer's permission.
        printer: prints a paper, by default as PDF/A-3b judged by veraPDF.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: no destruction, or not done yet.
        NotPdfaError: a page did not become PDF/A.
        VeraPdfMissingError: it could not be judged now; may be retried.
    """
    facts = facts_of(session, order_id, viewer=viewer)
    return tuple(paper for kind in Kind if (paper := _printed(kind, facts, printer or _print)))


def _printed(kind: Kind, facts: Facts, printer: Print) -> Paper | None:
    parts = list(PAGES[kind](facts))
    if not parts:
        return None
    title = f"{TITLES[kind]} {facts.dossier.document_number}"
    return Paper(kind, title, f"{kind}.pdf", printer(parts, title))


def _print(parts: Sequence[str], title: str) -> bytes:
    return judged(render_parts(parts, title=title, flavour=FLAVOUR), title=title, flavour=FLAVOUR)
