"""A store erases many case files with several threads: who takes which, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from signal import SIGUSR1, pthread_kill, signal
from threading import Barrier, get_ident, main_thread
from time import sleep

import pytest

from archive.erasing import AT_A_TIME, StoreHolder
from archive.errors import TemporaryError
from archive.holders import Erasure, Target
from archive.stores.folder import FolderStore
from archive.stores.naming import QUARANTINE


@pytest.fixture
def store(house: Path) -> FolderStore:
    place = house / "kho-a"
    place.mkdir()
    return FolderStore("kho-a", place)


def target(number: int) -> Target:
    return Target(f"id-{number}", f"{number:02}", (), (f"x/{number:02}/v0001.zip",))


class Slow(FolderStore):
    """A store whose erasing waits until as many as may erase at the same time do."""

    def __init__(self, place: Path) -> None:
        super().__init__("kho-a", place)
        self.together = Barrier(AT_A_TIME)
        self.threads: set[int] = set()

    def erase(self, name: str) -> str:
        self.together.wait(timeout=30)  # breaks, and the test fails, when they go one after another
        self.threads.add(get_ident())
        return super().erase(name)


def test_as_many_as_said_are_erased_at_the_same_time(store: FolderStore) -> None:
    slow = Slow(store._root)
    answers = list(StoreHolder(slow).erase_many(map(target, range(2 * AT_A_TIME))))
    assert sorted(one.case_file_id for one, _ in answers) == [f"id-{n}" for n in range(2 * AT_A_TIME)]
    assert all(isinstance(said, Erasure) and said.gone for _, said in answers)
    assert len(slow.threads) == AT_A_TIME


def test_no_target_is_taken_before_there_is_a_thread_for_it(store: FolderStore) -> None:
    erased: list[str] = []
    ahead: list[int] = []

    class Noting(FolderStore):
        def erase(self, name: str) -> str:
            said = super().erase(name)
            erased.append(name)
            return said

    def targets() -> Iterator[Target]:
        for number in range(20):
            ahead.append(number - len(erased))
            yield target(number)

    noting = Noting("kho-a", store._root)
    list(StoreHolder(noting).erase_many(targets()))
    assert len(erased) == 20 and max(ahead) < AT_A_TIME


def test_a_trouble_of_the_store_stops_only_its_own_case_file(store: FolderStore) -> None:
    class Broken(FolderStore):
        def erase(self, name: str) -> str:
            if "/03/" in name:
                raise TemporaryError("read only")
            return super().erase(name)

    answers = dict(StoreHolder(Broken("kho-a", store._root)).erase_many(map(target, range(8))))
    assert [one.case_file_id for one, said in answers.items() if not isinstance(said, Erasure)] == ["id-3"]


def test_a_question_that_fails_ends_it_for_all_threads_and_is_raised(store: FolderStore) -> None:
    taken: list[int] = []

    def targets() -> Iterator[Target]:
        for number in range(1000):
            if number == 6:
                raise RuntimeError("the register does not answer")
            taken.append(number)
            yield target(number)

    with pytest.raises(RuntimeError, match="does not answer"):
        list(StoreHolder(store).erase_many(targets()))
    assert taken == list(range(6))


def test_what_is_no_trouble_of_a_store_leaves_the_rest_untaken(store: FolderStore) -> None:
    taken: list[int] = []

    class Faulty(FolderStore):
        def erase(self, name: str) -> str:
            raise KeyError(name)

    def targets() -> Iterator[Target]:
        for number in range(1000):
            taken.append(number)
            yield target(number)

    with pytest.raises(KeyError):
        list(StoreHolder(Faulty("kho-a", store._root)).erase_many(targets()))
    assert len(taken) <= AT_A_TIME


def kept(store: FolderStore, house: Path, *numbers: int) -> None:
    (house / "package").write_bytes(b"PK" * 100)
    for number in numbers:
        store.put(target(number).package_names[0], house / "package")


def test_names_are_flushed_once_for_many(
    store: FolderStore, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, house, *range(9))
    kept(store, house, 9)
    store.put("x/09/v0002.zip", house / "package")
    store.put("y/01/v0001.zip", house / "package")
    flushed: list[str] = []
    monkeypatch.setattr("archive.stores.folder.flush_folder", lambda place: flushed.append(str(place)))
    asked = [*map(target, range(9)), Target("y", "y", (), ("y/01/v0001.zip",))]
    assert len(list(StoreHolder(store).erase_many(asked))) == 10
    # Of y nothing is left, so it is flushed above; of x a case file is. Each thread flushes once.
    assert set(flushed) == {str(store._root), str(store._root / "x")} and len(flushed) <= 2 * AT_A_TIME
    assert list(store.names()) == ["x/09/v0001.zip", "x/09/v0002.zip"]


def test_one_alone_is_flushed_at_once(
    store: FolderStore, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, house, 1, 2)
    flushed: list[str] = []
    monkeypatch.setattr("archive.stores.folder.flush_folder", lambda place: flushed.append(str(place)))
    assert StoreHolder(store).erase(target(1)).gone
    assert flushed == (both := [str(store._root), str(store._root / "x")])
    StoreHolder(store).erase(target(1))  # whoever erased it before may not have come to flush it
    assert flushed == both * 2


def test_names_that_cannot_be_flushed_settle_nothing(
    store: FolderStore, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, house, 1, 2)

    def broken(place: str) -> None:
        raise OSError(5, "Input/output error", place)

    monkeypatch.setattr("archive.stores.folder.flush_folder", broken)
    answers = dict(StoreHolder(store).erase_many([target(1), target(2)]))
    assert [type(said) for said in answers.values()] == [TemporaryError, TemporaryError]
    again = dict(StoreHolder(store).erase_many([target(1), target(2)]))  # their names are gone already
    assert [type(said) for said in again.values()] == [TemporaryError, TemporaryError]
    with pytest.raises(TemporaryError):
        StoreHolder(store).erase(target(1))
    monkeypatch.undo()
    last = dict(StoreHolder(store).erase_many([target(1), target(2)]))
    assert all(isinstance(said, Erasure) and said.gone for said in last.values())


def test_what_was_erased_and_not_flushed_is_flushed_the_second_time(
    store: FolderStore, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, house, 1, 2)
    store.quarantine(target(1).package_names[0])

    def broken(place: str) -> None:
        raise OSError(5, "Input/output error", place)

    monkeypatch.setattr("archive.stores.folder.flush_folder", broken)
    with pytest.raises(TemporaryError):
        StoreHolder(store).erase(target(1))
    assert not (store._root / QUARANTINE).exists()
    flushed: list[str] = []
    monkeypatch.setattr("archive.stores.folder.flush_folder", lambda place: flushed.append(str(place)))
    assert StoreHolder(store).erase(target(1)).gone
    # The folder of what was in quarantine went from the first of these.
    assert flushed == [str(store._root), str(store._root / "x")]


def test_a_folder_that_goes_while_it_is_flushed_is_flushed_above(
    store: FolderStore, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, house, 1, 2)
    flushed: list[str] = []

    def flush(place: str) -> None:
        if place.endswith("/x"):
            rmtree(place)  # as another thread does with the last case file in it
            raise FileNotFoundError(2, "No such file or directory", place)
        flushed.append(place)

    monkeypatch.setattr("archive.stores.folder.flush_folder", flush)
    assert StoreHolder(store).erase(target(1)).gone
    assert flushed == [str(store._root)] * 2


def test_an_interrupt_of_the_one_who_waits_leaves_the_rest_untaken(store: FolderStore) -> None:
    taken: list[int] = []

    class Interrupting(FolderStore):
        def erase(self, name: str) -> str:
            # All threads are at work by then, and none has come to an end.
            if name == target(20).package_names[0]:
                pthread_kill(main_thread().ident or 0, SIGUSR1)
            sleep(0.01)
            return super().erase(name)

    def targets() -> Iterator[Target]:
        for number in range(1000):
            taken.append(number)
            yield target(number)

    def interrupted(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal(SIGUSR1, interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(StoreHolder(Interrupting("kho-a", store._root)).erase_many(targets()))
    finally:
        signal(SIGUSR1, before)
    assert len(taken) < 1000
