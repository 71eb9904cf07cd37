"""`tangthu describe CASE [--document N] ... --reason ...`: an archivist corrects what is said of what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from ingest.describing import describe
from ingest.describing_document import describe_document, numbered
from ingest.telling import lines_of, told_of


def describe_anew(
    case_file: Annotated[str, typer.Argument(help="Id of the case file.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the package.")],
    user: Annotated[str, typer.Option("--as", help="Account name; written into the ledger.")],
    role: Annotated[list[str], typer.Option("--role", help="ROLE@AGENCY held by that account.")],
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    rights: Annotated[
        str | None, typer.Option(help="Its use mode (chế độ sử dụng); the same or a stricter one.")
    ] = None,
    keyword: Annotated[str | None, typer.Option(help="Its keywords, with semicolons.")] = None,
    note: Annotated[str | None, typer.Option(help="Its note (Description).")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="FIELD=TEXT, any other field.")] = None,
    document: Annotated[
        int,
        typer.Option(help="Number of the document to describe, with --set only; 0: the case file itself."),
    ] = 0,
    based_on: Annotated[int, typer.Option(help="The version you saw; the newest unless given.")] = 0,
    english: bool = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON.")] = False,
) -> None:
    """Describe a stored case file or document anew: a small later version of its package; nothing is rewritten.

    Exit 1: a rule is against the words; nothing was changed.
    """
    given = {"Title": title, "Rights": rights, "Keyword": keyword, "Description": note}
    said = {name: text for name, text in given.items() if text is not None}
    said |= {name: text for name, _, text in (one.partition("=") for one in set_ or [])}
    viewer = viewer_named(user, role)
    now = datetime.now(UTC)
    if document:
        record_id = numbered(case_file, document, viewer=viewer)
        done = describe_document(
            case_file, record_id, said, reason=reason, viewer=viewer, now=now, based_on=based_on
        )
    else:
        done = describe(case_file, said, reason=reason, viewer=viewer, now=now, based_on=based_on)
    findings = [told_of(finding, "en" if english else "vi") for finding in done.findings]
    facts = {"package": done.package, "version": done.version, "findings": findings}
    show(facts, as_json=as_json, text="\n".join([*lines_of(findings), done.package or "nothing was changed"]))
    raise typer.Exit(0 if done.package else 1)
