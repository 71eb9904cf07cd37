"""Holders at which something happens once, while they are at work."""

from __future__ import annotations

from collections.abc import Callable

from archive.custody import StoreHolder
from archive.holders import Erasure, Holder, Target


class CrashError(BaseException):
    """The process dies here; nothing after it runs, as nothing catches it."""


class Disturbed:
    """A holder at which something happens, once, right before or after it erases one case file."""

    def __init__(self, inner: Holder, code: str, after: bool, happens: Callable[[], None]) -> None:
        self._inner, self._code, self._after, self._happens = inner, code, after, happens
        self._happened: list[
            str
        ] = []  # a store erases many through a copy of itself, which has the same list

    @property
    def name(self) -> str:
        return self._inner.name

    def erase(self, target: Target) -> Erasure:
        now = target.code == self._code and not self._happened
        if now and not self._after:
            self._happened.append(target.code)
            self._happens()
        receipt = self._erased(target)
        if now and self._after:
            self._happened.append(target.code)
            self._happens()
        return receipt

    def _erased(self, target: Target) -> Erasure:
        return self._inner.erase(target)


class DisturbedStore(Disturbed, StoreHolder):
    """The same of a store, which is asked last, and for many case files at once."""

    def __init__(self, inner: StoreHolder, code: str, after: bool, happens: Callable[[], None]) -> None:
        super().__init__(inner, code, after, happens)
        self._store = inner._store

    def _erased(self, target: Target) -> Erasure:
        return StoreHolder.erase(self, target)
