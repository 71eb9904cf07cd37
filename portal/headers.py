"""The headers that keep a page ours: what may run and load in it, who may frame it, who may keep it.

Our own screens run one script and one style sheet of ours and nothing inline. Plone's forms (log in, write on a paper,
control panels) bring scripts and styles of their own that need more.
"""

from __future__ import annotations

from typing import Any

CSP = "Content-Security-Policy"
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORMS_OF_PLONE = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; object-src 'none'; frame-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def protect(response: Any, policy: str, *, known: bool) -> None:
    """Set the headers of a page; a policy that is set already stays.

    Args:
        response: of the request.
        policy: one of ours above.
        known: somebody is logged in, so that nobody in between may keep the page.
    """
    if not response.getHeader(CSP):
        response.setHeader(CSP, policy)
    response.setHeader("X-Content-Type-Options", "nosniff")
    response.setHeader("Referrer-Policy", "same-origin")
    if known:
        response.setHeader("Cache-Control", "private, no-store")
