"""Derivatives made anew of kept originals, by today's routes, judged by veraPDF and the gate as at the intake.

An original is read from the first good copy, hashed, and looked into again, because what we know of formats grows. What
its signatures were worth is not asked anew: the verification page says what was found when it came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from archive.custody import spool_component
from archive.errors import DamagedError, NotFoundError
from archive.stores.interface import Store
from archive.viewer import system
from ingest.delivery import FileFacts, SignatureFacts
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.derivative import UNREADABLE
from ingest.formats.errors import CannotOpenError
from ingest.formats.identify import UNKNOWN_PUID, UNKNOWN_TYPE
from ingest.formats.inspect import facts_from
from ingest.formats.policy import Policy
from ingest.formats.workshop import Workshop, shared

KNOWN = frozenset(one.name for one in fields(SignatureFacts))


@dataclass(frozen=True)
class Kept:
    """An original in the vault.

    Attributes:
        facts: of its component, with the signatures as they were judged.
    """

    id: str
    name: str
    sha256: str
    facts: Mapping[str, Any]


def anew(
    originals: Sequence[Kept],
    folder: Path,
    *,
    target: str,
    policy: Policy,
    shop: Workshop | None = None,
    places: Sequence[Store] | None = None,
) -> dict[str, Derivative | Failure]:
    """Make a derivative of each; return by identifier what came of it.

    Args:
        originals: of one case file.
        folder: for the originals while they are read, and for what is made of them.
        target: flavour; "" for the policy's.
        policy: of their agency.
        shop: tools instead of this process's own.
        places: stores to read from instead of the configured ones.

    Raises:
        TemporaryError: no store answers, a tool is missing or the disk is full; the same call may succeed later.
    """
    shop = shop or shared()
    sources: list[Source] = []
    results: dict[str, Derivative | Failure] = {}
    came = folder / "originals"
    came.mkdir()
    for one in originals:
        path = came / one.id
        try:
            _spool(one, path, places)
        except (DamagedError, NotFoundError) as error:
            results[one.id] = Failure(one.id, UNREADABLE, error.reason)
            continue
        sources.append(Source(one.id, path, _looked(one, path, shop), target or policy.target))
    for made in normalise(sources, folder / "made", shop=shop, policy=policy):
        results[made.id] = made
    return results


def _spool(one: Kept, path: Path, places: Sequence[Store] | None) -> None:
    spool_component(one.id, path, viewer=system("migration"), places=places)


def _looked(one: Kept, path: Path, shop: Workshop) -> FileFacts:
    try:
        said = shop.sandbox.ask("look", path=path.resolve(), name=one.name)
    except CannotOpenError as error:
        return FileFacts(one.sha256, UNKNOWN_PUID, UNKNOWN_TYPE, (), problem=error.reason)
    return facts_from(one.sha256, said, tuple(map(_signature, one.facts.get("signatures", ()))))


def _signature(told: Mapping[str, Any]) -> SignatureFacts:
    return SignatureFacts(**{name: value for name, value in told.items() if name in KNOWN})
