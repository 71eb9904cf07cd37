"""What is left of a case file whose last copy was on its way out when the run that erased it died."""

from __future__ import annotations

from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.holders import Target
from archive.stores.interface import Store
from archive.wiping import BEGUN


def copy_left(target: Target) -> bool:
    """Say whether some store still has a package of the case file; a store that does not answer may.

    One whose wiping had begun is none any more, though it is still there under its name.
    """
    return any(_has(store, name) for store in stores() for name in target.package_names)


def _has(store: Store, name: str) -> bool:
    try:
        with store.open(name) as stream:
            return stream.read(len(BEGUN)) != BEGUN
    except NotFoundError:
        return False
    except (TemporaryError, OSError):
        return True
