"""The files given with the papers of a list: which go into its dossier, and when they leave the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.paper_files import shelf
from archive.paper_files.inspecting import Inspector, PaperFileError
from archive.procedure.papers import Paper
from archive.procedure.states import STATES_END
from archive.procedure.story import Story
from archive.reason import because
from archive.register.disposal import DisposalList
from archive.viewer import same_person

UNUSED = timedelta(days=7)
"""So long a file that no list names waits: its step may be taken still."""
ENDED = timedelta(days=365)
"""So long the files of a list that ended without a dossier wait: kept, rejected, refused or given up (our rule)."""
MOST_UNUSED = 20
"""Files of one person that no list names, at most (our rule); a list has nine papers."""
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


def give(
    session: Session, source: BinaryIO, name: str, *, by: str, now: datetime, looks: Inspector | None = None
) -> shelf.Waiting:
    """Lay a file on the shelf and return it (`archive.paper_files.shelf.put`).

    Args:
        session: on the register.
        source: read from where it stands.
        name: as its giver calls it.
        by: account.
        now: aware time.
        looks: who looks at it; the one installed if None.

    Raises:
        PaperFileError: as `put`, or it is a new one and so many files of this person wait already that no list names.
        TemporaryError: as `put`.
    """

    def may() -> None:
        mine = {one.sha256 for one in shelf.waiting() if same_person(one.about.by, by)}
        # What lists name is asked only of who has many: it is read from all their events.
        if len(mine) >= MOST_UNUSED and len(mine - wanted(session)) >= MOST_UNUSED:
            raise PaperFileError(because("retention.too-many-files", most=MOST_UNUSED, days=UNUSED.days))

    return shelf.put(source, name, by=by, now=now, looks=looks, may=may)


def wanted(session: Session, *, ended_since: datetime | None = None) -> set[str]:
    """Return the hashes of files that a list without a filed dossier names.

    Args:
        session: on the register.
        ended_since: of lists that ended without one only those that did after this time; None for all.
    """
    ended = [state.value for state in STATES_END]
    waits = (
        true()
        if ended_since is None
        else DisposalList.state.not_in(ended) | (DisposalList.since > ended_since)
    )
    query = select(EventRow.payload).join(DisposalList, DisposalList.order_id == EventRow.object_id)
    query = query.where(EventRow.verb == Verb.DECISION.value, DisposalList.dossier_id == "", waits)
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
    """Overwrite what no list has named for days or needs any more, and what killed givers left; return how many files.

    Raises:
        TemporaryError: the disk does not answer.
    """
    others, count = wanted(session, ended_since=now - ENDED), shelf.tidy(before=now - timedelta(days=1))
    for one in shelf.waiting():
        if one.sha256 not in others and one.about.at < now - UNUSED:
            shelf.drop(one.sha256)
            count += 1
    return count
