"""Names that last: a file that was written is found after a power cut only when its folder was flushed too."""

from __future__ import annotations

import os
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Bring a folder's names down to the disk.

    Raises:
        OSError: the folder is not there, or the disk does not answer.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
