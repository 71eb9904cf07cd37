"""`thoa-thuan/moi`: the form for a new version, filled with what holds now; what was typed stays when it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from sqlalchemy import select

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.models import Agency
from archive.viewer import ALL_AGENCIES, Role
from ingest.agreements import versions
from ingest.agreements.terms import AgreementError, Draft, Terms, draft_of
from portal.browser.agreements.words import MB, WHO
from portal.browser.beside import BesideScreen
from portal.days import iso_text
from portal.i18n import _
from portal.register import joined

ARCHIVES = frozenset({Role.ARCHIVIST})
FIELDS = (
    "agency",
    "number",
    "signed_on",
    "signed_by_agency",
    "signed_by_archive",
    "valid_from",
    "valid_until",
    "accept",
    "return",
    "partial_return",
    "source_may_release",
    "formats",
    "max_file",
    "max_package",
    "outside",
    "inside",
)


class NewAgreementScreen(BesideScreen):
    """The form."""

    filters: ClassVar[frozenset[str]] = frozenset({"agency"})
    acts: ClassVar[Mapping[str, str]] = {"propose": "propose"}

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/thoa-thuan/moi"

    def prepare(self) -> Any:
        """Read for which agencies this person may propose, and what holds for the chosen one."""
        mine = self.viewer.agencies_with(ARCHIVES)
        if not mine:
            raise NotAllowedError(
                because("archive.role-missing", who=self.viewer.name, role=Role.ARCHIVIST, agency="—")
            )
        query = select(Agency).order_by(Agency.name)
        if ALL_AGENCIES not in mine:
            query = query.where(Agency.code.in_(mine))
        self.names = {row.code: row.name for row in self.session.scalars(query)}
        agency = self.text("agency", 35) or next(iter(self.names), "")
        self.filled = self._typed() if self.request.method == "POST" else self._as_it_is(agency)
        self.who = {key: self.t(words) for key, words in WHO.items()}

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.filled.get(name, "")

    def _typed(self) -> dict[str, str]:
        return {name: self.text(name) for name in FIELDS}

    def _as_it_is(self, agency: str) -> dict[str, str]:
        terms = versions.agreed_on(self.session, agency, self.today).terms if agency else Terms()
        holds = versions.in_force(self.session, agency, self.today) if agency else None
        return {
            "agency": agency,
            "signed_by_agency": holds.signed_by_agency if holds else "",
            "signed_by_archive": holds.signed_by_archive if holds else "",
            "valid_from": self.today.isoformat(),
            "accept": terms.accept,
            "return": terms.give_back,
            "partial_return": terms.partial_return,
            "source_may_release": "1" if terms.source_may_release else "",
            "formats": ", ".join(terms.formats),
            "max_file": _in_mb(terms.max_file_bytes),
            "max_package": _in_mb(terms.max_package_bytes),
            "outside": "\n".join(place.prefix for place in terms.fetch_places if not place.private),
            "inside": "\n".join(place.prefix for place in terms.fetch_places if place.private),
        }

    def propose(self) -> str:
        """Propose the version; return its address."""
        draft = drafted(self._typed())
        with joined() as session:
            row = versions.propose(session, draft, viewer=self.viewer, now=self.now)
        self.say(_("Proposed. A head or an administrator puts it in force."))
        return f"{self.root}/thoa-thuan/{row.id}"


def drafted(typed: Mapping[str, str]) -> Draft:
    """Return the draft a filled form makes.

    Raises:
        AgreementError: a field is missing or wrong; the reason names the first.
    """
    places = [
        {"prefix": line.strip(), "private": private}
        for name, private in (("outside", False), ("inside", True))
        for line in typed.get(name, "").splitlines()
        if line.strip()
    ]
    terms: dict[str, Any] = {
        "accept": typed.get("accept") or "archivist",
        "return": typed.get("return") or "automatic",
        "partial_return": typed.get("partial_return") or "archivist",
        "source_may_release": bool(typed.get("source_may_release")),
        "formats": [
            word.strip(". ").casefold()
            for word in typed.get("formats", "").replace(";", ",").replace(" ", ",").split(",")
            if word.strip(". ")
        ],
        "max_file_bytes": _in_bytes(typed.get("max_file", ""), "max_file_bytes"),
        "max_package_bytes": _in_bytes(typed.get("max_package", ""), "max_package_bytes"),
        "fetch_places": places,
    }
    said: dict[str, Any] = {name: typed.get(name, "") for name in FIELDS[:6]}
    for name in ("signed_on", "valid_from", "valid_until"):
        if typed.get(name):
            said[name] = iso_text(typed[name])
    return draft_of(said | {"terms": terms})


def _in_mb(size: int | None) -> str:
    return "" if size is None else f"{size / MB:g}"


def _in_bytes(text: str, key: str) -> int | None:
    if not text:
        return None
    try:
        size = int(Decimal(text.replace(",", ".")) * MB)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise AgreementError(because("ingest.agreement-wrong", key=key, said=text[:40])) from error
    return size
