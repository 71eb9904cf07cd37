"""Commands of `retention`: what is due and why, holds, and carrying out a destruction.

The command line is the administrator's door: whoever may start it could also open the database, so the name
and role given here are believed (`--as`, `--role`) and written into the ledger. What the vault checks by itself
(approvals, list hash, holds, dates, distinct people) it checks here too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.ledger.prove import prove
from archive.reason import told
from archive.register.session import reading
from archive.seals.settings import SealSettings
from archive.seals.trust import trust_in
from archive.settings import ArchiveSettings
from archive.timestamps.judge import roots_in
from archive.vietnam import day_of
from retention import destruction
from retention.applied import applied
from retention.appraisal_cli import APPRAISAL
from retention.dossier import gather
from retention.eligibility import count_due, count_unclear
from retention.eligibility import due as due_list
from retention.explain import explain as steps_of
from retention.filing.cli import FILING
from retention.hold_cli import HOLD
from retention.options import AsJson, AsUser, Roles, clock
from retention.papers.kept import kept_of
from retention.papers.making import make
from retention.papers.outside import read_outside
from retention.papers.papers import Kind
from retention.papers.verify import LONGEST, LONGEST_PROOF
from retention.papers.verify import verify as verify_certificate
from retention.procedure.cli import DISPOSAL
from retention.schedule_cli import SCHEDULE
from retention.simulate_cli import simulate

COULD_NOT_TELL = 3
"""Exit of `verify` when nothing is wrong and nobody vouches either; 1 is wrong, 2 is an error."""


def due(
    user: AsUser,
    role: Roles,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day to look at")] = None,
    year: Annotated[
        int | None, typer.Option(min=1, max=9999, help="what falls due in this year; not with --on")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="only this agency")] = None,
    limit: int = 100,
    offset: int = 0,
    as_json: AsJson = False,
) -> None:
    """List the case files whose period is over, not held, longest overdue first; or those of one year."""
    if on and year:
        raise typer.BadParameter("--on and --year: choose one")
    viewer = viewer_named(user, role)
    since = date(year, 1, 1) if year else None
    today = date(year, 12, 31) if year else on.date() if on else day_of(clock())
    with reading() as session:
        found = due_list(
            session, viewer=viewer, today=today, agency=agency, limit=limit, offset=offset, since=since
        )
        counts = count_due(session, viewer=viewer, today=today, agency=agency, since=since)
        unclear = count_unclear(session, viewer=viewer, agency=agency)
        periods = applied(session, [one.case_file_id for one in found])
    lines = [
        f"{one.case_file_id}  {one.code}  {periods[one.case_file_id].text}  {one.last_day}  {one.title}"
        for one in found
    ]
    when = f"in {year}" if year else f"on {today}"
    lines.append(f"{sum(counts.values())} due {when}; {sum(unclear.values())} with an unclear period")
    facts = {
        "due": [asdict(one) for one in found],
        "counts": counts,
        "unclear": unclear,
        "on": today,
        "since": since,
    }
    show(facts, as_json=as_json, text="\n".join(lines))


def explain(case_file_id: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Say step by step why a case file is kept until its day."""
    with reading() as session:
        steps = steps_of(
            session,
            case_file_id,
            viewer=viewer_named(user, role),
            today=day_of(clock()),
        )
    lines = [f"{n}. {s.vi}\n   {s.en}\n   {s.clause}".rstrip() for n, s in enumerate(steps, 1)]
    show([asdict(step) for step in steps], as_json=as_json, text="\n".join(lines))


