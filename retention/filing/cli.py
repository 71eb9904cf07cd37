"""`tangthu disposal keep-file` and `close`: the files of papers, and the dossier that takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.errors import NotAllowedError
from archive.procedure.states import GIVES_PAPERS
from archive.reason import because
from archive.register.session import reading, transaction
from retention.filing import given
from retention.filing.filing import file_dossier
from retention.options import AsJson, AsUser, Roles, clock
from retention.procedure import deciding, taking
from retention.procedure.commands.asked import OrderId, tell


def close(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Close the list: its dossier is filed as a case file of the archive. Call it again when it was interrupted."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        deciding.close(session, order_id, viewer=viewer, now=clock())
    file_dossier(order_id, now=clock())
    with reading() as session:
        tell(taking.story(session, order_id), as_json=as_json)


def keep_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="the signed or scanned paper, a PDF")
    ],
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Keep the file of a paper for the dossier; give the hash it prints as --sha256 of the step that rests on it.

    A file that was lost is given again in the same way, before the list is closed.
    """
    viewer = viewer_named(user, role)
    if not any(roles & GIVES_PAPERS for roles in viewer.roles.values()):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=", ".join(viewer.roles)))
    with file.open("rb") as source, reading() as session:
        kept = given.give(session, source, file.name, by=viewer.name, now=clock())
    facts = {"sha256": kept.sha256, "name": kept.about.name, "size": kept.about.size}
    show(facts, as_json=as_json, text=f"{kept.sha256}  {kept.about.name}, {kept.about.size} bytes")


FILING: dict[str, Callable[..., None]] = {"keep-file": keep_file, "close": close}
"""Command -> function."""
