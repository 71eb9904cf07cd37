"""Puts pages of ours behind those of a PDF/A, which stay as they are. Runs in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from ingest.formats.flavour import FLAVOUR, TARGETS


def append(path: Path, page: Path, out: Path, *, flavour: str = FLAVOUR) -> dict[str, Any]:
    """Write `path` with the pages of `page` behind its own; catalog, metadata and colours stay those of `path`.

    Our page draws in RGB, which a document whose output intent is CMYK may not, so its RGB is defined as the profile
    the page was printed with (ISO 19005-2, 6.2.4.3).

    Returns:
        `before` and `after`: page counts.
    """
    with pikepdf.open(path) as whole, pikepdf.open(page) as ours:
        before = len(whole.pages)
        intents = ours.Root.get("/OutputIntents")
        profile = intents[0].get("/DestOutputProfile") if intents is not None and len(intents) else None
        copied = whole.copy_foreign(profile) if profile is not None else None
        whole.pages.extend(ours.pages)
        for added in list(whole.pages)[before:]:
            for key in ("/StructParents", "/Tabs", "/Annots"):
                if key in added.obj:
                    del added.obj[key]
            if copied is not None:
                _define_rgb(added, whole.make_indirect(Array([Name.ICCBased, copied])))
        whole.save(out, **pdfa.resolve_save_kwargs(TARGETS[flavour].prepared_as))
        return {"before": before, "after": len(whole.pages)}


def _define_rgb(page: pikepdf.Page, space: Any) -> None:
    resources = page.resources
    if "/ColorSpace" not in resources:
        resources["/ColorSpace"] = Dictionary()
    resources["/ColorSpace"][Name.DefaultRGB] = space
