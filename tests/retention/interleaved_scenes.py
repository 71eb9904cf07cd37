"""Where runs begin, so that most are soon where it matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from interleaved_house import GIVES_OVER, KEEPS_ALL
from interleaved_office import Office


def told(office: Office) -> Office:
    """The house told of everything a month ago."""
    office.night()
    office.goes_by(timedelta(days=30))
    return office


def walked(office: Office, *lists: tuple[str, str, tuple[str, ...]], to: str = "handed-over") -> Office:
    """Somebody made these lists, and each was walked to a state; when it was handed over it is released too."""
    for by, agency, codes in lists:
        sheet = office.propose(by, agency, codes)
        assert sheet is not None
        while sheet.state != to or (to == "handed-over" and sheet.released is None):
            office.go_on(sheet)
    return office


def last_evening(office: Office) -> Office:
    """The last day on which its newest list may begin; half a day later it is too late, though it was confirmed."""
    (sheet,) = office.law.sheets
    office.goes_by(timedelta(days=15, hours=5))
    office.go_on(sheet)
    office.go_on(sheet)
    return office


def signed(office: Office) -> Office:
    """The council's minutes signed; who made the list is not on it."""
    (sheet,) = office.law.sheets
    while not sheet.signed:
        office.go_on(sheet)
    return office


OLD = ("an", GIVES_OVER, ("a1", "a2", "a5"))
OLD_TWO = ("an", GIVES_OVER, ("a1", "a2"))
ALONE = ("an", KEEPS_ALL, ("b1", "b2"))
NEW = ("an", GIVES_OVER, ("a3",))
SCENES: dict[str, Callable[[Office], Office]] = {
    "R1 released": lambda office: walked(told(office), OLD),
    "R2 released": lambda office: walked(told(office), ALONE),
    "both released": lambda office: walked(told(office), NEW, OLD_TWO),
    "told": told,
    "R1 in council": lambda office: walked(told(office), OLD_TWO, to="council"),
    "R2 in council": lambda office: walked(told(office), ALONE, to="council"),
    "R1 opinion asked": lambda office: walked(told(office), OLD_TWO, to="asked"),
    "R2 signed": lambda office: signed(walked(told(office), ALONE, to="council")),
    "R2 opinion asked": lambda office: walked(told(office), NEW, to="asked"),
    "R1 answered": lambda office: walked(told(office), OLD_TWO, to="answered"),
    "R2 decided": lambda office: walked(told(office), ALONE, to="decided"),
    "R2 on the last day": lambda office: last_evening(walked(told(office), ALONE, to="decided")),
    "nothing": lambda office: office,
}
"""Where runs begin, so that most are soon where it matters; each was walked there by the same steps, once."""
