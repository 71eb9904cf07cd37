"""Which forms carry a CSRF token: those that change something. plone.protect puts one into every form.

A GET form would show it in the address, in the history, in bookmarks and in the log of every proxy between.
"""

from __future__ import annotations

from typing import Any

from plone.protect.auto import ProtectTransform


class TokensInPosts(ProtectTransform):
    """plone.protect's transform, which leaves forms that only ask alone."""

    def transform(self, result: Any, encoding: str) -> Any:
        """Put tokens into the forms, then take them out of those that are sent with GET."""
        done = super().transform(result, encoding)
        if done is not None:
            for form in done.tree.getroot().cssselect("form"):
                if form.get("method", "get").lower() == "get":
                    for field in form.cssselect('input[name="_authenticator"]'):
                        field.getparent().remove(field)
        return done
