"""A site as people use it: buildout's instance of its own, made by `portal/site.py`, served by Zope on a free port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOUSE = Path(__file__).with_name("a_furnished_house.py")


@dataclass(frozen=True)
class Instance:
    """A Zope instance that buildout made.

    Attributes:
        home: its folder.
        url: of the site, while it is served.
        environment: what its processes are told.
    """

    home: Path
    url: str
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """Run `bin/instance` with these words and return what it printed."""
        return run([str(self.home / "bin" / "instance"), *arguments], cwd=self.home, env=self.environment)


def run(command: list[str], **more: Any) -> str:
    """Run a program to its end and return what it printed; a failure shows the last of it."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, **more)
    assert done.returncode == 0, f"{command}:\n{(done.stdout + done.stderr)[-3000:]}"
    return done.stdout


def environment(config: Path) -> dict[str, str]:
    """Return an environment in which only this settings file rules."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TANGTHU_")}
    return kept | {"TANGTHU_CONFIG": str(config), "PYTHONPATH": str(HOUSE.parent)}


def furnished(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Furnish the archive the settings name, write `accounts.json`, and return the ids of what was made."""
    ids: dict[str, str] = json.loads(run([sys.executable, str(HOUSE), str(folder)], env=env).splitlines()[-1])
    return ids


def handed_over(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Hand case files of a furnished archive over to the inbox the settings name; return the ids of what was made."""
    script = HOUSE.with_name("handed_over.py")
    ids: dict[str, str] = json.loads(
        run([sys.executable, str(script), str(folder)], env=env).splitlines()[-1]
    )
    return ids


def infected(env: Mapping[str, str]) -> None:
    """Put infected deliveries into the quarantine of a furnished archive."""
    run([sys.executable, str(HOUSE.with_name("infected_deliveries.py"))], env=env)


def agreed_and_listed(env: Mapping[str, str]) -> dict[str, str]:
    """Put agreements, due files, minutes and a preservation plan into a furnished archive; return the ids of them."""
    script = HOUSE.with_name("agreed_and_listed.py")
    ids: dict[str, str] = json.loads(run([sys.executable, str(script)], env=env).splitlines()[-1])
    return ids


def built(
    home: Path, env: Mapping[str, str], *, profile: str = "buildout.cfg", settings: str = ""
) -> Instance:
    """Let buildout make an instance on a free port.

    Args:
        home: its folder, there already.
        env: as `environment` returns it.
        profile: the project's buildout file.
        settings: more lines of its [settings].
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    (home / "buildout.cfg").write_text(
        f"[buildout]\nextends = {ROOT / profile}\ndirectory = {home}\n"
        f"[settings]\naddress = 127.0.0.1:{port}\ntangthu-config = {env['TANGTHU_CONFIG']}\n{settings}",
        "utf-8",
    )
    buildout = Path(sys.executable).parent / "buildout"
    run([str(buildout), "-q", "-c", str(home / "buildout.cfg")], cwd=home, env=env)
    return Instance(home, f"http://127.0.0.1:{port}/luutru", env)


def make_site(instance: Instance, accounts: Path) -> None:
    """Make the site and its people."""
    instance.run("run", str(ROOT / "portal" / "site.py"), "--accounts", str(accounts))


@contextmanager
def served(instance: Instance) -> Iterator[str]:
    """Serve the instance until the block is left; gives the site's address."""
    log = instance.home / "instance.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [str(instance.home / "bin" / "instance"), "console"],
            cwd=instance.home,
            env=instance.environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            _wait(instance.url, process, log)
            yield instance.url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)  # the condition is the answer; this only spares the processor
    raise AssertionError(f"{url} does not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")
