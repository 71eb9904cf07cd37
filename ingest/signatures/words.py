"""What a person reads of a signature: on the portal's pages and on the verification page. Pure.

Takes the facts as package and register keep them (JSON), also those from before verdicts at signing were kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.evidence.proof import Existence, Proof
from archive.reason import Lang, because, told
from archive.vietnam import local
from ingest.signatures.report import CLAIMED, FAILED, PASSED, STAMPED
from ingest.signatures.trust import UNNAMED

_VERDICTS = {
    PASSED: {"vi": "chữ ký hợp lệ", "en": "valid"},
    FAILED: {"vi": "chữ ký không hợp lệ", "en": "not valid"},
}
_PROOFS: Mapping[Proof, Mapping[Lang, str]] = {
    Proof.EVIDENCE: {
        "vi": "bằng chứng lưu trữ của gói (RFC 4998)",
        "en": "the package's evidence record (RFC 4998)",
    },
    Proof.SEAL: {"vi": "niêm phong có dấu thời gian của sổ nhật ký", "en": "the ledger's time-stamped seal"},
}
_UNNAMED_LIST: Mapping[Lang, str] = {"vi": "danh sách chung của kho", "en": "the archive's common list"}
_UNTOLD: Mapping[Lang, str] = {"vi": "chưa đủ căn cứ kết luận", "en": "cannot be told"}


def verdict(said: str, sub: str, lang: Lang) -> str:
    """Return a verdict of EN 319 102-1 in words, with its reason; any word that is not known is no pass."""
    words = _VERDICTS.get(said, _UNTOLD)[lang]
    return f"{words}: {told(because('ingest.signature', verdict=sub), lang)}" if sub else words


def moment(iso: str) -> str:
    """Return a moment as clocks in Việt Nam show it; "" when it is none, or has no zone."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    return local(at).strftime("%d/%m/%Y %H:%M:%S") if at.tzinfo is not None else ""


def signing(one: Mapping[str, Any], lang: Lang) -> str:
    """Return when it was signed, and how that is known."""
    at = moment(str(one.get("signed_at", "")))
    basis = one.get("then_basis", "")
    if not at:
        return {"vi": "không nêu thời điểm ký", "en": "moment of signing not said"}[lang]
    by = str(one.get("stamped_by", ""))
    if basis == STAMPED and by:
        return {
            "vi": f"ký lúc {at}, theo dấu thời gian của {by}",
            "en": f"signed {at}, time-stamped by {by}",
        }[lang]
    # Stamped later, over the whole file: when it was signed is the signer's word.
    if basis in (CLAIMED, STAMPED):
        return {
            "vi": f"ký lúc {at}, do người ký tự khai",
            "en": f"signed {at} as the signer claims, no trusted time-stamp",
        }[lang]
    return {"vi": f"ký lúc {at}", "en": f"signed {at}"}[lang]


def agency(one: Mapping[str, Any]) -> str:
    """Return unit and organisation of the certificate."""
    return " – ".join(str(part) for part in (one.get("unit"), one.get("organisation")) if part)


def existence(one: Existence, lang: Lang) -> str:
    """Return by which proof, and since when, a package is proven to have existed."""
    at, who = moment(one.since.isoformat()), ", ".join(dict.fromkeys(one.authorities))
    what = _PROOFS[one.proof][lang]
    until = moment(one.until.isoformat()) if one.until else ""
    if lang == "vi":
        return f"tồn tại từ {at}, theo {what}, do {who} đóng dấu" + (
            f"; còn giá trị đến {until}" if until else ""
        )
    return f"existed since {at}, by {what}, stamped by {who}" + (f"; good until {until}" if until else "")


def lines(one: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return what is told of a signature below its verdict, a line each."""
    found = [part for part in (agency(one), signing(one, lang)) if part]
    if received := moment(str(one.get("judged_at", ""))):
        at = {"vi": f"khi tiếp nhận, {received}", "en": f"at receipt, {received}"}[lang]
        found.append(
            f"{at}: {verdict(str(one.get('verdict', '')), str(one.get('sub_indication', '')), lang)}"
        )
    if then := str(one.get("then_verdict", "")):
        at = {"vi": "tại thời điểm ký", "en": "at signing"}[lang]
        found.append(f"{at}: {verdict(then, str(one.get('then_sub_indication', '')), lang)}")
    if by := str(one.get("trust_list", "")):
        by = _UNNAMED_LIST[lang] if by == UNNAMED else by
        found.append({"vi": f"danh sách tin cậy: {by}", "en": f"trust list: {by}"}[lang])
    return found
