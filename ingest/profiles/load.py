"""Profiles as data: the TOML files of this folder, and which of them speaks about a case file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.errors import IngestError
from ingest.profiles.schema import Profile

FOLDER = Path(__file__).parent
BASE = "base"
# Tables the base profile lends to a regulation that is silent about them.
LENT = ("formats", "signature", "encrypted")


class ProfileError(IngestError):
    """A profile file is wrong; mend the key the message names."""


def profiles() -> Mapping[str, Profile]:
    """Return every profile by id, `base` included."""
    return _own()


def profile_for(agency_code: str, level1: str, document_date: date, *, chosen: str = "") -> Profile:
    """Return the profile that speaks about a case file of this agency and date; `base` when none does.

    A regulation binds by the agency's own level-1 code, so older documents of a province that was merged away are
    under the base rules, not under its successor's text (H33 is not H01). It speaks from the day it was in force; no
    end is known to us. One that binds a single department is used for the agency codes it lists, or when the
    register's agency row names it.

    Args:
        agency_code: the sending agency.
        level1: its level-1 code, e.g. `H37`.
        document_date: the day the case file ended.
        chosen: the profile id of the register's agency row; "" lets level1 decide.
    """
    own = _own()
    for profile in own.values():
        scope = profile.agency
        if scope is None or scope.level1 != level1 or document_date < profile.legal.in_force:
            continue
        if scope.scope == "province" or agency_code in scope.codes or chosen == profile.id:
            return profile
    return own[BASE]


def load(folder: Path) -> Mapping[str, Profile]:
    """Return the profiles in the TOML files of `folder` by id.

    Raises:
        ProfileError: a key that is unknown, missing or of the wrong kind, or an id used twice.
    """
    raw: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProfileError(f"{path.name}: not TOML: {error}") from error
        name = str(table.get("id", ""))
        if name != path.stem:
            raise ProfileError(f"{path.name}: id is {name!r}; it must be the file's name, {path.stem!r}")
        raw[name] = table
    if BASE not in raw:
        raise ProfileError(
            f"{folder}: no {BASE}.toml; the base rules are needed for every agency without a profile"
        )
    base = _validated(BASE, raw[BASE])
    made = {BASE: base}
    for name, table in raw.items():
        if name != BASE:
            made[name] = _with_base(_named(_validated(name, table)), base)
    return made


@cache
def _own() -> Mapping[str, Profile]:
    return load(FOLDER)


def _validated(name: str, table: dict[str, Any]) -> Profile:
    try:
        return Profile.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ProfileError(f"{name}.toml: {key}: {first['msg']}") from error


def _named(profile: Profile) -> Profile:
    """Return the profile with the regulation's name after every clause, as findings quote it."""
    named: dict[str, Any] = {}
    for key in Profile.model_fields:
        rule = getattr(profile, key)
        clauses = {
            field: f"{text}, {profile.legal.name}"
            for field in ("clause", "unsigned_clause", "order_clause")
            if (text := getattr(rule, field, ""))
        }
        if clauses:
            named[key] = rule.model_copy(update=clauses)
    return profile.model_copy(update=named)


def _with_base(profile: Profile, base: Profile) -> Profile:
    lent = {key: getattr(base, key) for key in LENT if getattr(profile, key) is None}
    return profile.model_copy(update=lent)
