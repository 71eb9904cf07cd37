"""The minutes of the council's meeting (biên bản họp hội đồng): who was there, how each case file was voted on, who
dissented and why. Pure.

The law wants decision by majority and the other opinions in the minutes (Law 01/2011/QH13 Điều 18); the form is ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape

from archive.procedure.ballots import Ballot, Choice, Count
from archive.procedure.seats import Member
from archive.procedure.story import Conclusion, Council, Story
from archive.reason import sentence, words
from archive.viewer import same_person
from retention.explain import day_text
from retention.papers.closing import form
from retention.papers.facts import BASES, Facts
from retention.papers.layout import code, head, heading, moment, signs, table, told, whole
from retention.papers.listing import PART
from retention.papers.records import COUNCILS

TITLE = "Biên bản họp hội đồng"


def pages(facts: Facts) -> Iterator[str]:
    """Yield the minutes in parts; nothing where no council concluded."""
    story = facts.story
    if story is None or story.council is None or story.conclusion is None:
        return
    counts = sorted(story.conclusion.counts.items(), key=lambda one: _code(facts, one[0]))
    for start in range(0, max(len(counts), 1), PART):
        part = counts[start : start + PART]
        body = _opening(facts, story, story.council, story.conclusion) if start == 0 else ""
        body += _votes(facts, part, start)
        if start + PART >= len(counts):
            body += _closing(facts, story, story.council, story.conclusion)
        yield whole(TITLE, body, first=start == 0)


def _code(facts: Facts, case_file_id: str) -> str:
    item = facts.by_id.get(case_file_id)
    return item.code if item else case_file_id


def _opening(facts: Facts, story: Story, council: Council, conclusion: Conclusion) -> str:
    dossier = facts.dossier
    voters = {one.account for one in story.voters}
    seats = words("archive").tables["seat"]
    rows = (
        (
            str(n),
            facts.who(one.account, conclusion.event),
            escape(facts.names.of(one.account, conclusion.event).agency),
            escape(sentence(seats[one.seat]["vi"]).rstrip(".")),
            _presence(one, voters, story.proposed_by),
        )
        for n, one in enumerate(council.members, 1)
    )
    before = "".join(
        f"<p>Lần họp trước đã không còn giá trị: danh mục bị trả lại lúc {moment(step.at)}, "
        f"lý do: {escape(step.reason)}</p>"
        for step in facts.steps("return")
    )
    return f"""{
        head(dossier.agency_name, dossier.agency_code, conclusion.paper.day, number=conclusion.paper.number)
    }
{heading(TITLE)}<p class="under">{COUNCILS[story.regime]}; số {escape(conclusion.paper.number)}</p>
<h2>1. Căn cứ</h2><p>{BASES[story.regime]}. Quyết định thành lập hội đồng số {
        escape(council.paper.number)
    } ngày
{day_text(council.paper.day)}.</p>
{
        told(
            (
                ("Biên bản", f"số {escape(conclusion.paper.number)} ngày {day_text(conclusion.paper.day)}"),
                ("Tệp biên bản, SHA-256", code(conclusion.paper.sha256)),
            )
        )
    }
<h2>2. Thành viên</h2>{
        table(("STT", "Họ và tên (tài khoản)", "Cơ quan", "Thành phần", "Dự họp"), rows, numbers=(0,))
    }{before}
