"""Fill a register with case files for tests of the follower and the rebuild; texts come from a dict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.register.models import Agency, CaseFile, CaseFileState, Component, Fonds, Record
from archive.register.session import transaction

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Texts:
    """Text components by id; `down` makes every read fail for now."""

    words: dict[str, str] = field(default_factory=dict)
    down: bool = False

    def read(self, session: Session, component_id: str) -> Iterable[bytes]:
        if self.down:
            raise TemporaryError("no store answers")
        if component_id not in self.words:
            raise NotFoundError(component_id)
        raw = self.words[component_id].encode()
        return (raw[at : at + 3] for at in range(0, len(raw), 3))  # cuts letters in two


def an_agency(session: Session, code: str = "H37.01", name: str = "Sở Nội vụ tỉnh Lạng Sơn") -> None:
    session.add(Agency(code=code, name=name))
    session.flush()
    session.add(Fonds(code=f"F-{code}", agency_code=code, name="Phông"))
    session.flush()


def a_case_file(
    session: Session,
    id: str,
    texts: Texts,
    *,
    records: int = 2,
    access: str = "01",
    title: str = "Hồ sơ về phí",
    agency: str = "H37.01",
) -> Event:
    """Store a case file with records `<id>-1`... and return its STORE event."""
    session.add(
        CaseFile(
            id=id,
            code=f"{agency}.2020.{id}",
            agency_code=agency,
            fonds_code=f"F-{agency}",
            submission_id=f"s-{id}",
            title=title,
            regime="R1",
            access=access,
            start_date=date(2020, 1, 1),
            end_date=date(2020, 12, 31),
            maintenance="10 năm",
            total_docs=records,
            total_pages=records,
            description={"Keyword": "lệ phí"},
            state=CaseFileState.STORED,
            stored_at=NOW,
        )
    )
    session.flush()
    for n in range(1, records + 1):
        session.add(
            Record(
                id=f"{id}-{n}",
                case_file_id=id,
                ordinal=n,
                code=f"{id}.{n}",
                type_name="Quyết định",
                number=str(n),
                notation="/QĐ-UBND",
                issued_on=date(2020, 6, n),
                organ_name="UBND tỉnh",
                subject=f"Quyết định số {n}",
                pages=1,
                description={},
            )
        )
        session.flush()
        for role, name in (("original", "a.pdf"), ("text", "a.txt")):
            session.add(
                Component(
                    id=f"{id}-{n}-{role}",
                    record_id=f"{id}-{n}",
                    role=role,
                    name=name,
                    path=f"{role}/{n}/{name}",
                    media_type="text/plain",
                    size=1,
                    sha256="0" * 64,
                    facts={},
                )
            )
        texts.words[f"{id}-{n}-text"] = f"Lời của hồ sơ {id} văn bản {n}"
    return append(session, Verb.STORE, actor="system:test", kind="case-file", id=id)


def set_state(id: str, state: CaseFileState, verb: Verb) -> Event:
    with transaction() as session:
        case_file = session.get(CaseFile, id)
        assert case_file is not None
        case_file.state = state
        return append(session, verb, actor="system:test", kind="case-file", id=id)
