"""What a province profile may say: one frozen value per regulation, each rule with the clause it rests on.

The same keys everywhere; an absent table means the regulation is silent and the base rule holds. Tables marked
"kept" are facts of the regulation that no check reads yet.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from archive.codes.identifiers import agency_pattern

PaperKind = Literal[
    "government", "party-council", "normative", "appraisal-dossier", "all", "permanent-original"
]
TimeLimit = Annotated[str, Field(pattern=r"^(|same-day|next-working-morning|[1-9][0-9]? office hours)$")]


class Table(BaseModel):
    """A table of a profile: frozen, and a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Table):
    """A table that rests on a clause; the loader adds the regulation's name to it."""

    clause: str = Field(min_length=1)


class Legal(Table):
    """The regulation itself (quy chế). Dates bound which documents it speaks about."""

    number: str
    title_vi: str
    state: Literal["issued", "draft", "base"]
    signed: date | None = None
    in_force: date
    replaces: tuple[str, ...] = ()
    grace_until: date | None = None  # its duties of sending and receiving are warned of only after this day
    residual: tuple[str, ...] = ()  # what holds where it is silent (kept)

    @property
    def name(self) -> str:
        """Return how a clause names the regulation; empty for the base profile."""
        if self.state == "base":
            return ""
        return f"{self.number} ({self.title_vi})" if self.number else f"dự thảo {self.title_vi}"


class AgencyScope(Rule):
    """Whom it binds: every agency under `level1`, or one department only.

    Attributes:
        codes: agency codes bound when `scope` is "department"; the department's own code must be configured.
    """

    level1: str
    scope: Literal["province", "department"]
    codes: tuple[str, ...] = ()
    register_of_codes: str = ""


class Formats(Rule):
    """File formats taken, as extensions in lower case; `image` may be ["any"]."""

    signed: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    sheet: tuple[str, ...] = ()
    slides: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()
    image: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    film: tuple[str, ...] = ()

    @property
    def extensions(self) -> frozenset[str]:
        """Return every extension taken, without the word any."""
        groups = (
            self.signed,
            self.text,
            self.sheet,
            self.slides,
            self.readonly,
            self.image,
            self.sound,
            self.film,
        )
        return frozenset(e for group in groups for e in group if e != "any")


class Files(Rule):
    """How large a file may be, in bytes, and what its name as sent must look like."""

    max_bytes: int | None = None
    name: str | None = None
    name_max: int | None = None

    @field_validator("name")
    @classmethod
    def _is_pattern(cls, value: str | None) -> str | None:
        if value is not None:
            re.compile(value)
        return value


class CodePattern(Rule):
    """The structure of an identifier: a regular expression in which `{A}` is an agency code under `level1`."""

    pattern: str

    def matches(self, value: str, level1: str) -> bool:
        """Return whether `value` as a whole has this structure."""
        return re.fullmatch(self.pattern.replace("{A}", agency_pattern(level1)), value) is not None


class Signature(Rule):
    """What is asked of digital signatures.

    Attributes:
        required: yes (refused without), value (unsigned is for information only) or no.
        signers: whose signatures a document issued here carries.
        ordered: the person signs before the agency.
        incoming: it speaks about documents other agencies issued too.
        checks: what the receiver looks at, in the regulation's words (kept).
        kind: which certificates (kept: no list of the authorities was at hand).
        looks: warn when an agency's seal is not red or a person's signature not blue.
    """

    required: Literal["yes", "value", "no"]
    signers: tuple[Literal["person", "agency"], ...] = ()
    ordered: bool = False
    incoming: bool = False
    checks: tuple[str, ...] = ()
    kind: str = ""
    looks: Literal["", "warn"] = ""
    unsigned_clause: str = ""
    order_clause: str = ""


class PageCheck(Rule):
    """The receiver counts the pages of each document."""


class Wanted(Rule):
    """Exchange fields that must not be empty: letter or word of the regulation -> our field name."""

    fields: dict[str, str]


class Unique(Rule):
    """A document number is given once."""


class Stance(Rule):
    """What happens to secret or encrypted documents."""

    action: Literal["refuse"]


