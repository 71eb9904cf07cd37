"""File the dossier of a destruction as a case file of the archive; with that its list is closed.

    papers    every paper of the destruction, and the ledger's word, made once and written to the desk
    package   one AIP of them, its hash in the ledger before any store has it
    copies    deposited in every store and read back
    closing   STORE and the list's last step in one transaction
    tidying   the desk, and the uploaded files that waited for it, are wiped when every store has the dossier

Each may be killed and is done again: what is there is used, and what the ledger has is not done twice.
Why not over the road of the intake: it may return or refuse a delivery, waits for a person to accept it, and looks
for signs of secrecy in the titles of what was destroyed; a list could then never be closed. Every page is PDF/A
judged by veraPDF here too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from archive import note, orders
from archive.alone import alone
from archive.copies import stores
from archive.custody import deposit, keep
from archive.errors import DamagedError, TangThuError, TemporaryError
from archive.hashing import hashed_copy
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.list_names import name_of
from archive.packages.facts import PackageFacts, WrittenPackage
from archive.packages.reader import read_facts
from archive.packages.writer import write
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.reason import as_text, because
from archive.register.disposal import DisposalList
from archive.register.models import Copy, CopyState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from retention.errors import RetentionError
from retention.filing import desk as desks
from retention.filing.contents import gathered
from retention.filing.described import case_file_id_of, facts_of
from retention.filing.desk import Desk, Stage
from retention.filing.given import let_go
from retention.papers.papers import Print
from retention.procedure.deciding import closed_with
from retention.procedure.taking import story

log = logging.getLogger(__name__)
ACTOR = "system:retention"
PACKAGE, FACTS = "package.zip", "facts.json"
Watch = Callable[[Stage], None]


def file_dossier(
    order_id: str, *, now: datetime, printer: Print | None = None, watch: Watch | None = None
) -> str:
    """File the dossier an archivist asked for, close the list, and return the dossier's case file id.

    Opens its own transactions. Calling it again goes on where it was, and changes nothing once the list is closed.

    Args:
        order_id: of the list.
        now: aware time.
        printer: prints a paper, by default as PDF/A judged by veraPDF.
        watch: told of each stage before it begins.

    Raises:
        NotFoundError: no such list.
        RetentionError: nobody has asked for it, or the list is not destroyed.
        TemporaryError: a store, a tool or the disk is not there, or somebody is at it already; call again.
        TangThuError: a paper cannot be made or proven; the desk says why.
    """
    with alone(f"dossier of order {order_id}"):
        with reading() as session:
            told, name = story(session, order_id), name_of(session, order_id)
        if told.state is State.CLOSED:
            tidy(order_id)
            return told.dossier_id
        if told.state is not State.DESTROYED or told.closing is None:
            raise RetentionError(because("retention.no-dossier-asked", order=name, state=told.state))
        with Desk(order_id) as desk:
            try:
                _file(desk, told, now, printer, watch)
            except TangThuError as error:
                at = desk.progress()
                if isinstance(
                    error, DamagedError
                ):  # what lies here is not what was put here: all of it is made anew
                    desk.wipe()
                    desk.__enter__()
                desk.say(at.stage if at else Stage.ASKED, now, as_text([error.reason]))
                raise
        try:
            tidy(order_id)
        except TemporaryError as error:  # it is filed and closed; the sweep wipes the rest
            log.warning("the desk of %s was not wiped: %s", order_id, error)
    return case_file_id_of(order_id)


def _file(desk: Desk, told: Story, now: datetime, printer: Print | None, watch: Watch | None) -> None:
    def begin(stage: Stage) -> None:
        desk.say(stage, now)
        if watch:
            watch(stage)

    begin(Stage.PAPERS)
    contents = gathered(desk, told.order_id, now=now, printer=printer)
    begin(Stage.PACKAGE)
    packed = _at_hand(desk, told.order_id) or _taken_back(desk, told)
    if packed is None:
        with reading() as session:
            facts = facts_of(session, told, contents, desk, now=now)
        written = write(facts, desk.folder / PACKAGE, schemas=ArchiveSettings.load().tools_home / "schemas")
        packed = facts, written
    facts, written = packed
    if written.sha256 not in _packaged(told.order_id):
        _note_package(told.order_id, facts, written, now)
    note.write(desk.folder / FACTS, facts)
    begin(Stage.COPIES)
    copies = deposit(written.path, facts.name, written.sha256)
    begin(Stage.CLOSING)
    with transaction() as session:
        orders.named(session, told.order_id, lock=True)  # its row first, the ledger second, as everywhere
        keep(session, facts, written, copies, actor=ACTOR, now=now)
        closed_with(session, told.order_id, facts, written.sha256, now=now)


def _at_hand(desk: Desk, order_id: str) -> tuple[PackageFacts, WrittenPackage] | None:
    """Return the package that was made before, when the ledger has its hash for this list; else it is made anew."""
    facts = note.read(desk.folder / FACTS, PackageFacts)
    path = desk.folder / PACKAGE
    if facts is None or not path.is_file():
        return None
    kept = desk.measured(PACKAGE, name=PACKAGE, media_type="application/zip", puid="")
    if _packaged(order_id).get(kept.sha256) != facts.name:
        return None  # the disk gives back something else
    return facts, WrittenPackage(path, kept.size, kept.sha256)


def _taken_back(desk: Desk, told: Story) -> tuple[PackageFacts, WrittenPackage] | None:
    """Return the package a store has already, when the desk was lost after it was deposited.

    Only one whose hash the ledger has for this list: what else lies there under its name is nobody's word.
    """
    known = _packaged(told.order_id)
    for name in dict.fromkeys(known.values()):
        for store in stores():
            path = desk.folder / PACKAGE
            try:
                with store.open(name) as source, path.open("wb") as out:
                    copied = hashed_copy(source, out)
                if known.get(copied.sha256) == name:
                    with path.open("rb") as stream:
                        return read_facts(stream), WrittenPackage(path, copied.size, copied.sha256)
            except (TangThuError, OSError) as error:
                log.info("store %s gives no dossier %s: %s", store.name, name, error)
    return None


def _packaged(order_id: str) -> dict[str, str]:
    """Return hash -> name of every package the ledger says was made of this list's dossier."""
    query = select(EventRow).where(EventRow.object_id == order_id, EventRow.verb == Verb.PACKAGE.value)
    with reading() as session:
        return {row.after_sha256 or "": str(row.payload["name"]) for row in session.scalars(query)}


