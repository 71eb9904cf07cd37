"""An archive with a little of everything, for the portal's tests: real packages in real stores, real ledger.

The road that makes such things is tested elsewhere; here rows of submissions are written directly, everything
about case files goes through the vault's own functions. Who works here is in `house_people.py`, what is kept in
`kept_case_files.py`, what was sent in `sent_submissions.py`.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from house_people import AGENCIES, AN, CHI, GIA_LAI, LANG_SON, NINH_BINH, NOW, PEOPLE, ident
from kept_case_files import CASE_FILES, GONE, HELD, OLD, OLDER, RULES
from sent_submissions import (
    RETURNED,
    a_returned_delivery,
    a_submission,
    leave_in_quarantine,
    leave_what_is_to_be_decided,
)
from sqlalchemy import select
from walked_lists import decided, listed

from archive.ledger.follow import follow, followers
from archive.ledger.seal import seal
from archive.reason import as_text, because
from archive.register import migrate
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Order, OrderKind
from archive.register.session import engine, reading, transaction
from retention import destruction, holds, old_lists
from tests.archive.lists_of_before import an_old_list


def follow_all() -> None:
    """Let every follower of the ledger (retention dates, search index) catch up."""
    for follower in followers():
        follow(follower)


def furnish(folder: Path) -> None:
    """Fill the configured, empty archive."""
    with transaction() as session:
        for code, (name, fonds, profile) in AGENCIES.items():
            set_agency(
                session, code=code, name=name, profile=profile, actor="admin", now=NOW - timedelta(days=40)
            )
            set_fonds(
                session,
                code=fonds,
                agency_code=code,
                name=f"Phông {name}",
                actor="admin",
                now=NOW - timedelta(days=40),
            )
        for days, one in enumerate(CASE_FILES, 3):
            a_submission(
                session,
                one.code,
                one.title,
                "stored",
                one.agency,
                days,
                case_file_id=one.id,
                decided_by="an",
                decided_at=NOW - timedelta(days=days),
            )
        a_submission(
            session,
            "000.00.01.H37.2024.12.QD",
            "Hồ sơ ban hành Quy chế văn thư năm 2024",
            "to-decide",
            LANG_SON,
            0.2,
            upto="normalise",
            due_at=datetime.now(UTC) + timedelta(hours=3, minutes=30),
            findings=(
                (
                    "V09_UNUSUAL",
                    "warning",
                    "document 2 / TypeName",
                    {
                        "basis": "TT 02/2019/TT-BNV Phụ lục I",
                        "name": "Tên loại văn bản",
                        "field": "TypeName",
                        "value": "Tờ trình (bản in)",
                        "document": "2",
                    },
                ),
                ("V04_TOTAL", "warning", "case file / PageNumber", {"declared": "9", "counted": "6"}),
            ),
        )
        a_submission(
            session,
            "000.00.05.H21.2023.01.KH",
            "Hồ sơ kế hoạch cải cách hành chính năm 2023",
            "to-decide",
            GIA_LAI,
            0.5,
            upto="normalise",
            due_at=NOW - timedelta(hours=1),
        )
        a_submission(
            session,
            "000.00.09.H42.2022.05.TB",
            "Hồ sơ thông báo kết luận họp giao ban",
            "returned",
            NINH_BINH,
            1,
            upto="check",
            findings=(
                (
                    "V01",
                    "error",
                    "Thông báo 05.pdf",
                    {"file": "Thông báo 05.pdf", "version": "1.3", "document": "1"},
                ),
                (
                    "V04",
                    "error",
                    "document 2 / PageAmount",
                    {"declared": "2", "counted": "5", "document": "2"},
                ),
                ("V04_TOTAL", "warning", "case file / PageNumber", {"declared": "9", "counted": "12"}),
            ),
        )
        a_submission(
            session,
            "000.00.01.H37.2024.44.BC",
            "Hồ sơ báo cáo tổng kết năm 2024",
            "checking",
            LANG_SON,
            0.01,
            step="look",
            upto="scan",
        )
        a_submission(
            session,
            "000.00.05.H21.2024.18.TT",
            "Hồ sơ thanh tra chuyên ngành 2024",
            "accepted",
            GIA_LAI,
            0.05,
            step="deposit",
            upto="pack",
            waiting=as_text(
                [because("archive.store-trouble", store="kho-c", name="v0001.zip", trouble="ENOSPC")]
            ),
        )
    leave_in_quarantine(RETURNED, a_returned_delivery())
    leave_what_is_to_be_decided()
    for days, one in enumerate(CASE_FILES, 3):
        one.kept(folder, NOW - timedelta(days=12 - days))
    follow_all()
    _given_up_before()
    destruction.execute(
        decided(GONE, "41/QĐ-SNV", now=NOW - timedelta(hours=3)), viewer=CHI, now=NOW - timedelta(hours=1)
    )
    listed(OLDER, "58/TTr-VP", now=NOW - timedelta(hours=3))
    with transaction() as session:
        holds.place(
            session,
            agency_code=GIA_LAI,
            case_file_ids=[HELD.id],
            reason="Phục vụ thanh tra theo yêu cầu của Thanh tra tỉnh",
            document_number="112/TTT-VP",
            document_date=date(2026, 11, 2),
            viewer=AN,
            now=NOW - timedelta(days=1),
        )
    with transaction() as session:
        seal(session, now=NOW)
    follow_all()


def _given_up_before() -> None:
    """A list made before there was a procedure, and given up."""
    then = NOW - timedelta(hours=5)
    with transaction() as session:
        order_id = an_old_list(session, LANG_SON, [OLD.id], "9/TTr-VP", date(2026, 11, 3), by="an", now=then)
        old_lists.give_up(session, order_id, reason="Lập lại theo đủ thủ tục", viewer=AN, now=then)


def ids() -> dict[str, str]:
    """Return the identifiers of what was made, by name."""
    orders = {}
    with reading() as session:
        for order in session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION)):
            orders[str(order.state)] = order.id
    return {
        "returned": RETURNED,
        "rules": RULES.id,
        "pdfa": RULES.component_id(1, "pdfa"),
        "record": ident("record", RULES.code, 1),
        "gone": GONE.id,
        "stored": ident("submission", RULES.code),
        "destroyed": ident("submission", GONE.code),
        "checking": ident("submission", "000.00.01.H37.2024.44.BC"),
        "old": OLD.id,
        "held": HELD.id,
        "to_decide": ident("submission", "000.00.01.H37.2024.12.QD"),
        "second": ident("submission", "000.00.05.H21.2023.01.KH"),
        "running": ident("submission", "000.00.05.H21.2024.18.TT"),
        "proposed": orders["proposed"],
        "done": orders["done"],
        "before": orders["refused"],
    }


def main(folder: Path) -> None:
    """Make the register, furnish, write the accounts file for `portal/site.py`, print the ids as JSON."""
    migrate.upgrade(engine())
    furnish(folder / "packing")
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps(PEOPLE, ensure_ascii=False), "utf-8")
    accounts.chmod(0o600)
    print(json.dumps(ids()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
