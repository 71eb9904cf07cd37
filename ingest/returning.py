"""A checked delivery goes back in part: findings about single documents, so that only these are sent again.

Whoever decides calls `return_documents`: an archivist through `ingest.submissions.send_back`, or the agency's agreement
by the machine itself. The words of a reason are findings, which go with the case file when it is destroyed; the ledger,
which is never erased, has which documents they were about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import Reason, because
from archive.register.models import Submission, SubmissionState
from archive.register.projection import apply
from ingest import outbox, reasons
from ingest.agreements.judging import told_partial
from ingest.checks.catalogue import rule
from ingest.errors import IngestError
from ingest.finding import Finding, Severity
from ingest.mending.sheet import DOCUMENT_RETURNED, wanted_again

BASIS = "NĐ 30/2020/NĐ-CP Điều 30"
LONGEST_REASON = 1000


def faults_of(marked: Mapping[int, str | Reason], documents: int) -> tuple[Finding, ...]:
    """Return the findings that marked documents are.

    Args:
        marked: ordinal of a document -> what is wrong with it; 0 is the description of the case file itself.
        documents: how many the delivery has.

    Raises:
        IngestError: nothing is marked, a document the delivery does not have, or one without a reason.
    """
    if not marked:
        raise IngestError(because("ingest.no-document-marked"))
    for ordinal, reason in marked.items():
        if not 0 <= ordinal <= documents:
            raise IngestError(because("ingest.no-such-document", document=ordinal, documents=documents))
        if isinstance(reason, str) and not reason.strip():
            raise IngestError(because("ingest.document-without-reason", document=ordinal))
    return tuple(
        Finding(
            DOCUMENT_RETURNED,
            f"document {ordinal}" if ordinal else "case file",
            {"reason": reason.strip()[:LONGEST_REASON] if isinstance(reason, str) else reason},
            ordinal,
        )
        for ordinal, reason in sorted(marked.items())
    )


def return_documents(
    session: Session,
    submission: Submission,
    faults: Collection[Finding],
    *,
    by: str,
    role: str,
    remark: str = "",
    basis: str = BASIS,
    now: datetime,
) -> None:
    """Return a delivery that waits for a decision, with findings about some of its documents: receipt 02 is owed.

    The office is told every error, also those found before by the checks, and no remark.

    The caller holds the submission (`archive.ledger.append.be_only_writer`) and answers for who may decide.

    Args:
        faults: of `faults_of`, or of checks that ask for the same; none for a return as a whole.
        by: who decided: an account, or `system:...`.
        role: in which role; "" for the machine.
        remark: about the delivery as a whole, in Vietnamese, sent before what was found.
        basis: the clause, or the agreement, it rests on.
    """
    submission.findings.extend(reasons.row_of(fault) for fault in faults)
    found = [reasons.finding_of(row) for row in submission.findings]
    wanted = list(wanted_again(found))
    more = {"wanted_again": wanted, "codes": sorted({one.code for one in found})} if faults else {}
    event = append(
        session,
        Verb.RETURN,
        actor=by,
        role=role,
        kind="submission",
        id=submission.id,
        now=now,
        payload={"state": SubmissionState.RETURNED.value, "decided_by": by, "reason": remark} | more,
        basis=basis,
    )
    apply(session, event)
    submission.step = ""
    lines = [remark] if remark else []
    if faults and 0 not in wanted:
        lines.append(told_partial(wanted).rstrip("\n"))
    lines += [reasons.line(one) for one in found if rule(one.code).severity is not Severity.WARNING]
    outbox.owe(session, submission, "02", reasons.fitted("\n".join(lines), reasons.LONGEST), now=now)
