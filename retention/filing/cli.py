"""`tangthu disposal close`: the step that ends a list, with the work that goes with it."""

from __future__ import annotations

from collections.abc import Callable

from archive.cli import viewer_named
from archive.register.session import reading, transaction
from retention.filing.filing import file_dossier
from retention.options import AsJson, AsUser, Roles, clock
from retention.procedure import deciding, taking
from retention.procedure.cli import OrderId, tell


def close(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Close the list: its dossier is filed as a case file of the archive. Call it again when it was interrupted."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        deciding.close(session, order_id, viewer=viewer, now=clock())
    file_dossier(order_id, now=clock())
    with reading() as session:
        tell(taking.story(session, order_id), as_json=as_json)


FILING: dict[str, Callable[..., None]] = {"close": close}
"""Command -> function."""
