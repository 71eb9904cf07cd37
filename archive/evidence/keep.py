"""Keep the rounds in every store, find what was changed in them, and bring them back when the register is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.evidence.errors import EvidenceError
from archive.evidence.export import of_round
from archive.evidence.owed import superseded
from archive.evidence.record import judge as judge_record
from archive.evidence.roundfile import PACKAGE, PREFIX, Round, key_of, parse
from archive.evidence.rounds_known import round_of, write_down
from archive.ledger.mend import Mended, Work, is_missing, put
from archive.ledger.rows import EvidenceRoundRow
from archive.reason import Reason, because
from archive.register.models import Package
from archive.stores.interface import Store, read_whole
from archive.timestamps.ask import judge
from archive.timestamps.errors import TimestampError
from archive.timestamps.judge import Judge, Judgement
from archive.timestamps.token import read

LOOK_BACK = 20
"""How many of the newest rounds `fill` looks for."""


def fill(session: Session, *, places: Sequence[Store] | None = None) -> Mended:
    """Write the newest rounds into stores that were away when they were made; cheap, no round is read.

    Older ones, and whether they are still whole, are the business of `mend`. Call it outside of any writing
    transaction. A store that does not answer or takes nothing is noted and left.
    """
    work = Work(list(stores() if places is None else places))
    newest = select(EvidenceRoundRow.number).order_by(EvidenceRoundRow.number.desc()).limit(LOOK_BACK)
    for number in reversed(session.scalars(newest).all()):
        missing = [store for store in list(work.places) if is_missing(store, key_of(number), work)]
        if missing:
            _put_right(session, number, missing, [], work)
    return work.done()


def mend(
    session: Session, *, places: Sequence[Store] | None = None, first: int = 1, last: int | None = None
) -> Mended:
    """Read every round in every store; write what is missing, put aside and replace what is damaged.

    One that is whole but says something else than the register is left where it is: it may be the true one. Call it
    outside of any writing transaction. One round is held in memory at a time.

    Args:
        places: stores instead of the configured ones.
        first, last: numbers of the rounds, when not all are to be read.
    """
    work = Work(list(stores() if places is None else places))
    query = select(EvidenceRoundRow.number).where(EvidenceRoundRow.number >= first)
    if last is not None:
        query = query.where(EvidenceRoundRow.number <= last)
    for number in session.scalars(query.order_by(EvidenceRoundRow.number)).all():
        made = round_of(session, number)
        data = made.to_bytes() if made.leaves else b""
        missing, damaged = [], []
        for store in list(work.places):
            place = f"{store.name}:{key_of(number)}"
            try:
                found = read_whole(store, key_of(number))
            except NotFoundError:
                missing.append(store)
                continue
            except TemporaryError as error:
                work.trouble(str(error), store)
                continue
            if found == data:
                continue
            if _is_whole(found, number, place):
                work.trouble(
                    f"{place} is whole, but not what the register has; run `tangthu evidence verify`"
                )
            else:
                damaged.append(store)
        if missing or damaged:
            _put_right(session, number, missing, damaged, work)
    return work.done()


def _is_whole(data: bytes, number: int, place: str) -> bool:
    """Say whether these bytes are a round of that number with a token over its own tree, whoever gave it."""
    try:
        found = parse(data, place)
        return found.number == number and _is_over_its_tree(found)
    except EvidenceError:
        return False


def _is_over_its_tree(made: Round) -> bool:
    try:
        token = read(made.token)
    except TimestampError:
        return False
    return bool(made.leaves) and (token.algorithm, token.imprint) == (made.algorithm, made.root)


def _put_right(
    session: Session, number: int, missing: Sequence[Store], damaged: Sequence[Store], work: Work
) -> None:
    made = round_of(session, number)
    if _is_over_its_tree(made):
        put(made.to_bytes(), key_of(number), missing, damaged, work)
    else:
        work.trouble(
            f"the register's round {number} is not over its tree; nothing of it is written; "
            "run `tangthu evidence verify`"
        )


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
        for why in _faults(session, made, by, now):
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


def _faults(session: Session, made: Round, by: Judge, now: datetime) -> tuple[Reason, ...]:
    """Return what is wrong with a round's own chain: good now, or until a stronger chain took over all it proved."""
    digests = {made.algorithm: made.hashes[0]}
    try:
        record = of_round(session, made)
        faults = judge_record(record, digests, by, now=now).faults
        if faults and (until := superseded(session, made.number)) is not None:
            faults = judge_record(record, digests, by, now=until).faults
    except EvidenceError as error:
        return (error.reason,)
    return faults


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
            given = by.judge(made.token, made.root, made.algorithm)
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
