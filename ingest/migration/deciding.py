"""Propose a preservation plan, and what people do with it: approve, refuse, run, pause, stop, confirm, reverse.

Threat model: one person, or one stolen account, has the readable copies of the whole archive made anew by a bad route.
So a second person approves the very list that was proposed, no original is touched, what does not pass veraPDF and the
fidelity gate is not taken, and all of it can be taken back until somebody other than the proposer confirms it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import be_only_writer
from archive.order_list import list_hash
from archive.queue import send_after_commit
from archive.reason import because
from archive.register.models import Agency, new_id
from archive.register.preservation import PlanState, PreservationPlan
from archive.viewer import ALL_AGENCIES, Viewer
from ingest.errors import IngestError
from ingest.migration.noting import of_plan
from ingest.migration.plan import BASIS, LONGEST, MAY, NEEDS_A_WORD, Did, Wanted, follows, role_for
from ingest.migration.preview import Preview
from ingest.migration.standing import may_try

TASK = "ingest.tasks.migrate"
TRY = "ingest.tasks.try_plan"
LISTED = 500  # case files an event of the list holds
AT_ONCE = (Did.RUN, Did.REVERSE)


def propose(
    session: Session,
    *,
    name: str,
    reason: str,
    wanted: Wanted,
    target: str,
    agency_code: str,
    found: Preview,
    viewer: Viewer,
    now: datetime,
) -> str:
    """Propose a plan over what was previewed; return its id.

    Args:
        session: an open transaction.
        name: what people call it.
        reason: why.
        wanted, target, agency_code: as previewed.
        found: the preview; the plan names its case files and no other. Each is looked at again when it is made.
        viewer: an archivist or administrator there.
        now: aware time.

    Raises:
        NotAllowedError: the viewer may not.
        NotFoundError: no such agency.
        IngestError: a name or a reason is missing, or nothing is chosen.
    """
    role = role_for(Did.PROPOSE, viewer, agency_code)
    if agency_code and session.get(Agency, agency_code) is None:
        raise NotFoundError(because("ingest.migration-agency", agency=agency_code))
    if not name.strip() or not reason.strip():
        raise IngestError(because("ingest.migration-no-reason"))
    if not found.items:
        raise IngestError(because("ingest.migration-nothing"))
    be_only_writer(session)
    plan_id = new_id()
    plan = {
        "name": " ".join(name.split())[:200],
        "reason": reason.strip()[:LONGEST],
        "agency_code": agency_code,
        "wanted": wanted.as_json(),
        "target": target,
        "files": found.files,
        "components": found.components,
        "size": found.size,
        "list_sha256": list_hash((one.case_file_id, one.package_sha256) for one in found.items),
    }
    of_plan(
        session,
        plan_id,
        {"did": Did.PROPOSE.value, "state": PlanState.PROPOSED.value, "plan": plan},
        actor=viewer.name,
        role=role,
        basis=BASIS,
        now=now,
    )
    for start in range(0, len(found.items), LISTED):
        some = found.items[start : start + LISTED]
        items = [[one.case_file_id, one.package_sha256, one.components, one.size] for one in some]
        told = {"did": "list", "items": items}
        of_plan(session, plan_id, told, actor=viewer.name, role=role, now=now)
    return plan_id


def act(
    session: Session, plan_id: str, did: Did, *, viewer: Viewer, remark: str = "", now: datetime
) -> PreservationPlan:
    """Do something with a plan that is there; a worker does the rest after the commit.

    Args:
        session: an open transaction.
        plan_id: of the plan.
        did: anything but proposing and finishing.
        viewer: who.
        remark: why; has to be given to refuse, to stop and to reverse.
        now: aware time.

    Raises:
        NotFoundError: no such plan.
        NotAllowedError: the viewer may not, or it needs another person than the proposer.
        IngestError: the plan is not in a state for it, or the remark is missing.
    """
    be_only_writer(session)
    plan = session.get(PreservationPlan, plan_id, populate_existing=True)
    if plan is None:
        raise NotFoundError(because("ingest.migration-no-plan", plan=plan_id))
    role = role_for(did, viewer, plan.agency_code)
    after = follows(PlanState(plan.state), did, actor=viewer.name, proposed_by=plan.proposed_by)
    if did in NEEDS_A_WORD and not remark.strip():
        raise IngestError(because("ingest.no-word"))
    told = {"did": did.value, "state": after.value, "remark": remark.strip()[:LONGEST]}
    of_plan(session, plan_id, told, actor=viewer.name, role=role, basis=BASIS, now=now)
    if did in AT_ONCE:
        send_after_commit(session, TASK)
    return plan


def ask_for_a_try(session: Session, plan_id: str, count: int, *, viewer: Viewer) -> None:
    """Have a worker try a plan out on so many files; what comes of it stands with the plan.

    Raises:
        NotFoundError: no such plan.
        NotAllowedError: the viewer may neither propose nor approve it.
    """
    plan = session.get(PreservationPlan, plan_id)
    if plan is None:
        raise NotFoundError(because("ingest.migration-no-plan", plan=plan_id))
    if not may_try(plan, viewer):
        raise NotAllowedError(
            because(
                "ingest.migration-who",
                who=viewer.name,
                roles=MAY[Did.APPROVE],
                agency=plan.agency_code or ALL_AGENCIES,
            )
        )
    send_after_commit(session, TRY, plan_id, count)
