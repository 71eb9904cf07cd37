"""The title of a page in the browser's tab and history: what its heading says, then the site."""

from __future__ import annotations

import re

TITLE = re.compile(r"<title>([^<&—]*)</title>")  # Plone's own "Fonds &mdash; site" stays
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def titled(page: str) -> str:
    """Return a page of ours with its first heading before the site's name in the title; without a heading as it was.

    The screens all stand on the root of the site, so Plone would call every one of them by the site's name alone.

    Args:
        page: HTML with the heading's text escaped already.
    """
    heading = HEADING.search(page)
    words = " ".join(TAG.sub(" ", heading[1]).split()) if heading else ""
    if not words:
        return page
    return TITLE.sub(lambda found: f"<title>{words} — {found[1].strip()}</title>", page, count=1)
