"""What a house with sample data has for a newcomer to try: at which page, and logged in as whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plone import api
from zExceptions import NotFound

from archive import furnished
from archive.furnished import Furnishing, Standing
from portal.browser.screen import Screen
from portal.i18n import _

LIST = "tieu-huy/{about}"
COUNCIL = ("hoidong", "hoidong2", "hoidong3")
TO_TRY = (
    # part of the sample, who does it, address, what to do
    ("vote", COUNCIL, LIST, _("Vote on a list under the Law of 2011, then conclude")),
    ("vote-r2", COUNCIL, LIST, _("Vote on a list under the Law of 2024 (a duplicate)")),
    ("opinion", ("luutru",), LIST, _("Record the opinion that was asked for on a list")),
    (
        "decide",
        ("lanhdao",),
        LIST,
        _("Decide on a list; enrol an authenticator first"),
    ),
    (
        "linked",
        ("luutru",),
        LIST,
        _("Choose what becomes of a document another case file names, then submit the list"),
    ),
    ("twin", ("luutru",), "tieu-huy?ground=duplicate", _("Put a duplicate on a list")),
    ("lift", ("luutru2",), "giu-ho-so", _("Lift a hold, as the second person")),
    ("listed", ("luutru",), LIST, _("See a list whose 30 days of notice still run")),
    ("held", ("luutru",), "giu-ho-so", _("See a decided list that a hold stops")),
    (
        "destroy",
        ("luutru", "lanhdao"),
        "danh-muc-huy",
        _("Read the papers of a destruction that was carried out"),
    ),
    ("transfer", ("luutru", "lichsu"), "ban-giao", _("See a hand-over to the Historical Archive")),
)

TONES = {Standing.WAITS: "busy", Standing.DONE: "ok", Standing.FAILED: "bad"}
STANDS = {
    Standing.WAITS: _("on its way"),
    Standing.DONE: _("ready"),
    Standing.FAILED: _("could not be made"),
}


@dataclass(frozen=True)
class ToTry:
    """One thing to try.

    Attributes:
        who: account names of `make run`.
        address: below the site; "" until it is there.
        words: what to do; a message.
        standing: waits, done or failed.
        detail: why it is not there.
    """

    who: tuple[str, ...]
    address: str
    words: Any
    standing: Standing
    detail: str

    @property
    def tone(self) -> str:
        """Return the tone of its mark."""
        return TONES[self.standing]

    @property
    def stands(self) -> Any:
        """Return in a word how it stands; a message."""
        return STANDS[self.standing]


def to_try(furnishing: Furnishing | None) -> list[ToTry]:
    """Return what there is to try, in the order of the work; nothing in a house without sample data."""
    standing = {one.part: one for one in furnishing.pieces} if furnishing is not None else {}
    return [
        ToTry(
            who,
            address.format(about=standing[part].about) if standing[part].standing is Standing.DONE else "",
            words,
            standing[part].standing,
            standing[part].detail,
        )
        for part, who, address, words in TO_TRY
        if part in standing
    ]


def arrived(furnishing: Furnishing) -> Any:
    """Return how far the deliveries are; a message."""
    numbers = {"arrived": furnishing.arrived, "wanted": furnishing.wanted, "busy": furnishing.under_way}
    return _(
        "${arrived} of ${wanted} deliveries of the sample offices have arrived, ${busy} of them are being worked on.",
        mapping=numbers,
    )


def version(furnishing: Furnishing) -> str:
    """Return what changes when there is more to try."""
    return " ".join(f"{one.part}:{one.standing.value}" for one in furnishing.pieces)


class SamplesProgress(Screen):
    """`du-lieu-mau-tien-do`: how far the sample data is, as JSON; for whoever has a role."""

    def prepare(self) -> str:
        """Answer."""
        known = not api.user.is_anonymous() and bool(self.viewer.roles)
        found = furnished.read() if known else None
        if found is None:
            raise NotFound(self.__name__)
        facts = {
            "running": not found.settled,
            "reload": True,
            "version": version(found),
            "text": self.t(arrived(found)),
            "done": found.arrived - found.under_way,
            "total": found.wanted,
        }
        return self.answer_json(facts)
