"""Erase the case files of an approved destruction everywhere, prove it, leave tombstones. May be started again.

What happens to one case file, each arrow one transaction on the register, shared with the others of its group:

    "" -> erasing (intention ledgered: DESTROY with outcome "erasing") -> receipt -> receipt ... -> done

A hold is looked for in every one of these transactions, under the same row lock that placing a hold takes, so
there is no moment in which neither sees the other. Holders are asked in the order that keeps a late hold
worth most: first those whose copy can be made again (index, quarantine, caches), then the stores, one after
another. So a hold that arrives

- before the first holder: nothing was erased;
- between two holders: the rest keep their copies, the item ends as "held", and `repair` fills the other
  stores again from a good copy;
- after the transaction that begins with the last store (`LAST_COPY`): the case file goes, because an erasure
  that has begun cannot be called back; the hold stays in the register and placing it said `too_late`. Only
  when that run died or failed and every version is still whole in some store does the hold win after all.

Case files go in waves, because a holder erases many nearly as fast as one: each holder is asked for all of them, and
its receipts are ledgered together, before the next one is asked. A hold placed while a holder is at work saves also
what it has not come to yet (`retention.holds_meanwhile`). The first wave is one case file: a holder that has a fault
shows it there. At the stores a wave is divided into groups, so that the last copies of few are on their way out at any
moment.

A holder that fails leaves the item "erasing", and `erase_all` may be called again. Killed anywhere, a second call
ends in the same state: asking a holder twice is safe, a receipt is written after the holder was asked, and what
has its receipt is not asked again for it.

A hold is only the most likely thing to come in between. Whatever else speaks against the case file by then (made
permanent, another package, another agency) spares it in the same way, as "refused"; only the days in which a
destruction must be begun are not counted again for what was begun in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archive.alone import alone_each, work_on_copies
from archive.holders import Holder, Said, Target, erase_each
from archive.reason import Reason, because
from archive.seen_in_stores import sizes_of_twins
from retention.erasure_steps import Run, begin, end, is_store, look_again, write_down
from retention.holds_meanwhile import not_held_meanwhile

FIRST = 1
"""Case files of the first wave; each next one has eight times as many, until `WAVE`."""
WAVE = 500
"""Case files that go together at most; each has a lock of its own meanwhile. One segment of the ledger takes them."""
GROUP = 250
"""Case files whose copies in the stores go together at most."""


def erase_all(run: Run, case_file_ids: Sequence[str], asked: Sequence[Holder]) -> dict[str, Reason]:
    """Take case files as far as they will go now; return what stopped some of them, by their ids.

    Args:
        run: of an order that is being executed, by this process alone.
        case_file_ids: of its items; one that has its final outcome is left as it is.
        asked: every holder, the stores last.
    """
    causes: dict[str, Reason] = {}
    for wave in _waves(case_file_ids):
        works = {work_on_copies(id): id for id in wave}
        with alone_each(list(works)) as busy:
            # A repair is writing copies of these; the next run finds them as they are.
            causes |= {works[work]: reason for work, reason in busy.items()}
            causes |= _erase_alone(run, [id for work, id in works.items() if work not in busy], asked)
    return causes


def _waves(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield one, then eight, sixty-four ... of them."""
    start, size = 0, FIRST
    while start < len(ids):
        yield ids[start : start + size]
        start, size = start + size, min(8 * size, WAVE)


def _erase_alone(run: Run, case_file_ids: Sequence[str], asked: Sequence[Holder]) -> dict[str, Reason]:
    causes: dict[str, Reason] = {}
    # Slow stores are asked while nobody waits for the register; what the register says is asked in every step.
    # What stands here serves until the first store; before each of those they are asked anew.
    run = replace(run, seen=sizes_of_twins(run.order_id, case_file_ids))
    left = begin(run, case_file_ids)
    places = [holder for holder in asked if is_store(holder)]
    for holder in asked:
        if holder not in places:
            left = _ask(run, holder, left, causes, last=holder is asked[-1])
    for start in range(0, len(left), GROUP):
        group = left[start : start + GROUP]
        for holder in places:
            group = _ask(run, holder, group, causes, last=holder is asked[-1])
        # Repairs are kept out, but whoever restored a store from a backup meanwhile asked nobody.
        for holder in places:
            group = _asked(run, holder, group, erase_each(holder, group), causes, again=True)
        waiting = end(run, group, asked)
        for id, names in waiting.items():
            causes[id] = because("retention.no-receipt", holders=", ".join(names))
    return causes


def _ask(
    run: Run, holder: Holder, targets: Sequence[Target], causes: dict[str, Reason], *, last: bool
) -> list[Target]:
    """Look again, ask one holder, write its receipts; return the case files that go on to the next holder."""
    if not targets:
        return []
    if is_store(holder):
        # What stays for a duplicate may have lost a copy while the holder before was at work.
        run = replace(run, seen=sizes_of_twins(run.order_id, [target.case_file_id for target in targets]))
    seen = look_again(run, targets, holder.name, last=last)
    # What was told that it is too late must not be spared after all, nor the other way round.
    ask = seen.ask if last else not_held_meanwhile(seen.ask, seen.at_event, seen.now)
    settled = _asked(run, holder, seen.ask, erase_each(holder, ask), causes)
    through = {target.case_file_id for target in (*settled, *seen.skip)}
    return [target for target in targets if target.case_file_id in through]


def _asked(
    run: Run,
    holder: Holder,
    targets: Sequence[Target],
    answers: Iterable[tuple[Target, Said]],
    causes: dict[str, Reason],
    *,
    again: bool = False,
) -> list[Target]:
    """Write down what a holder answered; return the case files it has settled, or was not asked about after all."""
    stopped = write_down(run, holder.name, list(answers), again=again)
    causes |= stopped
    return [target for target in targets if target.case_file_id not in stopped]
