"""What can be set for `ingest`: the ways in, the tools, and the limits on what may arrive."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from archive.settings import Section
from ingest.inbox_settings import InboxSettings, RestInbox


class TrustList(BaseModel):
    """A trust list: a name people know it by, and its file or folder (`ingest/signatures/trust.py`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=100)
    path: Path


class IngestSettings(Section):
    """The table [ingest] of `tangthu.toml`. Sizes are bytes, times are seconds."""

    table: ClassVar[str] = "ingest"

    clamd_socket: Path = Path("var/run/clamd.sock")
    office_calendar: Path | None = None  # office hours and days off; unset: ingest/clock/calendar.toml
    trust_roots: Path | None = None  # one trust list without a name; see `ingest/signatures/trust.py`
    trust_lists: tuple[TrustList, ...] = ()  # none of either: no signer is trusted

    # Revocation data that neither the file nor a trust list brings; see `ingest/signatures/fetching.py`.
    revocation: Literal["offline", "fetch"] = "offline"
    revocation_hosts: tuple[str, ...] = ()  # only these are asked; none named: every public one
    revocation_seconds: float = Field(default=30, gt=0, le=600)  # for all that one file needs
    revocation_answer_seconds: float = Field(default=10, gt=0, le=120)
    revocation_bytes: int = Field(default=20 * 2**20, ge=1024)  # one answer

    organ: str = "000.00.00.H00"  # our own agency code, on every way in that does not have another
    inboxes: tuple[InboxSettings, ...] = ()  # the ways in; none: nothing is fetched

    max_message_bytes: int = Field(default=512 * 2**20, ge=1)
    max_package_bytes: int = Field(default=4 * 2**30, ge=1)  # unpacked
    max_files: int = Field(default=20_000, ge=1)
    max_ratio: int = Field(default=200, ge=1)
    max_name: int = Field(default=255, ge=1)  # characters of a path inside a package
    max_nesting: int = Field(default=2, ge=0)

    fetch_seconds: int = Field(default=600, ge=1)  # one file
    fetch_patience_seconds: int = Field(default=3 * 24 * 3600, ge=0)  # then the delivery goes back

    convert_seconds: int = Field(default=180, ge=1)  # one file, one tool
    convert_memory_mb: int = Field(default=2048, ge=256)
    format_policy: Path | None = None  # laid over ingest/formats/policy.toml; see `tangthu formats`

    returned_kept_days: int = Field(
        default=180, ge=1
    )  # bytes of what went back; our own term, no law sets one
    infected_kept_days: int = Field(default=30, ge=1)  # bytes of what is infected; our own term as well
    # QCVN 12:2026/BCA 2.2.12.2.2 has backups of levels 3 to 5 scanned every 6 months; we do so with what is kept.
    rescan_days: int = Field(default=180, ge=1)
    gather_grace_seconds: int = Field(default=60, ge=0)  # what is named may come a little later
    gather_wait_seconds: int = Field(
        default=900, ge=0
    )  # the same, while messages of the sender are still unread

    lease_seconds: int = Field(default=30, ge=1)
    retry_seconds: int = Field(default=20, ge=1)  # first wait after a temporary failure; doubles
    retry_limit_seconds: int = Field(default=600, ge=1)

    @field_validator("revocation_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names in small letters; an address with a path would never be met, so it is an error."""
        for host in hosts:
            if not host or set(host) & set("/@* ") or "://" in host:
                raise ValueError(f"revocation_hosts: {host!r} is no host name, like ocsp.example.vn")
        return tuple(host.lower() for host in hosts)

    @model_validator(mode="after")
    def _each_way_in_once(self) -> Self:
        names = [one.name for one in self.inboxes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"inboxes: two have the name {twice[0]}")
        if any(one.name == "rest" and not isinstance(one, RestInbox) for one in self.inboxes):
            raise ValueError("inboxes: the name rest belongs to the way in by REST")
        lists = [one.name for one in self.trust_lists]
        if again := sorted({name for name in lists if lists.count(name) > 1 or name == "trust_roots"}):
            raise ValueError(f"trust_lists: the name {again[0]} is taken")
        return self

    @property
    def ways_in(self) -> tuple[InboxSettings, ...]:
        """Return every way in: those that are set, and REST, which is there unless it was set otherwise."""
        if any(isinstance(one, RestInbox) for one in self.inboxes):
            return self.inboxes
        return (*self.inboxes, RestInbox())

    def rest_for(self, agency_code: str) -> RestInbox | None:
        """Return the way in by REST that serves an agency; None when it may not send this way."""
        ways = (one for one in self.ways_in if isinstance(one, RestInbox))
        return next((one for one in ways if one.serves(agency_code)), None)
