"""Copy one linked document into another case file's package: a later version of it, kept in the stores, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from archive import orders
from archive.adding.version import document_of, facts_of
from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.depositing import deposit
from archive.errors import AlreadyStoredError, OrderRefusedError, TangThuError, TemporaryError
from archive.keeping import keep
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.packages.facts import ComponentFacts
from archive.procedure.kept import BEGUN, Begun, against_keeping, already_in, begun, to_keep
from archive.procedure.links import Chosen, Link
from archive.procedure.read import story_of
from archive.reading import spool_component
from archive.reason import because
from archive.register.decisions import OrderKind
from archive.register.models import CaseFile
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.versions import earlier, erase_unkept, newest_of, next_after
from archive.vietnam import day_of
from archive.viewer import Role, Viewer, system
from archive.whole_versions import ground, lying, write_whole
from archive.wiping import wipe_file
from archive.workplace import ADDING, at_work, clear, prefix_of

SYSTEM = "system:adding"
Moment = Callable[[], datetime]


@dataclass(frozen=True)
class Added:
    """What came of it.

    Attributes:
        package: name of the other case file's new version; "" when the document was in it already.
    """

    link: Link
    package: str = ""


def add(
    order_id: str, link: Link, *, viewer: Viewer, moment: Moment, places: Sequence[Store] | None = None
) -> Added:
    """Have the other case file's package hold the document; what is in it already is not copied again.

    May be killed anywhere and called again. Opens its own transactions.

    Args:
        order_id: of the disposal list on which an archivist chose to keep it.
        link: the document and the case file it goes into.
        viewer: an archivist of the agency.
        moment: tells the time, aware.
        places: stores instead of the configured ones.

    Raises:
        NotFoundError: no such list or case file.
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: nobody chose to keep it, the list has ended or its destruction begun, or the other case file
            cannot take it now (gone, expired, named by a decision); nothing was changed.
        DamagedError: no store gives the document, or the other package, readable.
        TemporaryError: too few stores took it, none answers, or somebody is at work on the copies; call again.
    """
    used = list(stores() if places is None else places)
    # Alone: what is cleared away must not be what another one, or a repair, is writing under the same name.
    with alone(work_on_copies(link.other_id)):
        _clear_away(link, used, moment)
        with reading() as session:
            _chosen(session, order_id, link, viewer, moment())
            if already_in(session, [link]):
                return Added(link)
        with at_work(prefix_of(ADDING, link.other_id)) as folder:
            return _add(order_id, link, viewer, folder, used, moment, into=places)


def clear_away(link: Link, *, moment: Moment, places: Sequence[Store] | None = None) -> None:
    """Clear away what a killed run left of a document that is not to be kept any more.

    Raises:
        TemporaryError: a store does not answer, or somebody is at work on the copies; call again.
    """
    with alone(work_on_copies(link.other_id)):
        _clear_away(link, list(stores() if places is None else places), moment)


def _add(
    order_id: str,
    link: Link,
    viewer: Viewer,
    folder: Path,
    places: Sequence[Store],
    moment: Moment,
    *,
    into: Sequence[Store] | None,
) -> Added:
    with reading() as session:
        chosen = _chosen(session, order_id, link, viewer, moment())
        newest = newest_of(session, session.get_one(CaseFile, link.other_id))
        later, before = next_after(session, newest, places), earlier(newest)
        versions = lying(session, link.other_id)
        document = document_of(session, link)
    told = {
        "order_id": order_id,
        "document": link.document,
        "other": link.other_id,
        "name": later.name,
        "version": later.number,
    }
    with transaction() as session:
        be_only_writer(session)
        _tell(session, link.case_file_id, {**told, "did": BEGUN}, viewer.name, moment())
    try:
        spooled = replace(
            document, components=tuple(_spooled(one, folder, places) for one in document.components)
        )
        base = ground(versions, places)
        with reading() as session:
            facts = facts_of(
                session, order_id, link, chosen, base.facts, base.events, spooled, later, viewer, moment()
            )
        facts, written = write_whole(facts, base.name, versions, folder, places)
        copies = deposit(written.path, facts.name, written.sha256, into=into)
        with transaction() as session:
            be_only_writer(session)
            _chosen(session, order_id, link, viewer, moment())  # all of it asked again
            still = newest_of(session, session.get_one(CaseFile, link.other_id))
            if still.sha256 != before.sha256:
                raise OrderRefusedError((because("archive.keep-meanwhile", other=facts.code),))
            keep(
                session,
                facts,
                written,
                copies,
                actor=viewer.name,
                role=Role.ARCHIVIST.value,
                now=moment(),
            )
            _tell(
                session,
                link.case_file_id,
                {**told, "did": "made"},
                viewer.name,
                moment(),
                before.sha256,
                written.sha256,
            )
            place = facts.records[-1].ordinal
            came = {"did": "added", "order_id": order_id, "document": place, "from": link.case_file_id}
            _tell(session, link.other_id, came, viewer.name, moment(), before.sha256, written.sha256)
    except AlreadyStoredError:
        raise  # other bytes are under that name: they are not ours to erase
    except TangThuError:
        _clear_away(link, places, moment)
        raise
    finally:
        for path in folder.iterdir():
            with suppress(OSError):  # kept is kept; the folder is removed in any case
                wipe_file(path)
    return Added(link, facts.name)


def _chosen(session: Session, order_id: str, link: Link, viewer: Viewer, now: datetime) -> Chosen:
    """Return the choice the document is copied by, when it may be copied now."""
    order = orders.named(session, order_id, kind=OrderKind.DESTRUCTION)
    viewer.require(Role.ARCHIVIST, order.agency_code)
    story = story_of(session, order_id)
    if story is None or story.faults or story.begun or link not in to_keep(story):
        raise OrderRefusedError((because("archive.keep-not-chosen"),))
    if reasons := tuple(against_keeping(session, link, day_of(now))):
        raise OrderRefusedError(reasons)
    return story.links[link]


def _spooled(one: ComponentFacts, folder: Path, places: Sequence[Store]) -> ComponentFacts:
    path = folder / one.id
    spool_component(one.id, path, viewer=system("adding"), places=places)
    return replace(one, source=path)


def _tell(
    session: Session,
    case_file_id: str,
    told: dict[str, Any],
    actor: str,
    now: datetime,
    before: str | None = None,
    after: str | None = None,
) -> None:
    role = Role.ARCHIVIST.value if actor != SYSTEM else ""
    event = append(
        session,
        Verb.ADD_DOCUMENT,
        actor=actor,
        role=role,
        kind="case-file",
        id=case_file_id,
        payload=told,
        before=before,
        after=after,
        now=now,
    )
    apply(session, event)


def _clear_away(link: Link, places: Sequence[Store], moment: Moment) -> None:
    """Erase what tries that did not end left of additions to this case file, and note that it was done.

    Raises:
        TemporaryError: a store does not answer; the next try asks it again.
    """
    try:
        clear((ADDING, link.other_id))
    except OSError as error:
        raise TemporaryError(because("archive.unforeseen", said=str(error))) from error
    with reading() as session:
        left = [one for one in begun(session, [link.case_file_id]) if one.link.other_id == link.other_id]
    for one in left:
        _clear_one(one, places, moment)


def _clear_one(one: Begun, places: Sequence[Store], moment: Moment) -> None:
    if troubles := erase_unkept(one.name, places):
        why = [error.reason for error in troubles]
        raise TemporaryError(because("archive.no-store-answers", name=one.name, why=why))
    told = {"did": "cleared", "document": one.link.document, "other": one.link.other_id, "name": one.name}
    with transaction() as session:
        be_only_writer(session)
        _tell(session, one.link.case_file_id, told, SYSTEM, moment())
