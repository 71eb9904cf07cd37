"""What an agreement may say: frozen values, unknown keys refused, and only ever stricter than law and profile.

NĐ 01/2013/NĐ-CP Điều 7.3.b has both sides agree on requirements, medium, structure and transfer format; it names no
form. Which of our switches an agreement has is therefore our own rule (theo cách hiểu của hệ thống).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from archive.reason import because
from ingest.addresses import FetchPlace
from ingest.errors import IngestError

Who = Literal["automatic", "archivist"]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class AgreementError(IngestError):
    """An agreement that cannot be written down as it is; the reason names what to mend."""


class Strict(BaseModel):
    """Frozen, a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)


class Place(Strict):
    """An address below which files of holey packages may be fetched.

    Attributes:
        prefix: `https://host[:port]/path/`; what lies below is allowed.
        private: the host may lie in a private network. Only an administrator puts such an agreement in force.
    """

    prefix: str = Field(max_length=500)
    private: bool = False

    @model_validator(mode="after")
    def _is_place(self) -> Self:
        FetchPlace(agency="-", prefix=self.prefix, private=self.private)
        return self


class Terms(Strict):
    """What was agreed. Without an agreement these defaults hold.

    Attributes:
        accept: who accepts what was checked without any finding; remarks always go to an archivist.
        give_back: who returns what has errors (`return` in a file). An error is never accepted, whoever decides;
            what is secret, infected or cannot be opened goes back at once.
        partial_return: who returns single documents, when every error is about one and other documents are good.
        fetch_places: from where files of holey packages may be fetched; nowhere else.
        source_may_release: the source may release its copy once everything is stored; a regulation that has the
            source keep it wins.
        formats: extensions taken, in lower case; empty: those of the province's profile. Never more than those.
        max_file_bytes, max_package_bytes: limits beside those of profile and system; the smaller one holds.
    """

    accept: Who = "archivist"
    give_back: Who = Field(default="automatic", alias="return")
    partial_return: Who = "archivist"
    fetch_places: tuple[Place, ...] = Field(default=(), max_length=50)
    source_may_release: bool = False
    formats: tuple[Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}$")], ...] = Field(
        default=(), max_length=100
    )
    max_file_bytes: int | None = Field(default=None, ge=1)
    max_package_bytes: int | None = Field(default=None, ge=1)

    @field_validator("formats")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(value)))

    @property
    def reaches_inside(self) -> bool:
        """Return whether some address may lie in a private network."""
        return any(place.private for place in self.fetch_places)

    def places_of(self, agency_code: str) -> tuple[FetchPlace, ...]:
        """Return the addresses as the fetcher asks for them."""
        return tuple(
            FetchPlace(agency=agency_code, prefix=place.prefix, private=place.private)
            for place in self.fetch_places
        )

    def as_json(self) -> dict[str, Any]:
        """Return the JSON values the register and the ledger keep."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def sha256(self) -> str:
        """Return the hash of the terms: of their JSON with sorted keys and no spaces, UTF-8."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Draft(Strict):
    """A version of an agreement as it is put in: the paper that was signed, and what it says.

    Attributes:
        number: of the paper (số, ký hiệu).
        signed_by_agency, signed_by_archive: name and position of who signed for each side.
        valid_from: the first day it holds, in Vietnam.
        valid_until: the last day; None: until another version holds.
    """

    agency: Annotated[str, Field(min_length=1, max_length=35)]
    number: Annotated[str, Field(min_length=1, max_length=60)]
    signed_on: date
    signed_by_agency: Words
    signed_by_archive: Words
    valid_from: date
    valid_until: date | None = None
    terms: Terms = Terms()

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until: before valid_from")
        return self


def draft_of(said: Mapping[str, Any]) -> Draft:
    """Return the draft that these values make (of a TOML file, a form, a REST body).

    Raises:
        AgreementError: a key that is unknown, missing or of the wrong kind; the reason names the first.
    """
    try:
        return Draft.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or str(first["msg"])
        raise AgreementError(because("ingest.agreement-wrong", key=key, said=str(first["msg"]))) from error


def without_agreement(*, accepts: bool) -> Terms:
    """Return what holds for an agency that has none in force.

    Args:
        accepts: the agency's row says `auto_accept`, from before there were agreements.
    """
    return Terms(accept="automatic" if accepts else "archivist")
