"""`tangthu migration`: preview, propose, approve, run, status, pause, stop, confirm and reverse a preservation plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from archive.cli import show, viewer_named
from archive.reason import brief, told
from archive.register.preservation import PlanState
from archive.register.session import reading, transaction
from ingest.migration import deciding, running, standing
from ingest.migration.plan import Did, Wanted, role_for
from ingest.migration.preview import preview as previewed
from ingest.migration.telling import preview_facts, preview_lines, standing_facts, standing_line, tried_facts
from ingest.migration.trying import try_out

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Puid = Annotated[str, typer.Option(help="PRONOM identifier of the original, such as fmt/40.")]
Pdfa = Annotated[str, typer.Option(help="Flavour of the derivative there is now, such as 1b.")]
Tool = Annotated[str, typer.Option(help="Tool that made or judged that derivative, such as LibreOffice.")]
ToolVersion = Annotated[str, typer.Option(help="What its note begins with, such as 'LibreOffice 7.4'.")]
To = Annotated[str, typer.Option(help="Flavour to be made; the format policy's of each agency unless given.")]
Agency = Annotated[str, typer.Option(help="Whose case files; of all agencies unless given.")]
Remark = Annotated[str, typer.Option(help="Why; written into the ledger.")]

migration = typer.Typer(
    no_args_is_help=True,
    help="Preservation plans: derivatives made anew beside the untouched originals, reversible until confirmed.",
)


@migration.command("preview")
def preview(
    user: AsUser,
    role: Roles,
    puid: Puid = "",
    pdfa: Pdfa = "",
    tool: Tool = "",
    tool_version: ToolVersion = "",
    to: To = "",
    agency: Agency = "",
    try_: Annotated[int, typer.Option("--try", help="Make so many files anew for a try.")] = 0,
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Count what a plan would do; nothing is stored. Exit 1: it would do nothing."""
    viewer = viewer_named(user, role)
    role_for(Did.PROPOSE, viewer, agency)
    wanted = Wanted(puid, pdfa, tool, tool_version)
    with reading() as session:
        found = previewed(session, wanted, target=to, agency_code=agency, now=datetime.now(UTC))
    tried = try_out(wanted, target=to, agency_code=agency, count=try_) if try_ > 0 else []
    lang: Literal["vi", "en"] = "en" if english else "vi"
    facts = preview_facts(found, viewer, lang)
    facts["tried"] = [tried_facts(one, viewer, lang) for one in tried]
    show(facts, as_json=as_json, text="\n".join(preview_lines(facts)))
    raise typer.Exit(0 if found.items else 1)


@migration.command("propose")
def propose(
    name: str,
    reason: Annotated[str, typer.Argument(help="Why; written into the ledger.")],
    user: AsUser,
    role: Roles,
    puid: Puid = "",
    pdfa: Pdfa = "",
    tool: Tool = "",
    tool_version: ToolVersion = "",
    to: To = "",
    agency: Agency = "",
    as_json: Json = False,
) -> None:
    """Propose a plan over what a preview counts now; another person has to approve it."""
    wanted, now = Wanted(puid, pdfa, tool, tool_version), datetime.now(UTC)
    viewer = viewer_named(user, role)
    role_for(Did.PROPOSE, viewer, agency)
    with reading() as session:
        found = previewed(session, wanted, target=to, agency_code=agency, now=now)
    with transaction() as session:
        plan_id = deciding.propose(
            session,
            name=name,
            reason=reason,
            wanted=wanted,
            target=to,
            agency_code=agency,
            found=found,
            viewer=viewer,
            now=now,
        )
    facts = {"plan": plan_id, "files": found.files, "components": found.components, "bytes": found.size}
    show(facts, as_json=as_json, text=plan_id)


@migration.command("approve")
def approve(
    plan: str,
    user: AsUser,
    role: Roles,
    remark: Remark = "",
    agree: Annotated[bool, typer.Option("--agree/--refuse", help="Let it be done, or not.")] = True,
    as_json: Json = False,
) -> None:
    """Approve what another person proposed, or refuse it."""
    _act(plan, Did.APPROVE if agree else Did.REFUSE, user, role, remark, as_json)


