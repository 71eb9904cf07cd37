"""The paper of a disposal list: its dossier in the office. The order itself is in the register."""

from __future__ import annotations

from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from zope import schema

from portal.i18n import _


class IDisposalList(model.Schema):
    """The dossier of a disposal list (danh mục tài liệu hết giá trị). The state is the legal one
    (`archive.procedure.states`): it follows the vault; only that of an older list is pushed by people, as it fits
    the order's own state."""

    order_id = schema.TextLine(title=_("Order in the vault"), readonly=True, required=False)
    order_state = schema.TextLine(title=_("State of the order"), readonly=True, required=False)
    agency_code = schema.TextLine(title=_("Agency code"), readonly=True, required=False)
    regime = schema.TextLine(title=_("Law that applies"), readonly=True, required=False)
    explanation = schema.Text(title=_("Explanation (bản thuyết minh)"), required=False)
    minutes = NamedBlobFile(title=_("Minutes of the council"), required=False)
    opinion = NamedBlobFile(title=_("Written opinion"), required=False)
    decision = NamedBlobFile(title=_("Decision"), required=False)
