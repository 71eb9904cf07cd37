"""Commands of `ingest`: receive, preflight, submission list/show/accept/return, convert.

The command line is the administrator's door: whoever can run it can act in any name, so every act is ledgered with
the account given by `--as`, and the vault checks roles all the same.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from archive.cli import show, viewer_named
from archive.errors import NotFoundError
from archive.hashing import sha256_of_file
from archive.reason import as_json as reason_as_json
from archive.reason import from_text, told_text
from archive.register.models import STATES_OPEN, Agency, Submission
from archive.register.session import reading, transaction
from ingest import asking, inbox_cli, pipeline, preflight, reception, resending, submissions
from ingest.agreements.cli import agreement
from ingest.checks.catalogue import explain
from ingest.checks.cli import rules
from ingest.delivery import DeliveredFile
from ingest.duelists.cli import due
from ingest.finding import Finding
from ingest.formats.convert import Derivative, Source, normalise
from ingest.formats.inspect import inspect
from ingest.gateway.limits import Limits
from ingest.infected.cli import quarantine
from ingest.mending.package import Mended
from ingest.mending.package import write as write_mend
from ingest.readers.opening import packed
from ingest.reasons import finding_of, in_vietnamese
from ingest.settings import IngestSettings
from ingest.steps.step import Verdict

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

GOOD = ("stored", "to-decide", "gathering")  # what the command line calls success
VERDICTS = {
    Verdict.GO_ON: ("sẽ được tiếp nhận để xem xét", "would be taken in"),
    Verdict.GATHER: ("văn bản lẻ, sẽ chờ hồ sơ của nó", "a lone document, would wait for its case file"),
    Verdict.RETURN: ("sẽ bị trả lại để sửa", "would be returned to be mended"),
    Verdict.REFUSE: ("sẽ bị từ chối", "would be refused"),
    Verdict.TESTED: ("gói thử, được kiểm tra và không lưu", "a trial package, checked and never stored"),
}

submission = typer.Typer(no_args_is_help=True, help="Look at deliveries, accept them, send them back.")


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.command()(receive)
    app.command("preflight")(check_before_sending)
    app.command()(convert)
    app.add_typer(submission, name="submission")
    app.add_typer(rules, name="rules")
    app.add_typer(inbox_cli.inbox, name="inbox")
    app.add_typer(agreement, name="agreement")
    app.add_typer(quarantine, name="quarantine")
    app.add_typer(due, name="due")


def receive(
    path: Annotated[Path, typer.Argument(exists=True, help="A package, or a folder that is one unpacked.")],
    agency: Annotated[str, typer.Option(help="Code of the sending agency.")],
    message_id: Annotated[
        str, typer.Option(help="The sender's own identifier; made from the bytes unless given.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take in a case file in any wrapping the archive reads; a worker of a running house may do the work.

    Exit 0: stored, or it waits for an archivist or its case file, or it was a trial without an error. Exit 1:
    returned, refused, or a part is missing (it goes on by itself when the part is there).
    """
    now = datetime.now(UTC)
    with reading() as session:
        if session.get(Agency, agency) is None:
            raise NotFoundError(f"there is no agency {agency}; a delivery of an unknown agency is refused")
    with _as_one_file(path) as package, package.open("rb") as source:
        received = reception.receive(
            source,
            agency_code=agency,
            message_id=message_id
            or f"tep-{sha256_of_file(package)[:32]}",  # a file name may be a secret title
            kind="sip",
            file_name=path.name,
            actor="system:cli",
            now=now,
        )
    facts = _seen_through(received.submission_id) | {"repeat": received.repeat}
    show(facts, as_json=as_json, text=_text(facts))
    well = facts["state"] in GOOD or (facts["state"] == "tested" and not _errors(facts))
    raise typer.Exit(0 if well else 1)


def _seen_through(submission_id: str) -> dict[str, Any]:
    """Advance a submission, or watch the worker that has it, until it stands still; return its facts."""
    while True:
        state = pipeline.advance(submission_id)
        with reading() as session:
            row = session.get_one(Submission, submission_id)
            if row.state not in STATES_OPEN or (state != "busy" and row.waiting):
                return _facts(row, "vi")
        time.sleep(0.5)


