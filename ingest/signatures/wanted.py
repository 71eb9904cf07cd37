"""Which revocation data are lacking to judge a file's signatures, and where they can be had. Asks nobody.

Runs where the hostile file is read. Only an address in a certificate below a trusted root is named, from a chain that
holds but for its revocation status: nobody but an authority that is trusted can make the house ask an address.
The questions are made with pyhanko-certvalidator's own parts; what is asked, and how, is for `fetching`.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.fetchers.common_utils import enumerate_delivery_point_urls, format_ocsp_request

from archive.awaited import outcome
from ingest.our_memory import is_short_of_memory
from ingest.signatures.chains import Path, held_by_chain
from ingest.signatures.evidence import IN_FILE, Piece
from ingest.signatures.questions import Wanted
from ingest.signatures.report import OFFLINE

log = logging.getLogger(__name__)

LEAVES_LIMIT = 20
ADDRESSES_LIMIT = 4  # of one kind in one certificate
WANTED_LIMIT = 40


def wanted(pieces: Sequence[Piece], asked: Collection[str], now: datetime) -> tuple[Wanted, ...]:
    """Return what is to be asked next; empty when nothing is lacking, or nobody else can be asked.

    Of each certificate its OCSP responders come first; its revocation lists when those gave nothing that helps.

    Args:
        pieces: all the evidence there is.
        asked: keys of the questions asked already.
    """
    return outcome(_wanted(pieces, frozenset(asked), now))


async def _wanted(pieces: Sequence[Piece], asked: frozenset[str], now: datetime) -> tuple[Wanted, ...]:
    found: dict[str, Wanted] = {}
    for leaf in _leaves(pieces):
        try:
            held, path = await held_by_chain(leaf, pieces, now)
            if held.sub_indication == OFFLINE:
                found.update((one.key, one) for one in _of_chain(path, asked))
        except Exception as error:  # no chain, or a certificate libraries stumble over
            if is_short_of_memory(error):
                raise
            log.debug("nothing is asked about %s: %r", leaf.subject.human_friendly, error)
    return tuple(found.values())[:WANTED_LIMIT]


def _leaves(pieces: Sequence[Piece]) -> list[x509.Certificate]:
    """Return the certificates of signers and time-stamping authorities the file brings."""
    brought = (
        x509.Certificate.load(one.der)
        for one in pieces
        if one.kind == "certificate" and one.source == IN_FILE
    )
    return [one for one in brought if not one.ca][:LEAVES_LIMIT]


def _of_chain(path: Path, asked: Collection[str]) -> Iterator[Wanted]:
    for certificate, issuer in pairwise(path):  # from the signer up; the root vouches for itself
        for questions in (_ocsp(certificate, issuer), _lists(certificate)):
            left = [one for one in questions if one.key not in asked]
            if left:
                yield from left
                break


def _ocsp(certificate: x509.Certificate, issuer: x509.Certificate) -> list[Wanted]:
    # SHA-1 names the issuer here and protects nothing; it is what every responder knows (RFC 5019 section 2.1.1).
    request = format_ocsp_request(
        certificate, AuthorityWithCert(issuer), certid_hash_algo="sha1", request_nonces=False
    )
    posted, about = base64.b64encode(request.dump()).decode(), certificate.subject.human_friendly
    return [Wanted("ocsp", url, posted, about) for url in certificate.ocsp_urls[:ADDRESSES_LIMIT]]


def _lists(certificate: x509.Certificate) -> list[Wanted]:
    urls = [
        url for point in certificate.crl_distribution_points for url in enumerate_delivery_point_urls(point)
    ]
    about = certificate.subject.human_friendly
    return [Wanted("crl", url, "", about) for url in urls[:ADDRESSES_LIMIT]]
