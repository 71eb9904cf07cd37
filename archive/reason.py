"""Why something was not done, as data: a code and its values. The words stand in each folder's `reasons.toml`.

Ledger, register and JSON keep codes; a sentence is made where a person reads it, in that person's language. A code is
the folder's name, a dot, and the name of a table in its `reasons.toml`:

    [order-not-approved]
    vi = "quyết định đang ở trạng thái “{state:order-state}”, chưa được phê duyệt"
    en = "the order is {state:order-state}, not approved"

A field may name a table of words (`[words.order-state]` of the same folder or of `archive`; `{step:ingest.step}` of
another), or be a `date`, a `moment` as clocks in Việt Nam show it, a `size` in bytes, or a `count`. The Vietnamese text
may leave out what only a technician reads, such as what a tool printed in English.
"""

from __future__ import annotations

import errno
import json
import re
import string
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal

from archive import sizes
from archive.vietnam import local

Lang = Literal["vi", "en"]
HOUSE = Path(__file__).parents[1]
FILE = "reasons.toml"
SAID = "archive.said"
"""A sentence somebody wrote, shown as it is; its value is `text`."""
OUR_PARTS = frozenset({"store", "tool", "engine", "part", "work"})
"""Values that name a part of the house, never something of a record."""
JOINED = {"vi": " hoặc ", "en": " or "}
NUMBERS: Mapping[str, Callable[[int, Lang], str]] = {"size": sizes.size, "count": sizes.number}
"""Formats of a whole number."""
_FOLDER = re.compile(r"[a-z]+")


class ReasonWordsError(Exception):
    """A `reasons.toml` is wrong: the programmer's mistake, found by tests. `archive.errors` stands on this module."""


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        code: folder, dot, name.
        params: JSON values; a value may be another reason, or a list of reasons or of words.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Return it in English, as logs and the command line print it."""
        return told(self, "en")


@dataclass(frozen=True)
class Words:
    """What one folder says: code -> language -> text, and table -> word -> language -> text."""

    texts: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Mapping[str, Mapping[str, str]]]


def because(code: str, **params: Any) -> Reason:
    """Return a reason; dates and enumeration members become JSON values."""
    return Reason(code, {name: _plain(value) for name, value in params.items()})


def trouble(error: OSError) -> str:
    """Return what the operating system held against a file or a line, by its symbol, e.g. `ENOSPC`."""
    return errno.errorcode.get(error.errno or errno.EIO, "EIO")


def told(reason: Reason, lang: Lang = "vi") -> str:
    """Return a reason in words, without capital and full stop. What the catalogue does not know is shown as it is."""
    folder, _, name = reason.code.partition(".")
    texts = words(folder).texts.get(name)
    if texts is None:
        values = ", ".join(f"{key}: {value}" for key, value in reason.params.items())
        return f"{reason.code} ({values})" if values else reason.code
    return _filled(texts[lang], lambda key, table: _shown(reason.params.get(key, "?"), table, folder, lang))


def brief(reason: Reason, lang: Lang = "vi") -> str:
    """Return a reason in words without what was sent: for eyes that may see no title, no name and no path of a record.

    Numbers, words of tables, and names of our own parts stay; everything else, also a sentence somebody wrote,
    becomes an ellipsis.
    """
    folder, _, name = reason.code.partition(".")
    texts = words(folder).texts.get(name)
    if texts is None or reason.code == SAID:
        return "…" if reason.code == SAID else reason.code
    return _filled(texts[lang], lambda key, table: _short(reason.params.get(key), key, table, folder, lang))


def _filled(text: str, value: Callable[[str, str], str]) -> str:
    parts = []
    for piece, key, table, _ in string.Formatter().parse(text):
        parts.append(piece)
        if key is not None:
            parts.append(value(key, table or ""))
    return "".join(parts)


def _short(value: Any, key: str, table: str, folder: str, lang: Lang) -> str:
    if isinstance(value, Reason) or _is_reason(value):
        return brief(value if isinstance(value, Reason) else from_json(value), lang)
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = dict.fromkeys(_short(one, key, table, folder, lang) for one in value)
        return (JOINED[lang] if table else "; ").join(shown)
    if table in NUMBERS:
        return _number(value, table, lang) if isinstance(value, int) else "…"
    if table and table != "date":
        word = _table(table, folder).get(str(value))
        return word[lang] if word else "…"
    return str(value) if key in OUR_PARTS or isinstance(value, int | float) else "…"


def sentence(text: str) -> str:
    """Return words as a sentence: with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?…:" else ".")


