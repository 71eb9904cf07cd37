"""A furnished archive made once and put back as it was before each run, and what is really in it now.

What is there is looked at with the file system and `sqlite3` alone, never through the code that is tested.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from archive import erasing
from archive.custody import deposit, keep
from archive.holders import holders
from archive.ledger import at_once
from archive.ledger.follow import follow
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts, WrittenPackage
from archive.packages.writer import write
from archive.register import migrate
from archive.register import session as register
from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction
from archive.second_factor import codes, enrol
from archive.second_factor.enrol import Door
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from retention.follower import follower as retention_follower
from search.follower import follower as search_follower

FIRST_DAY = datetime(2039, 12, 12, 2, 0, tzinfo=UTC)
"""When each run begins; later than the clock of any machine this runs on, so that the ledger's times are ours."""
MADE = datetime(2039, 6, 1, 2, 0, tzinfo=UTC)
GIVES_OVER, KEEPS_ALL = "000.00.18.H37", "000.00.19.H37"
"""An agency on the source list, and one whose head decides alone under R2."""
STORES = ("kho-a", "kho-b", "kho-c")
HOLDERS = ("quarantine", "search-index", *(f"store:{one}" for one in STORES))
"""Who has copies here, in the order in which they have to be asked: what can be made again first, the stores last."""
COMPARED = (
    "agency", "fonds", "case_file", "record", "component", "package", "copy", "order", "order_item", "approval",
    "disposal_list", "council_member", "hold", "receipt", "expiry_notice",
)  # fmt: skip
"""Tables a rebuild must give back row by row."""

ROLES: Mapping[str, frozenset[Role]] = {
    "an": frozenset({Role.ARCHIVIST}),
    "binh": frozenset({Role.ARCHIVIST}),
    "chau": frozenset({Role.COUNCIL}),
    "giang": frozenset({Role.COUNCIL, Role.HEAD}),  # a deputy, who sits on the council
    "hoa": frozenset({Role.COUNCIL}),
    "khanh": frozenset({Role.COUNCIL}),
    "dung": frozenset({Role.HEAD}),
    "An": frozenset({Role.HEAD}),  # the archivist `an` with another account
    "em": frozenset({Role.RESEARCHER}),
}
"""Account -> roles, at both agencies."""
STRANGER = "la"
"""Has every role, elsewhere."""


def person(account: str) -> str:
    """Return who somebody is, whatever their account is called."""
    return {"An": "an"}.get(account, account)


def viewer(account: str) -> Viewer:
    if account == STRANGER:
        return Viewer(account, {"000.00.99.H37": frozenset(Role) - {Role.ADMINISTRATOR}})
    return Viewer(account, dict.fromkeys((GIVES_OVER, KEEPS_ALL), ROLES[account]))


@dataclass(frozen=True)
class Made:
    """A case file as it was made, with a word that is nowhere else."""

    code: str
    agency: str
    fonds: str
    regime: str
    ended: date
    years: int
    later: bool = False

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"interleaved/{self.code}"))

    @property
    def word(self) -> str:
        return f"zq{self.code}x{hashlib.sha256(self.code.encode()).hexdigest()[:10]}"

    @property
    def submission(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"interleaved/submission/{self.code}"))

    @property
    def key(self) -> str:
        return f"h37/{self.agency}/{self.ended.year}/{self.code}/v0001.zip"


PHONG_1, PHONG_2, PHONG_3 = "PHONG-1", "PHONG-2", "PHONG-3"
FILES = (
    Made("a1", GIVES_OVER, PHONG_1, "R1", date(2030, 4, 1), 5),
    Made("a2", GIVES_OVER, PHONG_1, "R1", date(2031, 5, 2), 5),
    Made("a3", GIVES_OVER, PHONG_2, "R2", date(2030, 6, 3), 5),
    Made("a4", GIVES_OVER, PHONG_1, "R1", date(2030, 7, 4), 70),  # not due in anybody's time
    Made("a5", GIVES_OVER, PHONG_2, "R1", date(2034, 8, 5), 5),  # due from 01/01/2040
    Made("b1", KEEPS_ALL, PHONG_3, "R2", date(2030, 9, 6), 5),
    Made("b2", KEEPS_ALL, PHONG_3, "R2", date(2031, 10, 7), 5),
    Made("a6", GIVES_OVER, PHONG_1, "R1", date(2030, 11, 8), 5, later=True),
    Made("b3", KEEPS_ALL, PHONG_3, "R2", date(2030, 12, 9), 5, later=True),
)
WORDS = {made.word.encode(): made.code for made in FILES}
WORD = re.compile(rb"zq[ab][0-9]x[0-9a-f]{10}")


