"""Makes a PDF acceptable to PDF/A (2b unless asked) without touching what its pages draw. Runs in the sandbox.

What PDF/A forbids is taken out or flattened into the page, and each removal is listed: the list goes into the
preservation report, because a reader of the derivative must be able to know what it lacks. The original is never
written. The rules are ISO 19005-2; which cure helps which rule was measured (see README.md).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from ingest.formats import sheets
from ingest.formats.flavour import FLAVOUR, TARGETS

FORBIDDEN_ACTIONS = frozenset(  # 6.5.1
    [
        "/Launch",
        "/Sound",
        "/Movie",
        "/ResetForm",
        "/ImportData",
        "/Hide",
        "/SetOCGState",
        "/Rendition",
        "/Trans",
        "/GoTo3DView",
        "/JavaScript",
        "/GoToE",
        "/SubmitForm",
        "/RichMediaExecute",
    ]
)
NAMED_ALLOWED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
FORBIDDEN_ANNOTATIONS = frozenset(  # 6.3.1
    {"/3D", "/Sound", "/Screen", "/Movie", "/RichMedia", "/FileAttachment", "/Popup", "/TrapNet"}
)
KEPT_ANNOTATIONS = frozenset({"/Link"})  # nothing of it is drawn once its border is gone
CATALOG_KEYS = ("/AA", "/Perms", "/DSS", "/NeedsRendering", "/AF", "/Collection", "/Requirements", "/Legal")
NAME_TREES = ("/JavaScript", "/EmbeddedFiles", "/AlternatePresentations", "/Renditions")
GRAPHIC_KEYS = ("/TR", "/HTP", "/HTO")  # 6.2.5


def repair(source: Path, out: Path, *, statement: str = "", flavour: str = FLAVOUR) -> dict[str, Any]:
    """Write a mended copy of a PDF.

    Args:
        statement: a sentence about what the copy is, put into its metadata as its description.

    Returns:
        `removals`: what was taken out or flattened, one sentence each.
        `flattened`: 0-based pages whose annotations became part of the page.
    """
    removed: Counter[str] = Counter()
    with pikepdf.open(source) as pdf:
        if pdf.is_encrypted:
            removed["encryption (it opened without a password)"] += 1
        flattened = _flatten(pdf, removed)
        _catalog(pdf, removed)
        _layers(pdf, removed)
        _objects(pdf, removed)
        _pages(pdf, removed)
        if TARGETS[flavour].part > 1:  # PDF 1.4 has no unit of a page's own
            sheets.shrink(pdf, removed)
        _fonts(pdf, removed, TARGETS[flavour].part)
        if statement:
            state(pdf, statement)
        for change in finish(pdf, out, flavour):
            removed[change] += 1
    return {
        "removals": [what if times == 1 else f"{what} ({times} times)" for what, times in removed.items()],
        "flattened": flattened,
    }


def finish(pdf: pikepdf.Pdf, out: Path, flavour: str) -> list[str]:
    """Give a PDF the metadata and the colour intent of its flavour and write it; return what that removed."""
    target = TARGETS[flavour]
    prepared = pdfa.prepare(pdf, target.prepared_as)
    if target.prepared_as != flavour:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as said:
            said["pdfaid:conformance"] = flavour[1].upper()
    newer = (
        pdf.pdf_version > target.version and target.part > 1
    )  # PDF 2.0; part 1 is pinned by pikepdf itself
    if "/Version" in pdf.Root and newer:
        del pdf.Root["/Version"]
    wanted = {"force_version": target.version} if newer else {}
    pdf.save(out, **pdfa.resolve_save_kwargs(target.prepared_as, **wanted))
    return _told(prepared)


def state(pdf: pikepdf.Pdf, statement: str) -> None:
    """Put a sentence into the document's description, after what stood there."""
    before = str(pdf.docinfo.get("/Subject", ""))
    if statement not in before:
        pdf.docinfo["/Subject"] = f"{before}\n{statement}".strip()


def _told(prepared: Any) -> list[str]:
    """Return what pikepdf's own preparation removed, as far as it says so."""
    removed = getattr(prepared, "removed_annotations", None) or ()
    return [f"annotation removed: {one}" for one in removed]


