"""What a preservation plan is, which state follows which, and who may do what. Pure: no register, no clock.

That a plan needs a second person follows from the rule of the house that nobody approves what they proposed (design
section 10); no article of law asks for it. It is our own reading as well that a confirmed plan keeps every earlier
version: Law 33/2024/QH15 lets records go by destruction or hand-over only, and a derivative that was once given to
readers may be what a certified copy was made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.preservation import PlanState
from archive.viewer import ALL_AGENCIES, Role, Viewer, same_person
from ingest.errors import IngestError
from ingest.formats.flavour import TARGETS

TOOLS = (
    "Ghostscript",
    "LibreOffice",
    "Tesseract",
    "WeasyPrint",
    "fontTools",
    "img2pdf",
    "pikepdf",
    "veraPDF",
)
"""Names under which a derivative's tools are noted (`ingest.formats.convert`)."""
PUID = re.compile(r"(x-)?fmt/[0-9]+")
VERSION = re.compile(r"[\w .,:()+/~-]{1,80}")
BASIS = "quy trình hai người của hệ thống (không có điều luật quy định)"
LONGEST = 2000


class Did(StrEnum):
    """What may be done with a plan."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"  # what is left is not made; what was made stays until confirmed or reversed
    FINISH = "finish"  # by the machine: nothing is left
    CONFIRM = "confirm"
    REVERSE = "reverse"


TRANSITIONS: Mapping[tuple[PlanState, Did], PlanState] = MappingProxyType(
    {
        (PlanState.PROPOSED, Did.APPROVE): PlanState.APPROVED,
        (PlanState.PROPOSED, Did.REFUSE): PlanState.REFUSED,
        (PlanState.APPROVED, Did.RUN): PlanState.RUNNING,
        (PlanState.RUNNING, Did.PAUSE): PlanState.PAUSED,
        (PlanState.RUNNING, Did.STOP): PlanState.DONE,
        (PlanState.RUNNING, Did.FINISH): PlanState.DONE,
        (PlanState.PAUSED, Did.RUN): PlanState.RUNNING,
        (PlanState.PAUSED, Did.STOP): PlanState.DONE,
        (PlanState.DONE, Did.CONFIRM): PlanState.CONFIRMED,
        (PlanState.DONE, Did.REVERSE): PlanState.REVERSING,
        (PlanState.REVERSING, Did.FINISH): PlanState.REVERSED,
    }
)
"""Every step a plan can take; no other is possible."""

MAY: Mapping[Did, frozenset[Role]] = MappingProxyType(
    {
        Did.PROPOSE: frozenset({Role.ARCHIVIST, Role.ADMINISTRATOR}),
        Did.APPROVE: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
        Did.REFUSE: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
        Did.RUN: frozenset({Role.ARCHIVIST, Role.ADMINISTRATOR}),
        Did.PAUSE: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
        Did.STOP: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
        Did.CONFIRM: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
        Did.REVERSE: frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR}),
    }
)
SEES = frozenset({Role.ARCHIVIST, Role.HEAD, Role.ADMINISTRATOR, Role.AUDITOR})
SECOND_PERSON = frozenset({Did.APPROVE, Did.CONFIRM})
"""Not for the person who proposed the plan. Refusing, pausing and reversing are the safe side: anybody who may."""
NEEDS_A_WORD = frozenset({Did.REFUSE, Did.REVERSE, Did.STOP})


@dataclass(frozen=True)
class Wanted:
    """Which files are chosen; what is empty does not matter, all that is said has to hold.

    Attributes:
        puid: PRONOM identifier of the original.
        flavour: of the derivative it has now, a key of `TARGETS`.
        tool: that made or judged that derivative, one of TOOLS.
        tool_version: what the note about that tool begins with, such as "LibreOffice 7.4".
    """

    puid: str = ""
    flavour: str = ""
    tool: str = ""
    tool_version: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        return asdict(self)


def checked(wanted: Wanted, target: str) -> None:
    """Pass when a plan can be made of it.

    Raises:
        IngestError: nothing is chosen by, something unknown is named, or the target is what is there already.
    """
    if not (wanted.puid or wanted.flavour or wanted.tool):
        raise IngestError(because("ingest.migration-no-choice"))
    if wanted.puid and not PUID.fullmatch(wanted.puid):
        raise IngestError(because("ingest.migration-puid", puid=wanted.puid))
    known = ", ".join(TARGETS)
    for flavour in (wanted.flavour, target):
        if flavour and flavour not in TARGETS:
            raise IngestError(because("ingest.migration-flavour", flavour=flavour, known=known))
    if wanted.tool and wanted.tool not in TOOLS:
        raise IngestError(because("ingest.migration-tool", name=wanted.tool, known=", ".join(TOOLS)))
    if wanted.tool_version and not (wanted.tool and VERSION.fullmatch(wanted.tool_version)):
        raise IngestError(because("ingest.migration-tool-version"))
    if wanted.flavour and wanted.flavour == target and not (wanted.tool or wanted.puid):
        raise IngestError(because("ingest.migration-same", flavour=target))


def role_for(did: Did, viewer: Viewer, agency_code: str) -> Role:
    """Return the role in which somebody may do that with the plans of an agency; "" means all agencies.

    Raises:
        NotAllowedError: in none. A plan for all agencies is for who has the role at all of them.
    """
    held = sorted(role for role in MAY.get(did, ()) if viewer.has(role, agency_code or ALL_AGENCIES))
    if not held:
        raise NotAllowedError(
            because(
                "ingest.migration-who",
                who=viewer.name,
                roles=MAY.get(did, ()),
                agency=agency_code or ALL_AGENCIES,
            )
        )
    return held[0]


def follows(state: PlanState, did: Did, *, actor: str, proposed_by: str) -> PlanState:
    """Return the state that follows when a person does that.

    Raises:
        NotAllowedError: it needs another person than the one who proposed the plan.
        IngestError: a plan in that state is not open to it.
    """
    if did in SECOND_PERSON and same_person(actor, proposed_by):
        raise NotAllowedError(because("ingest.migration-two-people", who=actor))
    after = TRANSITIONS.get((state, did))
    if after is None:
        raise IngestError(because("ingest.migration-not-now", state=state, did=did))
    return after


def open_to(state: PlanState) -> frozenset[Did]:
    """Return what people may do with a plan in that state."""
    return frozenset(did for before, did in TRANSITIONS if before == state and did is not Did.FINISH)
