"""What is reported of the signatures of one file: all of it plain values that go to JSON and come back equal.

Vietnamese: báo cáo kiểm tra chữ ký số. Kept in the package, so that the verdict can be recomputed from it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

PASSED, FAILED, UNTOLD = "TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"
BROKEN = "SIGNATURE_PROCESSING_ERROR"
OFFLINE = "TRY_LATER"
"""EN 319 102-1: the revocation status cannot be told with what is at hand. Offline that is a verdict, never a pass."""
FORMAT = "tangthu-signature-report/1"
FETCHED = "fetched"
"""Source of a piece of evidence that was asked for when the file was judged."""
STAMPED, CLAIMED, NOT_SAID = "time-stamp", "claimed", ""
PROVEN = "proof of existence"
"""Basis of a verdict of now that holds because the signature is proven to have existed while its certificate held."""


@dataclass(frozen=True)
class Moment:
    """A verdict about one moment, in the words of ETSI EN 319 102-1.

    Attributes:
        at: ISO 8601 with zone; "" when the moment is not known.
        basis: how the moment is known: `time-stamp` (a trusted one), `claimed` (by the signer alone), "" (the clock).
            Of a verdict of now, `proof of existence` when it holds by one from outside the file.
        detail: the library's words.
    """

    verdict: str
    sub_indication: str = ""
    at: str = ""
    basis: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Stamp:
    """A time-stamp on or after the signature.

    Attributes:
        kind: `signature`, `content` (made before signing) or `document` (over the file after it).
        by: common name of the time-stamping authority.
        trusted: its own verdict is TOTAL-PASSED.
    """

    kind: str
    at: str
    by: str
    trusted: bool
    sub_indication: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Certificate:
    """A certificate of the chain, from the signer up.

    Attributes:
        trust_list: name of the list that trusts it; "" below the root.
    """

    sha256: str
    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    trust_list: str = ""


@dataclass(frozen=True)
class Revocation:
    """A revocation list or OCSP answer about the chain.

    Attributes:
        source: file, trust list or fetched.
    """

    kind: str
    sha256: str
    issuer: str
    this_update: str
    next_update: str
    source: str


@dataclass(frozen=True)
class SignatureReport:
    """One signature.

    Attributes:
        kind: `PAdES`, `CAdES` (detached) or `XML-DSig`.
        unit: OU of the signer's certificate.
        now: the verdict at the moment of judging.
        then: the verdict at signing.
        intact: the signed bytes are unchanged; None when it could not be told.
        coverage: `file`, `revision`, `part` or "" when it could not be told; of an XML signature what it covers.
        changed_after: what was added after it: "lta", "form", "annotation", "other"; "" for nothing.
        revision, revisions: the revision of the file it signed, of how many; 0 when there are none.
        algorithms: digest and signature algorithm.
    """

    kind: str
    field: str
    signer: str
    organisation: str
    unit: str
    now: Moment
    then: Moment
    intact: bool | None = None
    coverage: str = ""
    changed_after: str = ""
    signed_at: str = ""
    revision: int = 0
    revisions: int = 0
    algorithms: str = ""
    stamps: tuple[Stamp, ...] = ()
    chain: tuple[Certificate, ...] = ()
    revocation: tuple[Revocation, ...] = ()


def untold(kind: str, sub: str, detail: str, now: datetime) -> SignatureReport:
    """Return a report of which only that it is INDETERMINATE is known."""
    moment = Moment(UNTOLD, sub, now.isoformat(), "", detail[:500])
    return SignatureReport(kind, "", "", "", "", moment, replace(moment, at=""))


@dataclass(frozen=True)
class Fetched:
    """What was asked for when the file was judged, and what came of it.

    Attributes:
        kind: ocsp or crl.
        about: subject of the certificate it was about.
        outcome: "got", or why nothing came (`ingest.signatures.fetching`).
    """

    kind: str
    url: str
    about: str
    outcome: str


@dataclass(frozen=True)
class Kept:
    """A piece of evidence as the report lists it; its bytes lie beside the report under its name.

    Attributes:
        label: of an anchor the list that trusts it; of what was fetched where it came from.
    """

    kind: str
    sha256: str
    name: str
    source: str
    label: str = ""


@dataclass(frozen=True)
class FileReport:
    """The signatures of one file, and what the verdicts rest on.

    Attributes:
        sha256: of the signed file.
        signature_file: SHA-256 of the file with the signature when it is detached; "" otherwise.
        judged_at: ISO 8601 with zone; the moment `now` of every signature.
        tools: name -> version of what judged.
        kind: of signature that was looked for: PAdES, CAdES or XML-DSig.
        fetched: what was asked for over the network; empty when nothing was.
    """

    sha256: str
    judged_at: str
    signatures: tuple[SignatureReport, ...]
    evidence: tuple[Kept, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    signature_file: str = ""
    kind: str = "PAdES"
    format: str = FORMAT
    fetched: tuple[Fetched, ...] = ()


def as_json(report: FileReport) -> dict[str, Any]:
    """Return the report as JSON values."""
    return asdict(report)


def from_json(said: Mapping[str, Any]) -> FileReport:
    """Return the report JSON values stand for.

    Raises:
        KeyError, TypeError, ValueError: they are no report of a format this program knows.
    """
    if said["format"] != FORMAT:
        raise ValueError(f"format {said['format']!r} is not {FORMAT}")
    return FileReport(
        **{
            **said,
            "signatures": tuple(_signature(one) for one in said["signatures"]),
            "evidence": tuple(Kept(**one) for one in said["evidence"]),
            "fetched": tuple(Fetched(**one) for one in said.get("fetched", ())),
        }
    )


def _signature(said: Mapping[str, Any]) -> SignatureReport:
    return SignatureReport(
        **{
            **said,
            "now": Moment(**said["now"]),
            "then": Moment(**said["then"]),
            "stamps": tuple(Stamp(**one) for one in said["stamps"]),
            "chain": tuple(Certificate(**one) for one in said["chain"]),
            "revocation": tuple(Revocation(**one) for one in said["revocation"]),
        }
    )
