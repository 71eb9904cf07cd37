"""A signed file's signatures as a person reads them: at signing, at receipt, today, with what each rests on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from archive.reason import Lang
from ingest.signatures import words
from ingest.signatures.recheck import Rechecked
from ingest.signatures.report import PROVEN, Moment, SignatureReport


@dataclass(frozen=True)
class Said:
    """A verdict in words.

    Attributes:
        verdict: EN 319 102-1.
        at: when, as clocks in Việt Nam show it.
        basis: what the moment rests on, or the verdict of today: a time-stamp, the signer's word, a proof of existence.
    """

    verdict: str
    words: str
    at: str
    basis: str


@dataclass(frozen=True)
class JudgedSignature:
    """One signature at its three moments; `today` is None when it could not be judged."""

    signer: str
    agency: str
    then: Said
    received: Said
    today: Said | None


@dataclass(frozen=True)
class JudgedFile:
    """A signed file.

    Attributes:
        differs: the kept report is missing, or something came out otherwise.
    """

    path: str
    signatures: tuple[JudgedSignature, ...]
    differs: bool


def judged_file(one: Rechecked, lang: Lang) -> JudgedFile:
    """Return what is shown of a file."""
    listed = one.now or one.kept
    signatures = tuple(
        _signature(report, one.today[n] if n < len(one.today) else None, lang)
        for n, report in enumerate(listed)
    )
    return JudgedFile(one.file, signatures, bool(one.faults))


def _signature(report: SignatureReport, today: SignatureReport | None, lang: Lang) -> JudgedSignature:
    return JudgedSignature(
        report.signer,
        words.agency({"unit": report.unit, "organisation": report.organisation}),
        _said(report.then, lang),
        _said(report.now, lang),
        _said(today.now, lang) if today is not None else None,
    )


def _said(moment: Moment, lang: Lang) -> Said:
    told = words.verdict(moment.verdict, moment.sub_indication, lang)
    basis = moment.basis if moment.basis != PROVEN else "proven"
    return Said(moment.verdict, told, words.moment(moment.at), basis)