def as_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON values."""
    return {"code": reason.code, "params": {name: _json(value) for name, value in reason.params.items()}}


def from_json(value: Any) -> Reason:
    """Return the reason that `as_json` made a value of; of anything else, a reason that says it as it is."""
    if not _is_reason(value):
        return Reason(SAID, {"text": str(value)})
    return Reason(value["code"], {name: _from(inner) for name, inner in value["params"].items()})


def as_text(reasons: Iterable[Reason]) -> str:
    """Return reasons as a text column keeps them: JSON; "" for none."""
    values = [as_json(reason) for reason in reasons]
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def from_text(text: str) -> tuple[Reason, ...]:
    """Return the reasons of a text column; a sentence a person wrote is one reason that says it as it is."""
    if not text:
        return ()
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, list) and values and all(_is_reason(value) for value in values):
        return tuple(from_json(value) for value in values)
    return (Reason(SAID, {"text": text}),)


def told_text(text: str, lang: Lang = "vi") -> str:
    """Return what a text column says in words."""
    return "; ".join(told(reason, lang) for reason in from_text(text))


@cache
def words(folder: str) -> Words:
    """Return what a folder of the house says; nothing for a folder without a `reasons.toml`.

    Raises:
        ReasonWordsError: the file is no TOML, lacks a language, or a text is no plain template.
    """
    path = HOUSE / folder / FILE
    if not _FOLDER.fullmatch(folder) or not path.is_file():
        return Words({}, {})
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReasonWordsError(f"{folder}/{FILE}: not TOML: {error}") from error
    lists = tables.pop("words", {})
    for name, texts in tables.items():
        _check(f"{folder}.{name}", texts)
    return Words(
        tables,
        {
            name: {word: dict(zip(("vi", "en"), both, strict=True)) for word, both in table.items()}
            for name, table in lists.items()
        },
    )


def fields(text: str) -> dict[str, str]:
    """Return the fields of a template: name -> table of words, `date`, `size` and the like, or "".

    Raises:
        ValueError: it holds more than plain names; no attribute or index of a value is ever read.
    """
    found = {}
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or conversion or "{" in (spec or ""):
            raise ValueError(f"{{{name}}} is no plain field")
        found[name] = spec or ""
    return found


def _check(code: str, texts: Any) -> None:
    if not isinstance(texts, dict) or set(texts) != {"vi", "en"}:
        raise ReasonWordsError(f"{code}: must have vi and en, and nothing else")
    for text in texts.values():
        try:
            fields(text)
        except ValueError as error:
            raise ReasonWordsError(f"{code}: {error}") from error


def _shown(value: Any, table: str, folder: str, lang: Lang) -> str:
    if isinstance(value, Reason):
        return told(value, lang)
    if _is_reason(value):
        return told(from_json(value), lang)
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = [_shown(one, table, folder, lang) for one in value]
        return (JOINED[lang] if table else "; ").join(shown)
    if table == "date":
        return _day(str(value), lang)
    if table == "moment":
        return _moment(str(value), lang)
    if table in NUMBERS:
        return _number(value, table, lang)
    if table:
        word = _table(table, folder).get(str(value))
        return word[lang] if word else str(value)
    return str(value)


def _table(name: str, folder: str) -> Mapping[str, Mapping[str, str]]:
    """Return a table of words: of the folder the name begins with, of the text's own folder, or of `archive`."""
    other, _, own = name.rpartition(".")
    for place in (other,) if other else (folder, "archive"):
        if own in words(place).tables:
            return words(place).tables[own]
    return {}


def _number(value: Any, table: str, lang: Lang) -> str:
    try:
        return NUMBERS[table](int(value), lang)
    except (TypeError, ValueError):
        return str(value)


def _day(value: str, lang: Lang) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day:%d/%m/%Y}" if lang == "vi" else day.isoformat()


def _moment(value: str, lang: Lang) -> str:
    try:
        at = local(datetime.fromisoformat(value))
    except ValueError:
        return value
    return f"{at:%H:%M:%S, %d/%m/%Y}" if lang == "vi" else f"{at:%H:%M:%S, %Y-%m-%d}"


def _is_reason(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"code", "params"}
        and isinstance(value["code"], str)
        and isinstance(value["params"], Mapping)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(map(_plain, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value


def _json(value: Any) -> Any:
    if isinstance(value, Reason):
        return as_json(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_json(one) for one in value]
    return value


def _from(value: Any) -> Any:
    if _is_reason(value):
        return from_json(value)
    return [_from(one) for one in value] if isinstance(value, list) else value
