"""What is drawn for each act: who, when and how, mostly right in all but one thing."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from interleaved_house import FILES, GIVES_OVER, HOLDERS, KEEPS_ALL, PHONG_1, PHONG_3, STRANGER
from interleaved_model import FOREVER, VOTERS, Trouble

AT_HAND = {
    ("R1", GIVES_OVER): ("a1", "a2", "a5", "a6"),
    ("R2", GIVES_OVER): ("a3",),
    ("R2", KEEPS_ALL): ("b1", "b2", "b3"),
}
ANYBODY = st.sampled_from(["an", "binh", "dung", "An", "chau", "hoa", "khanh", "em", STRANGER])
ARCHIVISTS = st.sampled_from(["an", "binh"])
CODES = st.sampled_from([made.code for made in FILES])
WHICH = st.integers(0, 3)
YEARS = st.sampled_from([3, 5, 20, FOREVER])
PROOFS = st.sampled_from(["none", "wrong", "used", "expired", "late", "other list"])
CHOICES = st.sampled_from(["destroy", "destroy", "keep", "extend"])


def trouble(*what: str) -> st.SearchStrategy[Trouble]:
    """Return what may come between while a case file is erased; which one it is at is drawn apart."""
    return st.builds(
        Trouble,
        what=st.sampled_from(what),
        code=st.just(""),
        holder=st.sampled_from([*HOLDERS, *HOLDERS[2:]]),
        after=st.booleans(),
    )


ON = st.sampled_from(["it", "it", "last", "agency", "fonds", "found"])
"""What a hold that comes between is placed on."""
Drawn = dict[str, st.SearchStrategy[Any]] | st.SearchStrategy[dict[str, Any]]


def one_wrong(**drawn: tuple[Any, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return what is given to an act: all of it right, or one thing wrong, or anything.

    Two wrong things at once hide each other: only with one it is seen that it is refused for that one alone.
    """
    right = {name: st.just(good) for name, (good, _wrong) in drawn.items()}
    wrong = {name: bad for name, (_good, bad) in drawn.items()}
    all_of_it = {name: st.one_of(right[name], wrong[name]) for name in drawn}
    each = [st.fixed_dictionaries({**right, name: wrong[name]}) for name in drawn]
    return st.one_of(st.fixed_dictionaries(right), *each, st.fixed_dictionaries(all_of_it))


def one_of(**acts: Drawn) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Return one of these methods with what it is given: together one rule, so that no many rules hide a rare one."""
    return st.one_of(
        *[
            st.tuples(st.just(name), st.fixed_dictionaries(drawn) if isinstance(drawn, dict) else drawn)
            for name, drawn in acts.items()
        ]
    )


COUNCIL_ACTS: dict[str, Drawn] = {
    "submits": {"who": ANYBODY},
    "concludes": {"who": ANYBODY},
    "votes": {
        "who": st.sampled_from([*VOTERS, *VOTERS, "khanh", "an", "binh", "dung", STRANGER]),
        "choice": CHOICES,
        "years": YEARS,
        "first": st.booleans(),
    },
    "all_vote": {"choices": st.tuples(CHOICES, CHOICES, CHOICES), "years": YEARS},
    "excuses": {
        "who": st.sampled_from(["chau", "chau", "giang", "an", "binh"]),
        "member": st.sampled_from(["hoa", "giang", "chau", "khanh"]),
        "why": st.sampled_from(["ốm", "ốm", ""]),
    },
    "forms": {
        "by": st.sampled_from(["dung", "dung", "An", "an"]),
        "why": st.sampled_from(["", "thay người"]),
        "how": st.sampled_from(
            ["as usual", "another", "no expert", "head on it", "proposer votes", "two chairs"]
        ),
    },
}
"""Of a list that is made or before its council."""
LIST_ACTS: dict[str, Drawn] = {
    "steps": {
        "who": ANYBODY,
        "step": st.sampled_from(["sign", "request", "for", "against", "reject", "abort", "refuse"]),
    },
    "decides": one_wrong(
        who=("dung", st.sampled_from(["An", "giang", "an", STRANGER])),
        how=("good", PROOFS),
        shown=(True, st.just(False)),
    ),
    "hands_over": {
        "who": st.sampled_from(["an", "an", "binh", "dung"]),
        "to": st.sampled_from(["an", "binh", "dung", "An"]),
        "again": st.booleans(),
    },
    "releases": one_wrong(
        who=("receiver", st.sampled_from(["an", "binh", "dung", "An", "chau"])), how=("good", PROOFS)
    ),
    "takes_out": {
        "who": st.sampled_from(["an", "binh", "dung"]),
        "n": st.integers(0, 1),
        "other": st.sampled_from([False, False, False, True]),
    },
    "carries_out": {"who": ANYBODY},
}
"""Of any list: one person, one step, right or wrong."""
HOLD_ACTS: dict[str, Drawn] = {
    "holds": {"code": CODES, "by": ARCHIVISTS, "days": st.sampled_from([None, None, 0, 10])},
    "holds_many": {
        "whole": st.sampled_from([GIVES_OVER, KEEPS_ALL, PHONG_1, PHONG_3, "found"]),
        "by": ARCHIVISTS,
        "mask": st.integers(1, 7),
    },
}
"""A hold on one case file or on many."""
OTHER_ACTS: dict[str, Drawn] = {
    "days_go_by": {"days": st.sampled_from([0.5, 1, 2, 14, 16, 31])},
    "extends": {
        "code": st.one_of(CODES, st.just("listed")),
        "who": st.sampled_from(["an", "binh", "dung"]),
        "years": YEARS,
    },
    "arrives": {"code": st.sampled_from(["a6", "b3"])},
    "night": {},
    "rebuild": {},
}
"""What else goes on."""
