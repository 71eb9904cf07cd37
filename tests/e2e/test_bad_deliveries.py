"""Whatever strangers send: a finding, a status back, and the next one has its turn. A secret leaves no trace."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, rewritten, row_of, send, steps_of
from fpdf import FPDF
from sqlalchemy import func, select

from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.patience import Patience
from archive.register.models import CaseFile, Outbox, Submission
from archive.register.session import reading, transaction
from ingest import outbox, pipeline, quarantine
from ingest.fetching import fetch_all
from ingest.gateway.edxml import NAMESPACE
from ingest.gateway.edxml import read as read_edxml
from ingest.gateway.opening import opened
from ingest.gateway.simulator import Simulator
from ingest.settings import IngestSettings
from ingest.tidying import tidy
from tests.ingest.inbox_counterparts import SECRET, SYSTEM, http_settings
from tests.samples.case_file import Made
from tests.samples.offices import STRANGER
from tests.samples.world import EICAR

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

LIMIT = 3_000_000


@pytest.fixture
def axis_folder(town: Path) -> Path:
    return town / "axis"


@pytest.fixture
def simulator(town: Path, axis_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    server = Simulator(axis_folder, system_id=SYSTEM, secret=SECRET)
    server.start()
    inbox = http_settings("vxp", server.url, town)
    monkeypatch.setenv("TANGTHU_INGEST__INBOXES", f"[{inbox.model_dump_json()}]")
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", str(LIMIT))
    yield server
    server.shutdown()
    server.server_close()


def post(simulator: Simulator, doc_id: str, data: bytes, *, kind: str = "sip", sender: str = GIA_LAI) -> None:
    """Put a message into the simulator's folder; later ones are listed later."""
    folder = simulator.folder / "messages"
    number = len(list(folder.glob("*.json"))) + 1
    (folder / f"{number:03}.raw").write_bytes(data)
    facts = {
        "docId": doc_id,
        "messageType": kind,
        "from": sender,
        "to": "000.00.00.H00",
        "created_time": f"2026/01/05 08:{number:02}:00",
        "file": f"{number:03}.raw",
        "title": f"Tiêu đề của {doc_id}",
    }
    (folder / f"{number:03}.json").write_text(json.dumps(facts), "utf-8")


def patient() -> Patience:
    return Patience(timedelta(seconds=20), timedelta(minutes=30))


def handled(now: datetime) -> None:
    """Do what the sweep and the sender of statuses do until nothing is left to do."""
    with transaction() as session:
        ids = pipeline.unfinished(session, now=now + timedelta(seconds=11))
    for submission_id in ids:
        pipeline.advance(submission_id)
    while outbox.send_all(datetime.now(UTC)):
        pass


