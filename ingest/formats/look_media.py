"""What is in a film or a sound: container, codecs, bit rate, length, as MediaInfo tells. Runs in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive.reason import as_json, because
from ingest.formats.identify import ASF, EXTENSIONS, WMA, WMV

LONGEST_NAME = 40


def media(path: Path, media_type: str = "") -> dict[str, Any]:
    """Return the facts of one film or sound file; a file in which no track is found cannot be opened.

    Microsoft's container (ASF) may hold either: which of the two it is, its tracks tell.
    """
    from pymediainfo import MediaInfo  # a library of its own, loaded at the first film only

    tracks = MediaInfo.parse(path).tracks
    general = next((one for one in tracks if one.track_type == "General"), None)
    films = [one for one in tracks if one.track_type == "Video"]
    sounds = [one for one in tracks if one.track_type == "Audio"]
    if general is None or not (films or sounds):
        return {"problem": as_json(because("ingest.no-track"))}
    first = (films or sounds)[0]
    # A film's rate is that of the whole file: containers often keep none for the picture alone (our reading).
    rate = (
        (general.overall_bit_rate or first.bit_rate)
        if films
        else (first.bit_rate or general.overall_bit_rate)
    )
    told = WMV if films else WMA
    return ({"media_type": told, "extensions": EXTENSIONS[told]} if media_type == ASF else {}) | {
        "media": {
            "kind": "film" if films else "sound",
            "container": str(general.format or "")[:LONGEST_NAME],
            "codec": str(first.format or "")[:LONGEST_NAME],
            "kbps": round(_number(rate) / 1000),
            "seconds": round(_number(general.duration) / 1000),
        }
    }


def _number(value: object) -> float:
    try:
        return float(str(value).split("/")[0]) if value is not None else 0.0
    except ValueError:
        return 0.0
