"""An office whose lists go the whole way in the browser: site, queue, worker with its clock, virus scanner, seals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from office_site import Office

from operations.part import Part, Running
from operations.parts import celery, valkey
from tests.e2e.conftest import start_clamd
from tests.e2e.three_parts import until
from tests.portal import running_site
from tests.samples.authority import Authority
from tests.samples.seals import set_seals

LANG_SON = "000.00.01.H37"
NEWCOMERS = (
    ("phuc", "Đặng Văn Phúc", "council"),
    ("quyen", "Võ Thị Quyên", "council"),
    ("tam", "Phan Thanh Tâm", "head"),
    ("nga", "Lý Thị Nga", "archivist"),
)
"""People who have done nothing yet, so have no authenticator; Trần Văn Bình chairs the council."""
TO_GO = """
from datetime import UTC, datetime, timedelta
from pathlib import Path
from kept_case_files import ACaseFile
from a_furnished_house import follow_all
from archive.register.session import transaction
from retention.procedure import notice
code = "000.00.01.H37.{year}.{n}.VP"
title = "Hồ sơ theo dõi {what} năm {year}"
one = ACaseFile(code, title, "000.00.01.H37", ("Sổ theo dõi {what} năm {year}",), {year}, "5 năm", regime="{regime}")
one.kept(Path(r"{folder}"), datetime.now(UTC) - timedelta(days=40))
follow_all()
with transaction() as session:  # as if the house had been there a month ago and had told of it then
    told = notice.endings(session, [one.id])
    notice.give(session, told, now=datetime.now(UTC) - timedelta(days=notice.DAYS + 1))
print(one.id)
"""


@dataclass(frozen=True)
class DestroyingOffice(Office):
    """The office, and where its things are.

    Attributes:
        home: its folder.
        trust: folder with the root that vouches for its seal.
        secrets: login -> secret of the authenticator that was enrolled in the browser.
        steps: login -> last step of its code that was typed.
    """

    home: Path = Path()
    trust: Path = Path()
    secrets: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def to_go(self, n: int, what: str, year: int, regime: str) -> str:
        """Keep a case file whose time is over and of which people were told; return its id."""
        words = TO_GO.format(n=n, what=what, year=year, regime=regime, folder=self.home / "packing")
        return self.asked(words).splitlines()[-1]


@contextmanager
def destroying_office(home: Path) -> Iterator[DestroyingOffice]:
    """Run it until the block is left."""
    authority = Authority()
    seals = home / "seals"
    seals.mkdir()
    trust = set_seals(
        seals, authority, {"*": authority.signer("Con dấu UBND tỉnh", "UBND tỉnh Lạng Sơn")}, revoked=[]
    )
    config = home / "tangthu.toml"
    config.write_text(
        f'[archive]\ndata = "{home / "archive"}"\n[ingest]\nclamd_socket = "{home / "clamd.sock"}"\n'
        + (seals / "tangthu.toml").read_text("utf-8"),
        "utf-8",
    )
    env = running_site.environment(config)
    ids = running_site.furnished(home, env)
    accounts = home / "accounts.json"
    people = json.loads(accounts.read_text("utf-8"))
    people += [
        {
            "login": login,
            "password": f"Luu-tru-2026-{login}",
            "fullname": name,
            "roles": {LANG_SON: [role]},
        }
        for login, name, role in NEWCOMERS
    ]
    accounts.write_text(json.dumps(people), "utf-8")
    instance = running_site.built(home, env)
    running_site.make_site(instance, accounts)
    passwords = {one["login"]: one["password"] for one in people}
    run = home / "run"
    run.mkdir()
    worker = celery(
        "worker",
        "--beat",
        "--schedule",
        str(run / "beat"),
        "--queues",
        "house,road,rounds",
        "--concurrency",
        "1",
    )
    with ExitStack() as stack:
        clamd = start_clamd(home, home / "clamd.sock")
        stack.callback(lambda: (clamd.terminate(), clamd.wait(20)))
        queue = valkey(run)
        for part in (queue, Part("worker", worker, lambda: "", env)):
            running = Running(part, log=lambda *_: None, file=home / "log" / f"{part.name}.log")
            stack.callback(running.stop)
            until(lambda part=part: part.ready() == "", f"{part.name} answers", seconds=60)
        url = stack.enter_context(running_site.served(instance))
        yield DestroyingOffice(url, passwords, ids, env, home, trust)
