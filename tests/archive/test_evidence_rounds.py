"""The rounds of evidence in the stores: filled cheaply, read in their turn, and taken up only when they are ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import delete, text

from archive.copies import stores
from archive.evidence import keep
from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import root
from archive.evidence.roundfile import PACKAGE, Leaf, Round, key_of
from archive.evidence.rounds import Made, make_round
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow
from archive.register.session import reading, transaction
from archive.rolling.segments import roll_evidence
from archive.stores.folder import FolderStore
from archive.stores.interface import read_whole
from tests.archive.evidence_builders import (
    a_sealed_case_file,
    evidence_faults,
    put_everywhere,
    round_in_store,
)
from tests.archive.time_authority import Authority, token_over
from tests.archive.vault_builders import NOW


def forget() -> None:
    """Let the register know of no round: a run was killed before it wrote one down."""
    with transaction() as session:
        session.execute(delete(EvidenceLeafRow))
        session.execute(delete(EvidenceRoundRow))


def aside(house: Path) -> int:
    """How many files lie in quarantine."""
    return sum(one.is_file() for one in house.rglob("*/round-*.jsonl/*"))


def test_a_round_killed_between_stores_and_register_is_finished_without_asking_again(kept: Authority) -> None:
    make_round(now=NOW)
    with transaction() as session:
        session.execute(delete(EvidenceLeafRow))
        session.execute(delete(EvidenceRoundRow))
    asked = kept.asked
    assert make_round(now=NOW) == Made(1, packages=2, renewed=0)
    assert kept.asked == asked
    assert evidence_faults() == []


def test_a_round_of_other_names_with_a_good_token_is_not_taken_up(kept: Authority, house: Path) -> None:
    """The tree has no names in it: with two packages exchanged the token is as good as before."""
    make_round(now=NOW)
    forget()
    first, second = round_in_store().leaves
    mixed = replace(round_in_store(), leaves=(replace(first, ref=second.ref), replace(second, ref=first.ref)))
    put_everywhere(house, 1, mixed.to_bytes())
    asked = kept.asked
    assert make_round(now=NOW) == Made(1, packages=2, renewed=0)
    assert kept.asked == asked + 1
    assert aside(house) == 3, "what is false is put aside, not deleted"
    assert evidence_faults() == []


def test_an_earlier_round_under_a_new_number_is_not_taken_up(
    kept: Authority, house: Path, tmp_path: Path
) -> None:
    make_round(now=NOW)
    put_everywhere(house, 2, replace(round_in_store(), number=2).to_bytes())
    assert make_round(now=NOW) == Made(), "nothing was owed"
    a_sealed_case_file("03.2014.QD", tmp_path)
    assert make_round(now=NOW) == Made(2, packages=1, renewed=0)
    assert evidence_faults() == []


def test_a_round_of_what_the_register_does_not_know_is_left_and_told(kept: Authority, house: Path) -> None:
    strange = (Leaf("ab" * 32, PACKAGE, "00000000-0000-4000-8000-000000000000"),)
    ahead = Round(1, strange, token_over(root([bytes.fromhex("ab" * 32)]), at=NOW))
    put_everywhere(house, 1, ahead.to_bytes())
    with pytest.raises(EvidenceError, match="tangthu rebuild"):
        make_round(now=NOW)
    assert read_whole(stores()[0], key_of(1)) == ahead.to_bytes()
    assert aside(house) == 0


@pytest.mark.parametrize("twice", [False, True])
def test_a_round_with_a_name_twice_or_of_an_unknown_kind_is_put_aside(
    kept: Authority, house: Path, twice: bool
) -> None:
    make_round(now=NOW)
    forget()
    made = round_in_store()
    first = made.leaves[0]
    more = first if twice else replace(first, kind="seal")
    put_everywhere(house, 1, replace(made, leaves=tuple(sorted((*made.leaves, more)))).to_bytes())
    asked = kept.asked
    assert make_round(now=NOW).packages == 2
    assert (kept.asked, aside(house)) == (asked + 1, 3), "it is put aside, and another is stamped"
    assert evidence_faults() == []


def test_a_round_changed_or_lost_in_a_store_is_named_and_mended(kept: Authority, house: Path) -> None:
    make_round(now=NOW)
    folder = house / "archive/stores"
    good = (folder / "kho-a" / key_of(1)).read_bytes()
    (folder / "kho-b" / key_of(1)).write_bytes(good[:-40])
    (folder / "kho-c" / key_of(1)).unlink()
    (folder / "kho-a" / key_of(9)).write_bytes(good)
    assert [fault.split(" ")[0:2] for fault in evidence_faults()] == [
        [f"kho-b:{key_of(1)}", "was"], [f"kho-c:{key_of(1)}", "is"], ["store", "kho-a"],
    ]  # fmt: skip
    done = roll_evidence(NOW, everything=True)
    assert ([one.store for one in done.replaced], done.written) == (["kho-b"], (f"kho-c:{key_of(1)}",))
    with reading() as session:
        told = [
            (event.object_id, event.payload["was"]) for event in read(session) if event.verb is Verb.REPAIR
        ]
    assert told == [(key_of(1), "damaged"), (key_of(1), "missing")]
    (folder / "kho-a" / key_of(9)).unlink()
    assert evidence_faults() == []


def test_filling_the_stores_costs_only_what_is_new(kept: Authority, house: Path, tmp_path: Path) -> None:
    make_round(now=NOW)
    for code in ("03.2014.QD", "04.2014.QD", "05.2014.QD"):
        a_sealed_case_file(code, tmp_path)
        make_round(now=NOW)
    (house / "archive/stores/kho-b" / key_of(4)).unlink()
    asked, read_ = list[str](), list[str]()
    size, opened = FolderStore.size, FolderStore.open

    def _size(self: FolderStore, name: str) -> int | None:
        asked.append(name)
        return size(self, name)

    def _open(self: FolderStore, name: str) -> BinaryIO:
        read_.append(name)
        return opened(self, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keep, "LOOK_BACK", 2)
        patch.setattr(FolderStore, "size", _size)
        patch.setattr(FolderStore, "open", _open)
        with reading() as session:
            done = keep.fill(session)
    assert (done.written, done.troubles) == ((f"kho-b:{key_of(4)}",), ())
    assert set(asked) == {key_of(3), key_of(4)}
    assert set(read_) <= {key_of(4)}, "what is there is not read, but for what was just written"
    assert evidence_faults() == []


def test_a_register_that_was_changed_does_not_overwrite_the_true_rounds(kept: Authority, house: Path) -> None:
    make_round(now=NOW)
    true = read_whole(stores()[0], key_of(1))
    with transaction() as session:
        session.execute(text("UPDATE evidence_leaf SET sha256 = '%s'" % ("ab" * 32)))
    (house / "archive/stores/kho-c" / key_of(1)).unlink()
    done = roll_evidence(NOW, everything=True)
    assert (done.written, done.replaced) == ((), ())
    assert len(done.troubles) == 3
    assert "whole, but not what the register has" in done.troubles[0]
    assert "not over its tree" in done.troubles[2]
    assert read_whole(stores()[0], key_of(1)) == true
    assert not (house / "archive/stores/kho-c" / key_of(1)).exists()


def test_old_rounds_are_read_in_their_turn_not_every_hour(kept: Authority, house: Path) -> None:
    make_round(now=NOW)
    path = house / "archive/stores/kho-a" / key_of(1)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    roll_evidence(NOW)
    found = [roll_evidence(NOW + timedelta(days=day)) for day in (1, 90, 181)]
    assert [len(one.replaced) for one in found] == [0, 0, 1]
