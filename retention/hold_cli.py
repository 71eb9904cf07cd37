"""`tangthu hold`: stop the disposal of case files, of all of an agency or a fonds, of a list; and end the stop.

As with `retention.cli`, the name and role given are believed and ledgered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.register.session import transaction
from archive.viewer import Role
from retention import holds, wide_holds
from retention.options import AsJson, AsUser, Day, Number, Reason, Roles, clock
from retention.wide_holds import Basis, WidePlaced

Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day")]


class Wide(StrEnum):
    """What a standing hold may name."""

    AGENCY = "agency"
    FONDS = "fonds"


def place(
    case_file_ids: list[str],
    agency: Annotated[str, typer.Option(help="agency code")],
    reason: Reason,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Place a hold: nothing named is destroyed or handed over until it is lifted."""
    with transaction() as session:
        placed = holds.place(
            session,
            agency_code=agency,
            case_file_ids=case_file_ids,
            reason=reason,
            document_number=document,
            document_date=document_date.date(),
            viewer=viewer_named(user, role),
            now=clock(),
            until=until.date() if until else None,
        )
    late = f"; too late for {', '.join(placed.too_late)}" if placed.too_late else ""
    show(asdict(placed), as_json=as_json, text=f"held: {', '.join(placed.hold_ids)}{late}")
    if placed.too_late:
        raise typer.Exit(1)


def place_wide(
    what: Annotated[Wide, typer.Argument(help="agency or fonds")],
    code: str,
    reason: Reason,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Place a hold on everything of an agency or a fonds, also on what arrives later."""
    place_on = wide_holds.place_on_agency if what is Wide.AGENCY else wide_holds.place_on_fonds
    basis = Basis(reason, document, document_date.date(), until.date() if until else None)
    with transaction() as session:
        placed = place_on(session, code, basis, viewer=viewer_named(user, role), now=clock())
    _say_wide((placed,), as_json)


def place_listed(
    listed: Annotated[
        typer.FileText, typer.Argument(help="ids of case files, one a line; - reads the input")
    ],
    reason: Reason,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Place a hold on every case file of a list, one order for each agency; for what `search --ids` prints."""
    ids = [line.strip() for line in listed if line.strip()]
    basis = Basis(reason, document, document_date.date(), until.date() if until else None)
    with transaction() as session:
        placed = wide_holds.place_on_found(
            session, ids, {"listed": len(ids)}, basis, viewer=viewer_named(user, role), now=clock()
        )
    _say_wide(placed, as_json)


def _say_wide(placed: Sequence[WidePlaced], as_json: bool) -> None:
    """Print what was placed, once it is; exit 1 when it came too late for something."""
    for one in placed:
        late = f"; too late for {', '.join(one.too_late)}" if one.too_late else ""
        gone = f"; {one.passed_over} gone already" if one.passed_over else ""
        text = f"order {one.order_id}: {one.case_files} case files of {one.agency_code} held{gone}{late}"
        show(asdict(one), as_json=as_json, text=text)
    if any(one.too_late for one in placed):
        raise typer.Exit(1)


def ask_to_lift_all(
    order_id: str,
    reason: Reason,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Ask for all holds of one order to be lifted; a second person does it with `hold lift ORDER`."""
    basis = Basis(reason, document, document_date.date())
    with transaction() as session:
        order = wide_holds.propose_lift_all(
            session, order_id, basis, viewer=viewer_named(user, role), now=clock()
        )
        show({"order_id": order.id, "state": order.state}, as_json=as_json, text=order.id)


def ask_to_lift(
    hold_id: str,
    reason: Reason,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Ask for a hold to be lifted; a second person does it with `hold lift ORDER`."""
    with transaction() as session:
        order = holds.propose_lift(
            session,
            hold_id,
            reason=reason,
            document_number=document,
            document_date=document_date.date(),
            viewer=viewer_named(user, role),
            now=clock(),
        )
        show({"order_id": order.id, "state": order.state}, as_json=as_json, text=order.id)


def lift(order_id: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Lift a hold: the second yes, by neither who asked nor who placed it. The first --role is the acting one."""
    viewer = viewer_named(user, role)
    acting = Role(role[0].partition("@")[0])
    with transaction() as session:
        order = holds.lift(session, order_id, viewer=viewer, role=acting, now=clock())
        show(
            {"order_id": order.id, "state": order.state}, as_json=as_json, text=f"lifted by order {order.id}"
        )


HOLD: dict[str, Callable[..., None]] = {
    "place": place,
    "place-wide": place_wide,
    "place-listed": place_listed,
    "ask-to-lift": ask_to_lift,
    "ask-to-lift-all": ask_to_lift_all,
    "lift": lift,
}
