"""Put a seal on a PDF: PAdES, by pyHanko, as an increment, so that seals before it stay good and PDF/A stays PDF/A.

Level B-B; with a time-stamping authority (`archive.timestamps`) B-T, and B-LTA when a revocation list was there too.
"""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import datetime
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper

from archive.awaited import outcome
from archive.errors import TangThuError
from archive.reason import because
from archive.seals.errors import SealError
from archive.seals.key import Seal
from archive.settings import ArchiveSettings
from archive.timestamps.ask import ask
from archive.timestamps.judge import roots_in

for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)  # what goes wrong is raised


class _Authority(TimeStamper):
    """The time-stamping authority of the settings, as pyHanko asks one; only good stamps are taken."""

    def __init__(self, now: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._now = now

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """Return a stamp over a hash."""
        judgement = await asyncio.to_thread(ask, message_digest, md_algorithm, now=self._now)
        assert judgement.token is not None
        return cms.ContentInfo.load(judgement.token.der)


class _Clocked(signers.PdfSigner):
    """Claims the moment it is told."""

    moment: datetime

    def init_signing_session(self, *args: Any, **more: Any) -> Any:
        """Return pyHanko's session with our clock."""
        session = super().init_signing_session(*args, **more)
        session.system_time = self.moment
        return session


def level_of(seal: Seal) -> str:
    """Return the PAdES level a seal put on now has."""
    if not ArchiveSettings.load().tsa_url:
        return "B-B"
    return "B-LTA" if seal.face.revocation_checked else "B-T"


def press(pdf: bytes, seal: Seal, *, field: str, reason: str, now: datetime) -> bytes:
    """Return the PDF with a seal on it, in a signature field of its own; nothing that was there is changed.

    Args:
        pdf: sealed before or not.
        seal: as `archive.seals.key.seal_of` gave it.
        field: name of the new signature field.
        reason: why it is sealed, for whoever looks at the signature.
        now: aware time, claimed in the signature.

    Raises:
        SealError: it could not be put on.
        TemporaryError: the time-stamping authority does not answer.
        TimestampError: what it answered cannot be taken.
    """
    level = level_of(seal)
    lasting = level == "B-LTA"
    context = None
    if lasting:
        context = seal.trust.context(now, required=False, more=seal.signer.cert_registry, roots=stamp_roots())
    tool = _Clocked(
        signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            name=seal.face.name,
            embed_validation_info=lasting,
            use_pades_lta=lasting,
            validation_context=context,
            signer_key_usage=set(),
        ),
        signer=seal.signer,
        timestamper=None if level == "B-B" else _Authority(now),
    )
    tool.moment = now
    try:
        made = outcome(tool.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)))
    except TangThuError:
        raise
    except Exception as error:  # nothing is half sealed: what went wrong is all that comes of it
        raise SealError(
            because("archive.seal-failed", name=seal.face.name, said=f"{type(error).__name__}: {error}")
        ) from error
    return bytes(made.getbuffer())


def stamp_roots() -> list[Any]:
    """Return the roots of the time-stamping authority; none when none is set."""
    roots = ArchiveSettings.load().tsa_roots
    return roots_in(roots) if roots else []