@migration.command("run")
def run(
    plan: str,
    user: AsUser,
    role: Roles,
    here: Annotated[
        bool, typer.Option("--here", help="Do it in this process until nothing is left, not by a worker.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Begin an approved plan, or go on with a paused one; a worker of the house does the work.

    With --here exit 1: something waits, or a file failed or was passed over.
    """
    with reading() as session:
        state = standing.plan_of(session, plan, viewer=viewer_named(user, role)).plan.state
    if state != PlanState.RUNNING or not here:
        with transaction() as session:
            deciding.act(session, plan, Did.RUN, viewer=viewer_named(user, role), now=datetime.now(UTC))
    _done_here(plan, user, role, here, as_json)


@migration.command("pause")
def pause(plan: str, user: AsUser, role: Roles, remark: Remark = "", as_json: Json = False) -> None:
    """Let a running plan rest after the case file it is at; `run` goes on with it."""
    _act(plan, Did.PAUSE, user, role, remark, as_json)


@migration.command("stop")
def stop(plan: str, user: AsUser, role: Roles, remark: Remark, as_json: Json = False) -> None:
    """End a plan where it stands: what is left is not made; what was made can be confirmed or reversed."""
    _act(plan, Did.STOP, user, role, remark, as_json)


@migration.command("confirm")
def confirm(plan: str, user: AsUser, role: Roles, remark: Remark = "", as_json: Json = False) -> None:
    """Make a plan final. Earlier versions of the packages stay; it cannot be reversed any more."""
    _act(plan, Did.CONFIRM, user, role, remark, as_json)


@migration.command("reverse")
def reverse(
    plan: str,
    user: AsUser,
    role: Roles,
    remark: Remark,
    here: Annotated[
        bool, typer.Option("--here", help="Do it in this process until nothing is left, not by a worker.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take back every version the plan made; the versions before become the current ones again."""
    with transaction() as session:
        deciding.act(
            session, plan, Did.REVERSE, viewer=viewer_named(user, role), remark=remark, now=datetime.now(UTC)
        )
    _done_here(plan, user, role, here, as_json)


@migration.command("status")
def status(
    user: AsUser,
    role: Roles,
    plan: Annotated[str, typer.Argument(help="One plan, with what failed; all of them unless given.")] = "",
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Say how plans stand: done, left, failed, and why."""
    viewer = viewer_named(user, role)
    lang: Literal["vi", "en"] = "en" if english else "vi"
    with reading() as session:
        if not plan:
            found = [standing_facts(one) for one in standing.plans(session, viewer=viewer)]
            text = "\n".join(standing_line(one) for one in found) or "no plan"
            show({"plans": found}, as_json=as_json, text=text)
            return
        facts = standing_facts(standing.plan_of(session, plan, viewer=viewer))
        facts["not_as_wanted"] = [
            {
                "case_file": one.case_file_id,
                "code": one.code,
                "state": one.state.value,
                "failed": [
                    {
                        "document": document,
                        "file": file,
                        "code": code,
                        "why": told(why, lang) if why else "",
                    }
                    for document, file, code, why in one.failed
                ],
                "why": [(told if one.code else brief)(reason, lang) for reason in one.why],
            }
            for one in standing.not_as_wanted(session, plan, viewer=viewer)
        ]
    lines = [standing_line(facts)]
    for one in facts["not_as_wanted"]:
        lines.append(f"  {one['code'] or one['case_file']}: {one['state']} {'; '.join(one['why'])}")
        lines += [
            f"    document {each['document']} file {each['file']}: [{each['code']}] {each['why']}"
            for each in one["failed"]
        ]
    show(facts, as_json=as_json, text="\n".join(lines))


def _act(plan: str, did: Did, user: str, role: list[str], remark: str, as_json: bool) -> None:
    with transaction() as session:
        row = deciding.act(
            session, plan, did, viewer=viewer_named(user, role), remark=remark, now=datetime.now(UTC)
        )
        state = row.state
    show({"plan": plan, "state": state}, as_json=as_json, text=state)


def _done_here(plan: str, user: str, role: list[str], here: bool, as_json: bool) -> None:
    waiting = running.run(datetime.now(UTC), seconds=float("inf"), only=plan).waiting if here else 0
    with reading() as session:
        found = standing.plan_of(session, plan, viewer=viewer_named(user, role))
        facts = standing_facts(found)
    show(facts, as_json=as_json, text=standing_line(facts))
    bad = sum(found.items.get(state, 0) for state in standing.NOT_AS_WANTED)
    raise typer.Exit(1 if here and (waiting or bad) else 0)
