"""The health page: no program at every reload, no title, an administrator may have all looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from house_people import ident
from kept_case_files import RULES

from archive.reason import as_text, because
from archive.register.models import Submission
from archive.register.session import transaction
from operations.sign import Sign, version
from portal.browser.health import seen

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
HOUSE = Path("/nowhere/archive")


class Doctor:
    """Looks, and counts how often."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> list[Sign]:
        self.looks += 1
        return [Sign("java", True, version(f"look {self.looks}"))]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Doctor:
    counting = Doctor()
    monkeypatch.setattr(seen, "examine", counting)
    seen._last.clear()
    return counting


def test_what_was_seen_is_kept_for_a_minute_and_per_house(doctor: Doctor) -> None:
    first = seen.look(HOUSE, NOW)
    assert seen.look(HOUSE, NOW + timedelta(seconds=59)) is first
    assert seen.look(HOUSE, NOW + timedelta(seconds=61)).at == NOW + timedelta(seconds=61)
    assert seen.look(HOUSE / "other", NOW + timedelta(seconds=62)).signs[0].found == "look 3"


def test_looking_afresh_is_done_once_for_those_who_ask_together(doctor: Doctor) -> None:
    seen.look(HOUSE, NOW)
    later = NOW + timedelta(seconds=5)
    together = Barrier(8)

    def _ask() -> None:
        together.wait()
        seen.look(HOUSE, later, fresh=True)

    threads = [Thread(target=_ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert doctor.looks == 2


@pytest.mark.plone
def test_reloading_starts_nothing_and_the_button_looks_again(visit: Any, doctor: Doctor) -> None:
    assert "look 1" in visit("khanh", "/he-thong").page
    browser = visit("khanh", "/he-thong")
    assert "look 1" in browser.page
    browser.getControl(name="look").click()
    assert "Đã xem lại tất cả." in browser.page
    assert "look 2" in browser.page
    assert doctor.looks == 2


@pytest.mark.plone
def test_an_auditor_looks_at_health_and_starts_nothing(visit: Any, doctor: Doctor) -> None:
    assert 'name="look"' not in visit("dung", "/he-thong").page
    token = visit("khanh", "/he-thong").getControl(name="_authenticator", index=0).value
    browser = visit("dung")
    browser.post(f"{browser.url.split('/login')[0]}/he-thong", f"look=1&_authenticator={token}")
    assert browser.headers["Status"].startswith("403")
    assert doctor.looks == 1


@pytest.mark.plone
def test_what_waits_is_told_by_step_and_reason_without_what_was_sent(visit: Any) -> None:
    with transaction() as session:
        for code, name in (("000.00.05.H21.2024.18.TT", "a"), ("000.00.01.H37.2024.44.BC", "b")):
            row = session.get_one(Submission, ident("submission", code))
            row.step = "deposit"
            row.waiting = as_text(
                [
                    because(
                        "archive.store-trouble", store="kho-c", name=f"{RULES.title} {name}", trouble="ENOSPC"
                    )
                ]
            )
    page = visit("khanh", "/he-thong").page
    assert RULES.title not in page
    assert "000.00.05.H21.2024.18.TT" not in page
    assert page.count("Kho kho-c: …") == 1, "two that wait for the same are one line"
    assert "Có lần nộp đang chờ; xem lý do ở trên." in page
    assert ">search<" not in page, "a follower is told by what it follows for"
    assert "GiB" not in page, "sizes are decimal everywhere"
