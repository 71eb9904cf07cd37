"""What came of a case file on a disposal list, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.i18n import _

OUTCOMES = {
    "": _("Not yet begun"),
    "done": _("Destroyed"),
    "held": _("Held"),
    "refused": _("Spared by the vault"),
    "erasing": _("Being erased"),
    "taken-out": _("Taken off the list"),
    "kept": _("Kept by the council"),
}
TONES = {"done": "bad", "held": "wait", "refused": "wait", "erasing": "busy"}


def outcome(code: str, translated: Callable[[Any], str]) -> dict[str, str]:
    """Return label and tone of an outcome."""
    return {"label": translated(OUTCOMES.get(code, code)), "tone": TONES.get(code, "quiet")}
