"""A file from outside, read whole only once its size is known to be within bounds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from archive.reason import because
from retention.errors import CertificateError


def read_outside(path: Path, most: int) -> bytes:
    """Return the bytes of a file.

    Args:
        path: of a plain file; a pipe or a device is not read.
        most: bytes it may have; asked before the first is read, and held while reading.

    Raises:
        CertificateError: it is not there, no plain file, longer, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise CertificateError(because("retention.no-plain-file", name=path.name))
            data = stream.read(most + 1) if found.st_size <= most else b""
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CertificateError(because("retention.file-unreadable", name=path.name, said=why)) from error
    if found.st_size > most or len(data) > most:
        raise CertificateError(because("retention.file-too-long", name=path.name, most=most))
    return data
