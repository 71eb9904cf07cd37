"""The browser layer: what this folder registers shows only in sites that installed its profile."""

from __future__ import annotations

from plone.theme.interfaces import IDefaultPloneLayer


class IPortalLayer(IDefaultPloneLayer):
    """Requests to a Tàng Thư site."""
