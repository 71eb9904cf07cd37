"""The list (danh mục): what was to be destroyed, with the columns of its law, in parts with their sums. Pure.

R1: Danh mục tài liệu hết giá trị, columns as CV 879/VTLTNN-NVĐP (2006) has them, read second hand. R2: Danh mục tài
liệu hết thời hạn lưu trữ, trùng lặp, columns of TT 06/2025/TT-BNV Annex II as another program shows them. An electronic
case file lies in no bundle (bó): its own code stands there, which is our reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from archive.numerals import in_words
from archive.reason import sentence, told, told_text
from archive.register.models import Regime
from retention.dossier import Dossier, ItemFacts
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, OUTCOMES, Facts
from retention.papers.layout import code, head, heading, signs, table, whole

PART = 400
"""Case files in one part of a long paper; each part has its sums and is laid out by itself."""
NO_VOLUMES = "–"
"""In the column of volumes: an electronic case file has none; the versions of its package stand with the proof."""
TITLES = {
    Regime.R1: "Danh mục tài liệu hết giá trị",
    Regime.R2: "Danh mục tài liệu hết thời hạn lưu trữ, tài liệu trùng lặp",
}
HEADS = {
    Regime.R1: ("STT", "Bó số (hồ sơ số)", "Tập số", "Tiêu đề tập tài liệu", "Lý do hủy", "Ghi chú"),
    Regime.R2: (
        "STT",
        "Số lưu trữ (Hồ sơ số)",
        "Tập số",
        "Tiêu đề hồ sơ",
        "Thời hạn lưu trữ",
        "Số tài liệu/trang",
        "Lý do hủy",
        "Ghi chú",
    ),
}
NOTE = (
    "Các cột theo {source}; cột bó số ghi số hồ sơ vì hồ sơ điện tử không đóng bó (cách hiểu của chúng tôi). Biểu mẫu "
    "chính thức chưa được đối chiếu."
)
SOURCES = {
    Regime.R1: "Công văn số 879/VTLTNN-NVĐP năm 2006, đọc qua bản chép lại",
    Regime.R2: "phụ lục II Thông tư số 06/2025/TT-BNV như một chương trình khác trình bày",
}


def pages(facts: Facts) -> Iterator[str]:
    """Yield the list in parts, one law after the other, with totals in figures and words at the end."""
    dossier = facts.dossier
    for n, regime in enumerate(facts.regimes):
        items = [item for item in dossier.items if item.regime == regime]
        title = TITLES[regime]
        for start in range(0, len(items), PART):
            part = items[start : start + PART]
            body = _opening(dossier, regime, title) if start == 0 else ""
            body += rows(part, regime, dossier.reason, start=start)
            body += _sums(part, items[: start + len(part)], start)
            if start + PART >= len(items):
                body += _closing(facts, regime, items)
            yield whole(title, body, first=n == 0 and start == 0, landscape=True)


def rows(items: Sequence[ItemFacts], regime: Regime, reason: str, *, start: int = 0) -> str:
    """Return case files as a table with the columns of a law.

    Args:
        items: to be listed.
        regime: whose columns.
        reason: why those of them were to go that had expired.
        start: how many stand before them.
    """
    if regime is Regime.R1:
        lines = (
            (str(n), escape(one.code), NO_VOLUMES, escape(one.title), why(one, reason), remark(one))
            for n, one in enumerate(items, start + 1)
        )
        return table(HEADS[regime], lines, numbers=(0,))
    lines_now = (
        (
            str(n),
            escape(one.code),
            NO_VOLUMES,
            escape(one.title),
            f"{escape(one.maintenance)}{until(one)}",
            f"{one.total_docs}/{one.total_pages}",
            why(one, reason),
            remark(one),
        )
        for n, one in enumerate(items, start + 1)
    )
    return table(HEADS[regime], lines_now, numbers=(0, 5))


def why(item: ItemFacts, reason: str) -> str:
    """Return why a case file was to go, as HTML: the list's reason, or what stays for it and how they differ."""
    if not item.same_as:
        return escape(reason)
    differs = "".join(f"; {escape(told(one))}" for one in item.differs)
    return f"Trùng lặp: giữ lại hồ sơ {escape(item.same_as)}{differs}"


def until(item: ItemFacts) -> str:
    """Return the last day of a case file's period, as it stands behind the period."""
    return f", hết ngày {day_text(item.last_day)}" if item.last_day else ""


def remark(item: ItemFacts) -> str:
    """Return what became of a case file, and why when it was not destroyed, as HTML."""
    words = [OUTCOMES.get(item.outcome, item.outcome)]
    if item.detail:
        words.append(sentence(told_text(item.detail)).rstrip("."))
    if item.late_hold:
        words.append(f"Lệnh giữ đến sau khi bản sao cuối cùng đã bắt đầu bị xóa: {item.late_hold}")
    return escape(". ".join(words))


def _opening(dossier: Dossier, regime: Regime, title: str) -> str:
    return f"""{head(dossier.agency_name, dossier.agency_code)}{heading(title)}
<p class="under">{escape(dossier.agency_name)}; danh mục SHA-256 {code(dossier.list_sha256)}</p>
<p>Căn cứ: {BASES[regime]}.</p>"""


def _sums(part: Sequence[ItemFacts], so_far: Sequence[ItemFacts], start: int) -> str:
    return (
        f"<p><b>Cộng từ số {start + 1} đến số {start + len(part)}: {_extent(part)}. "
        f"Lũy kế: {_extent(so_far)}.</b></p>"
    )


def _extent(items: Sequence[ItemFacts]) -> str:
    docs, sheets = sum(one.total_docs for one in items), sum(one.total_pages for one in items)
    return f"{len(items)} hồ sơ, {docs} tài liệu, {sheets} trang"


def _closing(facts: Facts, regime: Regime, items: Sequence[ItemFacts]) -> str:
    gone = sum(one.outcome == "done" for one in items)
    account = facts.story.proposed_by if facts.story else facts.dossier.people[0].name
    maker = str(facts.names.of(account, 0))
    return f"""<p>Danh mục này có {len(items)} hồ sơ (bằng chữ: {in_words(len(items))} hồ sơ); đã hủy {gone} hồ sơ
(bằng chữ: {in_words(gone)} hồ sơ), không hủy {len(items) - gone} hồ sơ, lý do ở cột Ghi chú.</p>
{signs(("NGƯỜI LẬP DANH MỤC", maker))}{form(facts, NOTE.format(source=SOURCES[regime]))}"""
