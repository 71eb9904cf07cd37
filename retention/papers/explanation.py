"""The explanation (bản thuyết minh): sections I.1 to I.3 and II of TT 06/2025/TT-BNV Annex III, as told second hand.

What the register knows is counted here; what only the archivist knows (mission of the creator, where the collection
comes from, earlier appraisals) stands in their own words, which are repeated whole. R1 names the paper (CV 879/2006)
but its form was not seen: the same sections, which is our form. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape

from archive.numerals import in_words
from retention.dossier import ItemFacts
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, Facts
from retention.papers.layout import head, heading, signs, table, told, whole

TITLE = "Bản thuyết minh tài liệu hết giá trị"
TITLE_NOW = "Bản thuyết minh tài liệu hết thời hạn lưu trữ, tài liệu trùng lặp"
IN_THEIR_WORDS = "theo lời thuyết minh của người lập, ở mục III"
NOTE = (
    "Các mục I.1, I.2, I.3, II theo phụ lục III Thông tư số 06/2025/TT-BNV theo một chương trình khác; mục III "
    "và cách trình bày do Tàng Thư đặt. "
    "Biểu mẫu chính thức chưa được đối chiếu."
)


def pages(facts: Facts) -> Iterator[str]:
    """Yield the explanation, one part; nothing for a list that was made without one."""
    story, dossier = facts.story, facts.dossier
    if story is None:
        return
    title = TITLE if story.regime == "R1" else TITLE_NOW
    items = dossier.items
    spared = len(items) - dossier.count("done")
    fonds = ", ".join(sorted({one.fonds for one in items}))
    body = f"""{head(dossier.agency_name, dossier.agency_code)}{heading(title)}
<p>Căn cứ: {BASES[story.regime]}.</p>
<h2>I. Khối tài liệu</h2><h2>I.1. Sự hình thành</h2>
{
        told(
            (
                ("Cơ quan hình thành", escape(dossier.agency_name)),
                ("Phông lưu trữ", escape(fonds)),
                ("Chức năng, nhiệm vụ; nguồn gốc khối tài liệu", IN_THEIR_WORDS),
                ("Lý do hết giá trị, hết thời hạn, trùng lặp", escape(dossier.reason)),
                ("Các lần xác định giá trị trước", IN_THEIR_WORDS),
            )
        )
    }
<h2>I.2. Số lượng</h2>
{
        told(
            (
                ("Tổng số hồ sơ đưa ra xét", _number(len(items))),
                ("Giữ lại", f"{_number(spared)} (hội đồng giữ, đã rút, đang bị giữ hoặc không đủ điều kiện)"),
                ("Hết thời hạn lưu trữ, đã hủy", _number(_gone(items, duplicates=False))),
                ("Trùng lặp, đã hủy", _number(_gone(items, duplicates=True))),
                (
                    "Tài liệu, trang",
                    f"{sum(i.total_docs for i in items)} tài liệu, {sum(i.total_pages for i in items)} trang",
                ),
            )
        )
    }
<h2>I.3. Thời gian</h2><p>{_span([d for i in items for d in (i.began, i.ended) if d])}</p>
<h2>II. Các nhóm tài liệu</h2>
{table(("Nhóm", "Thời hạn lưu trữ", "Số hồ sơ"), _groups(facts), numbers=(2,))}
<h2>III. Lời thuyết minh của người lập</h2><p class="words">{escape(story.explanation)}</p>
{_linked(facts)}
{signs(("NGƯỜI LẬP", str(facts.names.of(story.proposed_by, 0))))}{form(facts, NOTE)}"""
    yield whole(title, body)


def _number(count: int) -> str:
    return f"{count} hồ sơ (bằng chữ: {in_words(count)} hồ sơ)"


def _span(days: list[date]) -> str:
    return f"Từ ngày {day_text(min(days))} đến ngày {day_text(max(days))}." if days else "Không rõ."


def _groups(facts: Facts) -> Iterator[tuple[str, str, str]]:
    groups = Counter((bool(item.same_as), item.maintenance) for item in facts.dossier.items)
    for (duplicate, period), count in sorted(groups.items()):
        yield "Trùng lặp" if duplicate else "Hết thời hạn lưu trữ", escape(period), str(count)


def _gone(items: Iterable[ItemFacts], *, duplicates: bool) -> int:
    return sum(item.outcome == "done" and bool(item.same_as) is duplicates for item in items)


def _linked(facts: Facts) -> str:
    """Return why documents go that an unexpired case file has too, when somebody had to say it."""
    if not facts.linked:
        return ""
    return f"<p>Tài liệu có cả trong hồ sơ chưa hết thời hạn, vẫn hủy vì: {escape(facts.linked)}</p>"