def check_before_sending(
    path: Annotated[Path, typer.Argument(exists=True, help="A package, or a folder that is one unpacked.")],
    agency: Annotated[str, typer.Option(help="Code of the agency that would send it.")],
    pdfa: Annotated[
        bool, typer.Option("--pdfa", help="Also try to make the PDF/A of every document.")
    ] = False,
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Say what would be found in a delivery, keeping nothing; exit 1 when it would be returned or refused."""
    with _as_one_file(path) as package, package.open("rb") as source:
        found = preflight.preflight(
            source, agency_code=agency, file_name=path.name, now=datetime.now(UTC), convert=pdfa
        )
    lang: Literal["vi", "en"] = "en" if english else "vi"
    told = [_told(finding, lang) for finding in found.findings]
    facts = {
        "good": found.good,
        "verdict": str(found.verdict),
        "title": found.title,
        "file_code": found.file_code,
        "documents": found.documents,
        "steps": list(found.tried),
        "findings": told,
    }
    said = VERDICTS[found.verdict][0 if lang == "vi" else 1]
    lines = [f"{path.name}: {said}", *_lines(told)]
    show(facts, as_json=as_json, text="\n".join(lines))
    raise typer.Exit(0 if found.good else 1)


def convert(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(help="Folder for the PDF/A and its text.")],
    as_json: Json = False,
) -> None:
    """Make a verified PDF/A of one file and say by which route; exit 1 when that is not possible."""
    sha256 = sha256_of_file(source)
    facts = inspect(DeliveredFile(source.name, source.resolve(), source.stat().st_size, sha256))
    target.mkdir(parents=True, exist_ok=True)
    made = normalise([Source(id=sha256, path=source.resolve(), facts=facts)], target)[0]
    if isinstance(made, Derivative):
        told: dict[str, Any] = {
            "pdfa": str(made.path),
            "route": made.route,
            "pages": made.pages,
            "verapdf": dict(made.verdict),
        }
        show(told, as_json=as_json, text=f"{made.path}: {made.route}, {made.pages} pages, valid PDF/A")
        return
    told = {"code": made.code, "message": str(made.reason), "reason": reason_as_json(made.reason)}
    show(told, as_json=as_json, text=f"[{made.code}] {made.reason}")
    raise typer.Exit(1)


@submission.command("list")
def list_submissions(
    user: AsUser,
    role: Roles,
    state: Annotated[str, typer.Option(help="Only those in this state.")] = "",
    page: int = 1,
    as_json: Json = False,
) -> None:
    """List deliveries, newest first."""
    with reading() as session:
        found = submissions.listing(session, viewer=viewer_named(user, role), state=state or None, page=page)
        rows = [_facts(row, "vi") for row in found.items]
    text = "\n".join(f"{row['id']}  {row['state']:<10} {row['agency']:<18} {row['title']}" for row in rows)
    show(
        {"total": found.total, "counts": found.counts, "items": rows},
        as_json=as_json,
        text=text or "nothing here",
    )


@submission.command("show")
def show_submission(
    submission_id: str, user: AsUser, role: Roles, english: bool = False, as_json: Json = False
) -> None:
    """Show one delivery with its findings, each with remedy and clause."""
    with reading() as session:
        facts = _facts(
            submissions.one(session, submission_id, viewer=viewer_named(user, role)),
            "en" if english else "vi",
        )
    show(facts, as_json=as_json, text=_text(facts))


@submission.command("accept")
def accept_submission(submission_id: str, user: AsUser, role: Roles, as_json: Json = False) -> None:
    """Accept a checked delivery; packaging goes on in the worker."""
    with transaction() as session:
        submissions.accept(session, submission_id, viewer=viewer_named(user, role), now=datetime.now(UTC))
    show({"id": submission_id, "decision": "accepted"}, as_json=as_json, text="accepted")


@submission.command("return")
def return_submission(
    submission_id: str,
    user: AsUser,
    role: Roles,
    reason: Annotated[str, typer.Argument(help="About the delivery as a whole.")] = "",
    document: Annotated[
        list[str],
        typer.Option(help="N=WHAT IS WRONG: send only document N back; may be given several times."),
    ] = [],  # noqa: B006  (Typer reads the default, nobody changes it)
    as_json: Json = False,
) -> None:
    """Send a checked delivery back to its office with a reason, or single documents of it, each with its own."""
    marked: dict[int, str] = {}
    for said in document:
        number, equals, why = said.partition("=")
        if not (equals and number.isascii() and number.isdigit()):
            raise typer.BadParameter(f"--document {said}: write N=WHAT IS WRONG")
        marked[int(number)] = why
    with transaction() as session:
        submissions.send_back(
            session,
            submission_id,
            viewer=viewer_named(user, role),
            reason=reason,
            documents=marked or None,
            now=datetime.now(UTC),
        )
    show({"id": submission_id, "decision": "returned", "reason": reason}, as_json=as_json, text="returned")


@submission.command("ask")
def ask_about(submission_id: str, question: str, user: AsUser, role: Roles, as_json: Json = False) -> None:
    """Ask the office about a checked delivery without deciding on it."""
    with transaction() as session:
        asked = asking.ask(
            session, submission_id, viewer=viewer_named(user, role), text=question, now=datetime.now(UTC)
        ).id
    show({"id": submission_id, "question_id": asked}, as_json=as_json, text=f"asked: {asked}")


@submission.command("answer")
def answer_question(question_id: str, answer: str, user: AsUser, role: Roles, as_json: Json = False) -> None:
    """Answer a question about a delivery that waits for its decision."""
    with transaction() as session:
        asking.answer(
            session, question_id, viewer=viewer_named(user, role), text=answer, now=datetime.now(UTC)
        )
    show({"question_id": question_id, "answered": True}, as_json=as_json, text="answered")


@submission.command("minutes")
def submission_minutes(
    submission_id: str,
    into: Annotated[Path, typer.Argument(help="PDF file to write.")],
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Write the minutes of a hand-over (biên bản giao nhận), a PDF/A, into a file."""
    with reading() as session:
        data = submissions.minutes_of(session, submission_id, viewer=viewer_named(user, role))
    into.write_bytes(data)
    show({"file": str(into), "bytes": len(data)}, as_json=as_json, text=f"{into}: {len(data)} bytes")


@submission.command("mend")
def mend_submission(
    submission_id: str,
    user: AsUser,
    role: Roles,
    document: Annotated[
        list[str], typer.Option(help="N=FILE: the file of document N again; may be given several times.")
    ] = [],  # noqa: B006  (Typer reads the default, nobody changes it)
    field: Annotated[
        list[str], typer.Option(help="[N/]NAME=VALUE: a field of document N, or of the case file, again.")
    ] = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Send again only what was wrong with a returned delivery; everything else is taken from it."""
    fields, documents = _mends(document, field)
    with tempfile.TemporaryFile() as package, ExitStack() as opened:
        mended = [
            Mended(ordinal, said, [(path.name, opened.enter_context(path.open("rb"))) for path in files])
            for ordinal, (said, files) in sorted(documents.items())
        ]
        write_mend(package, fields=fields, documents=mended)
        package.seek(0)
        received = resending.send(
            submission_id, package, viewer=viewer_named(user, role), now=datetime.now(UTC)
        )
    facts = _seen_through(received.submission_id)
    show(facts, as_json=as_json, text=_text(facts))
    raise typer.Exit(0 if facts["state"] in GOOD else 1)


def _mends(
    documents: list[str], fields: list[str]
) -> tuple[dict[str, str], dict[int, tuple[dict[str, str], list[Path]]]]:
    """Return what the options say: fields of the case file; per document its fields and files."""
    of_case: dict[str, str] = {}
    found: dict[int, tuple[dict[str, str], list[Path]]] = {}
    for said in documents:
        number, _, path = said.partition("=")
        if not number.isdigit() or not Path(path).is_file():
            raise typer.BadParameter(f"--document {said}: write N=FILE with a file that is there")
        found.setdefault(int(number), ({}, []))[1].append(Path(path))
    for said in fields:
        name, equals, value = said.partition("=")
        number, slash, field = name.rpartition("/")
        if not equals or (slash and not number.isdigit()):
            raise typer.BadParameter(f"--field {said}: write NAME=VALUE or N/NAME=VALUE")
        target = found.setdefault(int(number), ({}, []))[0] if slash else of_case
        target[field] = value
    return of_case, found


def _facts(row: Submission, lang: Literal["vi", "en"]) -> dict[str, Any]:
    findings = [_told(finding_of(one), lang) for one in row.findings]
    return {
        "id": row.id,
        "agency": row.agency_code,
        "state": row.state,
        "step": row.step,
        "waiting": [reason_as_json(reason) for reason in from_text(row.waiting)],
        "waits_for": told_text(row.waiting, lang),
        "title": row.title,
        "file_code": row.file_code,
        "case_file_id": row.case_file_id,
        "findings": findings,
    }


@contextmanager
def _as_one_file(path: Path) -> Iterator[Path]:
    """Give a package as the one file it is sent as; a folder is packed for the while."""
    if not path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as place:
        package = Path(place) / "package.zip"
        packed(path.resolve(), package, Limits.of(IngestSettings.load()))
        yield package


def _errors(facts: Mapping[str, Any]) -> list[str]:
    return [finding["code"] for finding in facts["findings"] if finding["severity"] == "error"]


def _text(facts: dict[str, Any]) -> str:
    lines = [f"{facts['id']}  {facts['state']}  {facts['title']}"]
    if facts["waits_for"]:
        lines.append(f"  chờ: {facts['waits_for']}")
    return "\n".join([*lines, *_lines(facts["findings"])])


def _told(finding: Finding, lang: Literal["vi", "en"]) -> dict[str, str]:
    said = explain(finding, lang)
    return {
        "code": finding.code,
        "severity": str(said.severity),
        "place": in_vietnamese(finding.place) if lang == "vi" else finding.place,
        "text": said.text,
        "remedy": said.remedy,
        "clause": said.clause,
    }


def _lines(findings: Iterable[Mapping[str, str]]) -> list[str]:
    return [
        line
        for finding in findings
        for line in (
            f"  [{finding['code']}] {finding['place']}: {finding['text']}",
            f"      {finding['remedy']} ({finding['clause']})",
        )
    ]
