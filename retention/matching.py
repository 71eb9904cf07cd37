"""Which row of a schedule a title looks like, fast enough for a million titles.

A row's score is the weight of the words it shares with the title over the weight of all the words of either that the
schedule knows (weighted Jaccard); a word weighs the more the fewer rows have it. A place or a person in a title is no
word of the schedule and counts for nothing. So titles that differ only in these are one question, asked once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from math import log

from retention.folding import words

MOST_KEPT = 100_000
"""Answers and words kept; beyond that it begins anew, so memory is bounded whatever the titles are."""


class _Tokens(dict[str, tuple[str, ...]]):
    """What stands between blanks -> the folded words of it that some row has, worked out when first asked for."""

    def __init__(self, known: Mapping[str, float]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, token: str) -> tuple[str, ...]:
        if len(self) >= MOST_KEPT:
            self.clear()
        found = self[token] = tuple(word for word in words(token) if word in self._known)
        return found


class Matcher:
    """The rows of one schedule, ready to be asked for titles; threads may share it."""

    def __init__(self, titles: Sequence[str], *, least: float) -> None:
        """Prepare.

        Args:
            titles: of the rows; they are known by their place in it from here on.
            least: score below which a row is not found.
        """
        self._least = least
        self._rows = [frozenset(words(title)) for title in titles]
        counts = Counter(word for row in self._rows for word in row)
        self.weights = {word: log((1 + len(titles)) / count) for word, count in counts.items()}
        self._totals = [sum(self.weights[word] for word in row) for row in self._rows]
        self._having: dict[str, list[int]] = defaultdict(list)
        for n, row in enumerate(self._rows):
            for word in row:
                self._having[word].append(n)
        self._tokens = _Tokens(self.weights)
        self._found: dict[frozenset[str], tuple[tuple[int, float], ...]] = {}

    def find(self, title: str) -> tuple[tuple[int, float], ...]:
        """Return (row, score 0 to 1) of every row that scores at least `least`, best first, then in their order."""
        asked = self.known_words(title)
        found = self._found.get(asked)
        if found is None:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            found = self._found[asked] = self._ask(asked)
        return found

    def known_words(self, title: str) -> frozenset[str]:
        """Return the folded words of a title that some row has."""
        return frozenset(chain.from_iterable(map(self._tokens.__getitem__, title.split())))

    def shared(self, title: str, row: int) -> tuple[str, ...]:
        """Return the words a title and a row both have, in alphabetical order: the reason for a match."""
        return tuple(sorted(self.known_words(title) & self._rows[row]))

    def _ask(self, asked: frozenset[str]) -> tuple[tuple[int, float], ...]:
        order = sorted(asked, key=lambda word: (-self.weights[word], word))
        known = left = sum(self.weights[word] for word in order)
        # A row that has none of the rarer words cannot reach the score with the common ones that are left.
        candidates: set[int] = set()
        for word in order:
            if left < self._least * known:
                break
            candidates.update(self._having[word])
            left -= self.weights[word]
        found = []
        for row in candidates:
            common = sum(self.weights[word] for word in asked & self._rows[row])
            total = known + self._totals[row] - common
            score = common / total if total else 0.0
            if score >= self._least:
                found.append((row, score))
        found.sort(key=lambda one: (-one[1], one[0]))
        return tuple(found)
