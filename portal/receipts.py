"""A holder's receipt in the reader's language.

Holders write their receipts below the portal, in English, and so they stand in the ledger for good. For the screen they
are recognised by pattern; a sentence nobody recognises is shown as it is.
"""

from __future__ import annotations

import re

from zope.i18nmessageid import Message

from portal.i18n import DOMAIN, _

PATTERNS: tuple[tuple[str, str], ...] = (
    # who
    (r"store:(?P<name>.+)", _("Store ${name}")),
    (r"quarantine", _("Quarantine")),
    (r"search-index", _("Search index")),
    # what was there
    (r"nothing", _("nothing was there")),
    (r"(?P<files>\d+) files, (?P<size>\d+) bytes", _("${files} files, ${size} bytes")),
    (r"(?P<number>\d+) index documents \((?P<engine>\w+)\)", _("${number} index documents (${engine})")),
    (r"(?P<name>\S+\.zip), (?P<size>\d+) bytes", _("package ${name}, ${size} bytes")),
    # how, in the words of NIST SP 800-88
    (r"not applicable.*", _("nothing to erase")),
    (r"clear: overwritten once and removed", _("clear: overwritten once and removed")),
    (
        r"clear \(NIST SP 800-88\): overwritten once and removed; .*",
        _(
            "clear (NIST SP 800-88): overwritten once and removed; on flash or copy-on-write media not a purge"
        ),
    ),
    (
        r"clear: rows overwritten with zeros .*",
        _("clear: rows overwritten with zeros, index merged, log emptied"),
    ),
    (
        r"clear: deleted by query, .*",
        _("clear: deleted, segments merged so that nothing deleted is left in them"),
    ),
)


def told(text: str) -> Message | str:
    """Return the message a receipt's word or sentence stands for; the text itself when no pattern fits."""
    for pattern, message in PATTERNS:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return Message(message, domain=DOMAIN, mapping=match.groupdict())
    return text
