"""How a case file was made: on the list, whole, of records that stay, with its paper counterpart known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.codes.load import table
from archive.vietnamese import fold, plain
from ingest.checks.case import Case, Document
from ingest.checks.duplicates import Known
from ingest.finding import Finding

PERMANENT = "01"  # code of permanent retention
_WITH_DOSSIER = re.compile(r"\b(?:kèm theo hồ sơ|kèm hồ sơ|hồ sơ kèm theo|hồ sơ gửi kèm|gửi kèm hồ sơ)\b")
_TAKEN_OUT = re.compile(r"\b(?:bo|xoa|go|rut|lay|loai) (?:\S+ ){0,8}?(?:ra khoi|khoi) (?:ho so|tap ho so)\b")
_GOVERNMENT = re.compile(r"\b(?:văn phòng chính phủ|thủ tướng|chính phủ)\b|\bg22\b")
_PARTY_COUNCIL = re.compile(r"\b(?:tỉnh ủy|tỉnh uỷ|hội đồng nhân dân|hđnd)\b")
# Number, year of issue, type and author: how normative documents are numbered, and no others (our reading).
_NORMATIVE = re.compile(r"^(?:19|20)\d{2}/(?:QĐ|NQ|CT)-", re.IGNORECASE)
_APPRAISAL = re.compile(r"\b(?:thẩm định|phê duyệt)\b")


def check(case: Case, known: Known) -> Iterator[Finding]:
    """Yield what the province's regulation says of case files and their paper."""
    yield from _listed(case, known)
    yield from _dossier(case)
    yield from _taken_out(case)
    yield from _transient(case)
    yield from _paper(case)


def _listed(case: Case, known: Known) -> Iterator[Finding]:
    """The case file is on the agency's list (Danh mục hồ sơ); an agency whose list we have not is not asked.

    What is handed in is held against the announced list (NĐ 01/2013/NĐ-CP Điều 7.3.d), whether or not a province's
    regulation says so as well.
    """
    rule, code = case.profile.filing, case.get("FileCode")
    if known.listed is None or not code:
        return
    if code not in known.listed:
        own = rule is not None and rule.list
        params = {
            "code": code,
            "list": rule.list if own and rule else "Danh mục hồ sơ nộp lưu",
            "basis": rule.clause if own and rule else "NĐ 01/2013/NĐ-CP Điều 7.3.d",
        }
        yield Finding("NOT_IN_FILE_LIST", "case file / FileCode", params)


def _dossier(case: Case) -> Iterator[Finding]:
    """A letter that says a dossier goes with it is there with the dossier, or with a word of where that is."""
    rule = case.profile.dossier
    if rule is None or not case.whole or case.get("PaperFileCode"):
        return
    letters = [one for one in case.documents if _is_letter_alone(one)]
    if len(letters) == len(case.documents):
        for one in letters:
            yield Finding("DOSSIER_MISSING", one.place(), {"basis": rule.clause}, one.ordinal)


def _is_letter_alone(document: Document) -> bool:
    said = plain(f"{document.get('Subject')} . {document.get('Description')}")
    return (
        _WITH_DOSSIER.search(said) is not None
        and len(document.pieces) <= 1
        and not document.get("RelatedDocuments")
    )


def _taken_out(case: Case) -> Iterator[Finding]:
    rule = case.profile.filing
    if rule is None or not rule.removal_forbidden:
        return
    logs = [("case file / History", 0, case.get("History"))]
    logs += [(one.place("History"), one.ordinal, one.get("History")) for one in case.documents]
    for place, ordinal, log in logs:
        if _TAKEN_OUT.search(fold(log)):
            yield Finding("REMOVED_FROM_FILE", place, {"basis": rule.clause}, ordinal)


def _transient(case: Case) -> Iterator[Finding]:
    """A case file of nothing but bulletins: papers of a passing kind that no clerk numbered (our reading)."""
    rule = case.profile.transient
    if rule is None or not case.documents:
        return
    kinds = {plain(one.get("TypeName")) for one in case.documents}
    numbered = any(one.get("CodeNumber") for one in case.documents)
    passing = {plain(kind): (kind, period) for kind, period in rule.kinds.items()}
    if not numbered and kinds <= set(passing):
        kind, period = passing[min(kinds)]
        params = {"kind": kind, "period": period, "basis": rule.clause}
        yield Finding("TRANSIENT", "case file", params)


def _paper(case: Case) -> Iterator[Finding]:
    """Where the regulation wants paper beside the electronic form, the case file says where the paper is."""
    rule = case.profile.paper
    if rule is None or case.get("PaperFileCode"):
        return
    permanent = table("maintenance").code_of(case.get("Maintenance")) == PERMANENT
    if "permanent-original" in rule.wanted and permanent:
        yield Finding("PAPER_ORIGINAL", "case file / PaperFileCode", {"basis": rule.clause})
        return
    why = [said for kind, said in _reasons(case) if kind in rule.wanted]
    if why:
        params = {"why": "; ".join(dict.fromkeys(why)), "basis": rule.clause}
        yield Finding("PAPER_EXPECTED", "case file / PaperFileCode", params)


def _reasons(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the kinds of documents in the case file that regulations want on paper, and how a reader calls them."""
    yield "all", "mọi văn bản đi"
    if _APPRAISAL.search(plain(case.get("Title"))):
        yield "appraisal-dossier", "hồ sơ trình thẩm định, phê duyệt"
    for document in case.documents:
        if document.get("NoPaper"):  # the sender says that none was sent (An Giang 14.2)
            continue
        receivers = plain(document.get("ToOrgan"))
        if _GOVERNMENT.search(receivers):
            yield "government", "gửi Chính phủ, Thủ tướng Chính phủ"
        if _PARTY_COUNCIL.search(receivers):
            yield "party-council", "gửi Tỉnh ủy, Hội đồng nhân dân"
        if _NORMATIVE.match(document.get("CodeNotation")):
            yield "normative", "văn bản quy phạm pháp luật"
        submitted = plain(document.get("TypeName")) == "tờ trình"
        if submitted and _APPRAISAL.search(plain(document.get("Subject"))):
            yield "appraisal-dossier", "hồ sơ trình thẩm định, phê duyệt"
