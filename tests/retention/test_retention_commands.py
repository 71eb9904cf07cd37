"""The commands, as an administrator types them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from retention_town import AGENCY, BINH, NOW, Town, copies_of
from sqlalchemy import func, select
from test_destruction_run import real
from test_waves import once
from typer.testing import CliRunner, Result

from archive.cli import viewer_named
from archive.errors import NotAllowedError, OrderRefusedError, TangThuError
from archive.pdfa.print import render
from archive.register.decisions import Hold
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Viewer
from operations.authenticators import code_of
from retention.cli import register
from retention.destruction import execute
from retention.errors import BelowMinimumError
from retention.filing import contents
from retention.papers import making, printing
from retention.procedure import notice

app = typer.Typer()
register(app)


def tangthu(*words: str, user: str, role: str, stdin: str | None = None) -> Any:
    """Run a command with --json and return what it printed."""
    result = CliRunner().invoke(
        app, [*words, "--as", user, "--role", f"{role}@{AGENCY}", "--json"], input=stdin
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


DECISION = ("--reason", "Hết thời hạn", "--document", "1/TTr", "--document-date", "2026-01-05")


def paper(number: str) -> tuple[str, ...]:
    """Return the words that name a paper: each step's has its own number."""
    return ("--document", number, "--document-date", "2026-01-05")


def code_for(user: str) -> str:
    """Return what the user's authenticator shows."""
    with transaction() as session:
        return code_of(session, Viewer(user, {}), now=datetime.now(UTC))


def printed(parts: Sequence[str], title: str) -> bytes:
    return render("<p>Trang</p>", title=title)


