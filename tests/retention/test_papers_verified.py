"""A certificate is checked from the file alone; tampered, sealed by another, or without its proof it is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from retention_town import AGENCY, BINH, NOW, OTHER, Town, place
from typer.testing import CliRunner

from archive.cli import load
from archive.ledger import check_proof
from archive.ledger.prove import prove
from archive.register.session import reading
from archive.seals.key import seal_of
from archive.seals.press import press
from archive.seals.trust import trust_in
from retention.destruction import execute
from retention.errors import CertificateError
from retention.papers import making
from retention.papers.kept import kept_of
from retention.papers.making import make
from retention.papers.outside import read_outside
from retention.papers.papers import Kind
from retention.papers.printing import printed
from retention.papers.proof import EVENTS, FACTS
from retention.papers.verify import LONGEST_PROOF, Verdict, verify
from tests.samples.authority import Authority
from tests.samples.seals import set_seals


class Certificate:
    """One that was made, with its proof, in a house that can be asked nothing more."""

    def __init__(self, pdf: bytes, proof: dict[str, Any], trust: Path | None) -> None:
        self.pdf, self.proof, self.trust = pdf, proof, trust

    def judged(self, pdf: bytes | None = None, proof: str | bytes | None = "its own", **more: Any) -> Verdict:
        trust = trust_in(self.trust) if self.trust else None
        beside = json.dumps(self.proof) if proof == "its own" else proof
        beside = beside.encode() if isinstance(beside, str) else beside
        return verify(pdf or self.pdf, beside, **{"trust": trust, "now": NOW, **more})

    def faults(self, *args: Any, **more: Any) -> set[str]:
        return {fault.code.removeprefix("retention.") for fault in self.judged(*args, **more).faults}

    def inside(self, name: str) -> Any:
        with pikepdf.open(io.BytesIO(self.pdf)) as pdf:
            return json.loads(pdf.attachments[name].get_file().read_bytes())

    def saying(self, **told: Any) -> bytes:
        """Return the same certificate with other files in it, and no seal: what a forger can make."""
        with pikepdf.open(io.BytesIO(self.pdf)) as pdf:
            for name, value in told.items():
                data = json.dumps(value).encode()
                pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
            if "/AcroForm" in pdf.Root:
                del pdf.Root.AcroForm
            target = io.BytesIO()
            pdf.save(target)
        return target.getvalue()


def certificate(order_id: str, trust: Path | None) -> Certificate:
    papers = {paper.kind: paper.pdf for paper in make(order_id, now=NOW)}
    with reading() as session:
        proof = prove(session, kept_of(session, order_id)[Kind.CERTIFICATE].event)
    return Certificate(papers[Kind.CERTIFICATE], proof, trust)


@pytest.fixture
def destroyed(town: Town, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two of three case files are gone. `tests/services/test_papers_pdfa.py` asks veraPDF."""
    monkeypatch.setattr(making, "judged", lambda pdf, **_: pdf)

    def alone(kind: Kind, *args: Any, **more: Any) -> Any:  # the others have their own tests
        return printed(kind, *args, **more) if kind is Kind.CERTIFICATE else None

    monkeypatch.setattr(making, "printed", alone)
    ids = [town.store(f"0{n}.HUY") for n in (1, 2, 3)]
    order_id = town.ordered(*ids)
    place(ids[2])
    assert execute(order_id, viewer=BINH, now=NOW).finished
    return order_id


