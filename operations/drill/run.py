"""The drill: restore to an empty place, compare with the living archive or with what was backed up, write the minutes.

The living archive is not touched but for its ledger: everything new is sealed and its digest noted before (that is
what a restore has to come to), and the outcome is an event afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.checkpoints import write_checkpoint
from archive.copies import stores
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.follow import follow_all
from archive.patience import Patience
from archive.pdfa.print import print_pdfa
from archive.register.session import transaction
from archive.settings import ArchiveSettings
from archive.wiping import wipe_folder
from operations.backups import contents as backups
from operations.backups.make import require_empty
from operations.backups.private import private_folder
from operations.backups.state import State, compare, left_out, state_of
from operations.drill.minutes import TITLE, page
from operations.drill.outcome import Drill
from operations.errors import DrillError
from search import index
from search.choice import open_engine

MINUTES = "bien-ban-phuc-hoi.pdf"


def drill(
    into: Path,
    *,
    actor: str,
    backup: Path | None = None,
    samples: int = 20,
    register_url: str = "",
    keep: bool = False,
) -> Drill:
    """Restore into an empty folder, compare, and leave the minutes there (PDF/A) and an event in the ledger.

    Args:
        into: an empty folder, or one that does not exist.
        actor: who has it done; named in minutes and ledger.
        backup: a folder `tangthu backup` made; without it everything is made from the stores alone. What the ledger
            in the stores knows since is applied to it.
        samples: packages to read whole and check.
        register_url: an empty database to restore into, where the backup is of PostgreSQL; it is left as it is.
        keep: leave what was restored; else it is overwritten and removed, because no destruction would know of it.

    Raises:
        DrillError: the folder is not empty, the backup is damaged, or the restore failed.
        TemporaryError: no store answers.
    """
    require_empty(into)
    private_folder(into)
    began = datetime.now(UTC)
    before = backups.read(backup).state if backup else _living(began)
    clock = time.monotonic()
    try:
        told = _restore(into.resolve(), backup, samples, register_url, before.seals)
        seconds = round(time.monotonic() - clock, 1)
    except BaseException:
        _wipe(into)  # half restored: what was destroyed since may still be in it
        raise
    if not keep:
        _wipe(into)
    after = State(**told["state"])
    if told["at_event"] > before.event:
        # A worker wrote another checkpoint meanwhile: that is what the restore came to, and is compared with.
        before = replace(before, digest=told["wanted"])
    compared = compare(before, after)
    done = Drill(
        source=str(backup) if backup else "stores",
        started_at=began,
        ended_at=datetime.now(UTC),
        compared=tuple(compared),
        not_compared=tuple(left_out(before, compared)),
        faults=tuple(told["faults"]),
        samples=tuple(told["samples"]),
        adopted=tuple(told["adopted"]),
        seconds=seconds,
        actor=actor,
        stores=tuple(store.name for store in stores()),
        applied=told["applied"],
        destroyed_since=told["destroyed_since"],
    )
    path = into / MINUTES
    path.write_bytes(print_pdfa(page(done), title=TITLE))
    _ledger(done, path)
    return replace(done, minutes=str(path))


def _wipe(into: Path) -> None:
    """Overwrite and remove what was restored; the folder was empty before.

    Raises:
        DrillError: the disk does not let us.
    """
    try:
        for place in list(into.iterdir()):
            wipe_folder(place)
    except OSError as error:
        raise DrillError(
            f"what was restored to {into} could not be overwritten ({error}); remove it"
        ) from error


def _living(now: datetime) -> State:
    """Return what the archive is, everything sealed and its digest in the stores, the index as far as the ledger."""
    follow_all(patience=Patience(timedelta(seconds=1), timedelta(seconds=1)), now=now)
    with transaction() as session:
        write_checkpoint(session, now=now)
        state = state_of(session)
    engine = open_engine()
    return replace(state, index_documents=engine.count(), index_digest=index.digest(engine))


def _restore(into: Path, backup: Path | None, samples: int, register_url: str, seal: int) -> dict[str, Any]:
    """Run the restoring half in a process whose settings lead to the empty place, and return what it says."""
    settings = ArchiveSettings.load()
    there = {
        "TANGTHU_ARCHIVE__DATA": str(into / "archive"),
        "TANGTHU_ARCHIVE__REGISTER_URL": register_url,
        "TANGTHU_ARCHIVE__STORES": json.dumps(
            [
                store.model_copy(update=_absolute(store)).model_dump(mode="json")
                for store in settings.all_stores
            ]
        ),
        "TANGTHU_SEARCH__ENGINE": "sqlite",
        "TANGTHU_SEARCH__SQLITE_PATH": str(into / "archive" / backups.INDEX),
    }
    command = [
        sys.executable,
        "-m",
        "operations.drill.restored",
        "--samples",
        str(samples),
        "--seal",
        str(seal),
    ]
    if backup is not None:
        command += ["--backup", str(backup.resolve())]
    done = subprocess.run(
        command,
        env=os.environ | there,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        raise DrillError(f"nothing was restored: {done.stderr.strip()[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _absolute(store: Any) -> dict[str, Any]:
    path = getattr(store, "path", None)
    return {"path": path.resolve()} if isinstance(path, Path) else {}


def _ledger(done: Drill, minutes: Path) -> None:
    with transaction() as session:
        append(
            session,
            Verb.RESTORE,
            actor=done.actor,
            kind="holdings",
            id="drill",
            payload={
                "drill": True,
                "source": "stores" if done.source == "stores" else "backup",
                "equal": done.equal,
                "unequal": [one.name for one in done.compared if not one.equal],
                "not_compared": list(done.not_compared),
                "applied": done.applied,
                "destroyed_since": done.destroyed_since,
                "faults": len(done.faults),
                "samples": len(done.samples),
                "digest": next(one.after for one in done.compared if one.name == "digest"),
            },
            after=sha256_of_file(minutes),
            basis="TT 02/2019/TT-BNV Điều 11; QCVN 12:2026/BCA 3.12.2.2.5",
        )
