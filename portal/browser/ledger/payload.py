"""What an event recorded, line by line for people: names for codes, days for ISO text, persons for accounts.

Nothing is left out but what is empty; the exact text, which the hash was made of, stands below it on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.ledger.event import Event
from archive.reason import Lang, from_json, sentence, told
from archive.receipt_words import receipt_told
from portal import words
from portal.browser.ledger.objects import KINDS, Named, Names
from portal.browser.ledger.payload_words import LABELS, STEP_LABELS
from portal.browser.ledger.procedure_words import counts_told, rows_of, words_for
from portal.event_words import DESTRUCTION, HAND_OVER, MIGRATED
from portal.i18n import _
from portal.people import actor_name
from retention.explain import TEXTS
from retention.explain import told as step_told

MOST = 400
"""Lines shown; an order may name thousands of case files."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TABLES: dict[str, tuple[Mapping[Any, Any], ...]] = {
    "state": (
        words.SUBMISSION_STATES,
        words.ORDER_STATES,
        words.CASE_FILE_STATES,
        words.QUARANTINE_STATES,
        words.BACKUP_STATES,
        words.PLAN_STATES,
        {"open": _("Open"), "closed": _("Closed")},
    ),
    "outcome": (DESTRUCTION, HAND_OVER),
    "act": (words.RIGHTS_ACTS,),
    "did": (MIGRATED,),
    "door": (words.DOORS,),
    "role": (words.ROLE_TITLES, words.COMPONENT_ROLES),
    "kind": (words.ORDER_KINDS, words.REQUEST_KINDS, KINDS),
    "access": (words.ACCESS,),
    "regime": (words.REGIMES,),
    "states": (words.COPY_STATES,),
    "was": (words.COPY_STATES,),
}
_ACCOUNTS = frozenset(
    {
        *("actor", "decided_by", "proposed_by", "closed_by", "asked_by", "answered_by"),
        *("account", "receiver", "member"),
    }
)
_OBJECTS = {
    "order_id": "order",
    "plan_id": "plan",
    "case_file_id": "case-file",
    "submission_id": "submission",
    "superseded_by": "submission",
    "target_id": "submission",
    "agency_code": "agency",
    "fonds_code": "fonds",
}
_RECEIPT = frozenset({"holder", "what", "how"})


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        depth: how far inside; a line with an empty value heads those below it that are deeper.
        exact: the value is technical and shown in fixed width.
        path: of a page below the site about the value, "".
        code: what stands in the event for the value, where that is told in words.
    """

    depth: int
    label: str
    value: str = ""
    exact: bool = False
    path: str = ""
    code: str = ""


@dataclass(frozen=True)
class Telling:
    """How values are told.

    Attributes:
        t: turns a message into the reader's language.
        names: of the objects the event speaks of.
        day: of a date, `moment` of a time, `size` of a number of bytes.
    """

    t: Callable[[Any], str]
    lang: Lang
    names: Names
    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    size: Callable[[int], str]


def spoken_of(event: Event) -> Iterator[tuple[str, str]]:
    """Yield kind and identifier of every object an event speaks of."""
    yield event.object_kind, event.object_id
    yield from _spoken(event.payload)


def _spoken(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _OBJECTS and isinstance(inner, str):
                yield _OBJECTS[key], inner
            elif isinstance(key, str) and _UUID.fullmatch(key):
                yield "case-file", key
            if key in ("case_files", "links") and isinstance(inner, Sequence) and not isinstance(inner, str):
                yield from _in_lists(inner)
            if key == "items" and isinstance(inner, Sequence) and not isinstance(inner, str):
                yield from (
                    ("case-file", one[0]) for one in inner[:MOST] if isinstance(one, Sequence) and one
                )
            yield from _spoken(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value[:MOST]:
            yield from _spoken(inner)


def _in_lists(values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the case files of a list that names them by bare ids, alone or with what is said of each."""
    for one in values[:MOST]:
        for part in (one,) if isinstance(one, str) else one:
            if isinstance(part, str) and _UUID.fullmatch(part):
                yield "case-file", part


def lines(payload: Mapping[str, Any], telling: Telling) -> list[Line]:
    """Return what was recorded; a last line says when there is more."""
    found: list[Line] = []
    for line in _mapping(payload, 0, "", telling):
        if len(found) == MOST:
            return [*found, Line(0, telling.t(_("There is more; see the exact text below.")))]
        found.append(line)
    return found


def _mapping(values: Mapping[str, Any], depth: int, above: str, telling: Telling) -> Iterator[Line]:
    for key, value in values.items():
        if value in (None, "", [], {}):
            continue
        yield from _value(key, value, depth, above, telling)


