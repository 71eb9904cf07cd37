"""Papers whose original lies outside (decisions, letters): what was recorded of each of them. Pure.

None of these is the decision or the letter itself: the page says so, and names its number, date and file's hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from archive.ledger.event import unstamp
from archive.procedure.papers import Paper
from archive.procedure.seats import COMPOSITION
from archive.procedure.story import Factors, Verdict
from archive.reason import sentence, words
from archive.register.models import Regime
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, Facts
from retention.papers.layout import OUR_FORM, code, head, heading, moment, table, told, whole

COUNCIL = "Quyết định thành lập hội đồng"
REQUEST = {
    Regime.R1: "Văn bản đề nghị thẩm định, xin ý kiến",
    Regime.R2: "Văn bản đề nghị thẩm định",
}
OPINION = {Regime.R1: "Văn bản thẩm định, cho ý kiến", Regime.R2: "Văn bản thẩm định"}
DECISION = "Quyết định hủy tài liệu"
RECORD = (
    "Trang này ghi lại văn bản như đã đăng ký trong hệ thống; nó không thay văn bản gốc "
    "có số, ngày và mã băm nêu trên. "
)
VERDICTS = {Verdict.FOR: "Đồng ý hủy", Verdict.AGAINST: "Không đồng ý"}
COUNCILS = {
    Regime.R1: "Hội đồng xác định giá trị tài liệu",
    Regime.R2: "Hội đồng xét hủy tài liệu lưu trữ",
}


def council(facts: Facts) -> Iterator[str]:
    """Yield the decision that formed the council, with each change of it; nothing where there was none."""
    story = facts.story
    if story is None or story.council is None:
        return
    seats = words("archive").tables["seat"]
    formed = facts.steps("council")[-1].event
    members = table(
        ("STT", "Họ và tên (tài khoản)", "Cơ quan", "Thành phần", "Vắng mặt"),
        (
            (
                str(n),
                facts.who(one.account, formed),
                escape(facts.names.of(one.account, formed).agency),
                escape(sentence(seats[one.seat]["vi"]).rstrip(".")),
                escape(one.excused),
            )
            for n, one in enumerate(story.council.members, 1)
        ),
        numbers=(0,),
    )
    changes = "".join(
        f"<li>{moment(step.at)}: {facts.who_where(step.actor, step.event)}, {_named(step.paper)}"
        f"{f'; lý do thay đổi: {escape(step.reason)}' if step.reason else ''} (sự kiện số {step.event})</li>"
        for step in facts.steps("council")
    )
    clauses = dict.fromkeys(rule.clause for rule in COMPOSITION[story.regime])
    yield _page(
        facts,
        COUNCIL,
        [
            ("Hội đồng", COUNCILS[story.regime]),
            *_paper(story.council.paper),
            ("Người quyết định", facts.who_where(story.council.formed_by, formed)),
            ("Quy tắc thành phần", escape("; ".join(clauses))),
        ],
        f"<h2>Thành viên</h2>{members}<h2>Các lần quyết định</h2><ul>{changes}</ul>",
        ours=story.council.paper,
    )


def request(facts: Facts) -> Iterator[str]:
    """Yield the letter that asked for the opinion; nothing where none was needed."""
    story = facts.story
    if story is None or story.opinion is None:
        return
    asked = facts.steps("request-opinion", "request-appraisal")[-1]
    yield _page(
        facts,
        REQUEST[story.regime],
        [
            *_paper(story.opinion.requested),
            (
                "Người đề nghị",
                f"{facts.who_where(story.opinion.requested_by, asked.event)}, {moment(asked.at)} "
                f"(sự kiện số {asked.event})",
            ),
            (
                "Về danh mục",
                f"{len(facts.dossier.items)} hồ sơ khi lập; SHA-256 {code(facts.dossier.list_sha256)}",
            ),
        ],
        ours=story.opinion.requested,
    )


def opinion(facts: Facts) -> Iterator[str]:
    """Yield the letter with the opinion; nothing where none came."""
    story = facts.story
    if story is None or story.opinion is None or story.opinion.given is None or story.opinion.verdict is None:
        return
    recorded = facts.steps("record-opinion")[-1]
    reason = [("Nội dung ghi lại", escape(recorded.reason))] if recorded.reason else []
    before = "".join(
        f"<li>{moment(step.at)}: {_named(step.paper)}, không đồng ý: {escape(step.reason)} "
        f"(sự kiện số {step.event})</li>"
        for step in facts.steps("return")
    )
    yield _page(
        facts,
        OPINION[story.regime],
        [
            *_paper(story.opinion.given),
            ("Trả lời văn bản", _named(story.opinion.requested)),
            ("Ý kiến", VERDICTS[story.opinion.verdict]),
            *reason,
            (
                "Người ghi vào hệ thống",
                f"{facts.who_where(story.opinion.recorded_by, recorded.event)}, {moment(recorded.at)} "
                f"(sự kiện số {recorded.event})",
            ),
        ],
        f"<h2>Các lần trả lại trước</h2><ul>{before}</ul>" if before else "",
    )


def decision(facts: Facts) -> Iterator[str]:
    """Yield the decision to destroy; nothing for a list that was approved before there was a procedure."""
    story = facts.story
    if story is None or story.decision is None:
        return
    made = story.decision
    alone = "không cần ý kiến: cơ quan không thuộc diện nộp lưu (Luật 33/2024/QH15 Điều 16.3.b)"
    rests = _named(story.opinion.given) if story.opinion and story.opinion.given else "không có"
    yield _page(
        facts,
        DECISION,
        [
            *_paper(made.paper),
            ("Người ký", escape(made.signer)),
            (
                "Người quyết định trong hệ thống",
                f"{facts.who_where(made.by, made.event)}, {moment(made.at)} (sự kiện số {made.event})",
            ),
            ("Xác thực", factors(made.factors)),
            ("Căn cứ ý kiến", alone if made.alone else rests),
            ("Danh mục được quyết định", f"SHA-256 {code(made.list_sha256)}"),
            ("Lý do hủy", escape(facts.dossier.reason)),
        ],
        ours=made.paper,
    )


def factors(proven: Factors) -> str:
    """Return how somebody proved who they are, as HTML."""
    first = {"password": "mật khẩu", "command-line": "dòng lệnh của quản trị (không có mật khẩu)"}
    return f"{first.get(proven.first, escape(proven.first))} và mã một lần, lúc {moment(unstamp(proven.proved_at))}"


def _page(
    facts: Facts, title: str, lines: Iterable[tuple[str, str]], more: str = "", *, ours: Paper | None = None
) -> str:
    """Return a record of a paper; one of the agency's own bears its number and day in the head."""
    dossier = facts.dossier
    assert facts.story is not None
    day, number = (ours.day, ours.number) if ours else (None, "")
    top = head(dossier.agency_name, dossier.agency_code, day, number=number)
    body = f"""{top}{heading(title)}
<p class="under">bản ghi trong hồ sơ hủy tài liệu</p><p>Căn cứ: {BASES[facts.story.regime]}.</p>
{told(lines)}{more}{form(facts, RECORD + OUR_FORM)}"""
    return whole(title, body)


def _paper(paper: Paper) -> list[tuple[str, str]]:
    return [
        ("Số, ký hiệu", escape(paper.number)),
        ("Ngày", day_text(paper.day)),
        ("Tệp văn bản, SHA-256", code(paper.sha256)),
    ]


def _named(paper: Paper | None) -> str:
    return f"số {escape(paper.number)} ngày {day_text(paper.day)}" if paper else "không có văn bản"
