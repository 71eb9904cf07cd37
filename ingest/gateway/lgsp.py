"""Documents behind a WSO2-style LGSP: a token for client credentials, then the provincial shape under its paths.

No public text was found that says what a document exchange behind such a platform looks like, so every path is
configuration without a default, and the messages are taken to have the shape of the provincial axis (UNVERIFIED).
Known of the platform, and held to: `POST /token` with client credentials, `Authorization: Bearer`, 401 for a token that
is spent, 429 when it has been asked too often.
"""

from __future__ import annotations

from ingest.gateway.provincial import ProvincialAxis
from ingest.inbox_settings import LgspInbox


class Lgsp(ProvincialAxis):
    """A client of one LGSP. Implements `ingest.gateway.interface.Inbox`."""

    settings: LgspInbox
