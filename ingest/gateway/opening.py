"""Open a way in as the settings describe it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import IngestError
from ingest.gateway.axis import Axis
from ingest.gateway.direct import Direct
from ingest.gateway.drop import Drop, Settling
from ingest.gateway.folder import Folder
from ingest.gateway.interface import Inbox
from ingest.gateway.lgsp import Lgsp
from ingest.gateway.provincial import ProvincialAxis
from ingest.inbox_settings import (
    FolderInbox,
    InboxSettings,
    LgspInbox,
    ProvincialInbox,
    RestInbox,
    SftpInbox,
    VxpInbox,
)
from ingest.settings import IngestSettings

_SETTLING: dict[str, Settling] = {}


@contextmanager
def opened(settings: InboxSettings) -> Iterator[Inbox]:
    """Yield the inbox and close it afterwards. Nothing is asked of the other side yet.

    Raises:
        SettingsError: its secret cannot be had.
    """
    own = IngestSettings.load()
    limit = own.max_message_bytes
    known = settings if settings.organ else settings.model_copy(update={"organ": own.organ})
    inbox: Inbox
    match known:
        case VxpInbox():
            inbox = Axis(known, max_message_bytes=limit)
        case ProvincialInbox():
            inbox = ProvincialAxis(known, max_message_bytes=limit)
        case LgspInbox():
            inbox = Lgsp(known, max_message_bytes=limit)
        case RestInbox():
            inbox = Direct(known)
        case FolderInbox():
            place = Folder(known.path)
            inbox = Drop(known, place, max_message_bytes=limit, settling=_settling(known.name))
        case SftpInbox():
            from ingest.gateway.sftp import SftpPlace  # paramiko: half a second, and only where a drop is set

            inbox = Drop(known, SftpPlace(known), max_message_bytes=limit, settling=_settling(known.name))
    try:
        yield inbox
    finally:
        inbox.close()


def named(name: str) -> InboxSettings:
    """Return the settings of one inbox.

    Raises:
        IngestError: none has that name.
    """
    for one in IngestSettings.load().ways_in:
        if one.name == name:
            return one
    raise IngestError(f"no inbox {name} is set in [[ingest.inboxes]]")


def _settling(name: str) -> Settling:
    return _SETTLING.setdefault(name, Settling())
