"""The days of a form that places a hold: that of the document that asks for it, and the hold's last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from archive.reason import because
from portal.browser.form_fields import Fault, Field, day_of, refuse
from portal.browser.screen import Screen
from portal.i18n import _

PLACING = (
    Field("reason", _("Reason"), "long"),
    Field("number", _("Number of the document that asks for it")),
    Field("date", _("Its date"), "date"),
)
UNTIL = Field("until", _("Until (empty: until lifted)"), "day", required=False)


def days_of(screen: Screen, fields: Iterable[Field] = PLACING) -> tuple[date, date | None]:
    """Look over a form that places a hold; return the day of its document and its last day, None for none.

    Raises:
        FormError: with every field that is empty or wrong, also a last day before the document's.
    """
    screen.ask_for((*fields, UNTIL))
    day = day_of(screen.text("date", 10), latest=screen.today)
    until = day_of(screen.text("until", 10)) if screen.text("until", 10) else None
    if until is not None and until < day:
        refuse(
            (Fault(UNTIL.name, UNTIL.label, because("portal.until-before-document", until=until, day=day)),)
        )
    return day, until
