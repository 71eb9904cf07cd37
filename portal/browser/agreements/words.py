"""An agreement's terms in words."""

from __future__ import annotations

from typing import Any

from archive.register.agreements import Agreement, AgreementState
from ingest.agreements.terms import Terms
from portal.i18n import _

STATES = {
    AgreementState.PROPOSED: _("Waits for an approval"),
    AgreementState.APPROVED: _("Approved"),
    AgreementState.REFUSED: _("Refused"),
}
TONES = {
    AgreementState.PROPOSED: "wait",
    AgreementState.APPROVED: "ok",
    AgreementState.REFUSED: "bad",
}
WHO = {"automatic": _("by itself"), "archivist": _("an archivist")}
MB = 1_000_000


def terms_told(terms: Terms) -> list[tuple[Any, list[Any]]]:
    """Return each term as (what, lines of words); messages are to be translated, texts are shown as they are."""
    told: list[tuple[Any, list[Any]]] = [
        (_("Accepts what has no finding"), [WHO[terms.accept]]),
        (_("Returns what has errors"), [WHO[terms.give_back]]),
        (_("Returns single documents"), [WHO[terms.partial_return]]),
        (
            _("The source's own copy"),
            [
                _("may go once everything is stored")
                if terms.source_may_release
                else _("stays with the source")
            ],
        ),
        (
            _("Formats taken"),
            [", ".join(terms.formats) if terms.formats else _("those of the province's regulation")],
        ),
    ]
    for name, size in (
        (_("Largest file"), terms.max_file_bytes),
        (_("Largest delivery"), terms.max_package_bytes),
    ):
        if size is not None:
            told.append((name, [megabytes(size)]))
    outside = [place.prefix for place in terms.fetch_places if not place.private]
    inside = [place.prefix for place in terms.fetch_places if place.private]
    if outside:
        told.append((_("Missing files are fetched from"), [*outside]))
    if inside:
        told.append((_("Missing files are fetched from the private network"), [*inside]))
    if not terms.fetch_places:
        told.append((_("Missing files"), [_("are fetched from nowhere")]))
    return told


def megabytes(size: int) -> str:
    """Return a size in MB with a comma, as people here write it."""
    return f"{size / MB:g} MB".replace(".", ",")


def holds_now(row: Agreement, now_in_force: str | None) -> bool:
    """Say whether this version is the one that holds."""
    return row.id == now_in_force
