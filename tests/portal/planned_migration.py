"""A preservation plan that has ended, with a case file that failed and what a try had given, for the pages."""

from __future__ import annotations

from house_people import AN, CHI, LANG_SON, NOW
from kept_case_files import OLD
from sqlalchemy import select

from archive.register.preservation import PreservationItem, PreservationPlan
from archive.register.session import reading, transaction
from ingest.migration.deciding import act, propose
from ingest.migration.noting import of_file, of_plan
from ingest.migration.plan import Did, Wanted
from ingest.migration.preview import preview

WANTED = Wanted(flavour="2b")


def an_ended_plan() -> str:
    """Propose, approve and run it, as the worker's events say it; return its id."""
    with reading() as session:
        found = preview(session, WANTED, target="3b", agency_code=LANG_SON, now=NOW)
    with transaction() as session:
        id = propose(
            session,
            name="Nâng PDF/A-2b lên 3b",
            reason="Phòng đọc cần tệp nguồn đi kèm bản PDF/A",
            wanted=WANTED,
            target="3b",
            agency_code=LANG_SON,
            found=found,
            viewer=AN,
            now=NOW,
        )
    for did in (Did.APPROVE, Did.RUN):
        with transaction() as session:
            act(session, id, did, viewer=CHI if did is Did.APPROVE else AN, remark="Đồng ý", now=NOW)
    with transaction() as session:
        for item in session.scalars(select(PreservationItem).where(PreservationItem.plan_id == id)).all():
            told = {"did": "made", "version": 2, "name": "x", "made": item.components, "failed": []}
            if item.case_file_id == OLD.id:
                told = {"did": "failed", "failed": [{"document": 1, "file": 1, "code": "PDFA_FAILED"}]}
            of_file(session, id, item.case_file_id, told, after="0" * 64, now=NOW)
        of_plan(session, id, {"did": "finish", "state": "done"}, now=NOW)
    tried(id)
    return id


def tried(id: str) -> None:
    """Note what a try gave."""
    about = {"case_file_id": OLD.id, "file_code": OLD.code, "agency_code": LANG_SON, "access": "01"}
    good = {"route": "repair", "flavour": "3b", "size": 41_000, "code": "", "why": []}
    bad = {"route": "", "flavour": "", "size": 0, "measured": {}, "code": "PDFA_FAILED", "why": []}
    measured = {"validator": "veraPDF 1.30.1", "pages": 2, "text_same_least": 1.0}
    with transaction() as session:
        plan = session.get_one(PreservationPlan, id)
        plan.trial_at = NOW
        plan.trial = [
            {**about, **good, "document": 1, "puid": "fmt/276", "before": "2b", "measured": measured},
            {**about, **bad, "document": 2, "puid": "fmt/276", "before": "2b"},
        ]
