"""The paper about a fonds: a mirror of the register's row, with the history the archive writes."""

from __future__ import annotations

from plone.supermodel import model
from zope import schema

from portal.i18n import _


class IFonds(model.Schema):
    """All archival records of one agency (phông lưu trữ). Code and agency follow the register."""

    code = schema.TextLine(title=_("Fonds code"), readonly=True, required=False)
    agency_code = schema.TextLine(title=_("Agency code"), readonly=True, required=False)
    history = schema.Text(title=_("History of the creator and of the fonds"), required=False)
    arrangement = schema.Text(title=_("Guide to classification"), required=False)
