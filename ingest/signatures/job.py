"""The sandbox's job: judge the signatures of one hostile file. Runs in the sandbox's child; no network is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.signatures import evidence, trust
from ingest.signatures.check import examine_with
from ingest.signatures.evidence import Piece
from ingest.signatures.facts import facts_of
from ingest.signatures.report import as_json


def run(
    path: Path,
    lists: Iterable[Sequence[str]],
    pieces: Iterable[Mapping[str, str]],
    into: Path | None,
    now: str,
    kind: str,
    beside: Path | None,
) -> dict[str, Any]:
    """Return `signatures` (the facts) and `report`.

    Args:
        lists: name and place of each trust list.
        pieces: other evidence: `kind`, `path`, `source`, `label` of each.
        into: folder for the evidence used, one file a piece, named by its SHA-256; None: it is not kept.
        now: ISO 8601; the moment to judge at, the present when "".
        kind, beside: as `check.examine_with` takes them.
    """
    given = [
        *evidence.of_trust(trust.load([(name, Path(place)) for name, place in lists])),
        *(Piece(one["kind"], Path(one["path"]).read_bytes(), one["source"], one["label"]) for one in pieces),
    ]
    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    report, used = examine_with(path, given, moment, kind=kind, beside=beside)
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for piece in used:
            target = into / piece.name
            if not target.exists():
                part = target.with_suffix(".part")
                part.write_bytes(piece.der)
                part.replace(target)
    return {"signatures": [asdict(one) for one in facts_of(report)], "report": as_json(report)}
