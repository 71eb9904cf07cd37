"""Hand-overs in the furnished house: one received by the Historical Archive, one on its way, one proposed."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from a_furnished_house import follow_all
from house_people import AN, CHI, GIA_LAI, LANG_SON
from kept_case_files import RULES, ACaseFile

from archive.register.session import transaction
from exports import proposal, tasks
from exports.proposal import NewHandover
from exports.sending import send

LASTING = ACaseFile(
    "000.00.05.H21.2012.01.QH",
    "Hồ sơ quy hoạch phát triển ngành nội vụ tỉnh Gia Lai giai đoạn 2012 - 2020",
    GIA_LAI,
    ("Quyết định phê duyệt quy hoạch", "Tờ trình phê duyệt quy hoạch"),
    2012,
    "Vĩnh viễn",
)
UNDERWAY = ACaseFile(
    "000.00.05.H21.2013.04.DA",
    "Hồ sơ đề án vị trí việc làm năm 2013",
    GIA_LAI,
    ("Đề án vị trí việc làm",),
    2013,
    "Vĩnh viễn",
)


def proposed(one: ACaseFile, number: str) -> str:
    """Propose the hand-over of one case file; return its id."""
    new = NewHandover(
        one.agency, (one.id,), "Nộp lưu theo kế hoạch thu thập năm 2026", number, date(2026, 11, 10)
    )
    with transaction() as session:
        return proposal.propose(session, new, viewer=AN, now=datetime.now(UTC)).id


def sent(one: ACaseFile, number: str) -> str:
    """Have one case file handed over as far as the inbox; return the hand-over's id."""
    order_id = proposed(one, number)
    with transaction() as session:
        proposal.approve(session, order_id, viewer=CHI, now=datetime.now(UTC))
    send(order_id, viewer=AN, now=datetime.now(UTC))
    return order_id


def hand_over(folder: Path) -> dict[str, str]:
    """Make the hand-overs; return their ids by name."""
    for one in (LASTING, UNDERWAY):
        one.kept(folder, datetime.now(UTC) - timedelta(days=2))
    follow_all()
    done = sent(LASTING, "12/KH-SNV")
    tasks.receive("su")
    under_way = sent(UNDERWAY, "15/KH-SNV")
    assert RULES.agency == LANG_SON
    return {
        "handed_over": done,
        "handover_sent": under_way,
        "handover_proposed": proposed(RULES, "21/KH-UBND"),
    }


if __name__ == "__main__":
    print(json.dumps(hand_over(Path(sys.argv[1]) / "packing")))
