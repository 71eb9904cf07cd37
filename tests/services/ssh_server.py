"""A real OpenSSH server from Debian on a loopback port, serving files as this account; ended by whoever started it."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

SSHD = "/usr/sbin/sshd"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_key(path: Path) -> str:
    """Make a key pair without passphrase; return the public line."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True)
    return path.with_name(f"{path.name}.pub").read_text().strip()


@dataclass
class SshServer:
    """One server. `host_key` and the account's key lie in its folder.

    Attributes:
        host_key: public line of the key it shows.
    """

    folder: Path
    port: int
    host_key: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def user(self) -> str:
        """Return the account that is let in, by its key."""
        return getpass.getuser()

    @property
    def key_file(self) -> Path:
        """Return the private key of the account."""
        return self.folder / "account"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(self.folder / "sshd_config")],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        deadline = time.monotonic() + 20
        while True:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and every connection it serves."""
        if self.process is not None:
            for pid in [*self.connections(), self.process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None

    def connections(self) -> list[int]:
        """Return the processes that serve somebody; each is in a session of its own."""
        found, queue = [], [self.process.pid] if self.process else []
        while queue:
            pid = queue.pop()
            with suppress(FileNotFoundError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                found += [int(child) for child in children]
                queue += [int(child) for child in children]
        return found


def make_server(folder: Path) -> SshServer:
    """Return a server that is not started yet.

    Skips the test when there is no sshd (fails it on CI).
    """
    if shutil.which(SSHD) is None:
        if os.environ.get("CI"):
            pytest.fail("no OpenSSH server; `make setup` installs it")
        pytest.skip("no OpenSSH server; `make setup` installs it")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where root's sshd locks its children away
    folder.mkdir(parents=True, exist_ok=True)
    host_key, account = make_key(folder / "host"), make_key(folder / "account")
    (folder / "authorized").write_text(account + "\n")
    server = SshServer(folder, free_port(), host_key)
    (folder / "sshd_config").write_text(
        f"""Port {server.port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
AllowUsers {server.user}
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""
    )
    return server
