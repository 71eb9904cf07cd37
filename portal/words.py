"""Words and colours for the codes of the register: the only place that turns a code into a label."""

from __future__ import annotations

from archive.ledger.event import Verb
from archive.register.decisions import OrderKind, OrderState
from archive.register.infected import QuarantineState
from archive.register.messages import RequestKind
from archive.register.models import CaseFileState, ComponentRole, CopyState, SubmissionState
from archive.register.preservation import ItemState, PlanState
from archive.register.schedules import ScheduleState
from archive.rights import Act
from archive.second_factor.enrol import Door
from archive.viewer import Role
from portal.i18n import _

ROLE_TITLES = {
    Role.OFFICIAL: _("Official"),
    Role.CLERK: _("Clerk"),
    Role.ARCHIVIST: _("Archivist"),
    Role.COUNCIL: _("Council member"),
    Role.HEAD: _("Head of the agency"),
    Role.HISTORICAL: _("Historical archivist"),
    Role.RESEARCHER: _("Reader"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}

SUBMISSION_STATES = {
    SubmissionState.TO_DECIDE: _("Waits for a decision"),
    SubmissionState.RECEIVED: _("Received"),
    SubmissionState.CHECKING: _("Being checked"),
    SubmissionState.GATHERING: _("Waits for its case file"),
    SubmissionState.ACCEPTED: _("Accepted, being stored"),
    SubmissionState.STORED: _("Stored"),
    SubmissionState.RETURNED: _("Returned"),
    SubmissionState.REFUSED: _("Refused"),
    SubmissionState.TESTED: _("Tested, not kept"),
    SubmissionState.SUPERSEDED: _("Superseded"),
    SubmissionState.NOTED: _("Noted"),
}

SEVERITIES = {"blocking": _("Blocks"), "error": _("Error"), "warning": _("Warning")}

CASE_FILE_STATES = {
    CaseFileState.STORED: _("Stored"),
    CaseFileState.TRANSFERRED: _("Transferred"),
    CaseFileState.DESTROYED: _("Destroyed"),
}

COPY_STATES = {
    CopyState.VERIFIED: _("Verified"),
    CopyState.DAMAGED: _("Damaged"),
    CopyState.MISSING: _("Missing"),
    CopyState.ERASED: _("Erased"),
}

COMPONENT_ROLES = {
    ComponentRole.ORIGINAL: _("Original"),
    ComponentRole.PDFA: _("PDF/A copy"),
    ComponentRole.TEXT: _("Text"),
}

ORDER_KINDS = {
    OrderKind.ACCEPTANCE: _("Acceptance"),
    OrderKind.HOLD: _("Hold"),
    OrderKind.LIFT_HOLD: _("Lifting of a hold"),
    OrderKind.DESTRUCTION: _("Destruction"),
    OrderKind.TRANSFER: _("Transfer"),
    OrderKind.ACCESS: _("Access"),
}

ORDER_STATES = {
    OrderState.PROPOSED: _("Proposed"),
    OrderState.APPROVED: _("Approved"),
    OrderState.EXECUTING: _("Being executed"),
    OrderState.DONE: _("Done"),
    OrderState.REFUSED: _("Refused"),
}

SCHEDULE_STATES = {
    ScheduleState.PROPOSED: _("Waits for an approval"),
    ScheduleState.APPROVED: _("Approved"),
    ScheduleState.REFUSED: _("Refused"),
    ScheduleState.WITHDRAWN: _("Withdrawn"),
}

RIGHTS_ACTS = {
    Act.CREATED: _("Account made"),
    Act.GIVEN: _("Role given"),
    Act.TAKEN: _("Role taken away"),
    Act.LOCKED: _("Locked"),
    Act.UNLOCKED: _("Unlocked"),
    Act.RENEWED: _("New one-time password"),
    Act.CHANGED: _("Own password chosen"),
    Act.ENROLLED: _("Authenticator enrolled"),
    Act.RESET: _("Authenticator reset"),
}

DOORS = {
    Door.PORTAL: _("the portal, with the password"),
    Door.COMMAND_LINE: _("the command line"),
    Door.DEMONSTRATION: _("the demonstration, for somebody who is not there"),
}

REQUEST_KINDS = {
    RequestKind.RECALL: _("Recall"),
    RequestKind.UPDATE: _("Update"),
    RequestKind.REPLACEMENT: _("Replacement"),
}

QUARANTINE_STATES = {
    QuarantineState.OPEN: _("Asked about the quarantine"),
    QuarantineState.RELEASED: _("Released from quarantine"),
    QuarantineState.DESTROYED: _("Destroyed in quarantine"),
    QuarantineState.DECLINED: _("Declined"),
    QuarantineState.EXPIRED: _("Expired in quarantine"),
}

ACCESS = {"01": _("Public"), "02": _("Conditional"), "03": _("Secret")}

REGIMES = {"R1": _("Law on Archives 2011"), "R2": _("Law on Archives 2024")}

VERBS = {
    Verb.AGENCY_SET: _("Agency recorded"),
    Verb.FONDS_SET: _("Fonds recorded"),
    Verb.INGEST: _("Received"),
    Verb.VALIDATE: _("Checked against the rules"),
    Verb.SIGNATURE_CHECK: _("Signatures checked"),
    Verb.VIRUS_CHECK: _("Scanned for viruses"),
    Verb.RETURN: _("Returned to the sender"),
    Verb.DECISION: _("Decision"),
    Verb.NORMALISE: _("PDF/A copies made"),
    Verb.PACKAGE: _("Packaged"),
    Verb.STORE: _("Stored in every place"),
    Verb.FIXITY_CHECK: _("Copies checked"),
    Verb.REPAIR: _("Copy repaired"),
    Verb.ADD_DOCUMENT: _("Document copied into another case file"),
    Verb.MIGRATE: _("Preservation plan"),
    Verb.BACKUP: _("Backed up"),
    Verb.RESTORE: _("Restore tried"),
    Verb.RETENTION_SET: _("Retention set"),
    Verb.RETENTION_CHANGE: _("Retention changed"),
    Verb.HOLD: _("Hold placed"),
    Verb.LIFT_HOLD: _("Hold lifted"),
    Verb.DESTROY: _("Destroyed"),
    Verb.ERASE: _("Erased at a place"),
    Verb.TRANSFER: _("Handed over"),
    Verb.RECEIPT: _("Receipt came back"),
    Verb.VIEW: _("Read"),
    Verb.COPY: _("Copied"),
    Verb.RIGHTS_CHANGE: _("Rights changed"),
    Verb.METADATA_CHANGE: _("Description changed"),
    Verb.REQUEST: _("Asked by the sender"),
    Verb.QUESTION: _("Office asked"),
    Verb.ANSWER: _("Question answered"),
    Verb.AGREEMENT: _("Agreement recorded"),
    Verb.SCHEDULE: _("Retention schedule recorded"),
    Verb.DUE_LIST: _("List of due files changed"),
    Verb.MINUTES: _("Minutes made"),
    Verb.PAPER: _("Paper of a destruction made"),
    Verb.EXPIRY_NOTICE: _("Told that periods run out"),
    Verb.MEDIUM: _("Offline medium"),
}

BACKUP_STATES = {"making": _("Being made"), "kept": _("Kept"), "erased": _("Erased")}

PLAN_STATES = {
    PlanState.PROPOSED: _("Waits for an approval"),
    PlanState.REFUSED: _("Plan refused"),
    PlanState.APPROVED: _("Approved, not begun"),
    PlanState.RUNNING: _("Runs"),
    PlanState.PAUSED: _("Paused"),
    PlanState.DONE: _("Ended, to be confirmed"),
    PlanState.REVERSING: _("Being reversed"),
    PlanState.REVERSED: _("Reversed"),
    PlanState.CONFIRMED: _("Confirmed"),
}

PLAN_ITEM_STATES = {
    ItemState.WAITING: _("Not yet"),
    ItemState.MAKING: _("Being made"),
    ItemState.MADE: _("Made anew"),
    ItemState.PARTLY: _("Made in part"),
    ItemState.FAILED: _("Failed"),
    ItemState.PASSED: _("Passed over"),
    ItemState.LEFT: _("Not reversed"),
    ItemState.REVERSING: _("Being reversed"),
    ItemState.REVERSED: _("Reversed"),
}

# tone of a pill: ok (jade), wait (ochre), bad (vermilion), quiet (ink)
TONES = {
    SubmissionState.TO_DECIDE: "wait",
    SubmissionState.RECEIVED: "quiet",
    SubmissionState.CHECKING: "busy",
    SubmissionState.GATHERING: "quiet",
    SubmissionState.ACCEPTED: "busy",
    SubmissionState.STORED: "ok",
    SubmissionState.RETURNED: "bad",
    SubmissionState.REFUSED: "bad",
    SubmissionState.TESTED: "quiet",
    SubmissionState.SUPERSEDED: "quiet",
    SubmissionState.NOTED: "quiet",
    "blocking": "bad",
    "error": "bad",
    "warning": "wait",
    CopyState.VERIFIED: "ok",
    CopyState.DAMAGED: "bad",
    CopyState.MISSING: "bad",
    CopyState.ERASED: "quiet",
    CaseFileState.TRANSFERRED: "quiet",
    CaseFileState.DESTROYED: "bad",
    OrderState.PROPOSED: "wait",
    OrderState.APPROVED: "wait",
    OrderState.EXECUTING: "busy",
    OrderState.DONE: "ok",
    "held": "wait",
    "plan-proposed": "wait",
    "plan-approved": "wait",
    "plan-running": "busy",
    "plan-paused": "wait",
    "plan-done": "wait",
    "plan-reversing": "busy",
    "plan-confirmed": "ok",
    "plan-refused": "bad",
    "plan-reversed": "quiet",
    "item-made": "ok",
    "item-partly": "wait",
    "item-failed": "bad",
    "item-passed": "wait",
    "item-left": "wait",
    "quarantine-released": "ok",
    "quarantine-destroyed": "bad",
    "quarantine-declined": "quiet",
    "quarantine-expired": "quiet",
    "success": "ok",
    "failure": "bad",
}

_PATHS = {
    "start": '<path d="M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>',
    "submissions": '<path d="M3 13l3-8h12l3 8v6H3zM3 13h5l1.5 3h5L16 13h5"/>',
    "drafting": '<path d="M12 15V4M8 8l4-4 4 4M5 13v7h14v-7"/>',
    "due-files": '<rect x="4" y="5" width="16" height="15" rx="1.5"/><path d="M4 10h16M8 3v4M16 3v4M8 14h4"/>',
    "agreements": '<path d="M7 3h8l4 4v14H7zM15 3v4h4M10 12h6M10 16l2 2 4-4"/>',
    "disposal": '<path d="M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5"/>',
    "schedules": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "handover": '<path d="M4 8h11v11H4zM9 8V4h11v11h-5M15 12h-6m2.5-2.5L9 12l2.5 2.5"/>',
    "holds": '<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 018 0v3"/>',
    "plans": '<path d="M5 9h11l-3-3M19 15H8l3 3"/>',
    "fonds": '<path d="M4 5h4v15H4zM10 5h4v15h-4zM16 6l3.5-1 3 14.5-3.5 1z"/>',
    "ledger": '<path d="M6 3h13v18H6a2 2 0 01-2-2V5a2 2 0 012-2zM8 8h7M8 12h7M8 16h4"/>',
    "accounts": '<circle cx="9" cy="8" r="3.5"/><path d="M3 20c0-4 3-6 6-6s6 2 6 6M17 6a3 3 0 010 6m1 3c2 1 3 3 3 5"/>',
    "health": '<path d="M3 12h4l2-6 4 12 2.5-8 1.5 2h4"/>',
    "document": '<path d="M6 3h8l5 5v13H6zM14 3v5h5"/>',
    "download": '<path d="M12 4v11M7 11l5 5 5-5M4 20h16"/>',
    "check": '<path d="M4 12.5l5 5L20 6.5"/>',
    "alert": '<path d="M12 4l9 16H3zM12 10v4M12 17v.5"/>',
}


def icon(name: str) -> str:
    """Return an inline SVG line icon; a small dot when the name is unknown."""
    path = _PATHS.get(name, '<circle cx="12" cy="12" r="2"/>')
    return (
        '<svg class="tt-icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        'stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" '
        f'focusable="false">{path}</svg>'
    )