def test_from_what_is_due_to_the_closed_dossier(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case_file_id = town.store("01")
    found = tangthu("retention", "due", user="an", role="archivist")
    assert [one["case_file_id"] for one in found["due"]] == [case_file_id]
    for year, number in (("2020", 1), ("2021", 0)):
        of_year = tangthu("retention", "due", "--year", year, user="an", role="archivist")
        assert (len(of_year["due"]), sum(of_year["counts"].values())) == (number, number)
    steps = tangthu("retention", "explain", case_file_id, user="an", role="archivist")
    assert "31/12/2019" in " ".join(step["vi"] for step in steps)
    more = ("--agency", AGENCY, *DECISION, "--explanation", "Thuyết minh")
    notice.auto_list(now=datetime.now(UTC) - timedelta(days=30))
    told = tangthu("disposal", "propose", case_file_id, *more, user="an", role="archivist")
    order = told["order_id"]
    seats = ("chair:cuong", "secretary:an", "owning-unit:giang", "expert:hoa")
    members = [word for seat in seats for word in ("--member", seat)]
    tangthu("disposal", "council", order, *members, *paper("2/QĐ"), user="dung", role="head")
    tangthu("disposal", "submit", order, user="an", role="archivist")
    for member in ("cuong", "giang", "hoa"):
        tangthu("disposal", "vote", order, user=member, role="council")
    tangthu("disposal", "conclude", order, *paper("3/BB"), user="cuong", role="council")
    tangthu("disposal", "sign-minutes", order, user="an", role="archivist")
    tangthu("disposal", "opinion", order, *paper("4/CV"), user="dung", role="head")
    tangthu("disposal", "opinion", order, *paper("5/CV"), "--verdict", "for", user="an", role="archivist")
    shown = ("--list", told["list_sha256"], "--signer", "Giám đốc", "--code", code_for("dung"))
    tangthu("disposal", "decide", order, *paper("6/QĐ"), *shown, user="dung", role="head")
    with pytest.raises(OrderRefusedError, match="not gone through"):
        tangthu("destroy", order, user="binh", role="archivist")
    tangthu("disposal", "hand-over", order, *paper("7/BB"), "--receiver", "binh", user="an", role="archivist")
    tangthu("disposal", "release", order, "--code", code_for("binh"), user="binh", role="archivist")
    outcome = tangthu("destroy", order, user="binh", role="archivist")
    assert outcome["finished"] and outcome["items"][0]["outcome"] == "done"
    assert copies_of("01") == []
    monkeypatch.setattr(contents, "_print", printed)
    monkeypatch.setattr(printing, "render_parts", lambda parts, **_: printed(parts, ""))
    monkeypatch.setattr(making, "judged", lambda pdf, **_: pdf)
    closed = tangthu("disposal", "close", order, user="an", role="archivist")
    with reading() as session:
        assert session.get_one(CaseFile, closed["dossier"]).kind == "disposal-dossier"
    assert [one["state"] for one in tangthu("disposal", "list", user="an", role="archivist")] == ["closed"]
    assert tangthu("disposal", "show", order, user="an", role="archivist")["faults"] == []


def test_a_list_is_kept_refused_and_given_up_by_command(town: Town) -> None:
    first, second = town.store("01", on_disk=False), town.store("02", on_disk=False)
    more = ("--agency", AGENCY, *DECISION, "--explanation", "Thuyết minh")
    order = tangthu("disposal", "propose", first, second, *more, user="an", role="archivist")["order_id"]
    told = tangthu("disposal", "take-out", order, first, "--reason", "Còn cần", user="an", role="archivist")
    assert told["items"] == [second] and told["left"] == {first: "Còn cần"}
    with pytest.raises(NotAllowedError, match="SEAT:ACCOUNT"):
        tangthu("disposal", "council", order, "--member", "king:an", *paper("2/QĐ"), user="dung", role="head")
    with pytest.raises(NotAllowedError, match="no part"):
        tangthu("disposal", "show", order, user="em", role="researcher")
    ended = tangthu("disposal", "abort", order, "--reason", "Nhầm năm", user="an", role="archivist")
    assert ended["state"] == "aborted"


def test_an_unclear_period_is_suggested_and_set_by_an_archivist(town: Town) -> None:
    case_file_id = town.store("01", maintenance="Lâu dài", title="Hồ sơ nâng lương của cán bộ", on_disk=False)
    assert tangthu("retention", "due", user="an", role="archivist")["due"] == []
    found = tangthu("retention", "suggest", case_file_id, user="an", role="archivist")
    assert found[0]["row"] == "tt-09-2011:70" and {"nang", "luong"} <= set(found[0]["shared"])
    with pytest.raises(NotAllowedError, match="no part"):
        tangthu("retention", "suggest", case_file_id, user="em", role="researcher")
    words = ("retention", "set-period", case_file_id)
    why = ("--reason", "Theo bảng thời hạn", "--row", "tt-09-2011:70")
    with pytest.raises(NotAllowedError):
        tangthu(*words, "20 năm", *why, user="cuong", role="council")
    with pytest.raises(BelowMinimumError, match="09/2011"):
        tangthu(*words, "10 năm", *why, user="an", role="archivist")
    told = tangthu(*words, "20 năm", *why, user="an", role="archivist")
    assert (told["retention_years"], told["last_day"]) == (20, "2034-12-31")
    steps = tangthu("retention", "explain", case_file_id, user="an", role="archivist")
    assert {"set-by-person", "assigned-row"} <= {step["code"] for step in steps}


def test_a_hold_is_placed_and_lifted_by_two(town: Town) -> None:
    case_file_id = town.store("01")
    placed = tangthu(
        "hold", "place", case_file_id, "--agency", AGENCY, *DECISION, user="an", role="archivist"
    )
    assert tangthu("retention", "due", user="an", role="archivist")["due"] == []
    order = tangthu("hold", "ask-to-lift", placed["hold_ids"][0], *DECISION, user="binh", role="archivist")
    tangthu("hold", "lift", order["order_id"], user="dung", role="head")
    assert len(tangthu("retention", "due", user="an", role="archivist")["due"]) == 1


def test_an_agency_and_a_list_are_held_and_lifted(town: Town) -> None:
    case_file_id = town.store("01")
    wide = tangthu("hold", "place-wide", "agency", AGENCY, *DECISION, user="an", role="archivist")
    listed = tangthu(
        "hold", "place-listed", "-", *DECISION, user="an", role="archivist", stdin=f"{case_file_id}\n\n"
    )
    assert wide["case_files"] == listed["case_files"] == 1
    for placed in (wide, listed):
        assert tangthu("retention", "due", user="an", role="archivist")["due"] == []
        asked = tangthu(
            "hold", "ask-to-lift-all", placed["order_id"], *DECISION, user="binh", role="archivist"
        )
        tangthu("hold", "lift", asked["order_id"], user="dung", role="head")
    assert len(tangthu("retention", "due", user="an", role="archivist")["due"]) == 1


@pytest.mark.parametrize("how", ["place-wide", "place-listed"])
def test_a_hold_on_many_that_comes_too_late_for_one_is_placed_and_does_not_exit_as_if_all_were_well(
    town: Town, how: str
) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    words = ["hold", how, *(("agency", AGENCY) if how == "place-wide" else ("-",)), *DECISION, "--json"]
    told: list[Result] = []

    def hold() -> None:
        by = ["--as", "an", "--role", f"archivist@{AGENCY}"]
        told.append(CliRunner().invoke(app, [*words, *by], input=case_file_id))

    execute(order_id, viewer=BINH, now=NOW, ask=real("kho-c", before=once(hold)))
    assert json.loads(told[0].output)["too_late"] == [case_file_id] and told[0].exit_code == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == 1


@pytest.mark.parametrize("text", ["archivist", "archivist@", "king@000", "@000"])
def test_a_role_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(TangThuError, match="ROLE@AGENCY"):
        viewer_named("an", [text])
