"""Pages as pictures: drawn from a PDF, split out of an image file, bound into a PDF. Runs in the sandbox."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageOps

DPI = 300
LEAST_DPI = 100
PIXELS_LIMIT = 60_000_000  # one page; A3 at 400 dpi has 31 million
FRAMES_LIMIT = 2000
A4_LONG = 11.69  # inches
PALE = 24  # a page whose channels differ less, in every field of a grid, is grey
PALE_GRID = (200, 280)
JPEG_QUALITY = 92

Image.MAX_IMAGE_PIXELS = 2 * PIXELS_LIMIT


def render(path: Path, folder: Path, first: int, last: int) -> dict[str, Any]:
    """Draw pages first..last-1 (0-based) at 300 dpi, less for a sheet too large, into files of the folder."""
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    pages = []
    try:
        for number in range(first, min(last, len(document))):
            page = document[number]
            wide, high = page.get_size()
            fit = (PIXELS_LIMIT / max(wide * high / 72**2, 1e-6)) ** 0.5
            dpi = min(DPI, int(fit))
            if dpi < LEAST_DPI:
                raise ValueError(f"page {number + 1} is too large to be drawn legibly")
            bitmap = page.render(scale=dpi / 72, may_draw_forms=True, draw_annots=True, rev_byteorder=True)
            image = bitmap.to_pil().convert("RGB")
            bitmap.close()
            page.close()
            pages.append(_saved(image, folder / f"page{number + 1:05}", dpi))
    finally:
        document.close()
    return {"pages": pages}


def split(path: Path, folder: Path) -> dict[str, Any]:
    """Write each picture of an image file into the folder; a plain JPEG or PNG is taken as it is."""
    pages = []
    with Image.open(path) as image:
        if image.size[0] * image.size[1] > PIXELS_LIMIT:
            raise ValueError(f"{image.size[0]} x {image.size[1]} pixels are too many")
        all_frames = getattr(image, "n_frames", 1)
        frames = (
            all_frames if image.format == "TIFF" else 1
        )  # else an animation: its first picture (policy.toml)
        if frames > FRAMES_LIMIT:
            raise ValueError(f"{frames} pictures are too many")
        for number in range(frames):
            image.seek(number)
            dpi = _dpi(image)
            upright = image.getexif().get(0x0112, 1) == 1
            if frames == 1 and upright and image.mode in ("L", "RGB") and image.format in ("JPEG", "PNG"):
                target = folder / f"page{number + 1:05}.{'jpg' if image.format == 'JPEG' else 'png'}"
                image.load()
                if image.format == "JPEG":
                    target.write_bytes(path.read_bytes())  # not coded anew: not a pixel is changed
                else:
                    image.save(target, icc_profile=None)
                pages.append({"path": str(target), "dpi": dpi})
            else:
                pages.append(_saved(_plain(image), folder / f"page{number + 1:05}", dpi, lossless=True))
    left = all_frames - frames
    removals = [f"{left} further pictures of an animation: the original has them"] if left > 0 else []
    return {"pages": pages, "removals": removals}


def bind(pages: list[dict[str, Any]], out: Path) -> dict[str, Any]:
    """Write a PDF with one picture a page, each at its resolution."""
    with pikepdf.new() as pdf:
        for page in pages:
            layout = img2pdf.get_fixed_dpi_layout_fun((page["dpi"], page["dpi"]))
            one = img2pdf.convert(page["path"], layout_fun=layout, rotation=img2pdf.Rotation.none)
            with pikepdf.open(BytesIO(one)) as made:
                pdf.pages.extend(made.pages)
        pdf.save(out)
    return {"pages": len(pages)}


def _dpi(image: Image.Image) -> float:
    """Return the picture's resolution; without a likely one it is taken as an A4 page."""
    said = image.info.get("dpi", (0, 0))[0]
    try:
        dpi = float(said)
    except (TypeError, ValueError):
        dpi = 0.0
    if not 72 < dpi <= 2400:  # 72 is what programs write that do not know
        dpi = max(72.0, max(image.size) / A4_LONG)
    return round(dpi, 2)


def _plain(image: Image.Image) -> Image.Image:
    """Return the frame upright, on white, in a mode that PDF/A can show as sRGB."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("1", "L", "RGB"):
        return image.copy()
    if image.mode in ("I", "I;16", "F"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")


def _saved(image: Image.Image, stem: Path, dpi: float, *, lossless: bool = False) -> dict[str, Any]:
    """Save grey pages without loss, coloured ones as JPEG unless asked otherwise."""
    if image.mode == "RGB":
        red, green, blue = image.split()
        apart = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
        if max(max(one.resize(PALE_GRID, Image.Resampling.BOX).tobytes()) for one in apart) < PALE:
            image = image.convert("L")
    if lossless or image.mode != "RGB":
        target = stem.with_suffix(".png")
        image.save(target, dpi=(dpi, dpi))
    else:
        target = stem.with_suffix(".jpg")
        image.save(target, dpi=(dpi, dpi), quality=JPEG_QUALITY, subsampling=0)
    return {"path": str(target), "dpi": dpi}
