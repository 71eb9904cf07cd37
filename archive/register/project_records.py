"""What a package says of its documents and their files, as register rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.packages.facts import ComponentFacts, RecordFacts
from archive.register.models import Component, Record, RecordReference
from archive.register.references import named_in


def put_records(session: Session, case_file_id: str, records: Iterable[RecordFacts], *, again: bool) -> None:
    """Write the documents and their files.

    Args:
        session: an open transaction.
        case_file_id: whose they are.
        records: as the package says; without files where it only describes a document anew.
        again: the case file has documents already: some of them are said anew, with the same identifiers. Of one that
            is named with files only those stay (a later version may hold other derivatives).
    """
    for record in records:
        _record(session, case_file_id, record, again=again)


def add_missing(session: Session, case_file_id: str, records: Iterable[RecordFacts]) -> None:
    """Write the documents and files a later version did not name; what that says of the others is newer."""
    described = set(session.scalars(select(Record.id).where(Record.case_file_id == case_file_id)))
    for record in records:
        if record.id not in described:
            _record(session, case_file_id, record, again=True)
        elif session.scalar(select(Component.id).where(Component.record_id == record.id).limit(1)) is None:
            session.add_all(_component(record.id, component) for component in record.components)


def _record(session: Session, case_file_id: str, facts: RecordFacts, *, again: bool) -> None:
    row = Record(
        id=facts.id,
        case_file_id=case_file_id,
        ordinal=facts.ordinal,
        code=facts.code,
        type_name=facts.type_name,
        number=facts.number,
        notation=facts.notation,
        issued_on=facts.issued_on,
        organ_name=facts.organ_name,
        subject=facts.subject,
        pages=facts.pages,
        description=dict(facts.description),
    )
    components = [_component(facts.id, component) for component in facts.components]
    names = [RecordReference(record_id=facts.id, name=name) for name in sorted(named_in(facts.description))]
    if not again:
        session.add(row)
        session.flush()
        session.add_all(components)
        session.add_all(names)
        return
    session.merge(row)
    session.flush()
    session.execute(delete(RecordReference).where(RecordReference.record_id == facts.id))
    session.add_all(names)
    session.flush()
    if not components:
        return
    named = {component.id for component in components}
    had = session.scalars(select(Component.id).where(Component.record_id == facts.id))
    if gone := [id for id in had if id not in named]:
        # Before the new ones come: two files of a document never have one path.
        session.execute(delete(Component).where(Component.id.in_(gone)))
    for component in components:
        session.merge(component)
    session.flush()
    session.expire(session.get_one(Record, facts.id), ["components"])


def _component(record_id: str, component: ComponentFacts) -> Component:
    return Component(
        id=component.id,
        record_id=record_id,
        role=component.role,
        name=component.name,
        path=component.path,
        media_type=component.media_type,
        puid=component.puid,
        size=component.size,
        sha256=component.sha256,
        facts=dict(component.facts),
    )