def _value(key: str, value: Any, depth: int, above: str, telling: Telling) -> Iterator[Line]:
    label = _label(key, above, telling)
    if _is_reason(value):
        yield Line(depth, label, _sentence(value, telling))
    elif isinstance(value, Mapping):
        yield Line(depth, label)
        yield from _mapping(value, depth + 1, key, telling)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _list(key, label, value, depth, telling)
    else:
        told_, exact, path = _one(key, value, above, telling)
        coded = isinstance(value, str) and told_ != value and _is_coded(key, value, above)
        yield Line(depth, label, told_, exact, path, value if coded else "")


def _list(key: str, label: str, values: Sequence[Any], depth: int, telling: Telling) -> Iterator[Line]:
    rows = rows_of(
        key,
        values,
        person=lambda who: actor_name(who, telling.t),
        file=lambda id: _file(id, telling),
        day=lambda text: _by_shape(text, telling)[0],
        t=telling.t,
    )
    if rows is not None:
        yield Line(depth, label)
        yield from (Line(depth + 1, name, value, code=code) for name, value, code in rows)
        return
    if all(isinstance(one, str | int | float) for one in values):
        yield Line(depth, label, ", ".join(_one(key, one, "", telling)[0] for one in values))
        return
    yield Line(depth, label)
    for number, one in enumerate(values, 1):
        if _is_reason(one):
            yield Line(depth + 1, str(number), _sentence(one, telling))
        elif isinstance(one, Mapping) and {"vi", "en"} <= set(one):
            yield Line(depth + 1, str(number), f"{one[telling.lang]} {one.get('clause', '')}".strip())
        elif isinstance(one, Mapping):
            yield Line(depth + 1, str(number))
            yield from _mapping(one, depth + 2, key, telling)
        elif key == "items" and isinstance(one, Sequence) and len(one) in (2, 4):
            named = telling.names.get(("case-file", str(one[0]))) or Named(str(one[0]))
            yield Line(depth + 1, named.text, str(one[1]), True, named.path)
        else:
            yield Line(depth + 1, str(number), str(one), True)


def _one(key: str, value: Any, above: str, telling: Telling) -> tuple[str, bool, str]:
    """Return a value in words, whether it is technical, and the path of its page."""
    if isinstance(value, bool):
        return telling.t(_("yes") if value else _("no")), False, ""
    if key == "size" and isinstance(value, int):
        return telling.size(value), False, ""
    text = str(value)
    said = words_for(above, key, value) or counts_told(key, text)
    if said is not None:
        return telling.t(said), False, ""
    if key == "case_files":
        return _file(text, telling), True, ""
    if key in _ACCOUNTS:
        return actor_name(text, telling.t), False, ""
    if key in _RECEIPT:
        return receipt_told(text, telling.lang), False, ""
    if key in _OBJECTS:
        named = telling.names.get((_OBJECTS[key], text))
        if named is not None:
            return " · ".join(filter(None, (named.text, named.title))), False, named.path
    for table in _TABLES.get(above if above in ("states",) else key, ()):
        if value in table:
            return telling.t(table[value]), False, ""
    return _by_shape(text, telling)


def _is_coded(key: str, value: str, above: str) -> bool:
    """Say whether a value is a code or an account, which stands beside its words."""
    return key in _ACCOUNTS or words_for(above, key, value) is not None


def _file(id: str, telling: Telling) -> str:
    named = telling.names.get(("case-file", id))
    return named.text if named else id


def _by_shape(text: str, telling: Telling) -> tuple[str, bool, str]:
    try:
        if _MOMENT.match(text):
            return telling.moment(datetime.fromisoformat(text)), False, ""
        if _DAY.fullmatch(text):
            return telling.day(date.fromisoformat(text)), False, ""
    except ValueError:
        return text, True, ""
    exact = bool(_HASH.fullmatch(text) or _UUID.fullmatch(text) or text.startswith("urn:") or "/" in text)
    return text, exact and " " not in text, ""


def _label(key: str, above: str, telling: Telling) -> str:
    if above == "people":
        return actor_name(key, telling.t)
    if above == "step" and key in STEP_LABELS:
        return telling.t(STEP_LABELS[key])
    if key in LABELS:
        return telling.t(LABELS[key])
    named = telling.names.get(("case-file", key))
    return named.text if named else key


def _is_reason(value: Any) -> bool:
    return isinstance(value, Mapping) and {"code", "params"} <= set(value) and isinstance(value["code"], str)


def _sentence(value: Mapping[str, Any], telling: Telling) -> str:
    if value["code"] in TEXTS:
        step = step_told(value)
        return f"{step.en if telling.lang == 'en' else step.vi} {step.clause}".strip()
    return sentence(told(from_json({"code": value["code"], "params": value["params"]}), telling.lang))
