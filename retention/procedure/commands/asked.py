"""What commands of a list are given, and how they tell where it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from archive.cli import show
from archive.errors import NotAllowedError
from archive.paper_files import shelf
from archive.procedure.papers import Paper
from archive.procedure.story import Story
from archive.reason import because
from archive.viewer import Viewer
from retention.dossier import READERS
from retention.procedure import taking

OrderId = Annotated[str, typer.Argument(help="id of the list, as `disposal propose` prints it")]


def paper_named(number: str, day: datetime, sha256: str) -> Paper:
    """Return the paper a command names, with the name of its file if that lies on the shelf."""
    kept = shelf.find(sha256)
    return Paper(number, day.date(), sha256, kept.about.name if kept else "")


def tell(story: Story, *, as_json: bool) -> None:
    """Print where a list stands."""
    facts: dict[str, Any] = {
        "order_id": story.order_id,
        "regime": story.regime,
        "state": story.state,
        "list_sha256": story.list_sha256,
        "items": sorted(story.items),
        "left": {id: one.reason for id, one in story.left.items()},
        "missing_votes": story.missing_votes(),
        "dossier": story.dossier_id,
        "faults": [str(fault) for fault in story.faults],
    }
    text = f"{story.order_id}  {story.state}  {len(story.items)} case files, list {story.list_sha256}"
    show(facts, as_json=as_json, text=text)


def shown(session: Session, order_id: str, viewer: Viewer) -> Story:
    """Return a list's story for who has a part in it.

    Raises:
        NotAllowedError: the viewer has none.
    """
    story = taking.story(session, order_id)
    if not any(viewer.has(one, story.agency_code) for one in READERS):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=story.agency_code))
    return story
