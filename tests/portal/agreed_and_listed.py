"""Put agreements, due files, minutes, a schedule and a preservation plan into a furnished archive."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from house_people import AN, CHI, GIA_LAI, LANG_SON, NOW
from kept_case_files import RULES
from linked_list import half_decided
from planned_migration import an_ended_plan

from archive.register.models import CaseFile, Submission
from archive.register.session import transaction
from archive.vietnam import day_of
from ingest.agreements.terms import draft_of
from ingest.agreements.versions import approve, propose
from ingest.duelists import lists
from ingest.duelists.lines import Line
from ingest.handover import due, minutes
from retention import simulations, versions
from retention.own_lines import line_of

TODAY = day_of(datetime.now(UTC))
LISTED = (
    ("2025.01.TH", "Hồ sơ báo cáo tổng kết công tác văn thư, lưu trữ năm 2025", -12, "Vĩnh viễn"),
    ("2025.02.TH", "Hồ sơ kiểm tra công tác cải cách hành chính tại các xã biên giới", 9, "20 năm"),
    ("2025.03.TC", "Hồ sơ quyết toán kinh phí hoạt động năm 2025", 25, "10 năm"),
    ("2025.04.TC", "Hồ sơ mua sắm trang thiết bị kho lưu trữ", 140, "10 năm"),
)


def an_agreement(agency: str, number: str, **terms: object) -> str:
    """Propose a version and return its id."""
    said = {
        "agency": agency,
        "number": number,
        "signed_on": "2026-01-02",
        "signed_by_agency": "Trần Văn Bình, Chánh Văn phòng",
        "signed_by_archive": "Lê Thị Hoa, Giám đốc Trung tâm Lưu trữ lịch sử",
        "valid_from": "2026-01-05",
        "terms": terms,
    }
    with transaction() as session:
        return propose(session, draft_of(said), viewer=AN, now=NOW).id


def a_schedule() -> str:
    """Propose a version of a retention schedule, see what it would move, and return its id."""
    lines = (
        ("1", "Hồ sơ hội nghị, hội thảo do cơ quan chủ trì", "30 năm", "Thông tư chuyên ngành: 5"),
        ("2", "Hồ sơ theo dõi xe công tác", "10 năm", ""),
        ("3", "Hồ sơ kiểm tra công tác văn thư, lưu trữ", "20 năm", ""),
        ("4", "Hồ sơ mua sắm văn phòng phẩm", "5 năm", ""),
    )
    draft = versions.Draft(
        agency=LANG_SON,
        name="Bảng thời hạn lưu trữ hồ sơ của UBND tỉnh",
        number="31/QĐ-UBND",
        signed_on=date(2026, 1, 2),
        signed_by="Trần Văn Bình, Chánh Văn phòng",
        valid_from=date(2026, 2, 1),
        lines=tuple(
            line_of(dict(zip(("ref", "title", "retention", "state_row"), line, strict=True)))
            for line in lines
        ),
    )
    with transaction() as session:
        id = versions.propose(session, draft, viewer=AN, now=NOW).id
        run, _ = simulations.ask(session, id, viewer=AN, now=NOW)
    simulations.run(run, viewer=AN, clock=lambda: datetime.now(UTC))
    return str(id)


def furnish() -> dict[str, str]:
    """Make them and return the ids that pages are opened by."""
    holds = an_agreement(
        LANG_SON,
        "15/TT-NL",
        accept="automatic",
        partial_return="automatic",
        source_may_release=True,
        formats=["pdf", "xlsx"],
        max_file_bytes=50_000_000,
        fetch_places=[{"prefix": "https://tep.langson.example.vn/nop-luu/"}],
    )
    with transaction() as session:
        approve(session, holds, viewer=CHI, now=NOW)
    waits = an_agreement(GIA_LAI, "02/TT-NL", **{"accept": "automatic", "return": "archivist"})
    lines = [
        Line(f"{LANG_SON}.{code}", title, TODAY + timedelta(days=days), period)
        for code, title, days, period in LISTED
    ]
    with transaction() as session:
        lists.put(session, LANG_SON, lines, viewer=AN, now=NOW)
        lists.announce(session, now=NOW, today=TODAY)
        case = session.get_one(CaseFile, RULES.id)
        row = session.get_one(Submission, case.submission_id)
        row.case_file_id, row.source, row.source_basis = case.id, "may", "thỏa thuận nộp lưu số 15/TT-NL"
        due.owe(session, row.id, now=NOW)
        stored = row.id
    minutes.print_due(NOW, printer=lambda html: b"%PDF-1.7")
    return {
        "agreement_holds": holds,
        "agreement_waits": waits,
        "schedule_waits": a_schedule(),
        "due_line": f"{LANG_SON}.2025.02.TH",
        "with_minutes": stored,
        "plan": an_ended_plan(),
        "linked": a_list_with_linked_documents(),
    }


def a_list_with_linked_documents() -> str:
    with TemporaryDirectory() as folder:
        return half_decided(Path(folder))


if __name__ == "__main__":
    print(json.dumps(furnish()))
