"""Which papers a destruction has, and how each is printed (hồ sơ hủy tài liệu).

`retention.papers.making` makes them once, at the end of the destruction; `retention.papers.kept` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.pdfa.parts import render_parts
from archive.pdfa.print import Attached
from archive.procedure.papers import Paper as Numbered
from archive.vietnam import local
from retention.papers import certificate, explanation, hand_over, listing, minutes, records
from retention.papers.facts import Facts

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
        pdf: PDF/A-3b.
        number: its own, "" where it has none.
        day: its own, None where it has none.
    """

    kind: Kind
    title: str
    filename: str
    pdf: bytes
    number: str = ""
    day: date | None = None


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


def printed(
    kind: Kind, facts: Facts, *, printer: Print | None = None, attached: Sequence[Attached] = ()
) -> Paper | None:
    """Return one paper, neither sealed nor judged; None when this destruction has no such paper.

    Args:
        kind: which.
        facts: of the destruction.
        printer: prints it instead of the house's own.
        attached: files inside it, of the certificate alone.

    Raises:
        NotPdfaError: a page asks for an outside file.
    """
    parts = list(PAGES[kind](facts))
    if not parts:
        return None
    own = own_paper(kind, facts)
    title = f"{TITLES[kind]} {_of(kind, facts, own)}"
    if printer:
        pdf = printer(parts, title)
    else:
        pdf = render_parts(parts, title=title, flavour=FLAVOUR, attached=attached)
    if own is not None:
        return Paper(kind, title, f"{kind}.pdf", pdf, own.number, own.day)
    # The minutes of the destruction are dated by its end; no number is given to them here.
    day = local(facts.dossier.finished_at).date() if kind is Kind.CERTIFICATE else None
    return Paper(kind, title, f"{kind}.pdf", pdf, "", day)


def own_paper(kind: Kind, facts: Facts) -> Numbered | None:
    """Return the paper a kind is, with number and date of its own; None for one that is annexed to another."""
    story = facts.story
    if story is None:
        return None
    found: Mapping[Kind, Numbered | None] = {
        Kind.COUNCIL: story.council.paper if story.council else None,
        Kind.MINUTES: story.conclusion.paper if story.conclusion else None,
        Kind.REQUEST: story.opinion.requested if story.opinion else None,
        Kind.OPINION: story.opinion.given if story.opinion else None,
        Kind.DECISION: story.decision.paper if story.decision else None,
        Kind.HAND_OVER: story.hand_over.paper if story.hand_over else None,
    }
    return found.get(kind)


def _of(kind: Kind, facts: Facts, own: Numbered | None) -> str:
    """Return what tells a paper from others of its kind: its own number, or that of the one it belongs to."""
    if own is not None:
        return f"số {own.number}"
    letter = facts.story.letter if facts.story else None
    if kind in (Kind.LIST, Kind.EXPLANATION) and letter is not None:
        return f"kèm theo Tờ trình số {letter.number}"
    return f"theo Quyết định số {facts.dossier.document_number}"
