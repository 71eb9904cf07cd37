"""Infected deliveries in a furnished archive, for the pages of the quarantine.

As a script: two more in the archive the settings name, and a request about one of them that waits for its answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from house_people import GIA_LAI, LANG_SON, NOW, ident

from archive.register.infected import Wish
from archive.register.models import Finding, StepResult, Submission
from archive.register.session import transaction
from archive.viewer import Role, Viewer
from ingest import quarantine
from ingest.infected import deciding

HERE, ELSEWHERE = ident("infected"), ident("infected elsewhere")
ENGINE = "ClamAV 1.4.3/27800/Mon Nov 16 09:00:00 2026"


def an_infected_delivery(session: Any, id: str, agency: str, signature: str, at: datetime) -> None:
    session.add(
        Submission(
            id=id, agency_code=agency, message_id=f"VXP-{id[:8]}", sha256="0" * 64, size=9, kind="sip",
            state="refused", received_at=at, decided_at=at, decided_by="system:ingest",
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Finding(
            submission_id=id,
            code="VIRUS",
            severity="blocking",
            place="document 1 / file 1",
            params={"signature": signature, "document": "1"},
        )
    )
    infected = [{"place": "document 1 / file 1", "sha256": "a" * 64, "signature": signature}]
    session.add(
        StepResult(
            submission_id=id, step="scan", position=3, started_at=at, finished_at=at, outcome="refuse",
            result={"files": 2, "engine": ENGINE, "infected": infected},
        )
    )  # fmt: skip
    quarantine.work(id)
    quarantine.raw(id).write_bytes(b"bytes of a delivery")


def main() -> None:
    """Put them there: one nobody asked about, one whose release is asked, one that was declined."""
    lan = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
    chi = Viewer("chi", {"*": frozenset({Role.HEAD})})
    asked = ident("infected asked")
    with transaction() as session:
        an_infected_delivery(session, ELSEWHERE, GIA_LAI, "Pdf.Exploit.Other-2", NOW)
        an_infected_delivery(session, asked, LANG_SON, "Doc.Macro.Odd-1", NOW - timedelta(hours=5))
        an_infected_delivery(session, HERE, LANG_SON, "Win.Test.Old-3", NOW - timedelta(days=2))
    for id, wish, reason in (
        (HERE, Wish.DESTROY, "Bên gửi đã gửi lại hồ sơ sạch"),
        (
            asked,
            Wish.RELEASE,
            "Bên gửi xác nhận tệp có macro tính bảng lương của phần mềm kế toán, không phải mã độc",
        ),
    ):
        with transaction() as session:
            request = deciding.ask(
                session, id, wish=wish, reason=reason, viewer=lan, now=NOW + timedelta(minutes=10)
            )
        if id == HERE:
            with transaction() as session:
                deciding.answer(
                    session,
                    request,
                    agree=False,
                    remark="Giữ lại làm chứng cứ cho đoàn kiểm tra",
                    viewer=chi,
                    now=NOW + timedelta(minutes=40),
                )


if __name__ == "__main__":
    main()
