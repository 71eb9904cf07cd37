"""Does a certificate of destruction hold? Asked of the file alone, without the register and without the network.

Four things: its seals (`archive.seals.check`); the proofs inside it (`archive.ledger.check_proof`); that what it says
is what those events say; and its own hash, in the ledger event whose proof lies beside it.

Threat: the file is a stranger's, and so is the proof; both are parsed, bounded in size, and whatever a library raises
is a fault. Accepted: a small file may unpack to a large one; whoever runs this does it on their own machine.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf

from archive.ledger.check_proof import extract_faults, faults
from archive.ledger.event import Verb
from archive.order_list import list_hash
from archive.reason import Reason, because
from archive.register.decisions import ITEMS_LEFT
from archive.seals.check import Imprint, check
from archive.seals.trust import Trust
from retention.papers.proof import EVENTS, FACTS, FORMAT

LONGEST = 256 * 1024 * 1024
"""Bytes of a certificate; one of thousands of case files has some tens of millions."""
LONGEST_PROOF = 1024 * 1024
"""Bytes of the proof that lies beside it: one event, and a way of some dozens of hashes."""
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True)
class Verdict:
    """What a certificate is worth.

    Attributes:
        sha256: of the file.
        order_id: the destruction it says it is of, "" when it cannot be read.
        number: of the decision.
        seals: on it, good or not; none on one that was made without.
        events: how many of the ledger's it carries.
        head: of the ledger's chain, as the proof beside it leads to it, "" when that cannot be read; to be compared
            with one known from elsewhere.
        faults: why it does not hold; empty when it does.
    """

    sha256: str
    order_id: str
    number: str
    seals: tuple[Imprint, ...]
    events: int
    head: str
    faults: tuple[Reason, ...]

    def vouched(self, head: str) -> bool:
        """Say whether somebody besides the file itself vouches for it: a seal, or a head known from elsewhere.

        Whoever has this program can make a ledger of their own, and an unsealed certificate of it that holds.
        """
        return bool(self.seals or head) and not self.faults


def verify(
    pdf: bytes,
    proof: bytes | None,
    *,
    trust: Trust | None,
    now: datetime,
    stamp_roots: Sequence[Any] = (),
    head: str = "",
) -> Verdict:
    """Return what a certificate is worth.

    Args:
        pdf: the file.
        proof: the file that lies beside it, JSON in UTF-8; None when it is missing.
        trust: who vouches for seals; None when nobody was named.
        now: aware time.
        stamp_roots: who vouches for time-stamps.
        head: of the ledger's chain when the proof was written, hex, as known from elsewhere; "" to take its own.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    try:
        told, extract = _inside(pdf)
        events = {one["seq"]: one for one in (json.loads(event["event"]) for event in extract["events"])}
        found = [because("retention.proof-broken", said=said) for said in extract_faults(extract)]
        found += _differs(told, events)
        wanted = [str(seal["certificate"]) for seal in told["seals"]]
        order_id, number = str(told["order_id"]), str(told["decision"]["number"])
    except MemoryError:
        raise
    except (*BROKEN, RecursionError, pikepdf.PdfError) as error:
        unreadable = because("retention.certificate-unreadable", said=f"{type(error).__name__}: {error}")
        return Verdict(sha256, "", "", (), 0, "", (unreadable,))
    seals, sealing = _sealed(pdf, wanted, trust, now, stamp_roots)
    found += sealing
    # The file, and what it carries, was written down later than what it carries: the head is of the proof beside it.
    leads_to, wrong = _beside(proof, order_id, sha256, head)
    found += wrong
    return Verdict(sha256, order_id, number, seals, len(events), leads_to, tuple(found))


