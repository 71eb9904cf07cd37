"""What a deposit costs beside the least it could: copy into each store, flush, read back, SHA-256.

    .venv/bin/python -m benchmarks.deposit [--megabytes 256] [--packages 4] [--stores 3] [--folder PLACE]

Both do the same to the same files on the same disk, in turns, so that other work on the machine disturbs both. The raw
way is one process, one store after another, nothing but the copies and their hashes. "Copies" counts every
byte once for each store it went into and was read back from; "packages" counts it once. One JSON line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from archive.depositing import deposit
from archive.hashing import sha256_of_file
from archive.stores.folder import FolderStore
from archive.stores.interface import Store

GOAL = 400
"""MB/s of a deposit with read-back on local stores (issue 5)."""
MB = 1_000_000


def raw(package: Path, places: Sequence[Path]) -> float:
    """Copy a file into each folder, flush it, hash the copy; return the seconds."""
    begun = time.perf_counter()
    for place in places:
        copy = place / package.name
        shutil.copyfile(package, copy)
        with copy.open("rb") as stream:
            os.fsync(stream.fileno())
            assert hashlib.file_digest(stream, "sha256").hexdigest()
    return time.perf_counter() - begun


def ours(package: Path, sha256: str, places: Sequence[Store]) -> float:
    """Deposit it; return the seconds."""
    begun = time.perf_counter()
    assert len(deposit(package, f"a/{package.name}", sha256, into=places, required=len(places))) == len(
        places
    )
    return time.perf_counter() - begun


def packages(folder: Path, count: int, megabytes: int) -> list[Path]:
    """Make packages of bytes that do not compress."""
    made = []
    for number in range(count):
        path = folder / f"v{number:04d}.zip"
        block = random.Random(number).randbytes(MB)
        with path.open("wb") as stream:
            for n in range(megabytes):
                stream.write(n.to_bytes(8, "big") + block[8:])
        made.append(path)
    return made


def measure(folder: Path, count: int, megabytes: int, stores: int) -> dict[str, float | int | bool]:
    """Return the figures; what was made is removed."""
    raws, deposits = [], []
    for number, package in enumerate(packages(folder, count, megabytes)):
        sha256 = sha256_of_file(package)
        plain = [folder / f"raw-{n}" for n in range(stores)]
        kept = [folder / f"store-{n}" for n in range(stores)]
        for place in (*plain, *kept):
            place.mkdir()
        turns = [
            lambda package=package, plain=plain: raws.append(raw(package, plain)),
            lambda package=package, kept=kept, sha256=sha256: deposits.append(
                ours(package, sha256, [FolderStore(place.name, place) for place in kept])
            ),
        ]
        for turn in turns if number % 2 else reversed(turns):
            turn()
        for place in (*plain, *kept):
            shutil.rmtree(place)
        package.unlink()
    quick, slow = statistics.median(deposits), statistics.median(raws)
    copies = megabytes * stores
    return {
        "packages": count,
        "megabytes": megabytes,
        "stores": stores,
        "deposit_copies_mb_per_second": round(copies / quick, 1),
        "deposit_packages_mb_per_second": round(megabytes / quick, 1),
        "raw_copies_mb_per_second": round(copies / slow, 1),
        "ratio_to_raw": round(slow / quick, 2),
        "goal_mb_per_second": GOAL,
        "goal_met": copies / quick >= GOAL,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--packages", type=int, default=4)
    parser.add_argument("--stores", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where to write; the system's temporary folder when left out"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-deposit-", dir=options.folder) as place:
        print(json.dumps(measure(Path(place), options.packages, options.megabytes, options.stores)))


if __name__ == "__main__":
    main()
