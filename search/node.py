"""A real Elasticsearch node of our own: started, waited for, stopped, nothing left behind.

For `tangthu up` with the Elasticsearch engine, and for tests; production has a cluster. The server is the one
`deploy/elasticsearch/fetch.sh` unpacks. It listens on 127.0.0.1 without a password: whoever can log in to this
machine can read the index. It never runs as root: root starts it as `nobody` (setpriv), who must be able to
read the server and to write the work folder, through every parent folder. So that this works from a home of
mode 0700, root keeps a copy of the server in a public cache folder (`node_public_home`), and refuses a work
folder that `nobody` cannot reach by using one beside that copy.

The node dies with us, however we die: the kernel ends its launcher (parent death signal), and the server ends
when its launcher is gone.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from search.errors import NodeError
from search.settings import SearchSettings

ACCOUNT = "nobody"
START_SECONDS = 240
STOP_SECONDS = 30
CONFIG = ("log4j2.properties", "roles.yml", "users", "users_roles", "role_mapping.yml")
# Options of the shipped jvm.options that write outside the work folder.
UNWANTED = ("-Xlog", "HeapDump", "-XX:ErrorFile")


def available(home: Path | None = None) -> str:
    """Return "" when a node can be started here, otherwise the reason and what to do about it."""
    home = home or SearchSettings.load().home
    if not (home / "bin" / "elasticsearch-cli").is_file():
        return f"no Elasticsearch server in {home}: run deploy/elasticsearch/fetch.sh (downloads 921 MB once)"
    if java_home() is None:
        return "no Java: install the Debian package openjdk-17-jre-headless"
    if shutil.which("setpriv") is None:
        return "no setpriv: install the Debian package util-linux"
    return ""


def java_home() -> Path | None:
    """Return the home of the Java to use: ES_JAVA_HOME, or where `java` on the path really is."""
    if os.environ.get("ES_JAVA_HOME"):
        return Path(os.environ["ES_JAVA_HOME"])
    java = shutil.which("java")
    return Path(java).resolve().parent.parent if java else None


def reachable(path: Path) -> bool:
    """Say whether every folder down to this one may be entered by any account."""
    path = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


class Node:
    """One node. Use as a context manager, or `start()` and `stop()`.

    Args:
        home: the unpacked server.
        work: a folder for its configuration, data and logs; made if absent. Data in it is kept.
        port: for HTTP on 127.0.0.1.
        heap: Java heap, e.g. "512m".
        public_home: where root keeps a copy of the server that `nobody` can read.
    """

    def __init__(
        self, home: Path, work: Path, port: int, heap: str = "512m", *, public_home: Path | None = None
    ) -> None:
        self.port = port
        self.heap = heap
        self._as_root = os.geteuid() == 0
        self._public = public_home or SearchSettings.load().node_public_home
        self.home = home.resolve()
        self.work = work.resolve()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the node's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, seconds: float = START_SECONDS) -> Self:
        """Start the node and wait until it is healthy.

        Raises:
            NodeError: it cannot be started here, ended, or was not healthy in time; nothing is left running.
        """
        reason = available(self.home)
        if reason:
            raise NodeError(reason)
        try:
            self._prepare()
            self._launch()
        except (OSError, shutil.Error) as error:
            raise NodeError(f"cannot start Elasticsearch in {self.work}: {error}") from error
        try:
            self._wait(seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def _prepare(self) -> None:
        if self._as_root:
            self.home = _public_copy(self.home, self._public)
            self.work.mkdir(parents=True, exist_ok=True)
            if not reachable(self.work):
                beside = hashlib.sha256(str(self.work).encode()).hexdigest()[:12]
                self.work = self._public.parent / f"elasticsearch-{beside}"
        for folder in ("conf", "data", "logs", "tmp"):
            (self.work / folder).mkdir(parents=True, exist_ok=True)
        conf = self.work / "conf"
        for name in CONFIG:
            shutil.copyfile(self.home / "config" / name, conf / name)
        options = (self.home / "config" / "jvm.options").read_text(encoding="utf-8").splitlines()
        wanted = [line for line in options if not any(word in line for word in UNWANTED)]
        (conf / "jvm.options").write_text("\n".join(wanted) + "\n", encoding="utf-8")
        (conf / "elasticsearch.yml").write_text(self._configuration(), encoding="utf-8")
        if self._as_root:
            account = pwd.getpwnam(ACCOUNT)
            for path in (self.work, *self.work.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)

    def _configuration(self) -> str:
        return "\n".join(
            (
                "cluster.name: tangthu-embedded",
                "node.name: n1",
                f"path.data: {self.work / 'data'}",
                f"path.logs: {self.work / 'logs'}",
                "network.host: 127.0.0.1",
                f"http.port: {self.port}",
                "transport.port: 0",
                "discovery.type: single-node",
                "cluster.routing.allocation.disk.threshold_enabled: false",
                "action.auto_create_index: false",
                "xpack.security.enabled: false",
                "",
            )
        )

    def _command(self) -> list[str]:
        command = ["setpriv", "--pdeathsig", "TERM"]
        if self._as_root:
            group = str(pwd.getpwnam(ACCOUNT).pw_gid)
            command += [f"--reuid={ACCOUNT}", f"--regid={group}", "--clear-groups"]
        return [*command, "bash", str(self.home / "bin" / "elasticsearch-cli")]

    def _launch(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "CLI_NAME": "server",
            "CLI_LIBS": "lib/tools/server-cli",
            # Every Java it starts: nothing in the machine's /tmp, neither counters nor temporary folders.
            "JDK_JAVA_OPTIONS": f"-XX:-UsePerfData -Djava.io.tmpdir={self.work / 'tmp'}",
            "ES_JAVA_HOME": str(java_home()),
            "ES_PATH_CONF": str(self.work / "conf"),
            "ES_JAVA_OPTS": f"-Xms{self.heap} -Xmx{self.heap}",
            "ES_TMPDIR": str(self.work / "tmp"),
            "TMPDIR": str(self.work / "tmp"),
            "HOME": str(self.work),
        }
        with (self.work / "logs" / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                env=environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise NodeError(f"Elasticsearch ended while starting:\n{self._tail()}")
            if self.healthy():
                return
            time.sleep(0.3)
        raise NodeError(f"Elasticsearch was not healthy within {seconds:.0f} s:\n{self._tail()}")

    def healthy(self) -> bool:
        """Say whether the node answers and can serve its indexes."""
        address = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    @property
    def alive(self) -> bool:
        """Say whether the node's process runs."""
        return self._process is not None and self._process.poll() is None

    def _tail(self) -> str:
        log = self.work / "logs" / "console.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return "\n".join(lines[-8:])

    def stop(self) -> None:
        """Ask the node to end, wait, then end its whole group by force. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def remove(self) -> None:
        """Stop the node and remove its work folder with all data."""
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _public_copy(home: Path, public: Path) -> Path:
    """Return a folder with the server that any account can read: `home` itself, or its copy."""
    if reachable(home):
        return home
    stamp = home / "lib" / "server"
    marker = public / ".copied-from"
    origin = f"{home} {stamp.stat().st_mtime_ns if stamp.exists() else home.stat().st_mtime_ns}"
    if marker.exists() and marker.read_text(encoding="utf-8") == origin:
        return public
    public.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".elasticsearch-", dir=public.parent))
    try:
        place.chmod(0o755)
        shutil.copytree(home, place, dirs_exist_ok=True)
        for path in place.rglob("*"):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        (place / ".copied-from").write_text(origin, encoding="utf-8")
        shutil.rmtree(public, ignore_errors=True)
        place.rename(public)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        if not marker.exists():  # somebody else may have put the same copy there meanwhile
            raise
    return public


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a node in the foreground until SIGTERM or SIGINT; exit 1 when it ends by itself."""
    settings = SearchSettings.load()
    parser = argparse.ArgumentParser(prog="python -m search.node", description=main.__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for configuration, data and logs")
    parser.add_argument("--port", type=int, required=True, help="HTTP port on 127.0.0.1")
    parser.add_argument("--home", type=Path, default=settings.home, help="the unpacked server")
    parser.add_argument("--heap", default=settings.node_heap, help="Java heap, e.g. 512m")
    told = parser.parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop_waiting(ended))
    node = Node(told.home, told.work, told.port, told.heap)
    try:
        with node:
            print(f"Elasticsearch is up at {node.url}, work folder {node.work}", flush=True)
            while not ended.wait(1):
                if not node.alive:
                    print(f"Elasticsearch ended by itself:\n{node._tail()}", file=sys.stderr)
                    return 1
    except _StoppedError:
        return 0
    except NodeError as error:
        print(f"search.node: {error}", file=sys.stderr)
        return 1
    return 0


class _StoppedError(Exception):
    """A signal came; ends whatever is being waited for."""


def _stop_waiting(ended: threading.Event) -> None:
    ended.set()
    raise _StoppedError


if __name__ == "__main__":
    sys.exit(main())
