"""The sample world: offices, their case files, and what should become of each (made by `tests.samples`)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction
from archive.viewer import Role, Viewer
from ingest.agreements import versions
from ingest.agreements.terms import draft_of
from operations.errors import PartError
from operations.parts import ROOT

OFFICE_OF_THE_OFFICIAL = "000.00.05.H37"
"""The office that sends most: its official has most to look at. Known before anything is typeset."""


@dataclass(frozen=True)
class Expected:
    """What one delivery of the world should come to.

    Attributes:
        outcome: stored, to-decide, returned, refused, gathering or duplicate.
        codes: finding codes that must be among the findings.
        part: what the demonstration does with it afterwards: destroy, held, transfer, listed, or "".
        message_id: under which the axis lists it.
    """

    key: str
    agency: str
    file_code: str
    outcome: str
    codes: tuple[str, ...]
    part: str
    message_id: str


def build_world(into: Path, *, say: Callable[[str], None]) -> Path:
    """Make the sample world in a folder, once; return the folder.

    Raises:
        PartError: it could not be made.
    """
    into = into.resolve()
    if not (into / "world.json").exists():
        say("sample offices: typesetting and signing their documents")
        shutil.rmtree(into, ignore_errors=True)
        command = [sys.executable, "-m", "tests.samples.world", str(into)]
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PartError("sample world", done.stderr[-2000:])
    return into


def open_office(world: Path, into: Path) -> Path:
    """Give the simulator its own copy of the world, so that the world itself stays as it was made."""
    if not into.exists():
        shutil.copytree(world, into)
    return into.resolve()


def read_world(folder: Path) -> dict[str, Any]:
    """Return what `world.json` says."""
    facts: dict[str, Any] = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    return facts


def settle(folder: Path) -> None:
    """Make the world's agencies and fonds known to the register; again changes nothing."""
    world, now = read_world(folder), datetime.now(UTC)
    with transaction() as session:
        for agency in world["agencies"]:
            set_agency(session, **agency, actor="system:demo", now=now)
        for fonds in world["fonds"]:
            set_fonds(session, **fonds, actor="system:demo", now=now)
    for agency in world["agencies"]:
        with transaction() as session:
            _agree(session, agency, now)


def _agree(session: Session, agency: dict[str, Any], now: datetime) -> None:
    """Put an agreement with a sample agency in force, when none was ever written down."""
    archive = Viewer("system:demo", {agency["code"]: frozenset({Role.ARCHIVIST})})
    if versions.listing(session, viewer=archive, agency=agency["code"]):
        return
    draft = draft_of(
        {
            "agency": agency["code"],
            "number": "01/TTNL",
            "signed_on": "2019-12-20",
            "signed_by_agency": f"Chánh Văn phòng {agency['name']}",
            "signed_by_archive": "Giám đốc Trung tâm Lưu trữ",
            "valid_from": "2020-01-01",
            "terms": {
                "accept": "automatic" if agency["auto_accept"] else "archivist",
                "source_may_release": True,
            },
        }
    )
    head = Viewer("system:demo-head", {agency["code"]: frozenset({Role.HEAD})})
    proposed = versions.propose(session, draft, viewer=archive, now=now)
    versions.approve(session, proposed.id, viewer=head, now=now)


def expectations(folder: Path) -> list[Expected]:
    """Return what should become of each delivery, in the order in which they are sent."""
    return [
        Expected(
            key=facts["key"],
            agency=facts["agency"],
            file_code=facts.get("file_code", ""),
            outcome=facts["outcome"],
            codes=tuple(facts.get("codes", ())),
            part=facts.get("role", ""),
            message_id=facts.get("message_id", ""),
        )
        for facts in read_world(folder)["case_files"]
    ]
