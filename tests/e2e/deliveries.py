"""Deliveries to send and workers to run, for tests that are the queue themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from archive.register.models import Submission
from archive.register.session import reading, transaction
from ingest.reception import receive
from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made, a_case_file, a_document
from tests.samples.offices import OFFICES
from tests.samples.pki import Pki
from tests.samples.world import make_sip

ROOT = Path(__file__).parent.parent.parent
GIA_LAI = OFFICES["gia-lai"].code


def a_report(*made: Made, number: str = "12") -> DocumentPlan:
    """Return one document, a plain PDF unless said otherwise."""
    return (
        a_document("Báo cáo", number, "BC-STTTT")
        .issued_on(2020, 6, 1)
        .about("Báo cáo tình hình quản lý văn bản điện tử quý II năm 2020")
        .made_as(*(made or (Made.PLAIN,)))
    )


def a_good_case_file(
    notation: str = "77.TH", title: str = "Hồ sơ về việc bị ngắt giữa chừng"
) -> CaseFilePlan:
    """Return a case file without documents yet, of an office whose agreement accepts by itself."""
    return a_case_file().of("gia-lai").called(notation, title).closed(2020, 12, 31)


def packed(plan: CaseFilePlan, target: Path) -> Path:
    """Write the case file as a SIP_hoso ZIP and return its path."""
    folder = target.parent
    folder.mkdir(parents=True, exist_ok=True)
    make_sip(plan, target, Pki(folder / "pki", folder / "trust"))
    return target


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write the ZIP anew, each member as `change` returns it; None leaves it out."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for info in before.infolist():
            data = change(info.filename, before.read(info))
            if data is not None:
                after.writestr(info, data)
    return target


def send(
    path: Path,
    *,
    message_id: str = "m-1",
    kind: str = "sip",
    agency: str = GIA_LAI,
    name: str = "",
    inbox: str = "",
) -> str:
    """Receive a delivery as the gateway would; return the submission's id."""
    with path.open("rb") as source:
        got = receive(
            source,
            agency_code=agency,
            message_id=message_id,
            kind=kind,
            file_name=name,
            actor="system:test",
            now=datetime.now(UTC),
            inbox=inbox,
        )
    return got.submission_id


def a_worker(submission_id: str, **env: str) -> subprocess.Popen[str]:
    """Start a process that advances one submission, as a Celery worker's child would; it prints the state."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from ingest.pipeline import advance; print(advance(sys.argv[1]))",
            submission_id,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def advanced_apart(submission_id: str, **env: str) -> str:
    """Advance a submission in a process of its own (fresh tools, this environment); return what came of it."""
    with a_worker(submission_id, **env) as worker:
        out, err = worker.communicate(timeout=400)
    assert worker.returncode == 0, err
    return out.strip()


def row_of(submission_id: str) -> Submission:
    """Return the submission with findings and steps read."""
    with reading() as session:
        row = session.get_one(Submission, submission_id)
        assert row.findings is not None
        assert row.steps is not None
        session.expunge_all()
        return row


def steps_of(submission_id: str) -> list[str]:
    """Return the names of the steps that are done."""
    return [step.step for step in row_of(submission_id).steps]


def the_wait_is_over(submission_id: str) -> None:
    """Move the next try to now, as if the time had passed."""
    with transaction() as session:
        session.execute(update(Submission).where(Submission.id == submission_id).values(not_before=None))


def descendants(pid: int) -> Mapping[int, str]:
    """Return process id -> command line of everything a process started, whatever session it is in."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found: dict[int, str] = {}
    for one in parents:
        above: int | None = one
        while above is not None and above != pid:
            above = parents.get(above)
        if above == pid and one != pid:
            found[one] = command_line(one)
    return found


def command_line(pid: int) -> str:
    """Return a process's command line, "" when it is gone."""
    try:
        return (
            (Path("/proc") / str(pid) / "cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""
