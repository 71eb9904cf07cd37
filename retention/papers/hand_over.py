"""The minutes of the hand-over (biên bản bàn giao tài liệu hủy): store manager to executor. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archive.numerals import in_words
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, Facts
from retention.papers.layout import code, head, heading, moment, signs, told, whole
from retention.papers.records import factors

TITLE = "Biên bản bàn giao tài liệu hủy"


def pages(facts: Facts) -> Iterator[str]:
    """Yield the minutes, one part; nothing where nothing was handed over."""
    story, dossier = facts.story, facts.dossier
    if story is None or story.hand_over is None or story.decision is None:
        return
    over = story.hand_over
    step = facts.steps("hand-over", "hand-over-again")[-1]
    count = len(story.items)
    lines = [
        ("Số, ký hiệu", escape(over.paper.number)),
        ("Tệp biên bản, SHA-256", code(over.paper.sha256)),
        (
            "Bên giao (thủ kho)",
            f"{facts.who_where(over.by, step.event)}, {moment(over.at)} (sự kiện số {step.event})",
        ),
        ("Bên nhận (người thực hiện hủy)", facts.who_where(over.receiver, step.event)),
        ("Bàn giao", f"{count} hồ sơ điện tử (bằng chữ: {in_words(count)} hồ sơ) còn trong danh mục"),
        ("Danh mục, SHA-256", code(story.list_sha256)),
    ]
    if story.release:
        lines += [
            (
                "Bên nhận xác nhận thực hiện",
                f"{facts.who_where(story.release.by, story.release.event)}, {moment(story.release.at)} "
                f"(sự kiện số {story.release.event})",
            ),
            ("Xác thực", factors(story.release.factors)),
        ]
    giver, receiver = (str(facts.names.of(one, step.event)) for one in (over.by, over.receiver))
    top = head(dossier.agency_name, dossier.agency_code, over.paper.day, number=over.paper.number)
    body = f"""{top}{heading(TITLE)}
<p>Căn cứ: {BASES[story.regime]}; Quyết định hủy tài liệu số {escape(story.decision.paper.number)} ngày
{day_text(story.decision.paper.day)}.</p>{told(lines)}
<p>Hồ sơ điện tử không được đóng gói, vận chuyển: bên nhận được trao quyền xóa mọi bản sao của đúng danh mục này.</p>
{signs(("BÊN GIAO", giver), ("BÊN NHẬN", receiver))}{form(facts)}"""
    yield whole(TITLE, body)
