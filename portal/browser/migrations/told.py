"""What a plan speaks of, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archive.register.preservation import PreservationPlan
from portal.i18n import _

ROUTES = {
    "pdf": _("PDF route: kept, repaired, fonts embedded, Ghostscript, pictures; the first that passes"),
    "libreoffice": _("printed by LibreOffice"),
    "picture": _("made of the picture"),
    "page": _("web page printed"),
    "mail": _("message printed"),
    "": _("none"),
}
"""Tool of the format policy -> what it does."""

CODES = {
    "FORMAT_UNREADABLE": _("the original cannot be opened"),
    "FORMAT_ENCRYPTED": _("the original is locked by a password"),
    "FORMAT_UNSUPPORTED": _("there is no route for this format"),
    "PDFA_FAILED": _("no route gave a PDF/A that is valid and says the same"),
}
"""Why a file failed -> in general words, without what a tool said of its content."""


def chosen(plan: PreservationPlan, t: Callable[[Any], str], names: Mapping[str, str]) -> str:
    """Return in words which files a plan names and what is made of them."""
    wanted, parts = plan.wanted, []
    if wanted.get("puid"):
        parts.append(t(_("originals of ${puid}", mapping={"puid": wanted["puid"]})))
    if wanted.get("flavour"):
        parts.append(t(_("now PDF/A-${flavour}", mapping={"flavour": wanted["flavour"]})))
    if wanted.get("tool"):
        tool = wanted.get("tool_version") or wanted["tool"]
        parts.append(t(_("made by ${tool}", mapping={"tool": tool})))
    target = (
        t(_("to PDF/A-${flavour}", mapping={"flavour": plan.target}))
        if plan.target
        else t(_("to what the format policy says"))
    )
    whose = names.get(plan.agency_code, plan.agency_code) if plan.agency_code else t(_("all agencies"))
    return f"{', '.join(parts)} {target}; {whose}"
