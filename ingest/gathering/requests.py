"""Carry out what an office asks about documents it sent: recall, update, replacement.

`plan` says what would be done, `carry_out` does it in the transaction that records the message's step, after looking
again: in between, a case file may have been accepted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from archive.errors import TemporaryError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.messages import RequestKind, RequestState
from archive.register.models import STATES_CLOSED, Submission, SubmissionState
from archive.register.projection import apply
from ingest import outbox, reasons
from ingest.finding import Finding
from ingest.gateway.edxml import Kind, Message, Reference, Target
from ingest.gateway.edxml_status import AGREED, DECLINED, REFUSED
from ingest.gathering.answers import ANSWERS, Act, Answer, Place
from ingest.gathering.originals import Original, code_and_day, find

ACTOR = "system:gateway"
RECALL_BASIS = "NĐ 30/2020/NĐ-CP Điều 18.4.b"
RECALL_WORDS = "lấy lại, thu hồi theo thông điệp của cơ quan gửi"
WORDS = {
    (RequestKind.RECALL, AGREED): "Đồng ý cho lấy lại; văn bản chưa vào lưu trữ, đã xóa khỏi nơi tiếp nhận.",
    (
        RequestKind.RECALL,
        DECLINED,
    ): "Không lấy lại được: văn bản đã vào hồ sơ lưu trữ; lưu trữ viên được báo.",
    (RequestKind.UPDATE, AGREED): "Đồng ý cập nhật; thông điệp mới thay cho thông điệp cũ chưa vào lưu trữ.",
    (
        RequestKind.REPLACEMENT,
        AGREED,
    ): "Đồng ý thay thế; thông điệp mới thay cho thông điệp cũ chưa vào lưu trữ.",
}
UNKNOWN_WORDS = "Không tìm thấy văn bản cần lấy lại trong số văn bản, hồ sơ đã nhận của cơ quan."
GONE_WORDS = "Văn bản không còn ở nơi tiếp nhận: đã trả lại, từ chối hoặc đã được thay thế."


class ChangedMeanwhileError(TemporaryError):
    """A document that was asked about is not where it was a moment ago; the step looks again."""


@dataclass(frozen=True)
class Item:
    """One document that is asked about and what is to be done; `original` is None when nobody knows it."""

    target: Target
    original: Original | None
    answer: Answer

    @property
    def place(self) -> Place:
        """Return where the document is."""
        return self.original.place if self.original else Place.UNKNOWN


@dataclass(frozen=True)
class Plan:
    """What a message asks and what would be done about it."""

    kind: RequestKind
    items: tuple[Item, ...] = ()

    @property
    def unknown(self) -> tuple[Item, ...]:
        """Return what nobody knows."""
        return tuple(item for item in self.items if item.original is None)

    @property
    def wiped(self) -> tuple[str, ...]:
        """Return the submissions whose bytes must go once this is recorded."""
        return tuple(
            item.original.submission_id
            for item in self.items
            if item.original and item.answer.act is Act.REFUSE
        )


def kind_of(message: Message, ours: Collection[str]) -> RequestKind | None:
    """Return what a message asks of us; None when it asks nothing.

    An update that takes us off its recipients is a recall, as far as we are concerned (our reading).

    Args:
        ours: the agency codes we are known by.
    """
    if message.kind is Kind.RECALL or (message.kind is Kind.UPDATE and set(message.removed) & set(ours)):
        return RequestKind.RECALL
    return {Kind.UPDATE: RequestKind.UPDATE, Kind.REPLACEMENT: RequestKind.REPLACEMENT}.get(message.kind)


def plan(
    session: Session, message: Message, *, submission_id: str, agency_code: str, ours: Collection[str]
) -> Plan | None:
    """Return what the message asks and what would be done now; None when it asks nothing."""
    kind = kind_of(message, ours)
    if kind is None:
        return None
    items: list[Item] = []
    for target in message.targets:
        if target.organs and not set(target.organs) & set(ours):
            continue  # replaced for others, not for us
        found = find(
            session,
            target.document,
            agency_code=agency_code,
            asking_id=submission_id,
            organ_name=message.sender_name,
        )
        known = {item.original for item in items}
        items += [Item(target, one, _answer(kind, one.place, message)) for one in found if one not in known]
        if not found:
            items.append(Item(target, None, _answer(kind, Place.UNKNOWN, message)))
    return Plan(kind, tuple(items))


def _answer(kind: RequestKind, place: Place, message: Message) -> Answer:
    if kind is RequestKind.UPDATE and not message.changes_document:
        return Answer(Act.NOTHING, AGREED)  # only who else gets it has changed
    return ANSWERS[kind][place]


def carry_out(
    session: Session, planned: Plan, again: Plan | None, *, asking: Submission, clause: str, now: datetime
) -> None:
    """Do what was planned, if it is still the same.

    Args:
        again: the plan made anew in this transaction, whose session is the only writer.
        asking: the message that asks.
        clause: of the province on recalls.

    Raises:
        ChangedMeanwhileError: a document is elsewhere now.
    """
    if again != planned:
        raise ChangedMeanwhileError(because("ingest.changed-meanwhile"))
    for number, item in enumerate(planned.items):
        _one(session, planned.kind, item, number, asking, clause, now)


def _one(
    session: Session,
    kind: RequestKind,
    item: Item,
    number: int,
    asking: Submission,
    clause: str,
    now: datetime,
) -> None:
    original, answer = item.original, item.answer
    if original is None and answer.act is Act.NOTHING:
        return  # an update of what we never had is a document like any other
    if original is not None and answer.act in (Act.REFUSE, Act.SUPERSEDE):
        submission = session.get_one(Submission, original.submission_id, populate_existing=True)
        if answer.act is Act.REFUSE:
            params = {"status": RECALL_WORDS, "basis": clause or RECALL_BASIS}
            _move(
                session,
                submission,
                SubmissionState.REFUSED,
                Finding("RECALLED", "văn bản", params),
                kind,
                asking,
                now,
            )
        else:
            _move(session, submission, SubmissionState.SUPERSEDED, None, kind, asking, now)
        if answer.returns_case:
            _return_case(session, original.parent_id, kind, asking, clause, now)
    _note(session, kind, item, number, asking, now)
    if answer.status:
        outbox.owe(
            session,
            asking,
            answer.status,
            _words(kind, item),
            now=now,
            about=_about(item.target.document, asking),
        )


def _move(
    session: Session,
    submission: Submission,
    state: SubmissionState,
    finding: Finding | None,
    kind: RequestKind,
    asking: Submission,
    now: datetime,
) -> None:
    """Take a submission out of its way, from whoever works on it."""
    payload: dict[str, object] = {"state": state.value, "decided_by": ACTOR}
    if finding is not None:
        submission.findings.append(reasons.row_of(finding))
        payload["codes"] = sorted({row.code for row in submission.findings})
    if state is SubmissionState.SUPERSEDED:
        payload["superseded_by"] = asking.id
    verb = Verb.VALIDATE if state is SubmissionState.SUPERSEDED else Verb.RETURN
    event = append(
        session,
        verb,
        actor=ACTOR,
        kind="submission",
        id=submission.id,
        payload=payload,
        basis=_basis(kind),
        now=now,
    )
    apply(session, event)
    submission.step, submission.waiting, submission.not_before = "", "", None
    submission.lease_owner, submission.lease_until = "", None


def _return_case(
    session: Session, case_id: str, kind: RequestKind, asking: Submission, clause: str, now: datetime
) -> None:
    """Send the case file back that had gathered the document; its other documents wait again."""
    case = session.get_one(Submission, case_id, populate_existing=True)
    if case.state in STATES_CLOSED:
        return  # another document of the same message sent it back
    if kind is RequestKind.RECALL:
        finding = Finding("RECALLED", "hồ sơ", {"status": RECALL_WORDS, "basis": clause or RECALL_BASIS})
    else:
        finding = Finding("GATHER_SUPERSEDED", "hồ sơ")
    _move(session, case, SubmissionState.RETURNED, finding, kind, asking, now)
    outbox.owe(session, case, REFUSED, reasons.told(case.findings), now=now)


def _note(
    session: Session, kind: RequestKind, item: Item, number: int, asking: Submission, now: datetime
) -> None:
    """Ledger the request at the case file, or else at the submission it is about."""
    original = item.original
    case_file_id = original.case_file_id if original else ""
    payload = {
        "request_id": str(uuid5(UUID(asking.id), f"request {number}")),
        "submission_id": asking.id,
        "agency_code": asking.agency_code,
        "kind": kind.value,
        "target_id": original.submission_id if original else None,
        "case_file_id": case_file_id or None,
        "record_id": (original.record_id or None) if original else None,
        "answer": item.answer.status,
        "state": (RequestState.OPEN if item.answer.open else RequestState.CLOSED).value,
    }
    event = append(
        session,
        Verb.REQUEST,
        actor=ACTOR,
        kind="case-file" if case_file_id else "submission",
        id=case_file_id or (original.submission_id if original else asking.id),
        payload=payload,
        basis=_basis(kind),
        now=now,
    )
    apply(session, event)


def _basis(kind: RequestKind) -> str:
    """Return the clause a request rests on; of updates and replacements the decree says nothing."""
    return RECALL_BASIS if kind is RequestKind.RECALL else ""


def _words(kind: RequestKind, item: Item) -> str:
    if item.original is None:
        return UNKNOWN_WORDS
    if item.place is Place.GONE:
        return GONE_WORDS
    return WORDS.get((kind, item.answer.status), "")


def _about(document: Reference, asking: Submission) -> Reference:
    """Return the document as a status names it, with what can be read out of its id."""
    code, day = code_and_day(document)
    return Reference(
        document.organ_id or asking.agency_code,
        document.code or code,
        document.promulgation_date or (f"{day:%Y/%m/%d}" if day else ""),
        document.document_id,
    )