def test_a_sealed_certificate_holds_and_every_change_of_it_is_told(destroyed: str, house: Path) -> None:
    authority = Authority()
    holder = authority.signer("Con dấu Sở", "Sở")
    trust = set_seals(house, authority, {AGENCY: holder, OTHER: authority.signer("Con dấu khác", "Khác")})
    one = certificate(destroyed, trust)
    good = one.judged()
    assert good.faults == () and good.order_id == destroyed and len(good.seals) == 1 and good.events > 20

    # a missing or foreign proof, nobody who vouches, another root, another head
    assert one.faults(proof=None) == {"proof-missing"}
    assert one.faults(proof="{}") == {"proof-broken"}
    assert one.faults(proof=b"\xff\xfe{}") == {"proof-not-text"}
    assert one.faults(proof=b" " * (LONGEST_PROOF + 1)) == {"proof-too-long"}
    other = {**one.proof, "leaf": "00" * 32}
    assert one.faults(proof=json.dumps(other)) == {"proof-broken"}
    assert one.faults(trust=None) == {"no-roots"}
    stranger = Authority("Gốc lạ")
    assert one.faults(trust=trust_in(stranger.trust(house / "lạ"))) == {"archive.seal-stranger"}
    assert "proof-broken" in one.faults(head="00" * 32)
    assert good.head == one.proof["head"] and one.faults(head=good.head) == set()

    # one byte of the page, the seal taken off, another agency's seal put on instead
    at = one.pdf.index(b"stream") + 20
    assert one.faults(one.pdf[:at] + bytes([one.pdf[at] ^ 1]) + one.pdf[at + 1 :]) != set()
    bare = one.saying()
    assert {"other-seals", "proof-of-other-file"} <= one.faults(bare)
    theirs = seal_of(OTHER, now=NOW)
    assert theirs is not None
    resealed = press(bare, theirs, field="DauCoQuan", reason="giả", now=NOW)
    assert one.faults(resealed) == {"other-seals", "proof-of-other-file"}

    # words changed in what a machine reads, even by who holds the seal
    facts, events = one.inside(FACTS), one.inside(EVENTS)
    assert check_proof.extract_faults(events) == []
    own = seal_of(AGENCY, now=NOW)
    assert own is not None

    def forged(changed: dict[str, Any], **more: Any) -> set[str]:
        return one.faults(press(one.saying(**{FACTS: changed, **more}), own, field="X", reason="", now=NOW))

    items = facts["items"]
    spared = {**items[2], "outcome": "done"}
    assert "says-other-end" in forged({**facts, "items": [*items[:2], spared]})
    assert "says-other-list" in forged({**facts, "items": items[:2]})
    assert "says-other-decision" in forged({**facts, "decision": {**facts["decision"], "number": "1/QĐ"}})
    receipts = [{**items[0]["receipts"][0], "gone": False}, *items[0]["receipts"][1:]]
    assert "says-other-receipt" in forged(
        {**facts, "items": [{**items[0], "receipts": receipts}, *items[1:]]}
    )
    lost = {**events, "events": events["events"][:-6]}
    assert forged(facts, **{EVENTS: lost}) & {"says-other-receipt", "says-other-end"}
    text = events["events"][0]["event"].replace("Hết thời hạn", "Còn thời hạn")
    changed = {**events, "events": [{**events["events"][0], "event": text}, *events["events"][1:]]}
    assert "proof-broken" in forged(facts, **{EVENTS: changed})
    assert one.faults(b"%PDF-1.7 nothing") == {"certificate-unreadable"}


def test_at_the_command_line_without_a_seal_the_hash_in_the_ledger_proves_it(
    destroyed: str, tmp_path: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bien-ban.pdf"
    run = CliRunner()
    asked = ["retention", "certificate", destroyed, str(out), "--as", "dung", "--role", f"head@{AGENCY}"]
    made = run.invoke(load(), asked)
    assert made.exit_code == 0, made.output
    proof = out.with_name("bien-ban.pdf.proof.json")
    script = subprocess.run(
        [sys.executable, check_proof.__file__, str(proof)], capture_output=True, check=False
    )
    assert script.returncode == 0, script.stdout
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "another house"))
    seen = run.invoke(load(), ["retention", "verify", str(out), "--json"])
    assert seen.exit_code == 3 and json.loads(seen.output)["holds"] is True, seen.output
    assert json.loads(seen.output)["vouched"] is False, "a stranger's ledger holds in itself as well"
    head = json.loads(proof.read_text())["head"]
    known = run.invoke(load(), ["retention", "verify", str(out), "--json", "--head", head])
    assert known.exit_code == 0 and json.loads(known.output)["vouched"] is True, known.output
    told = run.invoke(load(), ["retention", "verify", str(out)])
    assert told.exit_code == 3 and "COULD NOT TELL" in told.output, told.output
    assert "Exit 3: could not tell" in " ".join(
        run.invoke(load(), ["retention", "verify", "--help"]).output.split()
    )
    said = proof.read_bytes()
    proof.write_bytes(b"\xff" + said)
    broken = run.invoke(load(), ["retention", "verify", str(out)])
    assert broken.exit_code == 1 and "no text in UTF-8 (byte 1)" in broken.output, broken.output
    proof.write_bytes(said)
    out.write_bytes(out.read_bytes() + b"\n")
    again = run.invoke(load(), ["retention", "verify", str(out)])
    assert again.exit_code == 1 and "WRONG: the proof beside it is of another file" in again.output
    proof.unlink()
    assert run.invoke(load(), ["retention", "verify", str(out)]).exit_code == 1


def test_a_file_is_read_only_once_its_size_is_known_to_be_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "bien-ban.pdf"
    path.write_bytes(b"12345")
    assert read_outside(path, 5) == b"12345"
    with path.open("wb") as stream:  # a sparse file takes no room, and no memory unless it is read
        stream.truncate(1 << 40)
    os.mkfifo(tmp_path / "pipe")
    for name, code in (
        ("bien-ban.pdf", "file-too-long"),
        ("none", "file-unreadable"),
        ("pipe", "no-plain-file"),
    ):
        with pytest.raises(CertificateError) as caught:
            read_outside(tmp_path / name, 5)
        assert caught.value.reason.code == f"retention.{code}"
