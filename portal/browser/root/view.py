"""The instance's bare address leads to the archive."""

from __future__ import annotations

from typing import Any

from Products.Five import BrowserView
from zExceptions import NotFound

from portal.site import SITE


class Root(BrowserView):
    """`plone-overview` of the Zope application, where Plone offers to make a site."""

    def __call__(self) -> Any:
        """Go to the archive; it is made by `bin/instance run portal/site.py`, never from here."""
        if SITE not in self.context.objectIds():
            raise NotFound("the site is not made yet")
        return self.request.response.redirect(self.context[SITE].absolute_url())