def _note_package(order_id: str, facts: PackageFacts, written: WrittenPackage, now: datetime) -> None:
    with transaction() as session:
        event = append(
            session,
            Verb.PACKAGE,
            actor=ACTOR,
            kind="order",
            id=order_id,
            payload={"name": facts.name, "size": written.size},
            after=written.sha256,
            now=now,
        )
        apply(session, event)


def tidy(order_id: str) -> bool:
    """Wipe what a filed dossier leaves behind, once every store has it; say whether nothing is left.

    Raises:
        TemporaryError: the disk does not answer.
    """
    with reading() as session:
        query = select(Copy.store, Copy.state).join(Package, Package.id == Copy.package_id)
        rows = session.execute(query.where(Package.case_file_id == case_file_id_of(order_id)))
        good = {store for store, state in rows if state == CopyState.VERIFIED}
    if not good >= {store.name for store in stores()}:
        return False
    with reading() as session:
        let_go(session, story(session, order_id))
    Desk(order_id).wipe()
    return True


def unfinished() -> list[str]:
    """Return the lists whose dossier is asked for and not filed, or filed and not tidied up."""
    with reading() as session:
        query = select(DisposalList.order_id).where(DisposalList.closing.is_(True))
        asked = list(session.scalars(query))
        closed = DisposalList.order_id.in_(desks.left()), DisposalList.state == State.CLOSED.value
        asked += session.scalars(select(DisposalList.order_id).where(*closed))
    return asked
