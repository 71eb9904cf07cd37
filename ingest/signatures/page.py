"""The verification page (trang xác thực) of a derivative: who signed what and when, and what was found of it. Pure.

The PDF/A derivative carries no signature; who holds it alone must be able to see what the signed original said, and to
find that original again by its hash. Vietnamese first, English small below it. No law prescribes the page: its words
and its place behind the document are our own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape

from archive.reason import Lang
from ingest.delivery import SignatureFacts
from ingest.signatures import words

TITLE = "Trang xác thực chữ ký số"
LANGS: tuple[Lang, Lang] = ("vi", "en")
SHOWN_LIMIT = 40
# What the printed letter has; a sign it lacks would be drawn as an empty box, which PDF/A forbids.
_DRAWN = re.compile(r"[^\u0020-\u007e\u00a0-\u024f\u1e00-\u1eff\u2010-\u2015\u2018-\u201e\u2026]")
_STYLE = """
<style>
@page { size: A4; margin: 18mm 16mm }
body { font-size: 10.5pt }
h1 { font-size: 15pt; text-align: center; text-transform: uppercase; margin: 0 }
small { font-size: 7.5pt; color: #555; display: block }
table { width: 100%; border-collapse: collapse; margin: 4mm 0 }
th, td { border: 0.5pt solid #777; padding: 0.6mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { width: 30%; font-weight: normal }
thead th { font-weight: bold; background: #eee }
table { break-inside: avoid }
.hash { font-family: "Liberation Mono", monospace; font-size: 7.8pt; overflow-wrap: anywhere }
</style>
"""
_WHOLE = {
    True: ("còn nguyên vẹn", "unchanged"),
    False: ("đã bị thay đổi", "changed"),
    None: ("không rõ", "not known"),
}
_ADDED = {
    "": ("không có", "nothing"),
    "lta": ("dữ liệu chứng minh lâu dài", "proofs of long-term validity"),
    "form": ("chữ ký tiếp theo hoặc điền biểu mẫu", "further signatures or a filled form"),
    "annotation": ("chú thích", "annotations"),
    "other": ("thay đổi khác", "other changes"),
}


def html(signatures: Sequence[SignatureFacts], *, sha256: str, size: int, pages: int) -> str:
    """Return the page as HTML.

    Args:
        sha256, size: of the signed original.
        pages: of the derivative before this page.
    """
    return "".join(_parts(signatures, sha256, size, pages))


def _parts(signatures: Sequence[SignatureFacts], sha256: str, size: int, pages: int) -> Iterator[str]:
    yield f"{_STYLE}<h1>{TITLE}</h1><small style='text-align:center'>Signature verification page</small>"
    yield _both(
        f"Trang này do kho lưu trữ thêm vào sau {pages} trang của bản PDF/A; không thuộc văn bản gốc. Bản PDF/A "
        "không mang chữ ký số. Bản gốc đã ký được giữ nguyên vẹn từng byte trong cùng gói lưu trữ.",
        f"Added by the archive behind the {pages} pages of the PDF/A; no part of the document. The PDF/A carries no "
        "signature. The signed original is kept unchanged, byte for byte, in the same package.",
    )
    yield "<table>"
    yield _row(
        "Mã băm SHA-256 của bản gốc", "SHA-256 of the original", f"<span class=hash>{escape(sha256)}</span>"
    )
    yield _row("Dung lượng bản gốc", "size of the original", f"{size:,} byte".replace(",", "."))
    yield _row("Số chữ ký số", "signatures", str(len(signatures)))
    yield "</table>"
    for number, one in enumerate(signatures[:SHOWN_LIMIT], 1):
        yield from _signature(number, one)
    if (more := len(signatures) - SHOWN_LIMIT) > 0:
        yield _both(
            f"Còn {more} chữ ký số khác, xem báo cáo trong gói lưu trữ.",
            f"{more} more signatures: see the report in the package.",
        )
    yield _both(
        "Kết quả theo thuật ngữ ETSI EN 319 102-1. Chứng thư, dữ liệu thu hồi và báo cáo đầy đủ nằm trong gói lưu trữ "
        "(metadata/other/signatures), đủ để tính lại kết quả này mà không cần mạng.",
        "Verdicts in the words of ETSI EN 319 102-1. Certificates, revocation data and the whole report are in the "
        "package, enough to recompute these verdicts offline.",
    )


def _signature(number: int, one: SignatureFacts) -> Iterator[str]:
    agency = words.agency(asdict(one))
    yield f"<table><thead><tr><th colspan=2>{number}. {_text(one.signer) or '?'}</th></tr></thead>"
    yield _row("Cơ quan, tổ chức trên chứng thư", "agency in the certificate", _text(agency) or "–")
    vi, en = (_text(words.signing(asdict(one), lang)) for lang in LANGS)
    yield _row("Thời điểm ký", "signed at", f"{vi[:1].upper()}{vi[1:]}<small>{en}</small>")
    yield _row(
        f"Kết quả khi kiểm tra {words.moment(one.judged_at)}".strip(),
        "verdict when it was checked",
        _verdict(one.verdict, one.sub_indication),
    )
    yield _row(
        "Kết quả tại thời điểm ký", "verdict at signing", _verdict(one.then_verdict, one.then_sub_indication)
    )
    vi, en = _WHOLE[one.intact]
    yield _row("Nội dung được ký", "signed content", f"{vi}<small>{en}</small>")
    vi, en = _ADDED.get(one.changed_after, _ADDED["other"])
    if one.intact is not None:
        yield _row("Thêm vào tệp sau khi ký", "added after signing", f"{vi}<small>{en}</small>")
    if one.trust_list:
        yield _row("Danh sách tin cậy", "trust list", _text(one.trust_list))
    yield "</table>"


def _verdict(verdict: str, sub: str) -> str:
    vi, en = (_text(words.verdict(verdict, sub, lang)) for lang in LANGS)
    return f"{vi[:1].upper()}{vi[1:]}<small>{en} ({escape(verdict or 'INDETERMINATE')})</small>"


def _row(vi: str, en: str, value: str) -> str:
    return f"<tr><th>{vi}<small>{en}</small></th><td>{value}</td></tr>"


def _both(vi: str, en: str) -> str:
    return f"<p>{vi}<small>{en}</small></p>"


def _text(value: str) -> str:
    return escape(_DRAWN.sub("?", unicodedata.normalize("NFC", value[:300])))
