"""States of listed case files in words."""

from __future__ import annotations

from ingest.duelists.lists import DueState
from portal.i18n import _

STATES = {
    DueState.NOT_SENT: _("Not handed in yet"),
    DueState.CHECKING: _("Being checked"),
    DueState.RETURNED: _("Returned to be mended"),
    DueState.STORED: _("Stored"),
}
TONES = {
    DueState.NOT_SENT: "quiet",
    DueState.CHECKING: "busy",
    DueState.RETURNED: "bad",
    DueState.STORED: "ok",
}
QUESTIONS = {"overdue": (_("Late"), "bad"), "soon": (_("Due within 30 days"), "wait")}
"""What stands across the states, with its tone."""
