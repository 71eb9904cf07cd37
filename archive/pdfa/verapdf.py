"""Is this file PDF/A? Asked of veraPDF in one warm JVM per process.

A fresh JVM per file costs about 4 s of CPU, a warm one 0.15 s (measured on office PDFs), so the JVM is
kept and driven over pipes. It sees hostile files: it has a heap cap, every file a time limit, and after
a hang or a crash the JVM is killed and started afresh, so that only the one file suffers.

Nothing is concluded from silence: a file is PDF/A only when an answer bearing its number and its path says
`compliant: true` for the flavour asked, with a normal end of the job. Anything else is "no" or "could not tell".
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from archive.pdfa.errors import VeraPdfMissingError
from archive.settings import ArchiveSettings

JAR = "greenfield-apps-1.28.2.jar"
SOURCE = Path(__file__).with_name("VeraServe.java")
START_SECONDS = 120.0  # a loaded machine needs 20 s and more
ANSWER_LIMIT = 16 * 2**20  # bytes; no honest answer is longer


@dataclass(frozen=True)
class FailedRule:
    """One rule of ISO 19005 that a file breaks.

    Attributes:
        rule: clause and test number, e.g. `6.2.11.4.1-1`.
        count: how often it is broken in the file.
    """

    rule: str
    count: int
    message: str


@dataclass(frozen=True)
class Verdict:
    """veraPDF's answer about one file.

    Attributes:
        compliant: True only when veraPDF said so for this file and flavour; None when it could not tell.
        failed: the rules broken, empty when compliant or not told.
        message: why it could not be told, else "".
        seconds: wall time of the question.
        version: of veraPDF's core.
    """

    compliant: bool | None
    failed: tuple[FailedRule, ...]
    message: str
    seconds: float
    flavour: str = "2b"
    version: str = ""


class _JvmGoneError(Exception):
    """The JVM ended while it was asked."""


class _JvmHangsError(Exception):
    """The JVM did not answer in time."""


class VeraPdf:
    """A warm veraPDF. A context manager; also fine without: the JVM dies with this process.

    Safe to share between threads (one question at a time). Not to be carried over a fork: see `shared`.

    Args:
        seconds: time limit of one file.
        recycle_after: files after which the JVM is replaced by a fresh one.
        heap_mb: Java heap cap.
        jar: veraPDF's shaded jar; by default the one set-up put into the tools folder.
    """

    def __init__(
        self,
        *,
        seconds: float = 120.0,
        recycle_after: int = 2000,
        heap_mb: int = 1024,
        jar: Path | None = None,
        java: str = "java",
    ) -> None:
        self._seconds = seconds
        self._recycle_after = recycle_after
        self._heap_mb = heap_mb
        self._jar = jar
        self._java = java
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._asked = 0
        self._number = 0
        self.version = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the JVM's process id, None while there is none."""
        return self._process.pid if self._process else None

    def check(self, path: Path, flavour: str = "2b") -> Verdict:
        """Judge one file.

        A JVM that hangs or dies is replaced; a file that was being judged when the JVM died is tried once more
        (something else may have killed it), a file that hangs is not.

        Raises:
            VeraPdfMissingError: Java or the jar is missing or does not start. May be retried.
        """
        began = time.monotonic()
        place = str(path.resolve())
        if any(sign in place for sign in "\t\n\r"):
            return self._untold(began, flavour, "a file name with a control character cannot be asked about")
        if not path.is_file():
            return self._untold(began, flavour, "no such file")
        with self._lock:
            for attempt in (1, 2):
                try:
                    answer = self._ask(place, flavour)
                except _JvmHangsError:
                    self._kill()
                    return self._untold(began, flavour, f"no answer in {self._seconds:g} s")
                except _JvmGoneError:
                    self._kill()
                    if attempt == 2:
                        return self._untold(began, flavour, "the JVM died twice on this file")
                else:
                    return self._read(answer, place, flavour, time.monotonic() - began)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the JVM."""
        with self._lock:
            self._kill()

    def forget(self) -> None:
        """Let go of a JVM inherited over a fork without touching it: it belongs to the parent."""
        process, self._process = self._process, None
        if process is not None:
            process.returncode = 0  # not our child: nothing to wait for, nothing to warn about
            # Our copies of the pipes' ends must go, or the JVM would not see its parent's death.
            _close_quietly(process.stdin)
            _close_quietly(process.stdout)
        self._lock = threading.Lock()

    def _untold(self, began: float, flavour: str, message: str) -> Verdict:
        return Verdict(None, (), message, time.monotonic() - began, flavour, self.version)

    def _read(self, answer: dict[str, Any], place: str, flavour: str, seconds: float) -> Verdict:
        """Return the verdict an answer amounts to; pure but for the version."""
        said = answer.get("compliant")
        trouble = ""
        if answer.get("path") != place or answer.get("number") != str(self._number):
            trouble = "the answer is about another file"
        elif "error" in answer:
            trouble = str(answer["error"])
        elif answer.get("flavour") != flavour:
            trouble = f"judged as {answer.get('flavour')}, not as {flavour}"
        elif str(answer.get("end")).lower() != "normal" or not answer.get("assertions"):
            trouble = f"the job ended {answer.get('end')} after {answer.get('assertions')} tests"
        elif not isinstance(said, bool) or not isinstance(answer.get("failed"), list):
            trouble = "the answer has no verdict"
        if trouble:
            return Verdict(None, (), trouble, seconds, flavour, self.version)
        failed = tuple(
            FailedRule(str(item["rule"]), int(item["count"]), str(item["message"] or ""))
            for item in answer["failed"]
        )
        if said and failed:
            return Verdict(None, failed, "called compliant with failed rules", seconds, flavour, self.version)
        return Verdict(bool(said), failed, "", seconds, flavour, self.version)

    def _ask(self, place: str, flavour: str) -> dict[str, Any]:
        if self._process is not None and self._asked >= self._recycle_after:
            self._kill()
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        self._asked += 1
        self._number += 1
        try:
            self._process.stdin.write(f"{self._number}\t{flavour}\t{place}\n".encode())
            self._process.stdin.flush()
        except OSError as error:
            raise _JvmGoneError from error
        return self._line(self._seconds)

    def _line(self, seconds: float) -> dict[str, Any]:
        """Return the next answer of the JVM."""
        assert self._process is not None
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        stream = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise _JvmHangsError
            chunk = os.read(stream, 65536)
            if not chunk or len(self._buffer) > ANSWER_LIMIT:
                raise _JvmGoneError
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise _JvmGoneError from error
        if not isinstance(answer, dict):
            raise _JvmGoneError
        return answer

    def _start(self) -> None:
        jar = self._jar or ArchiveSettings.load().tools_home / "verapdf" / JAR
        if not jar.is_file():
            raise VeraPdfMissingError(f"veraPDF: {jar} is missing; run `make setup` to fetch it")
        java = shutil.which(self._java)
        if java is None:
            raise VeraPdfMissingError("veraPDF: there is no `java`; install openjdk-17-jdk-headless")
        classes = _compiled(jar)
        self._buffer, self._asked = b"", 0
        self._process = subprocess.Popen(
            [
                java,
                f"-Xmx{self._heap_mb}m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-cp",
                f"{jar}{os.pathsep}{classes}",
                "VeraServe",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # In a C locale the JVM cannot open a file with a Vietnamese name.
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            hello = self._line(START_SECONDS)
        except (_JvmGoneError, _JvmHangsError) as error:
            self._kill()
            raise VeraPdfMissingError(
                f"veraPDF: the JVM did not start from {jar}; try `{java} -version`, or fetch the jar again"
            ) from error
        self.version = str(hello.get("version", ""))

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            _close_quietly(stream)


def _close_quietly(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):  # unwritten request to a dead JVM
            stream.close()


def _compiled(jar: Path) -> Path:
    """Return the folder with VeraServe's class, compiling it the first time.

    The folder's name is a hash of source and jar, and it appears whole by one rename, so several
    processes may start for the first time at once.
    """
    digest = hashlib.sha256(SOURCE.read_bytes())
    with jar.open("rb") as stream:
        digest.update(hashlib.file_digest(stream, "sha256").digest())
    home = ArchiveSettings.load().tools_home / "verapdf"
    ready = home / f"classes-{digest.hexdigest()[:16]}"
    if ready.is_dir():
        return ready
    javac = shutil.which("javac")
    if javac is None:
        raise VeraPdfMissingError("veraPDF: there is no `javac`; install openjdk-17-jdk-headless")
    home.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=home, prefix="classes-new-"))
    try:
        done = subprocess.run(
            [javac, "-encoding", "UTF-8", "-cp", str(jar), "-d", str(made), str(SOURCE)],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        if done.returncode != 0:
            raise VeraPdfMissingError(
                f"veraPDF: {SOURCE.name} does not compile against {jar}: {done.stderr[:400]}"
            )
        made.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was first; its classes are the same
            made.rename(ready)
    except subprocess.TimeoutExpired as error:
        raise VeraPdfMissingError(f"veraPDF: javac took more than {START_SECONDS:g} s; try again") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    if not ready.is_dir():
        raise VeraPdfMissingError(f"veraPDF: cannot write {ready}; is the folder writable?")
    return ready


_shared: VeraPdf | None = None
_shared_lock = threading.Lock()


def shared() -> VeraPdf:
    """Return this process's veraPDF, started at the first question."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = VeraPdf()
        return _shared


def _after_fork() -> None:
    """Give a forked worker a JVM of its own."""
    global _shared, _shared_lock
    if _shared is not None:
        _shared.forget()
    _shared, _shared_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
