"""What is in a picture: pages, resolution, colour; whether it can be decoded at all. Runs in the sandbox.

Threat: a few bytes that decode to gigabytes. Sizes are read from the header and judged before any pixel is made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from archive.reason import as_json, because
from ingest.formats.pictures import FRAMES_LIMIT, PIXELS_LIMIT

GREY = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L"})
_BITS = {"1": 1, "L": 8, "P": 8, "LA": 16, "I;16": 16, "RGB": 24, "YCbCr": 24, "RGBA": 32, "CMYK": 32}


def picture(path: Path) -> dict[str, Any]:
    """Return the facts of one picture file."""
    try:
        with Image.open(path) as image:
            return _frames(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        return {"problem": as_json(because("ingest.image-bomb", said=str(error)))}


def _frames(image: Image.Image) -> dict[str, Any]:
    frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if frames > FRAMES_LIMIT:
        return {"problem": as_json(because("ingest.image-pages", pages=frames))}
    dpis, colour, bits = [], True, 0
    for frame in range(frames):
        if frames > 1:
            image.seek(frame)
        width, height = image.size
        if width * height > PIXELS_LIMIT:  # nothing larger can be made into PDF/A
            large = because("ingest.image-pixels", width=width, height=height, most=PIXELS_LIMIT)
            return {"problem": as_json(large)}
        dpis.append(_dpi(image))
        colour = colour and image.mode not in GREY
        bits = min(bits or 64, _BITS.get(image.mode, 8 * len(image.getbands())))
        image.load()  # a cut-off picture is found only by decoding it
    return {
        "pages": frames,
        "scan": {
            "pages": frames,
            "lowest_dpi": min(dpis),
            "least_bits": bits,
            "pages_low": tuple(n for n, dpi in enumerate(dpis, 1) if dpi < 200)[:20],
            "pages_grey": () if colour else (1,),
            "pages_silent": (),
            "all_seen": True,
        },
    }


def _dpi(image: Image.Image) -> int:
    """Return the lower of the two resolutions the file states; 0 when it states none."""
    said = image.info.get("dpi")
    try:
        return round(min(float(said[0]), float(said[1]))) if said else 0
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0