def _flatten(pdf: pikepdf.Pdf, removed: Counter[str]) -> list[int]:
    """Draw form fields and annotations into the pages; return the pages that had some."""
    form = pdf.Root.get("/AcroForm")
    pages: list[int] = []
    for number, page in enumerate(pdf.pages):
        annots = page.obj.get("/Annots")
        if not isinstance(annots, Array):
            if annots is not None:
                del page.obj["/Annots"]
            continue
        kept = Array()
        drawn = False
        for annot in annots:
            if not isinstance(annot, Dictionary):
                removed["broken annotation"] += 1
                continue
            subtype = str(annot.get("/Subtype", ""))
            if subtype in FORBIDDEN_ANNOTATIONS:
                removed[f"annotation {subtype[1:]}"] += 1
                continue
            if int(annot.get("/F", 0)) & 0b100010:  # hidden, no view: nobody saw it
                removed[f"hidden annotation {subtype[1:]}"] += 1
                continue
            if _is_signature(annot):
                removed["signature field (the original keeps its signature)"] += 1
            drawn |= subtype not in KEPT_ANNOTATIONS
            kept.append(annot)
        page.obj["/Annots"] = kept
        if drawn:
            pages.append(number)
    if pages:
        if form is not None:
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
        removed["annotations and form fields drawn into the page"] += 1
    for page in pdf.pages:
        _links_only(page, removed)
    if form is not None:
        if "/XFA" in form:
            removed["XFA form"] += 1
        removed["interactive form"] += 1
    if "/AcroForm" in pdf.Root:  # flattening may have taken it away
        del pdf.Root["/AcroForm"]
    return pages


def _is_signature(annot: Any) -> bool:
    parent = annot.get("/Parent")
    return annot.get("/FT") == Name.Sig or (isinstance(parent, Dictionary) and parent.get("/FT") == Name.Sig)


def _links_only(page: pikepdf.Page, removed: Counter[str]) -> None:
    annots = page.obj.get("/Annots")
    if annots is None:
        return
    links = Array()
    for annot in annots:
        subtype = str(annot.get("/Subtype", ""))
        if subtype not in KEPT_ANNOTATIONS:
            removed[f"annotation {subtype[1:]} without appearance"] += 1
            continue
        if "/AP" in annot:
            del annot["/AP"]
        links.append(annot)
    if len(links):
        page.obj["/Annots"] = links
    else:
        del page.obj["/Annots"]


def _catalog(pdf: pikepdf.Pdf, removed: Counter[str]) -> None:
    root = pdf.Root
    for key in CATALOG_KEYS:
        if key in root:
            del root[key]
            removed[f"document's {key[1:]}"] += 1
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        for key in NAME_TREES:
            if key in names:
                del names[key]
                removed["embedded files" if key == "/EmbeddedFiles" else f"document's {key[1:]}"] += 1
    opening = root.get("/OpenAction")
    if isinstance(opening, Dictionary) and _forbidden(opening):
        del root["/OpenAction"]
        removed[f"action at opening: {str(opening.get('/S', ''))[1:]}"] += 1


def _forbidden(action: Any) -> bool:
    if not isinstance(action, Dictionary):
        return False
    kind = str(action.get("/S", ""))
    return kind in FORBIDDEN_ACTIONS or (kind == "/Named" and str(action.get("/N")) not in NAMED_ALLOWED)


def _layers(pdf: pikepdf.Pdf, removed: Counter[str]) -> None:
    """Name every layer configuration, list every layer in its order, drop automatic states (6.9)."""
    layers = pdf.Root.get("/OCProperties")
    if not isinstance(layers, Dictionary):
        return
    groups = layers.get("/OCGs", Array())
    configurations = [layers.get("/D"), *layers.get("/Configs", Array())]
    for number, configuration in enumerate(one for one in configurations if isinstance(one, Dictionary)):
        if "/AS" in configuration:
            del configuration["/AS"]
            removed["automatic layer states"] += 1
        if "/Name" not in configuration or number > 0:
            configuration["/Name"] = pikepdf.String(f"{configuration.get('/Name', 'layers')} {number}")
        if "/Order" in configuration:
            configuration["/Order"] = Array(list(groups))


