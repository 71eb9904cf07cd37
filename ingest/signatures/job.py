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
from ingest.signatures.report import FETCHED, as_json
from ingest.signatures.wanted import wanted


def run(
    path: Path,
    lists: Iterable[Sequence[str]],
    pieces: Iterable[Mapping[str, str]],
    into: Path | None,
    now: str,
    kind: str,
    beside: Path | None,
    asked: Sequence[str] | None = None,
    proven: str = "",
) -> dict[str, Any]:
    """Return `signatures` (the facts), `report`, and `wanted`: what is to be asked for revocation data next.

    Args:
        lists: name and place of each trust list.
        pieces: other evidence: `kind`, `path`, `source`, `label` of each.
        into: folder for the evidence used, one file a piece, named by its SHA-256; None: it is not kept.
        now: ISO 8601; the moment to judge at, the present when "".
        kind, beside: as `check.examine_with` takes them.
        proven: ISO 8601; a moment at which the file and `pieces` are proven to have existed; "" when there is none. Of
            the trust lists only the roots are used then: what else they hold was not there.
        asked: keys of the questions asked before; None when nobody may be asked, and nothing is wanted.
    """
    others = [
        Piece(one["kind"], Path(one["path"]).read_bytes(), one["source"], one["label"]) for one in pieces
    ]
    listed = evidence.of_trust(trust.load([(name, Path(place)) for name, place in lists]))
    given = [
        *(one for one in listed if not proven or one.kind == "anchor"),
        *(one for one in others if one.source != FETCHED or evidence.is_readable(one)),
    ]
    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    since = datetime.fromisoformat(proven) if proven else None
    report, used = examine_with(path, given, moment, kind=kind, beside=beside, proven=since)
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for piece in used:
            target = into / piece.name
            if not target.exists():
                part = target.with_suffix(".part")
                part.write_bytes(piece.der)
                part.replace(target)
    next_ = () if asked is None else wanted(used, asked, moment)
    return {
        "signatures": [asdict(one) for one in facts_of(report)],
        "report": as_json(report),
        "wanted": [asdict(one) for one in next_],
    }