class Abstract(Rule):
    """How the abstract relates to the document's own."""

    must_be: Literal["explicit", "identical"]


class Recall(Rule):
    """Recalled documents: what the receiver does, and which statuses say so."""

    receiver: str = ""
    statuses: tuple[str, ...] = ()


class Assigned(Rule):
    """The regulation knows no case code or document id: the archive gives them."""


class Clock(Rule):
    """Office time: when an arrival counts, and the limits that run from then.

    Limits are `N office hours`, `same-day` or `next-working-morning` (`ingest.clock.deadlines.within`); "" for none.

    Attributes:
        registered_within: from receipt to registration by the clerk.
        issued_within: from signing to issue.
        assigned_within: from registration to assignment by the head.
        sent_needs_receipt: a document counts as sent only with a receipt of success.
    """

    out_of_hours: Literal["next-opening", "as-is"]
    registered_within: TimeLimit = ""
    issued_within: TimeLimit = ""
    assigned_within: TimeLimit = ""
    sent_needs_receipt: bool = False


class Paper(Rule):
    """Which documents the sender keeps or sends on paper too.

    Attributes:
        wanted: kinds the checks can tell: `government` (to the Government or the Prime Minister), `party-council` (to
            the provincial Party committee or People's Council), `normative` (văn bản quy phạm pháp luật),
            `appraisal-dossier` (submitted for appraisal or approval), `all`; and `permanent-original`: the paper
            original of a permanent case file must be known.
        says: the kinds that need a list we have not (kept).
    """

    wanted: frozenset[PaperKind] = frozenset()
    says: str = ""


class Charset(Rule):
    """Texts are in this character set."""

    says: str
    unicode: bool = True


class Filing(Rule):
    """How case files are made and handed in.

    Attributes:
        list: the list of case files (Danh mục hồ sơ) a case file should be on; "" when none is named.
        reply_linked: a reply names the document it answers.
        removal_forbidden: no document may be taken out of a case file.
        by, other_formats, checked_by: kept.
    """

    list: str = ""
    by: str = ""
    other_formats: bool = False
    checked_by: str = ""
    reply_linked: bool = False
    removal_forbidden: bool = False


class Dossier(Rule):
    """A letter that is sent without its large dossier: the case file holds both, or says where the dossier is."""


class Transient(Rule):
    """Papers that are no case files: they go after a while by themselves; kind -> ISO 8601 period."""

    kinds: dict[str, str]


class Archive(Rule):
    """Who receives in the end, and over which line (kept)."""

    link: str = ""
    historical: str = ""


class Reports(Rule):
    """Reports people owe; days as MM-DD, strictly before which they are due."""

    before: tuple[Annotated[str, Field(pattern=r"^[01]\d-[0-3]\d$")], ...] = ()
    says: str = ""


class Backup(Rule):
    """How often the sender's own system is backed up (kept: the archive follows TT 02/2019, which is stricter)."""

    every: Literal["day", "week"]


class Noted(Rule):
    """A fact of the regulation in its own words (kept)."""

    says: str


class Profile(Table):
    """One regulation's rules for what may come in."""

    id: str = Field(pattern=r"[a-z0-9-]+")
    legal: Legal
    agency: AgencyScope | None = None
    formats: Formats | None = None
    file: Files | None = None
    document_code: CodePattern | None = None
    case_code: CodePattern | None = None
    codes_assigned: Assigned | None = None
    number_unique: Unique | None = None
    fields: Wanted | None = None
    signature: Signature | None = None
    pages: PageCheck | None = None
    secret: Stance | None = None
    encrypted: Stance | None = None
    abstract: Abstract | None = None
    recall: Recall | None = None
    charset: Charset | None = None
    paper: Paper | None = None
    clock: Clock | None = None
    filing: Filing | None = None
    dossier: Dossier | None = None
    retention: Noted | None = None
    refusal: Noted | None = None
    archive: Archive | None = None
    virus: Noted | None = None
    reports: Reports | None = None
    backup: Backup | None = None
    transient: Transient | None = None
    source_keeps: Noted | None = None

    @property
    def level1(self) -> str:
        """Return the level-1 code it binds; empty for the base profile."""
        return self.agency.level1 if self.agency else ""
