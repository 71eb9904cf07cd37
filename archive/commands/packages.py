"""`tangthu package list|verify`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.cli import show, show_each
from archive.commands.outcome import AsJson, leave
from archive.packages.verify import verify as verify_path
from archive.packages.verify import verify_any
from archive.register.models import CaseFile, CopyState, Package
from archive.register.session import reading
from archive.settings import ArchiveSettings
from archive.stores.settings import FolderSettings

ROWS = 500
"""Read from the register at a time."""

package = typer.Typer(no_args_is_help=True, help="Archival packages.")


@package.command("list")
def package_list(as_json: AsJson = False) -> None:
    """List every package with the state of its copies."""
    with reading() as session:
        show_each(
            _packages(session),
            as_json=as_json,
            line=lambda fact: f"{fact['name']}  {fact['state']}  {fact['copies']}",
            nothing="no package",
        )


def _packages(session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield what is told of each package, by name, `ROWS` at a time; paths are of stores that are folders."""
    folders = _folders()
    query = (
        select(Package, CaseFile.code, CaseFile.state)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .options(selectinload(Package.copies))
        .order_by(Package.name)
        .execution_options(yield_per=ROWS)
    )
    for one, code, state in session.execute(query):
        yield {
            "id": one.id,
            "name": one.name,
            "sha256": one.sha256,
            "size": one.size,
            "case_file": code,
            "state": state,
            "copies": {copy.store: copy.state for copy in one.copies},
            "paths": [
                str(folders[copy.store] / one.name)
                for copy in one.copies
                if copy.state != CopyState.ERASED and copy.store in folders
            ],
        }


def _folders() -> dict[str, Path]:
    """Return where the stores that are folders lie, by name."""
    return {
        store.name: store.path
        for store in ArchiveSettings.load().all_stores
        if isinstance(store, FolderSettings)
    }


@package.command("verify")
def package_verify(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True, help="A package (AIP, SIP, DIP), folder or ZIP; any bag with --bag-only."
        ),
    ],
    bag_only: Annotated[bool, typer.Option("--bag-only", help="Check the bag (RFC 8493) only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a package, ours or another's, against BagIt, METS, PREMIS and its own hashes; name every fault."""
    schemas = ArchiveSettings.load().tools_home / "schemas"
    faults = (
        verify_path(path, schemas=schemas, bag_only=True) if bag_only else verify_any(path, schemas=schemas)
    )
    text = "\n".join(f"{fault.rule}  {fault.path or '(whole)'}  {fault.message}" for fault in faults)
    facts = {"path": str(path), "ok": not faults, "faults": [asdict(fault) for fault in faults]}
    show(facts, as_json=as_json, text=text or f"{path}: no fault")
    leave(not faults)
