"""`tangthu rules`: what the house judges by, for people to read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.cli import load
from ingest.checks.catalogue import rules
from ingest.errors import IngestError
from ingest.profiles.load import profiles
from ingest.profiles.reports import last_day

RUN = CliRunner()


def test_every_rule_is_listed() -> None:
    done = RUN.invoke(load(), ["rules", "list", "--json"])
    assert set(json.loads(done.output)) == set(rules())


def test_a_fonds_description_is_held_against_its_table(tmp_path: Path) -> None:
    path = tmp_path / "phong.csv"
    path.write_text("OrganId,000.00.05.H37\nFondName,Phông Sở Nội vụ\nCopyNumber,nhiều\n", "utf-8")
    done = RUN.invoke(load(), ["rules", "fonds", str(path)])
    assert done.exit_code == 1 and "V09_NUMBER" in done.output and "CopyNumber" in done.output
    path.write_text("OrganId,000.00.05.H37\nFondName,Phông Sở Nội vụ\n", "utf-8")
    assert RUN.invoke(load(), ["rules", "fonds", str(path)]).exit_code == 0
    path.write_bytes("OrganId,Phông".encode("utf-16"))
    with pytest.raises(IngestError, match="CSV UTF-8"):
        RUN.invoke(load(), ["rules", "fonds", str(path)], catch_exceptions=False)


def test_the_regulations_are_listed_with_the_last_day_of_the_next_report() -> None:
    done = RUN.invoke(load(), ["rules", "profiles", "--json"])
    facts = json.loads(done.output)
    assert set(facts) == set(profiles())
    assert facts["an-giang"]["next_report_until"][5:] in ("06-09", "12-09")
    assert "clock" in facts["cao-bang"]["tables"]


@pytest.mark.parametrize(
    ("today", "last"),
    [("2026-06-09", "2026-06-09"), ("2026-06-10", "2026-12-09"), ("2026-12-10", "2027-06-09")],
)
def test_a_report_due_before_a_day_is_in_time_until_the_day_before(today: str, last: str) -> None:
    assert last_day(profiles()["an-giang"].reports, date.fromisoformat(today)) == date.fromisoformat(last)
    assert last_day(profiles()["cao-bang"].reports, date.fromisoformat(today)) is None
