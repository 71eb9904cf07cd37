"""The QR code an authenticator app scans. The one user of segno."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """Return a text as QR code, an inline SVG without script or link."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        scale=4,
        border=4,
        xmldecl=False,
        svgns=True,
        light="#fff",
        dark="#000",
        omitsize=True,
    )
    return out.getvalue().decode()


def qr_lines(text: str) -> str:
    """Return a text as QR code in lines for a terminal, without its colours."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out=out, compact=True)
    return out.getvalue().rstrip("\n")
