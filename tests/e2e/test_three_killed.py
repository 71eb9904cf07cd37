"""Worker, simulator and portal killed together at every step of a case file: nothing lost, nothing twice, same end."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed
from three_parts import AT_A_STEP, AT_THE_LINE, House, housed, look, nobody_writes, until

from archive.custody import stores
from archive.ledger.verify import verify
from archive.register.session import reading
from ingest import quarantine
from ingest.gateway.simulator.post import Post
from ingest.pipeline import route
from operations.accounts import Account
from operations.accounts import make as make_accounts
from operations.house import make_register, make_site, write_settings
from operations.parts import embedded
from operations.settings import OperationsSettings
from operations.world import settle
from tests.ingest.inbox_counterparts import post
from tests.samples.world import build

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

STEPS = list(route("sip"))
BEFORE_DECISION = STEPS[: STEPS.index("decide")]
AFTER_DECISION = STEPS[STEPS.index("decide") + 1 :]
MESSAGE = "m-ba-tien-trinh"
MINUTES = "bien-ban/"  # of the hand-over, printed after it was stored


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Account]]]:
    """A made house that does not run yet: settings, register, site; an agreement by which an archivist accepts."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("ba")
        office = home / "lgsp"
        build(office, only=("offices",))
        facts = json.loads((office / "world.json").read_text("utf-8"))
        for agency in facts["agencies"]:
            agency["auto_accept"] = False
        (office / "world.json").write_text(json.dumps(facts), "utf-8")
        patch.setenv("TANGTHU_CONFIG", "")  # restored when this is over
        write_settings(home, search="sqlite", world=office)
        patch.setenv("TANGTHU_INGEST__LEASE_SECONDS", "2")
        patch.setenv("TANGTHU_OPERATIONS__WORKERS", "1")
        make_register(lambda _: None)
        settle(office)
        people = make_accounts(home / "accounts.json", official_agency=GIA_LAI)
        make_site(home / "accounts.json", lambda _: None)
        yield home, people


@pytest.fixture(scope="module")
def house(accounts: tuple[Path, list[Account]]) -> Iterator[House]:
    with housed(accounts[0], embedded()) as one:
        yield one


def state_of(submission: str) -> str:
    return str(look("SELECT state FROM submission WHERE id = ?", submission)[0][0])


def done(submission: str) -> list[str]:
    rows = look("SELECT step FROM step_result WHERE submission_id = ? ORDER BY position", submission)
    return [str(step) for (step,) in rows]


def at_work_on(submission: str, step: str) -> bool:
    """Say whether the step runs at this moment; it must not be over, or the kill came too late."""
    assert step not in done(submission), f"{step} was over before it could be killed"
    (row,) = look("SELECT step, lease_owner FROM submission WHERE id = ?", submission)
    return row[0] == step and bool(row[1])


