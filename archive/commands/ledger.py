"""`tangthu ledger verify|seal|stamp|prove`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select

from archive.checkpoints import write_checkpoint
from archive.cli import show
from archive.commands.outcome import AsJson, leave
from archive.ledger.mend import mend
from archive.ledger.mended import record
from archive.ledger.prove import prove
from archive.ledger.rows import SealRow
from archive.ledger.stamp import owed
from archive.ledger.verify import verify as verify_ledger
from archive.reason import as_json as reason_as_json
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stamping import stamp

ledger = typer.Typer(no_args_is_help=True, help="The ledger: verify, seal, stamp, prove.")


@ledger.command("verify")
def ledger_verify(as_json: AsJson = False) -> None:
    """Recompute every hash, root and chain value, and compare the segments in the stores."""
    with reading() as session:
        faults = verify_ledger(session)
    told = [str(fault) for fault in faults]
    facts = {"faults": told, "reasons": [reason_as_json(fault) for fault in faults], "ok": not faults}
    show(facts, as_json=as_json, text="\n".join(told) or "the ledger is whole")
    leave(not faults)


@ledger.command("seal")
def ledger_seal(as_json: AsJson = False) -> None:
    """Seal what is new; give every store the segments it lacks, replace damaged ones, write the register's digest.

    Exit 1 when a store could not be made whole.
    """
    now = datetime.now(UTC)
    with reading() as session:
        mended = mend(session)
    with transaction() as session:
        record(session, mended, now=now)
        checkpoint = write_checkpoint(session, now=now)
        segments = session.scalar(select(func.count()).select_from(SealRow))
    facts = {
        "segments": segments,
        "checkpoint": asdict(checkpoint) if checkpoint else None,
        **asdict(mended),
        "ok": not mended.troubles,
    }
    lines = [
        f"{segments} segments; sealed to event {checkpoint.seq}" if checkpoint else "the ledger is empty",
        *(f"written again: {one}" for one in mended.written),
        *(f"replaced: {one.store}:{one.key}, the damaged one is {one.aside}" for one in mended.replaced),
        *mended.troubles,
    ]
    show(facts, as_json=as_json, text="\n".join(lines))
    leave(not mended.troubles)


@ledger.command("stamp")
def ledger_stamp(as_json: AsJson = False) -> None:
    """Have the newest seal time-stamped now by the authority of `[archive] tsa_url`. Exit 1 while a stamp is owed."""
    number = stamp(now=datetime.now(UTC))
    with reading() as session:
        debt = owed(session)
    facts = {"stamped": number, "owed": debt.count, "owed_since": debt.since, "newest_stamp": debt.stamped_at}
    text = f"seal {number} is time-stamped" if number else "nothing was stamped"
    if debt.count:
        text += f"; {debt.count} seals wait for a time-stamp since {debt.since}"
        text += "" if ArchiveSettings.load().tsa_url else ": no authority is set ([archive] tsa_url)"
    show(facts, as_json=as_json, text=text)
    leave(not debt.count)


@ledger.command("prove")
def ledger_prove(
    seq: Annotated[int, typer.Argument(help="Number of the event.")],
    into: Annotated[Path | None, typer.Option("--out", help="Write the proof to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give out the proof that an event is in the ledger (check it with archive/ledger/check_proof.py).

    The proof is JSON in any case; with --out, `--json` says where it was written.
    """
    with reading() as session:
        proof = prove(session, seq)
    if into is None:
        show(proof, as_json=True)
    else:
        into.write_text(json.dumps(proof, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        show({"seq": seq, "path": into}, as_json=as_json, text=str(into))