def _objects(pdf: pikepdf.Pdf, removed: Counter[str]) -> None:
    """Take forbidden actions, transfer functions, alternates and attachments out of every object."""
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary | pikepdf.Stream):
            continue
        _clean(thing, removed)
        for key in ("/ExtGState", "/Resources"):
            inner = thing.get(key)
            if isinstance(inner, Dictionary):
                states = inner.get("/ExtGState") if key == "/Resources" else inner
                for state_ in states.values() if isinstance(states, Dictionary) else ():
                    if isinstance(state_, Dictionary):
                        _clean(state_, removed)
        if isinstance(thing.get("/Annots"), Array):
            for annot in thing["/Annots"]:
                if isinstance(annot, Dictionary) and not annot.is_indirect:
                    _clean(annot, removed)


def _clean(thing: Any, removed: Counter[str]) -> None:
    action = thing.get("/A")
    if _forbidden(action):
        del thing["/A"]
        removed[f"action {str(action.get('/S'))[1:]}"] += 1
    elif isinstance(action, Dictionary) and "/Next" in action:
        del action["/Next"]
        removed["chained action"] += 1
    if isinstance(thing.get("/AA"), Dictionary):
        del thing["/AA"]
        removed["automatic action"] += 1
    for key in GRAPHIC_KEYS:
        if key in thing and (thing.get("/Type") in (None, Name.ExtGState)) and "/Length" not in thing:
            del thing[key]
            removed[f"graphics state {key[1:]}"] += 1
    if "/TR2" in thing and thing["/TR2"] != Name.Default:
        del thing["/TR2"]
        removed["graphics state TR2"] += 1
    if thing.get("/Type") in (Name.Filespec, Name.F) and "/EF" in thing:
        del thing["/EF"]
        removed["embedded file"] += 1
    if isinstance(thing, pikepdf.Stream):
        for key in ("/Alternates", "/OPI"):
            if key in thing and thing.get("/Subtype") in (Name.Image, Name.Form):
                del thing[key]
                removed[f"image {key[1:]}"] += 1
        if thing.get("/Subtype") == Name.Form:
            for key in ("/PS", "/Ref"):
                if key in thing:
                    del thing[key]
                    removed[f"form XObject {key[1:]}"] += 1
    if "/AF" in thing:
        del thing["/AF"]
        removed["associated files"] += 1


def _pages(pdf: pikepdf.Pdf, removed: Counter[str]) -> None:
    for page in pdf.pages:
        for key in ("/ArtBox", "/TrimBox", "/BleedBox"):
            box = page.obj.get(key)
            if box is not None and not _sound(box):
                del page.obj[key]
                removed[f"page's {key[1:]} of impossible size"] += 1
        if "/PresSteps" in page.obj:
            del page.obj["/PresSteps"]
            removed["presentation steps"] += 1


def _fonts(pdf: pikepdf.Pdf, removed: Counter[str], part: int) -> None:
    """Mend what is said about fonts that are in the file; no glyph and no width changes.

    Lists of a font's characters may be left out since part 2 and are often wrong (6.2.11.4.2); a TrueType font of
    two-byte codes has to say how its codes become glyphs (6.2.11.3.2), and Identity is what readers take for granted.
    """
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary):
            continue
        if thing.get("/Type") == Name.FontDescriptor and part > 1:
            for key in ("/CIDSet", "/CharSet"):
                if key in thing:
                    del thing[key]
                    removed[f"font's list of characters ({key[1:]}), which is not needed"] += 1
        if thing.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in thing:
            descriptor = thing.get("/FontDescriptor")
            if isinstance(descriptor, Dictionary) and "/FontFile2" in descriptor:
                thing["/CIDToGIDMap"] = Name.Identity


def _sound(box: Any) -> bool:
    try:
        left, low, right, high = (float(side) for side in box)
    except (TypeError, ValueError):
        return False
    return all(sheets.SMALLEST <= side <= sheets.LARGEST for side in (abs(right - left), abs(high - low)))