def decide(people: list[Account], submission: str, told: list[Any]) -> None:
    """Accept by REST; what is answered, or that the line broke, is appended."""
    archivist = next(one for one in people if one.login == "luutru")
    token = base64.b64encode(f"{archivist.login}:{archivist.password}".encode()).decode()
    url = f"http://127.0.0.1:{OperationsSettings.load().plone_port}/luutru/@submissions/{submission}/accept"
    headers = {
        "Authorization": f"Basic {token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(url, data=b"{}", method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            told.append(json.loads(answer.read())["state"])
    except urllib.error.HTTPError as error:
        told.append(error.code)
    except OSError as error:
        told.append(type(error).__name__)


def test_killed_together_at_every_step_it_is_stored_once(
    house: House, accounts: tuple[Path, list[Account]], tmp_path: Path
) -> None:
    home, people = accounts
    package = packed(a_good_case_file().with_document(a_report()), tmp_path / "sip.zip")

    # The gateway: at the moment the bytes are stored and ledgered, before the transport heard of it or just after.
    post(home / "lgsp", 99, "sip", package.read_bytes(), docId=MESSAGE, **{"from": GIA_LAI})
    until(lambda: look("SELECT id FROM submission") != [], "the message is taken in", pause=0.005)
    house.kill("received", *AT_THE_LINE)
    ((submission,),) = look("SELECT id FROM submission")
    assert isinstance(submission, str)

    for step in BEFORE_DECISION:
        until(lambda step=step: at_work_on(submission, step), f"{step} runs", pause=0.002)  # type: ignore[misc]
        house.kill(step, *AT_A_STEP)
    until(lambda: state_of(submission) == "to-decide", "it waits for a decision")

    # REST: killed while the decision is on its way (it is not made), then at the moment it is committed.
    house.wait("plone")
    told: list[Any] = []
    with nobody_writes():
        asking = threading.Thread(target=decide, args=(people, submission, told))
        asking.start()
        time.sleep(3)  # it is in the portal now and waits for the lock
        assert told == []
        house.kill("decide, before the commit", "plone", "lgsp")
    asking.join(90)
    assert told and not isinstance(told[0], int) and told[0] != "accepted"
    assert state_of(submission) == "to-decide"
    house.wait("plone")
    asking = threading.Thread(target=decide, args=(people, submission, told))
    asking.start()
    until(lambda: state_of(submission) != "to-decide", "the decision is committed", pause=0.001)
    house.kill("decide, after the commit", *AT_A_STEP)  # the worker too: it has begun to pack, or is about to
    asking.join(90)

    for step in AFTER_DECISION:
        until(lambda step=step: at_work_on(submission, step), f"{step} runs", pause=0.002)  # type: ignore[misc]
        house.kill(step, *AT_A_STEP)
    until(lambda: state_of(submission) == "stored", "it is stored")
    unsent = "SELECT status FROM outbox WHERE sent_at IS NULL"
    until(
        lambda: look(unsent) != [] or _statuses(home) >= {"01", "03", "06"}, "a status is owed", pause=0.002
    )
    house.kill("status", *AT_THE_LINE)
    until(lambda: look(unsent) == [] and _statuses(home) >= {"01", "03", "06"}, "every status is sent")
    until(lambda: Post(home / "lgsp").acknowledged().get(MESSAGE) == "done", "the transport heard it is done")
    house.wait("plone")

    decisions = look("SELECT count(*) FROM event WHERE verb = 'DECISION' AND payload LIKE '%accepted%'")
    ((name, size),) = look("SELECT name, size FROM package")
    assert {
        "killed": house.kills,
        "deliveries": look("SELECT message_id FROM submission"),
        "state": state_of(submission),
        "steps": done(submission),
        "ingested": look("SELECT count(*) FROM event WHERE verb = 'INGEST'"),
        "decided": decisions,
        "stored": look("SELECT count(*) FROM event WHERE verb = 'STORE'"),
        "case files": look("SELECT count(*) FROM case_file"),
        "components": look("SELECT count(*) FROM component"),
        "copies": sorted(look("SELECT state FROM copy")),
        "owed": sorted(look("SELECT status FROM outbox")),
        "statuses": _statuses(home),
        "in stores": [store.size(str(name)) == size for store in stores()],
        "nothing else in stores": [
            [one for one in store.names() if not one.startswith(("_ledger/", MINUTES))] == [name]
            for store in stores()
        ],
        "quarantine empty": not quarantine.folder(submission).exists(),
    } == {
        "killed": [
            "received",
            *BEFORE_DECISION,
            "decide, before the commit",
            "decide, after the commit",
            *AFTER_DECISION,
            "status",
        ],
        "deliveries": [(MESSAGE,)],
        "state": "stored",
        "steps": STEPS,
        "ingested": [(1,)],
        "decided": [(1,)],
        "stored": [(1,)],
        "case files": [(1,)],
        "components": [(3,)],
        "copies": [("verified",)] * 3,
        "owed": [("01",), ("03",), ("06",)],
        "statuses": {"01", "03", "06"},
        "in stores": [True] * 3,
        "nothing else in stores": [True] * 3,
        "quarantine empty": True,
    }
    with reading() as session:
        assert verify(session) == []


def _statuses(home: Path) -> set[str]:
    return {str(row["status"]) for row in Post(home / "lgsp").rows("statuses.jsonl")}
