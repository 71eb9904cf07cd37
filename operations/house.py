"""Make a home ready: settings file, register, Plone instance and site. Running it again changes nothing."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.register.migrate import upgrade
from archive.register.session import engine
from operations.errors import PartError
from operations.parts import ROOT, SIMULATED, environment, instance_script
from operations.settings import OperationsSettings
from search.index import renew
from search.settings import SearchSettings

Say = Callable[[str], None]


def free_port(preferred: int) -> int:
    """Return the preferred port when nobody listens there, otherwise any free one.

    Raises:
        PartError: none is free.
    """
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PartError("ports", "no port is free on this machine")


def write_settings(home: Path, *, search: str, world: Path | None) -> Path:
    """Write `<home>/tangthu.toml` for the embedded parts; an existing file keeps its secrets but not its ports.

    Args:
        search: "sqlite" or "elasticsearch".
        world: folder of the sample world; its messages are served by the LGSP simulator.
    """
    home = home.resolve()
    path = home / "tangthu.toml"
    home.mkdir(parents=True, exist_ok=True)
    simulator, elastic = free_port(8091), free_port(9200)
    lines = [
        "# Made by `tangthu`: the embedded parts on this machine. Production: see deploy/README.md.",
        "[archive]",
        f'data = "{home / "archive"}"',
        "[ingest]",
        f'clamd_socket = "{home / "run" / "clamd.sock"}"',
        "[search]",
        f'engine = "{search}"',
        f'elasticsearch_url = "http://127.0.0.1:{elastic}"',
        "[exports]",
        f'inbox = "{home / "luu-tru-lich-su"}"',
        "[operations]",
        f'home = "{home}"',
        f"plone_port = {free_port(8080)}",
        f"simulator_port = {simulator}",
        f"elasticsearch_port = {elastic}",
    ]
    if world is not None:
        at = lines.index("[search]")
        lines[at:at] = [
            f'trust_roots = "{world / "trust"}"',
        ]
        secret = home / "truc-mau.secret"
        if not secret.exists():
            _write_private(secret, secrets.token_hex(16))
        lines += [
            f'simulator_folder = "{world}"',
            "[[ingest.inboxes]]",
            f'name = "{SIMULATED}"',
            'kind = "vxp"',
            f'url = "http://127.0.0.1:{simulator}"',
            "poll_seconds = 5",
            f'auth = {{ kind = "hmac", system_id = "tang-thu", secret_file = "{secret}" }}',
        ]
    _write_private(path, "\n".join(lines))
    os.environ["TANGTHU_CONFIG"] = str(path)
    return path


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        os.fchmod(descriptor, 0o600)  # one that was there keeps its mode otherwise
        stream.write(f"{text}\n")


def make_register(say: Say) -> None:
    """Bring the register's tables up to date, and the embedded index, which is made of it."""
    say("register: tables up to date")
    upgrade(engine())
    # A cluster of one's own is filled anew by its operator, when it suits: `tangthu index rebuild`.
    if SearchSettings.load().engine == "sqlite" and (renewed := renew()):
        say(f"search index: filled anew, {renewed.documents} documents")


def make_instance(say: Say) -> Path:
    """Let buildout make the Plone instance of this home; done again only when the address changed."""
    operations = OperationsSettings.load()
    place = operations.home.resolve() / "plone"
    script = instance_script(operations)
    address = f"{operations.host}:{operations.plone_port}"
    stamp = place / ".made-for"
    if script.exists() and stamp.exists() and stamp.read_text() == address:
        return script
    say(f"plone: making the instance for {address}")
    place.mkdir(parents=True, exist_ok=True)
    options = {
        "buildout:parts-directory": place / "parts",
        "buildout:bin-directory": place / "bin",
        "buildout:eggs-directory": place / "eggs",
        "buildout:develop-eggs-directory": place / "develop-eggs",
        "buildout:installed": place / "installed.cfg",
        "buildout:var-dir": place / "var",
        "settings:address": address,
        "settings:tangthu-config": environment()["TANGTHU_CONFIG"],
    }
    buildout = Path(sys.executable).parent / "buildout"
    _run(
        [
            str(buildout),
            "-q",
            "-c",
            str(ROOT / "buildout.cfg"),
            *(f"{key}={value}" for key, value in options.items()),
        ]
    )
    stamp.write_text(address)
    return script


def make_site(accounts: Path, say: Say) -> None:
    """Make the Plone site with its accounts, once; a later run only adds what is missing."""
    script = make_instance(say)
    say("plone: making the site (about half a minute the first time)")
    _run([str(script), "run", str(ROOT / "portal" / "site.py"), "--accounts", str(accounts)])


@contextmanager
def compiling(home: Path) -> Iterator[None]:
    """Compile the portal's templates beside what is done inside; on what processor time nobody else wants.

    Nobody waits for it, and it ends with what is done inside: what is not compiled by then, its first reader compiles.
    """
    folder = home.resolve() / "plone" / "var" / "cache"  # where buildout tells the instance to look
    command = ["nice", "-n", "19", sys.executable, "-m", "portal.compiled", str(folder)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise PartError(Path(command[0]).name, f"ended with code {done.returncode}:\n{tail}")
