"""Keep the rounds in every store, find what was changed in them, and bring them back when the register is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.evidence.errors import EvidenceError
from archive.evidence.export import of_round
from archive.evidence.hashtree import root
from archive.evidence.record import judge as judge_record
from archive.evidence.roundfile import PACKAGE, PREFIX, Round, key_of, parse
from archive.evidence.rounds import round_of, write_down
from archive.ledger.rows import EvidenceRoundRow
from archive.ledger.spread import spread
from archive.reason import Reason, because
from archive.register.models import Package
from archive.stores.interface import Store, read_whole
from archive.timestamps.ask import judge
from archive.timestamps.judge import Judgement


def fill(session: Session, *, places: Sequence[Store] | None = None) -> list[str]:
    """Write every round a store lacks; return "store:name" of each that was written. Damaged ones are put aside first.

    Raises:
        TemporaryError: no store takes one.
    """
    used = list(stores() if places is None else places)
    written = []
    for number in session.scalars(select(EvidenceRoundRow.number).order_by(EvidenceRoundRow.number)).all():
        key, data = key_of(number), round_of(session, number).to_bytes()
        for store in used:
            try:
                if read_whole(store, key) == data:
                    continue
                store.quarantine(key)
            except NotFoundError:
                pass
            except TemporaryError:
                continue  # it gets it later
            try:
                spread([store], key, data)
            except AlreadyStoredError:
                continue  # somebody else was at it at the same time
            written.append(f"{store.name}:{key}")
    return written


def verify(session: Session, *, now: datetime, places: Sequence[Store] | None = None) -> Iterator[Reason]:
    """Yield everything wrong with the evidence: tree, token, chain of renewals and files of every round."""
    used = list(stores() if places is None else places)
    by = judge()
    numbers = list(session.scalars(select(EvidenceRoundRow.number).order_by(EvidenceRoundRow.number)))
    for expected, number in enumerate(numbers, 1):
        if number != expected:
            yield because("archive.evidence-round-gone", number=expected)
            break
    for number in numbers:
        made = round_of(session, number)
        if not made.leaves:
            yield because("archive.evidence-round-gone", number=number)
            continue
        try:
            faults = judge_record(of_round(session, made), made.hashes[0], by, now=now).faults
        except EvidenceError as error:
            faults = (error.reason,)
        for why in faults:
            yield because("archive.evidence-round-bad", number=number, why=why)
        for leaf in made.leaves:
            if leaf.kind == PACKAGE:
                package = session.get(Package, leaf.ref)
                if package is not None and package.sha256 != leaf.sha256:
                    yield because("archive.evidence-other-bytes", what=package.name)
        yield from _files(made, used)
    known = {key_of(number) for number in numbers}
    for store in used:
        try:
            for name in sorted(set(store.names(PREFIX)) - known):
                yield because("archive.evidence-round-unknown", store=store.name, name=name)
        except TemporaryError as error:
            yield error.reason


def restore(session: Session, places: Sequence[Store]) -> int:
    """Give the register the rounds it lacks, from the stores; return how many those were.

    Of a round that differs between stores one with a good token is taken; without trusted roots nobody can tell, and
    any that is whole in itself is. `verify` says what it is worth.
    """
    by = judge()
    known = set(session.scalars(select(EvidenceRoundRow.number)))
    held = {number for store in places for number in _numbers(store)}
    restored = 0
    for number in sorted(held - known):
        second: tuple[Round, Judgement] | None = None
        for store in places:
            try:
                made = parse(read_whole(store, key_of(number)), f"{store.name}:{key_of(number)}")
            except (NotFoundError, TemporaryError, EvidenceError):
                continue
            given = by.judge(made.token, root(made.hashes))
            if made.number == number and (given.good or second is None):
                second = made, given
                if given.good:
                    break
        if second is not None:
            write_down(session, *second)
            restored += 1
    return restored


def _numbers(store: Store) -> Iterator[int]:
    try:
        for name in store.names(PREFIX):
            number = name.removeprefix(PREFIX).removesuffix(".jsonl")
            if number.isdecimal():
                yield int(number)
    except TemporaryError:
        return  # another store has them


def _files(made: Round, places: Sequence[Store]) -> Iterator[Reason]:
    key, data = key_of(made.number), made.to_bytes()
    for store in places:
        place = f"{store.name}:{key}"
        try:
            if read_whole(store, key) != data:
                yield because("archive.evidence-file-differs", place=place)
        except NotFoundError:
            yield because("archive.evidence-file-missing", place=place)
        except TemporaryError as error:
            yield error.reason
