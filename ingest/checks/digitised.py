"""V02, V03, V05, V06, V08, V15: how paper was digitised, photos, films and sounds made, and signatures kept whole.

TT 02/2019/TT-BNV Điều 6 for work ended until 30/06/2025, TT 05/2025/TT-BNV Điều 8 after (`tables/digitising.toml`).
Where a province's regulation says who signs, its rule takes the place of Điều 6.1.đ: two of them let scans in unsigned.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from archive.codes.load import table
from archive.vietnamese import fold
from ingest.checks.case import Case, Document, Piece
from ingest.checks.circular_02 import is_digitised
from ingest.checks.fields import FOLDER
from ingest.checks.regime import tables_of
from ingest.checks.signing import is_agency
from ingest.delivery import FileFacts, ScanFacts, SignatureFacts
from ingest.finding import Finding
from ingest.formats.media import told

PDF = "application/pdf"
MAP = "30"  # type code of a map
VIET_NAM = timedelta(hours=7)
UPPER_RIGHT = (0.5, 2 / 3)
"""A mark stands upper right when its middle is to the right of and above these parts of the page (our reading)."""
_LITTLE_WORDS = frozenset({"tinh", "thanh", "pho", "tp", "va", "cua"})


@dataclass(frozen=True)
class Making:
    """What a circular asks of digitised paper, photos, films and sounds.

    Attributes:
        codecs: extension -> codecs it may hold, as MediaInfo names them; any that has a name where it is not a key.
    """

    basis: str
    pdf: str
    colour: str
    resolution: str
    dpi: int
    dpi_map: int
    bits: int
    photo: tuple[str, ...]
    photo_clause: str
    film: tuple[str, ...]
    film_kbps: int
    film_clause: str
    sound: tuple[str, ...]
    sound_kbps: int
    sound_clause: str
    codecs: Mapping[str, tuple[str, ...]]
    codec_clause: str
    two_layers: bool

    def clause(self, article: str) -> str:
        """Return how a clause cites an article of the circular."""
        return f"{self.basis} {article}"


@cache
def makings() -> Mapping[str, Making]:
    """Return what each circular asks, "TT02" and "TT05"."""
    raw = tomllib.loads((FOLDER / "digitising.toml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Making]).validate_python(raw)


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with scans, photos, films, sounds, and with what was done to signed files."""
    making = makings()[tables_of(case.end) if case.end else "TT02"]
    for document in case.documents:
        if document.kind == "photo":
            yield from _photos(document, making)
        elif document.kind == "media":
            yield from _media(document, making)
        elif is_digitised(case, document):
            yield from _scans(case, document, making)
            yield from _signed(case, document)
        for position, piece in enumerate(document.pieces):
            yield from _changed_after_signing(document, piece)
            if position and document.kind != "media":
                yield from _unplayed(document, piece)


def _scans(case: Case, document: Document, making: Making) -> Iterator[Finding]:
    for piece in document.pieces:
        facts = piece.facts
        if facts is None or facts.problem or facts.encrypted:
            continue
        named = {"file": piece.name}
        # A province's own list of formats speaks of scans too; an attachment may be of any format.
        bound = case.profile.legal.state == "base" and piece is document.pieces[0]
        if facts.media_type != PDF and facts.extensions and bound:
            basis = {"basis": making.clause(making.pdf)}
            yield Finding("V01_NOT_PDF", piece.name, named | basis, document.ordinal)
        if facts.scan is not None:
            yield from _scan(document, piece, facts, facts.scan, making)


def _scan(
    document: Document, piece: Piece, facts: FileFacts, scan: ScanFacts, making: Making
) -> Iterator[Finding]:
    named = {"file": piece.name}
    if scan.pages_grey or (making.bits and scan.least_bits < making.bits):
        params = named | {"pages": _pages(scan.pages_grey), "basis": making.clause(making.colour)}
        yield Finding("V02", piece.name, params, document.ordinal)
    least = making.dpi_map if table("type-name").code_of(document.get("TypeName")) == MAP else making.dpi
    if scan.lowest_dpi < least:
        params = named | {
            "dpi": str(scan.lowest_dpi or "?"),
            "least": str(least),
            "pages": _pages(scan.pages_low),
            "basis": making.clause(making.resolution),
        }
        yield Finding("V03", piece.name, params, document.ordinal)
    if not scan.all_seen:
        yield Finding("V13_UNTOLD", piece.name, named, document.ordinal)
    if making.two_layers and facts.media_type == PDF:
        lacks = [
            *(["PDF/A"] if not facts.claims else []),
            *([f"lớp chữ ở {_pages(scan.pages_silent)} (text layer)"] if scan.pages_silent else []),
        ]
        if lacks:
            params = named | {"lacks": ", ".join(lacks), "basis": making.clause(making.pdf)}
            yield Finding("V01_LAYERS", piece.name, params, document.ordinal)


def _pages(numbers: Iterable[int]) -> str:
    return "trang " + ", ".join(str(number) for number in numbers) if numbers else "mọi trang"


