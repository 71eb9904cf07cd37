"""Ask clamd whether a file is infected.

Threat model: the file is hostile and may try to be skipped (too large, encrypted, nested, broken). So "not looked
into" is never "clean": clamd is told to report what exceeds its limits, and such a report, an error or a short answer
is a scan that is not clean. No answer at all is a temporary error and the submission waits.
Accepted risk: the embedded set-up knows one local test signature only; production runs freshclam beside clamd.

The INSTREAM protocol (man clamd) is spoken here directly. The Python client sends 1 KiB at a time without looking at
how much of it was taken, and hangs up on clamd's last word when a limit is hit.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.errors import ToolMissingError
from ingest.settings import IngestSettings

TOOL = "clamd"
CHUNK = 256 * 1024
TIMEOUT_SECONDS = 300.0  # above MaxScanTime below, so that clamd gives up first and says so
MAX_FILE = "2000M"  # clamd's own ceiling for one file is just below 2 GiB

# clamd reports these instead of a signature when it could not look inside.
_NOT_LOOKED_INTO = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


@dataclass(frozen=True)
class Scan:
    """What clamd said about one file.

    Attributes:
        clean: clamd looked at all of it and found nothing.
        signature: what was found, or why it could not be told; "" when clean.
        engine: clamd's version, signature version and signature date, for the PREMIS event.
        told: clamd could look inside; False means neither clean nor proven infected.
    """

    clean: bool
    signature: str
    engine: str
    told: bool = True

    @property
    def finding_code(self) -> str:
        """Return the catalogue code for this outcome; "" when clean."""
        if self.clean:
            return ""
        return "VIRUS" if self.told else "VIRUS_UNSCANNED"


def scan(path: Path, *, address: Path | None = None) -> Scan:
    """Return clamd's word on the file, streamed in chunks.

    Args:
        path: the file; only its bytes go to clamd, so clamd needs no right to read the quarantine.
        address: clamd's socket; the settings' `clamd_socket` when not given.

    Raises:
        ToolMissingError: clamd is not there, stopped in the middle, or is too busy; try again later.
    """
    with path.open("rb") as file:
        return scan_stream(file, address=address)


def scan_stream(file: BinaryIO, *, address: Path | None = None) -> Scan:
    """Return clamd's word on what a stream gives from where it stands to its end. Otherwise as `scan`.

    Raises:
        ToolMissingError: as `scan`; also when the stream itself cannot be read.
    """
    where = address or IngestSettings.load().clamd_socket
    engine = version(where)
    with _connect(where) as link:
        try:
            # clamd stops reading at its limit; its reason is still to be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                _stream(link, file)
            reply = _reply(link)
        except OSError as error:
            raise ToolMissingError(TOOL, f"stopped answering while it scanned ({error})") from error
    return judge(reply, engine)


def version(address: Path | None = None) -> str:
    """Return `ClamAV <engine>/<signature version>/<signature date>` as the running clamd says.

    Raises:
        ToolMissingError: clamd does not answer.
    """
    where = address or IngestSettings.load().clamd_socket
    try:
        with _connect(where) as link:
            link.sendall(b"zVERSION\0")
            reply = _reply(link)
    except OSError as error:
        raise ToolMissingError(TOOL, f"does not answer on {where} ({error})") from error
    if not reply.startswith("ClamAV"):
        raise ToolMissingError(TOOL, f"gave no version on {where} ({reply[:80]!r})")
    return reply


def judge(reply: str, engine: str) -> Scan:
    """Return what an INSTREAM reply means; only the exact word OK is clean.

    Raises:
        ToolMissingError: an empty reply: clamd went away.
    """
    if not reply:
        raise ToolMissingError(TOOL, "hung up without an answer")
    said = reply.removeprefix("stream: ")
    if said == "OK" and reply != said:
        return Scan(True, "", engine)
    if said.endswith(" FOUND"):
        signature = said.removesuffix(" FOUND")
        return Scan(False, signature, engine, told=not signature.startswith(_NOT_LOOKED_INTO))
    return Scan(False, said[:200], engine, told=False)


@dataclass(frozen=True)
class Engine:
    """Which scanner with which signatures; "" for what clamd does not say (it has no official signatures then)."""

    name: str
    signatures: str
    signatures_of: str

    @property
    def told(self) -> str:
        """Return it in words, for the PREMIS event."""
        if not self.signatures:
            return f"{self.name}, local signatures without version or date"
        return f"{self.name}, signatures {self.signatures} of {self.signatures_of}"


def engine_of(version: str) -> Engine:
    """Return what `ClamAV <engine>/<signature version>/<signature date>` says; the date as clamd writes it."""
    name, _, rest = version.partition("/")
    signatures, _, day = rest.partition("/")
    return Engine(name.strip() or TOOL, signatures.strip(), day.strip() or ("no date" if signatures else ""))


def write_clamd_conf(folder: Path, socket_path: Path | None = None) -> Path:
    """Write what an embedded clamd needs below `folder` and return its configuration file.

    Start it with `clamd --foreground --config-file=<returned path>`. It listens on the Unix socket alone, fetches
    nothing, and knows one signature of ours: the EICAR test file (eicar.org), plain or inside archives.

    Args:
        folder: for configuration, signatures and temporary files; made when missing.
        socket_path: where it shall listen; the settings' `clamd_socket` when not given. At most about 100
            characters, a limit of Unix sockets.
    """
    where = (socket_path or IngestSettings.load().clamd_socket).resolve()
    home = folder.resolve()
    signatures, temporary = home / "signatures", home / "tmp"
    for path in (signatures, temporary, where.parent):
        path.mkdir(parents=True, exist_ok=True)
    temporary.chmod(0o700)  # unpacked archives lie here for a moment
    (signatures / "tangthu.ndb").write_text(eicar_signature() + "\n", encoding="ascii")
    conf = home / "clamd.conf"
    conf.write_text(
        "\n".join(
            (
                "Foreground yes",
                f"LocalSocket {where}",
                "LocalSocketMode 600",
                "FixStaleSocket yes",
                f"DatabaseDirectory {signatures}",
                f"TemporaryDirectory {temporary}",
                f"PidFile {home / 'clamd.pid'}",
                f"StreamMaxLength {MAX_FILE}",
                f"MaxFileSize {MAX_FILE}",
                "MaxScanSize 4000M",
                "MaxScanTime 240000",
                "MaxRecursion 12",
                "MaxFiles 20000",
                "ScanArchive yes",
                # Whatever was not looked into must be said, or clamd answers OK for it.
                "AlertExceedsMax yes",
                "AlertEncryptedArchive yes",
                "MaxThreads 4",
                "IdleTimeout 30",
                "ReadTimeout 120",
                "CommandReadTimeout 30",
                "SelfCheck 0",
                "",
            )
        ),
        encoding="utf-8",
    )
    return conf


def eicar_signature() -> str:
    """Return an extended ClamAV signature (`.ndb` line) of the EICAR test file.

    Any file type, any offset. The text is put together here from its two halves so that a scanner does not find the
    test file in our own source.
    """
    return f"Tangthu.Test.EICAR:0:*:{eicar_bytes().hex()}"


def eicar_bytes() -> bytes:
    """Return the 68 bytes of the EICAR test file: harmless, and called a virus by agreement."""
    head = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-"
    return (head + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode("ascii")


def _connect(address: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(TIMEOUT_SECONDS)
        link.connect(str(address))
    except OSError as error:
        link.close()
        raise ToolMissingError(TOOL, f"does not answer on {address} ({error})") from error
    return link


def _stream(link: socket.socket, file: BinaryIO) -> None:
    link.sendall(b"zINSTREAM\0")
    while chunk := file.read(CHUNK):
        link.sendall(struct.pack("!L", len(chunk)) + chunk)
    link.sendall(struct.pack("!L", 0))


def _reply(link: socket.socket) -> str:
    parts: list[bytes] = []
    while part := link.recv(4096):
        parts.append(part)
        if part.endswith(b"\0"):
            break
    return b"".join(parts).rstrip(b"\0").decode("utf-8", "replace").strip()
