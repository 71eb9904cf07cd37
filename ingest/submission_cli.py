"""Commands about deliveries: `tangthu submission list|show|accept|return|ask|answer|minutes|mend`."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.register.session import reading, transaction
from ingest import asking, resending, submissions
from ingest.mending.package import Mended
from ingest.mending.package import write as write_mend
from ingest.telling import GOOD, facts_of, seen_through, text_of

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


submission = typer.Typer(no_args_is_help=True, help="Look at deliveries, accept them, send them back.")


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
        rows = [facts_of(row, "vi") for row in found.items]
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
        facts = facts_of(
            submissions.one(session, submission_id, viewer=viewer_named(user, role)),
            "en" if english else "vi",
        )
    show(facts, as_json=as_json, text=text_of(facts))


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
    facts = seen_through(received.submission_id)
    show(facts, as_json=as_json, text=text_of(facts))
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