def _photos(document: Document, making: Making) -> Iterator[Finding]:
    """V08, Điều 6.2: photographs."""
    for piece in document.pieces:
        facts = piece.facts
        if facts is None or facts.problem:
            continue
        dpi = facts.scan.lowest_dpi if facts.scan else 0
        if not set(facts.extensions) & set(making.photo):
            found = "/".join(facts.extensions) or "?"
        elif dpi < making.dpi:
            found = f"{dpi or '?'} dpi"
        else:
            continue
        asked = f"{', '.join(making.photo)}; {making.dpi} dpi"
        yield _made_otherwise("V08_PHOTO", document, piece, found, asked, making.clause(making.photo_clause))


def _media(document: Document, making: Making) -> Iterator[Finding]:
    """V08, Điều 6.3, 6.4: films and sounds."""
    for piece in document.pieces:
        facts = piece.facts
        if facts is None or facts.problem:
            continue
        film = facts.media is None or facts.media.kind == "film"
        kinds, least, clause = (
            (making.film, making.film_kbps, making.film_clause)
            if film
            else (making.sound, making.sound_kbps, making.sound_clause)
        )
        rate, codec = (facts.media.kbps, facts.media.codec) if facts.media else (0, "")
        basis = making.clause(clause)
        fitting = [kind for kind in kinds if kind in facts.extensions]
        if not fitting:
            found = "/".join(facts.extensions) or "?"
        elif not codec or codec not in making.codecs.get(fitting[0], (codec,)):
            found, basis = f"{fitting[0]}, {codec or '?'}", f"{basis}; {making.codec_clause}"
        elif rate < least:
            found = f"{rate or '?'} kbps"
        else:
            yield from _unplayed(document, piece)
            continue
        asked = f"{', '.join(_with_codecs(kind, making) for kind in kinds)}; {least} kbps"
        code = "V08_FILM" if film else "V08_SOUND"
        yield _made_otherwise(code, document, piece, found, asked, basis)


def _with_codecs(kind: str, making: Making) -> str:
    codecs = making.codecs.get(kind, ())
    return f"{kind} ({' / '.join(codecs)})" if codecs else kind


def _unplayed(document: Document, piece: Piece) -> Iterator[Finding]:
    """Say that a film or sound is kept as it came, and that nobody has seen or heard it yet."""
    if piece.facts and piece.facts.media and not piece.facts.problem:
        params = {"file": piece.name, "found": told(piece.facts.media)}
        yield Finding("MEDIA_UNPLAYED", piece.name, params, document.ordinal)


def _made_otherwise(
    code: str, document: Document, piece: Piece, found: str, asked: str, basis: str
) -> Finding:
    params = {"file": piece.name, "found": found, "asked": asked, "basis": basis}
    return Finding(code, piece.name, params, document.ordinal)


def _signed(case: Case, document: Document) -> Iterator[Finding]:
    """V05, V06, Điều 6.1.đ: the body that manages the digitised record signs it, upper right on the first page."""
    by_agency = [
        (piece, signature)
        for piece in document.pieces
        if piece.facts
        for signature in piece.facts.signatures
        if is_agency(signature)
    ]
    if not by_agency:
        # A picture file cannot carry a signature; that it is no PDF is said already.
        is_pdf = any(piece.facts and piece.facts.media_type == PDF for piece in document.pieces)
        if case.profile.legal.state == "base" and is_pdf:
            yield Finding("V05", document.place(), {}, document.ordinal)
        return
    piece, signature = by_agency[0]
    named = {"file": piece.name, "signer": signature.signer}
    if case.agency_name and not _names(signature, case.agency_name):
        yield Finding("V05_BODY", piece.name, named | {"body": case.agency_name}, document.ordinal)
    if not _in_viet_nam(signature.signed_at):
        yield Finding("V05_TIME", piece.name, named | {"time": signature.signed_at or "?"}, document.ordinal)
    if not _upper_right(signature):
        yield Finding("V06", piece.name, named, document.ordinal)


def _names(signature: SignatureFacts, body: str) -> bool:
    """Return whether the certificate names the body; "tỉnh", "thành phố" and the like do not count (our reading)."""
    said = set(fold(f"{signature.signer} {signature.organisation}").split())
    return set(fold(body).split()) - _LITTLE_WORDS <= said


def _in_viet_nam(moment: str) -> bool:
    try:
        return datetime.fromisoformat(moment).utcoffset() == VIET_NAM
    except ValueError:
        return False


def _upper_right(signature: SignatureFacts) -> bool:
    if signature.page != 1 or len(signature.box) != 4:
        return False
    left, bottom, right, top = signature.box
    return (left + right) / 2 > UPPER_RIGHT[0] and (bottom + top) / 2 > UPPER_RIGHT[1]


def _changed_after_signing(document: Document, piece: Piece) -> Iterator[Finding]:
    """V15: converting comes before signing; after the last signature only proofs of validity may be added.

    The signed original is always kept as it came, beside its PDF/A (`ingest.steps.pack`).
    """
    signatures = [one for one in piece.facts.signatures if one.kind == "PAdES"] if piece.facts else []
    last = signatures[-1] if signatures else None
    if last and last.intact and not last.covers_whole_file and last.changed_after not in ("", "lta"):
        params = {"file": piece.name, "signer": last.signer or "?"}
        yield Finding("V15", piece.name, params, document.ordinal)
