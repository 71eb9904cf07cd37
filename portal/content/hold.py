"""The paper of a hold: the request behind it. The hold itself is in the register, and wins there."""

from __future__ import annotations

from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from zope import schema

from portal.i18n import _


class IHold(model.Schema):
    """The request behind a hold (lệnh giữ). State follows the register."""

    hold_id = schema.TextLine(title=_("Hold"), readonly=True, required=False)
    case_file_id = schema.TextLine(title=_("Case file"), readonly=True, required=False)
    request_document = NamedBlobFile(title=_("The request"), required=False)
