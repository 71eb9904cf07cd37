"""Why an upload does not go on."""

from __future__ import annotations

from datetime import datetime

from archive.reason import because
from ingest.errors import IngestError


class UploadGoneError(IngestError):
    """The upload's time is over, or it was ended; a new one has to be begun."""

    def __init__(self) -> None:
        super().__init__(because("ingest.upload-gone"))


class OffsetError(IngestError):
    """The piece does not follow what is here already.

    Attributes:
        offset: how many bytes are here.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(because("ingest.upload-offset", offset=offset))
        self.offset = offset


class ChecksumError(IngestError):
    """The piece has another checksum than its sender said; nothing of it was kept."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(because("ingest.upload-checksum", algorithm=algorithm))


class UploadBusyError(IngestError):
    """Another request writes to this upload at this moment."""

    def __init__(self) -> None:
        super().__init__(because("ingest.upload-busy"))


class UploadTooLargeError(IngestError):
    """The announced size, or what came, is more than may come.

    Attributes:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(because("ingest.larger-than", bytes=limit))
        self.limit = limit


class EmptyUploadError(IngestError):
    """A file of no bytes was announced; there is nothing to bring."""

    def __init__(self) -> None:
        super().__init__(because("ingest.empty-file"))


class QuotaError(IngestError):
    """The agency has too many, or too large, uploads open; some must end or run out first."""

    def __init__(self, agency: str, *, uploads: int, size: int) -> None:
        super().__init__(because("ingest.upload-quota", agency=agency, uploads=uploads, bytes=size))


class DraftsFullError(QuotaError):
    """The drafts of an agency have together as many bytes as they may; some must be submitted or deleted first."""

    def __init__(self, agency: str, *, size: int) -> None:
        IngestError.__init__(self, because("ingest.drafts-full", agency=agency, bytes=size))


class DraftTooLargeError(UploadTooLargeError):
    """A draft has as many bytes as one delivery may have.

    Attributes:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        IngestError.__init__(self, because("ingest.draft-largest", bytes=limit))
        self.limit = limit


class KeyReusedError(IngestError):
    """The same Idempotency-Key came with other contents.

    Attributes:
        until: from when on the key may be used for something else.
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(because("ingest.key-reused", until=until.date()))
        self.until = until
