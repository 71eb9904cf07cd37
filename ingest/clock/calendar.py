"""Office calendars as data: `calendar.toml` beside this file, or the operator's own file in its place.

The most particular entry wins: the agency's code, then its level-1 code, then `default`. What an entry does not say
is taken from `default`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from ingest.clock.errors import CalendarError
from ingest.clock.hours import OfficeHours, Shift
from ingest.settings import IngestSettings

OWN = Path(__file__).parent / "calendar.toml"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    shifts: tuple[tuple[time, time], ...] | None = None
    weekdays: frozenset[int] | None = None
    zone: str | None = None
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    @field_validator("shifts")
    @classmethod
    def _in_order(cls, shifts: tuple[tuple[time, time], ...] | None) -> tuple[tuple[time, time], ...] | None:
        if shifts is not None:
            moments = [moment for shift in shifts for moment in shift]
            if not moments or moments != sorted(set(moments)):
                raise ValueError("shifts must be in order, each opening before it closes, without overlap")
        return shifts

    @field_validator("weekdays")
    @classmethod
    def _of_the_week(cls, days: frozenset[int] | None) -> frozenset[int] | None:
        if days is not None and (not days or not days <= set(range(1, 8))):
            raise ValueError("weekdays are numbers from 1 (Monday) to 7 (Sunday), at least one")
        return days

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError(f"no time zone {name!r}") from error
        return name


class _Calendar(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    default: _Entry
    agency: Mapping[str, _Entry] = {}

    @model_validator(mode="after")
    def _default_is_whole(self) -> _Calendar:
        if self.default.shifts is None or self.default.weekdays is None or self.default.zone is None:
            raise ValueError("default must say shifts, weekdays and zone")
        return self


def hours_of(agency_code: str, level1: str) -> OfficeHours:
    """Return when the archive counts this agency's office as open.

    Args:
        agency_code: of the register; may be unknown.
        level1: its level-1 code, e.g. `H37`; "" when unknown.

    Raises:
        CalendarError: the operator's file (`office_calendar` of `[ingest]`) is missing or wrong.
    """
    return _hours(_loaded(IngestSettings.load().office_calendar or OWN), agency_code, level1)


def load(path: Path) -> Mapping[str, OfficeHours]:
    """Return the calendars of a file by agency code or level-1 code; the one for all others under "".

    Raises:
        CalendarError: unreadable, an unknown or missing key, hours that overlap, an unknown zone.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        whole = _Calendar.model_validate(table)
    except OSError as error:
        raise CalendarError(f"the office calendar {path.name} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CalendarError(f"{path.name}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CalendarError(f"{path.name}: {key}: {first['msg']}") from error
    made = {name: _made(entry, whole.default) for name, entry in whole.agency.items()}
    return {"": _made(whole.default, whole.default), **made}


def _hours(calendars: Mapping[str, OfficeHours], agency_code: str, level1: str) -> OfficeHours:
    return calendars.get(agency_code) or calendars.get(level1) or calendars[""]


def _made(entry: _Entry, default: _Entry) -> OfficeHours:
    shifts, weekdays, zone = entry.shifts or default.shifts, entry.weekdays or default.weekdays, entry.zone
    assert shifts is not None and weekdays is not None and default.zone is not None
    return OfficeHours(
        shifts=tuple(Shift(opens, closes) for opens, closes in shifts),
        weekdays=weekdays,
        holidays=(default.holidays | entry.holidays) - entry.extra_days,
        extra_days=(default.extra_days | entry.extra_days) - entry.holidays,
        zone=zone or default.zone,
    )


@cache
def _loaded(path: Path) -> Mapping[str, OfficeHours]:
    return load(path)