class House:
    """One archive in a folder; `restore` makes it as it was when it was furnished."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "archive"
        self._saved = folder / "saved"
        # Who they are is told by entry points, which take long to read. The others have nothing here.
        self.holders = [one for one in holders() if one.name in HOLDERS]
        self._hashed: dict[tuple[object, ...], bool] = {}
        self._packages = folder / "packages"
        self._packages.mkdir()
        self.packages: dict[str, tuple[PackageFacts, WrittenPackage]] = {}
        self.secrets: dict[str, str] = {}
        self._furnish()

    def _furnish(self) -> None:
        migrate.upgrade(register.engine())
        with transaction() as session:
            for agency, submits in ((GIVES_OVER, True), (KEEPS_ALL, False)):
                set_agency(
                    session, code=agency, name="Sở", submits_to_historical=submits, actor="admin", now=MADE
                )
            for code, agency in ((PHONG_1, GIVES_OVER), (PHONG_2, GIVES_OVER), (PHONG_3, KEEPS_ALL)):
                set_fonds(session, code=code, agency_code=agency, name="Phông", actor="admin", now=MADE)
        for made in FILES:
            self.packages[made.code] = _written(made, self._packages)
            if not made.later:
                self.arrive(made, now=MADE)
        with transaction() as session:
            for account, roles in ROLES.items():
                if roles & {Role.ARCHIVIST, Role.HEAD}:
                    secret = enrol.begin(session, viewer=viewer(account), now=MADE).secret
                    first = codes.code_at(secret, codes.step_at(MADE))
                    enrol.confirm_within(session, first, viewer=viewer(account), door=Door.PORTAL, now=MADE)
                    self.secrets[account] = secret
        self.save("furnished")

    def arrive(self, made: Made, *, now: datetime) -> None:
        """Take a case file in as the pipeline does: delivery, copies, register, dates, index."""
        raw = self.data / "quarantine" / made.submission / "raw"
        raw.parent.mkdir(parents=True, exist_ok=True)
        raw.write_text(f"{made.word} as it was delivered")
        facts, written = self.packages[made.code]
        copies = deposit(written.path, facts.name, written.sha256)
        with transaction() as session:
            keep(session, facts, written, copies, actor="system:ingest", now=now)
        follow(retention_follower)
        follow(search_follower)

    def save(self, scene: str) -> None:
        """Keep everything as it is now under a name."""
        register.forget_deleted()
        register.engine().dispose()
        shutil.copytree(self.data, self._saved / scene)

    def restore(self, scene: str = "furnished") -> None:
        register.engine().dispose()
        shutil.rmtree(self.data)
        shutil.copytree(self._saved / scene, self.data)

    @contextmanager
    def register_put_back(self) -> Iterator[None]:
        """Take the register as it is now back when the block ends, whatever was written into it."""
        register.forget_deleted()
        register.engine().dispose()
        kept = (self.data / "register.db").read_bytes()
        try:
            yield
        finally:
            register.engine().dispose()
            for path in self.data.glob("register.db*"):
                path.unlink()
            (self.data / "register.db").write_bytes(kept)

    def version(self, *names: str) -> tuple[object, ...]:
        """Return what changes when one of these databases was written to."""
        paths = [self.data / f"{name}{more}" for name in names for more in (".db", ".db-wal")]
        return tuple(
            (one.st_ino, one.st_mtime_ns, one.st_size)
            for path in paths
            if path.exists()
            for one in [path.stat()]
        )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the register with nothing between."""
        with closing(sqlite3.connect(f"file:{self.data / 'register.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row a rebuild must give back."""
        return {name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=repr) for name in COMPARED}

    def copies(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Return code -> the stores that have anything of it, also put aside or half-written, and the good copies."""
        there: dict[str, set[str]] = {made.code: set() for made in FILES}
        good: dict[str, set[str]] = {made.code: set() for made in FILES}
        for store in STORES:
            for folder, folders, names in os.walk(self.data / "stores" / store):
                code = next((part for part in folder.split("/")[-3:] if part in there), None)
                if code is None:
                    continue
                there[code].add(store)
                if names == ["v0001.zip"] and not folders and self._good(code, f"{folder}/v0001.zip"):
                    good[code].add(store)
        return there, good

    def _good(self, code: str, path: str) -> bool:
        """Say whether a copy has every byte it was given; read again only when it was written to."""
        found = Path(path).stat()
        key = (code, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
        if key not in self._hashed:
            sha256 = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            self._hashed[key] = sha256 == self.packages[code][1].sha256
        return self._hashed[key]

    def said(self) -> dict[str, list[str]]:
        """Return code -> the files of the whole archive, work places and databases too, that have its word."""
        found: dict[str, list[str]] = {made.code: [] for made in FILES}
        for path in self.data.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            for word in WORDS.keys() & set(WORD.findall(content)):
                found[WORDS[word]].append(str(path.relative_to(self.data)))
        return found

    def indexed(self) -> set[str]:
        """Return the codes of what the index would find by its word."""
        with closing(sqlite3.connect(f"file:{self.data / 'search.db'}?mode=ro", uri=True)) as connection:
            query = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1"
            return {made.code for made in FILES if connection.execute(query, (made.word,)).fetchone()}


@contextmanager
def a_house(patch: pytest.MonkeyPatch) -> Iterator[House]:
    """A furnished archive in memory where the machine has such a place, as hundreds of runs write to it."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tangthu-interleaved-", dir=memory) as folder:
        for name in [name for name in os.environ if name.startswith("TANGTHU_")]:
            patch.delenv(name)
        patch.setenv("TANGTHU_CONFIG", f"{folder}/tangthu.toml")
        patch.setenv("TANGTHU_ARCHIVE__DATA", f"{folder}/archive")
        # Each decision is sealed at once in every store; here a run seals once, at its end or when the register is
        # made anew. Sealing each would double the time, and `tests/archive` shows it.
        patch.setattr(at_once, "_seal", lambda engine: None)
        patch.setattr(erasing, "AT_A_TIME", 1)  # so that the same draws come to the same end
        try:
            yield House(Path(folder))
        finally:
            register.engine().dispose()
            register._engine.cache_clear()


def _written(made: Made, folder: Path) -> tuple[PackageFacts, WrittenPackage]:
    content = f"{made.word} is what this is about".encode()
    source = folder / f"{made.code}.txt"
    source.write_bytes(content)
    component = ComponentFacts(
        id=str(uuid5(NAMESPACE_URL, f"{made.id}/component")),
        role="text",
        name="1.txt",
        path="representations/text/data/0001/1.txt",
        media_type="text/plain",
        puid="x-fmt/111",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        source=source,
    )
    record = RecordFacts(
        str(uuid5(NAMESPACE_URL, f"{made.id}/record")), 1, f"{made.code}.1", "Công văn", "1", f"CV-{made.code}",
        made.ended, "Sở", f"Về việc {made.word}", 1, {"Subject": f"Về việc {made.word}"}, (component,),
    )  # fmt: skip
    facts = PackageFacts(
        objid=f"urn:{made.fonds}:uuid:{made.id.upper()}",
        name=made.key,
        version=1,
        made_at=MADE,
        case_file_id=made.id,
        submission_id=made.submission,
        agency_code=made.agency,
        agency_name="Sở",
        fonds_code=made.fonds,
        code=made.code,
        title="Hồ sơ giao ban tuần",
        regime=made.regime,
        access="01",
        start_date=made.ended,
        end_date=made.ended,
        maintenance=f"{made.years:02} năm",
        total_docs=1,
        total_pages=1,
        description={"FileCode": made.code, "Title": "Hồ sơ giao ban tuần"},
        records=(record,),
    )
    schemas = ArchiveSettings.load().tools_home / "schemas"
    written = write(facts, folder / f"{made.code}.zip", schemas=schemas)
    return replace(facts, records=(replace(record, components=(replace(component, source=None),)),)), written
