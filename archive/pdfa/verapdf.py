"""Is this file PDF/A? Asked of veraPDF in one warm JVM per process.

A fresh JVM per file costs about 4 s of CPU, a warm one 0.15 s (measured on office PDFs), so the JVM is
kept and driven over pipes. It sees hostile files: it has a heap cap, every file a time limit, and after
a hang or a crash the JVM is killed and started afresh, so that only the one file suffers.

Nothing is concluded from silence: a file is PDF/A only when an answer bearing its number and its path says
`compliant: true` for the flavour asked, with a normal end of the job. Else it is "no" or "could not tell".
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from archive.hashing import sha256_of_file
from archive.pdfa.errors import VeraPdfMissingError
from archive.settings import ArchiveSettings
from archive.warm import ChildGoneError, ChildHangsError, WarmChild
from archive.warm_keeper import PerProcess, WarmKeeper

JAR = "greenfield-apps-1.28.2.jar"
SOURCE = Path(__file__).with_name("VeraServe.java")
KEPT_ENV = ("PATH", "HOME", "TMPDIR", "JAVA_HOME")  # a reader of hostile files gets no secret of ours
START_SECONDS = 120.0  # a loaded machine needs 20 s and more
# The second compiler costs more than it saves: half of all CPU over 500 office PDFs, measured.
JVM_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
)


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
        self.seconds = seconds
        self._heap_mb = heap_mb
        self._jar = jar
        self._java = java
        self._jvm = WarmKeeper(self._started, recycle_after=recycle_after)
        self._numbers = itertools.count(1)
        self.version = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the JVM's process id, None while there is none."""
        return self._jvm.pid

    def check(self, path: Path, flavour: str = "2b") -> Verdict:
        """Judge one file.

        A JVM that hangs or dies is replaced. A file that was being judged when the JVM died is tried once
        more (something else may have killed it), a file that hangs is not.

        Raises:
            VeraPdfMissingError: Java or the jar is missing or does not start. May be retried.
        """
        began = time.monotonic()
        place = str(path.resolve())
        if any(sign in place for sign in "\t\n\r"):
            return self._untold(began, flavour, "a file name with a control character cannot be asked about")
        if not path.is_file():
            return self._untold(began, flavour, "no such file")
        number = next(self._numbers)
        try:
            answer = self._jvm.ask(f"{number}\t{flavour}\t{place}", self.seconds)
        except ChildHangsError:
            return self._untold(began, flavour, f"no answer in {self.seconds:g} s")
        except ChildGoneError:
            return self._untold(began, flavour, "the JVM died twice on this file")
        return self._read(answer, number, place, flavour, time.monotonic() - began)

    def close(self) -> None:
        """End the JVM."""
        self._jvm.close()

    def forget(self) -> None:
        """Let go of a JVM inherited over a fork without touching it: it belongs to the parent."""
        self._jvm.forget()

    def _untold(self, began: float, flavour: str, message: str) -> Verdict:
        return Verdict(None, (), message, time.monotonic() - began, flavour, self.version)

    def _read(self, answer: dict[str, Any], number: int, place: str, flavour: str, seconds: float) -> Verdict:
        """Return the verdict an answer amounts to; pure but for the version."""
        said = answer.get("compliant")
        trouble = ""
        if answer.get("path") != place or answer.get("number") != str(number):
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

    def _started(self) -> WarmChild:
        jar = self._jar or ArchiveSettings.load().tools_home / "verapdf" / JAR
        if not jar.is_file():
            raise VeraPdfMissingError(f"veraPDF: {jar} is missing; run `make setup` to fetch it")
        java = shutil.which(self._java)
        if java is None:
            raise VeraPdfMissingError(f"veraPDF: there is no `{self._java}`; install openjdk-17-jdk-headless")
        classes = _compiled(jar)
        command = [
            java,
            f"-Xmx{self._heap_mb}m",
            *JVM_OPTIONS,
            "-cp",
            f"{jar}{os.pathsep}{classes}",
            "VeraServe",
        ]
        # In a C locale the JVM cannot open a file with a Vietnamese name.
        env = {name: os.environ[name] for name in KEPT_ENV if name in os.environ} | {"LC_ALL": "C.UTF-8"}
        try:
            jvm = WarmChild(command, env=env, hello_seconds=START_SECONDS)
        except (ChildGoneError, ChildHangsError) as error:
            raise VeraPdfMissingError(
                f"veraPDF: the JVM did not start from {jar}; try `{java} -version`, or fetch the jar again"
            ) from error
        self.version = str(jvm.hello.get("version", ""))
        return jvm


def _compiled(jar: Path) -> Path:
    """Return the folder with VeraServe's class, compiling it the first time.

    The folder's name is a hash of source and jar, and it appears whole by one rename, so several
    processes may start for the first time at once.
    """
    digest = hashlib.sha256(SOURCE.read_bytes())
    digest.update(bytes.fromhex(sha256_of_file(jar)))
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


shared = PerProcess(VeraPdf)
"""Return this process's veraPDF, started at the first question."""
