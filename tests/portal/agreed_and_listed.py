"""Put agreements, a list of due files and minutes into a furnished archive: `python agreed_and_listed.py FOLDER`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from house_people import AN, CHI, GIA_LAI, LANG_SON, NOW
from kept_case_files import RULES

from archive.register.models import CaseFile, Submission
from archive.register.session import transaction
from archive.vietnam import day_of
from ingest.agreements.terms import draft_of
from ingest.agreements.versions import approve, propose
from ingest.duelists import lists
from ingest.duelists.lines import Line
from ingest.handover import due, minutes

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
        "due_line": f"{LANG_SON}.2025.02.TH",
        "with_minutes": stored,
    }


if __name__ == "__main__":
    print(json.dumps(furnish()))