def destroy(order_id: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Carry out an approved destruction, or go on with an interrupted one. Exit 1: call it again."""
    outcome = destruction.execute(order_id, viewer=viewer_named(user, role), now=clock(), clock=clock)
    lines = [
        f"{item.code}: {item.outcome} {'; '.join(map(str, item.detail))}".rstrip() for item in outcome.items
    ]
    lines.append(
        "finished" if outcome.finished else "not finished: mend what is named above, then call again"
    )
    lines.append(f"register: {outcome.register.how}")
    show(asdict(outcome), as_json=as_json, text="\n".join(lines))
    if not outcome.finished:
        raise typer.Exit(1)


def certificate(order_id: str, out: Path, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Write the certificate of destruction (biên bản hủy) as PDF/A, and beside it the proof of its hash.

    Made and sealed now when it was not yet. archive/ledger/check_proof.py checks the proof, OUT.proof.json, alone.
    """
    with reading() as session:
        gather(session, order_id, viewer=viewer_named(user, role))
    (pdf,) = (paper.pdf for paper in make(order_id, now=clock()) if paper.kind is Kind.CERTIFICATE)
    with reading() as session:
        proof = prove(session, kept_of(session, order_id)[Kind.CERTIFICATE].event)
    out.write_bytes(pdf)
    beside = proof_beside(out)
    beside.write_text(json.dumps(proof, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    facts = {"order_id": order_id, "path": out, "proof": beside, "size": len(pdf)}
    show(facts, as_json=as_json, text=f"{out}\n{beside}")


def verify(
    file: Path,
    proof: Annotated[
        Path | None, typer.Option(help="proof of its hash; FILE.proof.json when left out")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="roots and revocation lists; [seal] trust when left out")
    ] = None,
    stamp_roots: Annotated[
        Path | None, typer.Option(help="roots of time-stamps; [archive] tsa_roots")
    ] = None,
    head: Annotated[str, typer.Option(help="head of the ledger's chain, as you know it from elsewhere")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a certificate of destruction: seals, proofs, what it says, its hash. Asks no register and no network.

    Exit 0: it holds, and a seal or --head vouches for it. Exit 1: it does not hold. Exit 2: a file cannot be read.
    Exit 3: could not tell; it holds in itself, but bears no seal and no --head was given.
    """
    beside = proof or proof_beside(file)
    vouching = trust or SealSettings.load().trust
    stamping = stamp_roots or ArchiveSettings.load().tsa_roots
    found = verify_certificate(
        read_outside(file, LONGEST),
        read_outside(beside, LONGEST_PROOF) if beside.exists() else None,
        trust=trust_in(vouching) if vouching else None,
        now=clock(),
        stamp_roots=roots_in(stamping) if stamping else (),
        head=head,
    )
    lines = [f"SHA-256 {found.sha256}", f"destruction {found.order_id}, decision {found.number}"]
    lines += [f"sealed by {seal.name}, stamped {seal.stamped or 'by nobody'}" for seal in found.seals]
    lines += [] if found.seals else ["no seal was judged"]
    lines += [f"{found.events} events, head of the chain {found.head}"]
    lines += [f"WRONG: {told(fault, 'en')}" for fault in found.faults] or [
        "holds"
        if found.vouched(head)
        else "COULD NOT TELL: it holds, if that is the head of the archive's ledger; no seal and no head known from "
        "elsewhere (--head) says so"
    ]
    facts = {**asdict(found), "faults": [told(fault) for fault in found.faults], "holds": not found.faults}
    facts["vouched"] = found.vouched(head)
    show(facts, as_json=as_json, text="\n".join(lines))
    if found.faults:
        raise typer.Exit(1)
    if not found.vouched(head):
        raise typer.Exit(COULD_NOT_TELL)


def proof_beside(path: Path) -> Path:
    """Return where the proof of a certificate's hash lies."""
    return path.with_name(f"{path.name}.proof.json")


RETENTION: dict[str, Callable[..., None]] = {
    "due": due,
    "explain": explain,
    "certificate": certificate,
    "verify": verify,
    "simulate": simulate,
    **APPRAISAL,
}


def _schedules() -> typer.Typer:
    group = typer.Typer(
        name="schedule", no_args_is_help=True, help="The state's retention schedules and agencies' own."
    )
    for command, function in SCHEDULE.items():
        group.command(command)(function)
    return group


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    for name, help, commands in (
        ("retention", "How long a case file is kept, what is due, and its destruction.", RETENTION),
        ("hold", "Stop the disposal of case files.", HOLD),
        ("disposal", "A disposal list, step by step from its proposal to its dossier.", DISPOSAL | FILING),
    ):
        group = typer.Typer(name=name, no_args_is_help=True, help=help)
        for command, function in commands.items():
            group.command(command)(function)
        if commands is RETENTION:
            group.add_typer(_schedules())
        app.add_typer(group)
    app.command("destroy")(destroy)
