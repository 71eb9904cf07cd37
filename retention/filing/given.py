"""The files given with the papers of a list: which go into its dossier, and when they leave the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.paper_files import shelf
from archive.procedure.papers import Paper
from archive.procedure.story import Story
from archive.register.disposal import DisposalList

UNUSED = timedelta(days=7)
"""So long a file that no list names waits: its step may be taken still."""
TITLES = {
    "submit": "Tờ trình danh mục tài liệu hết giá trị",
    "council": "Quyết định thành lập hội đồng",
    "conclude": "Biên bản họp hội đồng",
    "request-opinion": "Văn bản đề nghị thẩm định, xin ý kiến",
    "request-appraisal": "Văn bản đề nghị thẩm định",
    "record-opinion": "Văn bản thẩm định, cho ý kiến",
    "return": "Văn bản thẩm định, cho ý kiến",
    "reject": "Văn bản thẩm định, cho ý kiến",
    "decide": "Quyết định hủy tài liệu",
    "decide-alone": "Quyết định hủy tài liệu",
    "hand-over": "Biên bản bàn giao tài liệu hủy",
    "hand-over-again": "Biên bản bàn giao tài liệu hủy",
}


@dataclass(frozen=True)
class Given:
    """A paper with the hash of its file.

    Attributes:
        step: id of the step that rests on it; "submit" for the letter the list was proposed with.
    """

    step: str
    paper: Paper

    @property
    def title(self) -> str:
        """Return what the document is called in the dossier."""
        return f"{TITLES.get(self.step, 'Văn bản')} (bản đã ký hoặc bản quét)"


def given_with(told: Story) -> Iterator[Given]:
    """Yield the papers of a list that have a file, each file once, in the order of the steps."""
    seen: set[str] = set()
    papers = [("submit", told.letter), *((step.id, step.paper) for step in told.steps)]
    for step, paper in papers:
        if paper is not None and paper.sha256 and step != "close" and paper.sha256 not in seen:
            seen.add(paper.sha256)
            yield Given(step, paper)


def wanted(session: Session) -> set[str]:
    """Return the hashes of files that a list without a filed dossier names."""
    query = select(EventRow.payload).join(DisposalList, DisposalList.order_id == EventRow.object_id)
    query = query.where(EventRow.verb == Verb.DECISION.value, DisposalList.dossier_id == "")
    found: set[str] = set()
    for payload in session.scalars(query.execution_options(yield_per=500)):
        found.add(str((payload.get("step") or {}).get("paper", {}).get("sha256", "")))
        found.add(str(payload.get("order", {}).get("document_sha256", "")))
    return found - {""}


def let_go(session: Session, told: Story) -> None:
    """Overwrite on the shelf what a filed dossier has, unless another list needs it still.

    Raises:
        TemporaryError: the disk does not answer.
    """
    others = wanted(session)
    for one in given_with(told):
        if one.paper.sha256 not in others:
            shelf.drop(one.paper.sha256)


def sweep(session: Session, *, now: datetime) -> int:
    """Overwrite what no list has named for days, and what killed givers left; return how many files.

    Raises:
        TemporaryError: the disk does not answer.
    """
    others, count = wanted(session), shelf.tidy(before=now - timedelta(days=1))
    for one in shelf.waiting():
        if one.sha256 not in others and one.about.at < now - UNUSED:
            shelf.drop(one.sha256)
            count += 1
    return count