def stamped_pdf(stamp: str) -> bytes:
    """Return a page with nothing but a stamp."""
    pdf = FPDF()
    pdf.add_font("dejavu", fname="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    pdf.add_page()
    pdf.set_font("dejavu", size=20)
    pdf.cell(text=stamp)
    return bytes(pdf.output())


def fetched(now: datetime, patience: Patience) -> int:
    """Ask the one inbox that is set, whatever its turn."""
    with opened(IngestSettings.load().inboxes[0]) as inbox:
        return fetch_all(inbox, now=now, patience=patience)


def submissions() -> dict[str, list[Submission]]:
    with reading() as session:
        found: dict[str, list[Submission]] = {}
        for row in session.scalars(select(Submission).order_by(Submission.received_at)):
            found.setdefault(row.message_id, []).append(row_of(row.id))
        return found


def statuses(simulator: Simulator, about: str) -> dict[str, str]:
    """Return status -> description of what the simulator was told about a message."""
    told: dict[str, str] = {}
    for row in simulator.rows("statuses.jsonl"):
        if row["about"] == about:
            path = simulator.folder / row["file"]
            told[row["status"]] = read_edxml(path, simulator.folder).description
    return told


EDXML = f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope></edXML>'.encode()

# message -> type on the axis, state it ends in, finding that must be there
BAD: dict[str, tuple[str, str, str]] = {
    "zip-hong": ("sip", "returned", "SIP_ZIP_BROKEN"),
    "rong-sip": ("sip", "returned", "SIP_ZIP_BROKEN"),
    "sai-bam": ("sip", "returned", "SIP_HASH"),
    "khong-mets": ("sip", "returned", "SIP_NO_METS"),
    "mets-hong": ("sip", "returned", "SIP_METS_BROKEN"),
    "la": ("sip", "refused", "AGENCY_UNKNOWN"),
    "ten-co-quan-dai": ("sip", "refused", "AGENCY_UNKNOWN"),
    "edxml-hong": ("edoc", "returned", "EDXML_MALFORMED"),
    "rong-edxml": ("edoc", "returned", "EDXML_MALFORMED"),
    "zip-goi-la-edxml": ("edoc", "returned", "EDXML_MALFORMED"),
    "edxml-goi-la-zip": ("sip", "returned", "SIP_ZIP_BROKEN"),
    "qua-lon": ("sip", "returned", "MESSAGE_TOO_LARGE"),
    "edxml-qua-lon": ("edoc", "returned", "MESSAGE_TOO_LARGE"),
}


def test_in_one_run_every_bad_message_gets_its_answer_and_the_good_one_is_stored(
    town: Path, good_sip: Path, simulator: Simulator, tmp_path: Path
) -> None:
    good = good_sip.read_bytes()
    lied = packed(
        a_good_case_file("79.TH").with_document(a_report()).with_wrong_hash_of_file(1), tmp_path / "l.zip"
    )
    bytes_of = {
        "zip-hong": good[: len(good) * 2 // 3],
        "rong-sip": b"",
        "sai-bam": lied.read_bytes(),
        "khong-mets": rewritten(
            good_sip, tmp_path / "m.zip", lambda name, data: None if name.count("/") == 1 else data
        ).read_bytes(),
        "mets-hong": rewritten(
            good_sip,
            tmp_path / "h.zip",
            lambda name, data: data[:-40] if name.endswith("METS.xml") and name.count("/") == 1 else data,
        ).read_bytes(),
        "la": good,
        "ten-co-quan-dai": good,
        "edxml-hong": EDXML,
        "rong-edxml": b"",
        "zip-goi-la-edxml": good,
        "edxml-goi-la-zip": EDXML,
        "qua-lon": good + bytes(LIMIT),
        "edxml-qua-lon": bytes(3 * LIMIT),
    }
    sender = {"la": STRANGER.code, "ten-co-quan-dai": "x" * 300 + "\0"}
    for doc_id, data in bytes_of.items():
        post(simulator, doc_id, data, kind=BAD[doc_id][0], sender=sender.get(doc_id, GIA_LAI))
    post(simulator, "Thông báo số một", good)  # an id that cannot travel in a header
    post(simulator, "tot", good)
    post(simulator, "tot", good)
    now = datetime.now(UTC)
    patience = patient()
    assert fetched(now, patience) == len(BAD) + 1
    assert fetched(now, patience) == 0
    handled(now)

    rows = submissions()
    for doc_id, (_, state, code) in BAD.items():
        (row,) = rows[doc_id]
        assert row.state == state, (doc_id, row.state, row.waiting)
        assert code in [finding.code for finding in row.findings], doc_id
        told = statuses(simulator, doc_id)
        assert set(told) == ({"02"} if code == "MESSAGE_TOO_LARGE" else {"01", "02"}), doc_id
        assert told["02"].startswith("["), told
        assert "Cách khắc phục: " in told["02"]
        assert told["02"].rstrip().endswith(")")
    (tot,) = rows["tot"]
    assert tot.state == "stored"
    assert set(statuses(simulator, "tot")) == {"01", "03", "06"}
    acknowledged = simulator.acknowledged()
    assert {doc for doc, said in acknowledged.items() if said == "fail"} == {"qua-lon", "edxml-qua-lon"}
    assert set(acknowledged) == {*BAD, "tot"}
    assert [path.name for path in quarantine.home().glob(".*")] == []


def test_the_same_message_twice_is_one_submission_and_other_bytes_are_another(
    town: Path, good_sip: Path, tmp_path: Path
) -> None:
    other = packed(
        a_good_case_file("80.TH", "Hồ sơ khác").with_document(a_report(number="13")), tmp_path / "o.zip"
    )
    first, again, changed = send(good_sip), send(good_sip), send(other)
    assert first == again != changed
    assert {path.name for path in quarantine.home().iterdir()} == {first, changed}
    assert [pipeline.advance(one) for one in (first, changed)] == ["stored", "stored"]
    assert send(good_sip) == first  # also long after it was stored
    with reading() as session:
        events = [event.verb for event in history(session, first) if event.verb is Verb.INGEST]
        assert len(events) == 1
        assert session.scalar(select(func.count(CaseFile.id))) == 2
        owed = session.scalars(select(Outbox.status).where(Outbox.submission_id == first)).all()
    assert sorted(owed) == ["01", "03", "06"]
    assert not quarantine.folder(first).exists()


def test_a_message_that_breaks_off_each_time_is_asked_for_ever_more_rarely_and_holds_up_nobody(
    town: Path, good_sip: Path, simulator: Simulator
) -> None:
    post(simulator, "dut", good_sip.read_bytes())
    post(simulator, "tot", good_sip.read_bytes())
    now, patience = datetime.now(UTC), patient()
    simulator.faults.truncate = 1
    assert fetched(now, patience) == 1
    assert list(submissions()) == ["tot"]
    later = now + timedelta(seconds=19)
    assert fetched(later, patience) == 0
    assert "dut" not in simulator.acknowledged()
    simulator.faults.truncate = 1
    assert fetched(now + timedelta(seconds=21), patience) == 0
    assert fetched(now + timedelta(seconds=60), patience) == 0
    assert fetched(now + timedelta(seconds=62), patience) == 1
    assert simulator.acknowledged() == {"tot": "done", "dut": "done"}


def test_a_status_message_is_never_answered(town: Path, simulator: Simulator) -> None:
    post(simulator, "trang-thai", EDXML, kind="status")
    now = datetime.now(UTC)
    fetched(now, patient())
    handled(now)
    assert [row.state for row in submissions()["trang-thai"]] == ["returned"]
    assert simulator.rows("statuses.jsonl") == []


# secrets

TITLE, NAME = "Phương án Kim Ngưu", "ke-hoach-kim-nguu"
WORDS = ("Kim Ngưu", "Kim Ng\\u01b0u", "kim-nguu")


def secret_by_field() -> object:
    return a_good_case_file("81.TH", TITLE).with_document(
        a_report().wrongly(Mode="Mật").named(0, f"{NAME}.pdf")
    )


def secret_by_stamp() -> object:
    return a_good_case_file("82.TH", TITLE).with_document(
        a_report().stamped("TỐI MẬT").named(0, f"{NAME}.pdf")
    )


def secret_by_name() -> object:
    return a_good_case_file("83.TH", TITLE).with_document(a_report().named(0, f"{NAME} (TỐI MẬT).pdf"))


def secret_and_infected() -> object:
    document = a_report(Made.PLAIN, Made.EICAR).stamped("MẬT").named(0, f"{NAME}.pdf").named(1, f"{NAME}.txt")
    return a_good_case_file("84.TH", TITLE).with_document(replace(document, subject=TITLE))


@pytest.mark.parametrize(
    "plan, code, steps",
    [
        (secret_by_field, "SECRET|V12", ["unpack"]),
        (secret_by_name, "SECRET|V12", ["unpack"]),
        (secret_by_stamp, "SECRET|V12", ["unpack", "join", "scan", "look"]),
        (secret_and_infected, "VIRUS", ["unpack", "join", "scan"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_of_a_secret_delivery_neither_bytes_nor_title_nor_file_names_are_left(
    town: Path, simulator: Simulator, tmp_path: Path, plan, code: str, steps: list[str]
) -> None:
    data = packed(plan(), tmp_path / "sip.zip").read_bytes()
    post(simulator, "mat-1", data)
    facts = simulator.folder / "messages" / "001.json"
    facts.write_text(facts.read_text().replace(json.dumps("Tiêu đề của mat-1")[1:-1], TITLE), "utf-8")
    assert TITLE in json.dumps(json.loads(facts.read_text()), ensure_ascii=False)
    now = datetime.now(UTC)
    assert fetched(now, patient()) == 1
    handled(now)
    (row,) = submissions()["mat-1"]
    assert (row.state, steps_of(row.id)) == ("refused", steps), (row.waiting, row.step)
    assert {finding.code for finding in row.findings} <= set(code.split("|"))
    refusal = statuses(simulator, "mat-1")["02"]
    assert "Cách khắc phục: " in refusal
    if (
        code != "VIRUS"
    ):  # an infected file is not opened, so nobody saw the stamp; its bytes stay in quarantine
        assert quarantine.folder(row.id).exists() is False
        assert row.decided_by == "system:ingest"
        assert "Không gửi lại qua mạng" in refusal
    for path in (town / "archive").rglob("*"):
        if path.is_file() and quarantine.home() not in path.parents:
            found = path.read_bytes()
            assert [word for word in WORDS if word.encode() in found] == [], path
    for word in WORDS:
        assert word not in refusal
        assert word not in (simulator.folder / "statuses.jsonl").read_text()


def test_the_words_looked_for_are_found_when_the_delivery_is_not_secret(town: Path, tmp_path: Path) -> None:
    plan = a_good_case_file("85.TH", TITLE).with_document(a_report().named(0, f"{NAME}.pdf"))
    submission_id = send(packed(plan, tmp_path / "sip.zip"), name=f"{NAME}.zip")
    assert row_of(submission_id).title == ""
    pipeline.advance(submission_id)
    row = row_of(submission_id)
    assert (row.title, row.file_code, row.file_name) == (TITLE, plan.file_code, f"{NAME}.zip")
    everything = b"".join(path.read_bytes() for path in (town / "archive").glob("register.db*"))
    assert b"Kim Ng\\u01b0u" in everything or "Kim Ngưu".encode() in everything


def test_a_secret_whose_wiping_was_cut_short_is_wiped_by_the_next_tidying(town: Path, tmp_path: Path) -> None:
    submission_id = send(packed(secret_by_field(), tmp_path / "sip.zip"))
    assert pipeline.advance(submission_id) == "refused"
    # What a kill between the record of the refusal and the wiping leaves:
    quarantine.work(submission_id).joinpath("left").write_text("TỐI MẬT")
    other = send(
        packed(a_good_case_file("86.TH").with_document(a_report()), tmp_path / "b.zip"), message_id="m-2"
    )
    assert tidy() == 1
    assert not quarantine.folder(submission_id).exists()
    assert quarantine.raw(other).exists()
    assert tidy() == 0


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("documentation/doc.txt", EICAR.encode(), "VIRUS"),
        ("documentation/phu luc (MẬT).txt", b"...", "SECRET"),
        ("documentation/phu-luc.pdf", None, "SECRET"),
    ],
    ids=["infected", "a secret by its name", "a secret by its stamp"],
)
def test_what_lies_beside_the_documents_is_looked_at_like_them(
    town: Path, good_sip: Path, tmp_path: Path, name: str, data: bytes | None, code: str
) -> None:
    """Loose files are kept in the package's documentation, so they pass the same gates."""
    target = tmp_path / "beside.zip"
    target.write_bytes(good_sip.read_bytes())
    with zipfile.ZipFile(target, "a") as package:
        top = package.namelist()[0].partition("/")[0]
        package.writestr(f"{top}/{name}", stamped_pdf("TUYỆT MẬT") if data is None else data)
    one = send(target)
    assert pipeline.advance(one) == "refused"
    assert code in {finding.code for finding in row_of(one).findings}
    if code == "SECRET":
        assert not quarantine.folder(one).exists()
