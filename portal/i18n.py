"""The message factory: English sentences are the message ids, both languages are in `locales/`."""

from __future__ import annotations

from zope.i18nmessageid import MessageFactory

DOMAIN = "tangthu"
_ = MessageFactory(DOMAIN)
