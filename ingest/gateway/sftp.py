"""A drop on an SFTP server; the only module that knows paramiko.

Threat model: the server may not be the one it should be, so its host key is pinned in the settings and any other key
ends the connection before we say who we are; neither known_hosts files, nor an agent, nor keys of this account are
used. It may be slow or endless: every wait is bounded, listings and files are counted while they come. Names are used
on the server only. Accepted: one name in a listing that is not UTF-8 stops this drop, and is said, because paramiko
cannot read it.
"""

from __future__ import annotations

import io
import logging
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from archive.errors import SettingsError, TemporaryError
from archive.private_file import private_text
from ingest.errors import IngestError
from ingest.gateway.folder import plain
from ingest.gateway.place import MAX_FILES, Found
from ingest.inbox_auth import KeyAuth
from ingest.inbox_settings import SftpInbox

PIECE = 32_768  # what one request may ask for (draft-ietf-secsh-filexfer)
WINDOW = 64  # pieces asked for at once: 2 MiB
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what it says, it also raises


class SftpPlace:
    """A folder on a server, connected when first used. Implements `ingest.gateway.place.Place`."""

    def __init__(self, settings: SftpInbox) -> None:
        self.settings = settings
        self._client: paramiko.SSHClient | None = None
        self._open: paramiko.SFTPClient | None = None

    def files(self, folder: str) -> list[Found]:
        """Return the plain files of a folder."""
        with self._line() as sftp:
            entries = islice(sftp.listdir_iter(self._path(folder)), MAX_FILES)
            return [
                Found(one.filename, one.st_size or 0, float(one.st_mtime or 0))
                for one in entries
                if stat.S_ISREG(one.st_mode or 0) and "/" not in one.filename
            ]

    @contextmanager
    def read(self, folder: str, name: str) -> Iterator[Iterator[bytes]]:
        """Open a plain file and give its bytes in pieces."""
        with self._line() as sftp:
            path = self._path(folder, name)
            about = sftp.lstat(path)
            if not stat.S_ISREG(about.st_mode or 0):
                raise IngestError(f"{self.settings.name}: this name is not a plain file's (any more)")
            with sftp.open(path, "rb") as stream:
                yield _pieces(stream, about.st_size or 0)

    def move(self, folder: str, name: str, to_folder: str, to_name: str) -> bool:
        """Move a file in one act; False when something of that name is there already."""
        with self._line() as sftp:
            target = self._path(to_folder, to_name)
            try:
                sftp.lstat(target)
            except FileNotFoundError:
                sftp.rename(self._path(folder, name), target)  # the server refuses to overwrite
                return True
        return False

    def write(self, folder: str, name: str, data: bytes) -> None:
        """Write a small file in one act, replacing one of the same name."""
        self.make(folder)
        with self._line() as sftp:
            part = self._path(folder, f".{plain(name)}.part")
            sftp.putfo(io.BytesIO(data), part, file_size=len(data), confirm=True)
            sftp.posix_rename(part, self._path(folder, name))

    def remove(self, folder: str, name: str) -> None:
        """Remove a file; nothing when it is not there."""
        with self._line() as sftp, suppress(FileNotFoundError):
            sftp.remove(self._path(folder, name))

    def make(self, folder: str) -> None:
        """Make a folder below the root."""
        with self._line() as sftp:
            path = self._path(plain(folder))
            try:
                sftp.stat(path)
            except FileNotFoundError:
                sftp.mkdir(path)

    def close(self) -> None:
        """End the connection."""
        client, self._client, self._open = self._client, None, None
        if client is not None:
            client.close()

    def _path(self, folder: str, name: str = "") -> str:
        steps = [plain(step) for step in (folder, name) if step]
        return posixpath.join(self.settings.path, *steps)

    @contextmanager
    def _line(self) -> Iterator[paramiko.SFTPClient]:
        settings, where = self.settings, f"{self.settings.name} ({self.settings.host}:{self.settings.port})"
        try:
            if self._open is None:
                self._open = self._connected()
            yield self._open
        except paramiko.BadHostKeyException as error:
            self.close()
            raise IngestError(
                f"{where}: shows the host key {error.key.get_name()} {error.key.fingerprint}, not the pinned "
                "one; nothing was sent. If the server really has a new key, ask its keeper and set host_key"
            ) from error
        except paramiko.AuthenticationException as error:
            self.close()
            raise IngestError(
                f"{where}: {settings.auth.user} is not let in; check auth of this inbox"
            ) from error
        except UnicodeDecodeError as error:
            self.close()
            raise IngestError(f"{where}: a file name there is not UTF-8; have it renamed: {error}") from error
        except (FileNotFoundError, PermissionError) as error:
            raise TemporaryError(
                f"{where}: {error}; is the folder there, and ours to read and write?"
            ) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            raise TemporaryError(f"{where}: no answer: {error or type(error).__name__}") from error

    def _connected(self) -> paramiko.SFTPClient:
        settings = self.settings
        client = self._client = paramiko.SSHClient()
        kind, data = settings.host_key.split()[:2]
        try:
            entry = HostKeyEntry.from_line(f"pinned {kind} {data}")
        except (paramiko.SSHException, InvalidHostKey, ValueError) as error:
            raise SettingsError(f"{settings.name}: host_key is no public key: {error}") from error
        if entry is None or entry.key is None:
            raise SettingsError(f"{settings.name}: host_key is no public key this program knows")
        called = settings.host if settings.port == 22 else f"[{settings.host}]:{settings.port}"
        client.get_host_keys().add(called, entry.key.get_name(), entry.key)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        auth = settings.auth
        if isinstance(auth, KeyAuth):
            key, password = _private_key(auth), None
        else:
            key, password = None, auth.secret()
        client.connect(
            settings.host,
            settings.port,
            username=auth.user,
            pkey=key,
            password=password,
            allow_agent=False,
            look_for_keys=False,
            timeout=settings.connect_seconds,
            banner_timeout=settings.connect_seconds,
            auth_timeout=settings.read_seconds,
            channel_timeout=settings.read_seconds,
        )
        sftp = client.open_sftp()
        sftp.get_channel().settimeout(settings.read_seconds)
        return sftp


def _pieces(stream: paramiko.SFTPFile, size: int) -> Iterator[bytes]:
    """Yield the file, a window of pieces at a time, so that neither the line's delay nor memory counts."""
    for start in range(0, size, PIECE * WINDOW):
        ends = min(start + PIECE * WINDOW, size)
        yield from stream.readv([(at, min(PIECE, ends - at)) for at in range(start, ends, PIECE)])


def _private_key(auth: KeyAuth) -> paramiko.PKey:
    text = private_text(auth.key_file)
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text + "\n"))
    raise SettingsError(f"{auth.key_file}: no private key (Ed25519, ECDSA, RSA) without a passphrase")