<h2>3. Kết quả bỏ phiếu từng hồ sơ</h2>"""


def _presence(one: Member, voters: set[str], proposed_by: str) -> str:
    if one.excused:
        return f"Vắng, lý do: {escape(one.excused)}"
    if one.account in voters:
        return "Có mặt, bỏ phiếu"
    return "Có mặt, không bỏ phiếu vì đã lập danh mục" if same_person(one.account, proposed_by) else "Có mặt"


def _votes(facts: Facts, part: list[tuple[str, Count]], start: int) -> str:
    choices = words("archive").tables["choice"]
    rows = (
        (
            str(n),
            escape(_code(facts, id)),
            escape(facts.by_id[id].title) if id in facts.by_id else "",
            str(count.destroy),
            str(count.keep),
            str(count.extend),
            sentence(choices[count.choice]["vi"]).rstrip("."),
        )
        for n, (id, count) in enumerate(part, start + 1)
    )
    heads = ("STT", "Hồ sơ số", "Tiêu đề hồ sơ", "Hủy", "Giữ lại", "Kéo dài", "Theo đa số")
    return table(heads, rows, numbers=(0, 3, 4, 5))


def _closing(facts: Facts, story: Story, council: Council, conclusion: Conclusion) -> str:
    fell = Counter(count.choice for count in conclusion.counts.values())
    chair = str(facts.names.of(conclusion.by, conclusion.event))
    signed = facts.steps("sign-minutes")
    secretary = str(facts.names.of(conclusion.signed_by, signed[-1].event)) if signed else ""
    return f"""<h2>4. Ý kiến khác với đa số</h2>{_dissent(facts, story, conclusion)}
{_withdrawn(facts, story, conclusion)}<h2>5. Kết luận</h2>
<p>Theo đa số (quá nửa số phiếu; phiếu ngang nhau thì giữ lại, quy tắc của chúng tôi): hủy
{fell[Choice.DESTROY]} hồ sơ, giữ lại {fell[Choice.KEEP]} hồ sơ, kéo dài thời hạn {fell[Choice.EXTEND]} hồ sơ.</p>
{_left(facts, story)}
<p>Chủ tịch hội đồng {facts.who(conclusion.by, conclusion.event)} kết luận lúc
{moment(conclusion.at)} (sự kiện số {conclusion.event}).
{_signed(facts, conclusion)}</p>
{signs(("THƯ KÝ", secretary), ("CHỦ TỊCH HỘI ĐỒNG", chair))}{form(facts)}"""


def _dissent(facts: Facts, story: Story, conclusion: Conclusion) -> str:
    """Return who voted otherwise than the majority; the same words about many case files stand once."""
    said: dict[tuple[str, Ballot], list[str]] = {}
    for id in conclusion.counts:
        for who, ballot in _against(story, id, conclusion).items():
            said.setdefault((who, ballot), []).append(_code(facts, id))
    if not said:
        return "<p>Không có.</p>"
    return _said(facts, said, conclusion.event)


def _withdrawn(facts: Facts, story: Story, conclusion: Conclusion) -> str:
    """Return how members voted who were replaced before the conclusion: told, and counted nowhere."""
    said: dict[tuple[str, Ballot], list[str]] = {}
    for who, ballots in sorted(story.withdrawn.items()):
        for id, ballot in ballots.items():
            said.setdefault((who, ballot), []).append(_code(facts, id))
    if not said:
        return ""
    return f"""<h2>4a. Phiếu của thành viên đã được thay</h2><p>Những phiếu này không được tính vào kết quả: người bỏ
phiếu đã được thay trước khi hội đồng kết luận.</p>{_said(facts, said, conclusion.event, mark="đã được thay")}"""


def _said(facts: Facts, said: Mapping[tuple[str, Ballot], list[str]], event: int, *, mark: str = "") -> str:
    choices = words("archive").tables["choice"]
    rows = (
        (
            facts.who(who, event) + (f" – {mark}" if mark else ""),
            sentence(choices[ballot.choice]["vi"]).rstrip(".")
            + (f" ({escape(ballot.period)})" if ballot.period else ""),
            escape(ballot.reason) or "không nêu",
            escape(", ".join(sorted(codes))),
        )
        for (who, ballot), codes in said.items()
    )
    return table(("Thành viên", "Ý kiến", "Lý do", "Về các hồ sơ"), rows)


def _against(story: Story, case_file_id: str, conclusion: Conclusion) -> Mapping[str, Ballot]:
    majority = conclusion.counts[case_file_id].choice
    return {who: one for who, one in story.ballots(case_file_id).items() if one.choice is not majority}


def _left(facts: Facts, story: Story) -> str:
    """Return what left the list by the conclusion."""
    choices = words("archive").tables["choice"]
    kept = {id: left for id, left in story.left.items() if left.choice is not None}
    if not kept:
        return ""
    rows = (
        (
            escape(_code(facts, id)),
            sentence(choices[left.choice]["vi"]).rstrip(".") if left.choice else "",
            escape(left.period) or "–",
            escape(left.reason),
        )
        for id, left in sorted(kept.items(), key=lambda one: _code(facts, one[0]))
    )
    return table(("Hồ sơ số", "Kết luận", "Thời hạn mới", "Lý do"), rows)


def _signed(facts: Facts, conclusion: Conclusion) -> str:
    signed = facts.steps("sign-minutes")
    if not signed or not conclusion.signed_by:
        return "Biên bản chưa được thư ký ký trong hệ thống."
    return (
        f"Thư ký {facts.who(conclusion.signed_by, signed[-1].event)} ký biên bản lúc {moment(signed[-1].at)} "
        f"(sự kiện số {signed[-1].event})."
    )