def _inside(pdf: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    if len(pdf) > LONGEST:
        raise ValueError(f"larger than {LONGEST} bytes")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        told, extract = (
            json.loads(opened.attachments[name].get_file().read_bytes()) for name in (FACTS, EVENTS)
        )
    if told["format"] != FORMAT:
        raise ValueError("it is of another format")
    return told, extract


def _sealed(
    pdf: bytes, wanted: list[str], trust: Trust | None, now: datetime, stamp_roots: Sequence[Any]
) -> tuple[tuple[Imprint, ...], list[Reason]]:
    """Return the seals and what is wrong with them: each has to be of the certificate the paper names, in its order."""
    if trust is None:
        return (), [because("retention.no-roots")] if wanted else []
    checked = check(pdf, trust, now=now, stamp_roots=stamp_roots)
    if not wanted and not checked.seals:
        return (), []  # made without a seal, as its page says; its hash in the ledger is what proves it
    found = list(checked.faults)
    if [seal.sha256 for seal in checked.seals] != wanted:
        found.append(because("retention.other-seals", count=len(checked.seals), wanted=len(wanted)))
    return checked.seals, found


def _differs(told: Mapping[str, Any], events: Mapping[int, Mapping[str, Any]]) -> Iterator[Reason]:
    """Yield what the certificate says and the events do not."""
    order = [one for one in events.values() if one["object_id"] == told["order_id"]]
    lists = [
        step.get("list_sha256") or (payload.get("order") or {}).get("list_sha256")
        for payload in (one["payload"] for one in sorted(order, key=lambda one: one["seq"]))
        for step in [payload.get("step") or {}]
    ]
    on_list = [
        (item["id"], item["package_sha256"]) for item in told["items"] if item["outcome"] not in ITEMS_LEFT
    ]
    known = [one for one in lists if one]
    if not known or known[-1] != told["list_sha256"] or list_hash(on_list) != told["list_sha256"]:
        yield because("retention.says-other-list")
    decided = [
        payload["step"]["paper"]
        for payload in (one["payload"] for one in order)
        if str((payload.get("step") or {}).get("id", "")).startswith("decide")
    ]
    decision = told["decision"]
    if decided and (decided[-1]["number"], decided[-1]["date"]) != (decision["number"], decision["date"]):
        yield because("retention.says-other-decision")
    ended = {
        one["object_id"]: one["payload"].get("outcome")
        for one in events.values()
        if one["verb"] == Verb.DESTROY.value and one["payload"].get("order_id") == told["order_id"]
    }
    for item in told["items"]:
        left = item["outcome"] in ITEMS_LEFT  # by a step of the procedure, before the destruction
        if ended.get(item["id"]) != (None if left else item["outcome"]):
            yield because("retention.says-other-end", file=item["code"])
        for receipt in item["receipts"]:
            event = events.get(receipt["event"])
            said = event["payload"] if event else {}
            same = (said.get("order_id"), said.get("holder"), said.get("gone"), said.get("expires_on"))
            wanted = (told["order_id"], receipt["holder"], receipt["gone"], receipt["expires_on"])
            if event is None or event["object_id"] != item["id"] or same != wanted:
                yield because("retention.says-other-receipt", file=item["code"], holder=receipt["holder"])


def _beside(proof: bytes | None, order_id: str, sha256: str, head: str) -> tuple[str, list[Reason]]:
    """Return the head the proof leads to, and what is wrong with it: the file's own hash is to be in the ledger."""
    if proof is None:
        return "", [because("retention.proof-missing")]
    if len(proof) > LONGEST_PROOF:
        return "", [because("retention.proof-too-long", most=LONGEST_PROOF)]
    try:
        text = proof.decode("utf-8")
    except UnicodeDecodeError as error:
        return "", [because("retention.proof-not-text", at=error.start + 1)]
    try:
        told = json.loads(text)
        found = [because("retention.proof-broken", said=said) for said in faults(told, head)]
        event = json.loads(told["event"])
        about = (event["verb"], event["object_id"], event["payload"]["kind"], event["after_sha256"])
        leads_to = str(told["head"])
    except (*BROKEN, RecursionError) as error:
        return "", [because("retention.proof-broken", said=f"{type(error).__name__}: {error}")]
    if about != (Verb.PAPER.value, order_id, "bien-ban-huy", sha256):
        found.append(because("retention.proof-of-other-file"))
    return leads_to, found
