"""The paper about an agency: a mirror of the register's row, with room for notes of the office."""

from __future__ import annotations

from plone.supermodel import model
from zope import schema

from portal.i18n import _


class IAgency(model.Schema):
    """An office that sends case files (cơ quan, tổ chức nộp lưu). Code, name and profile follow the register."""

    code = schema.TextLine(title=_("Agency code"), readonly=True, required=False)
    profile = schema.TextLine(title=_("Province profile"), readonly=True, required=False)
    contact = schema.Text(title=_("Contact"), required=False)
