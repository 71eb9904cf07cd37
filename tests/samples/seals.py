"""Seals of the test PKI in the settings of a house, as an administrator names real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.samples.authority import DAY, Authority, Holder

LISTS_FROM = datetime(2026, 3, 1, tzinfo=UTC)
"""Since when the revocation lists are good; they are for eight years."""
WORD = "mật khẩu của con dấu"


def set_seals(
    house: Path,
    authority: Authority,
    keys: Mapping[str, Holder],
    *,
    revoked: Sequence[Holder] | None = None,
    destroyer: str = "",
) -> Path:
    """Write seals of these agencies into the house's settings and return the folder of who is trusted.

    Args:
        house: has the settings file.
        authority: whose root is trusted, and who issued the seals.
        keys: agency code, or "*", -> its seal.
        revoked: on a fresh revocation list; None for no list at all.
        destroyer: agency that carries destructions out.
    """
    lines = []
    for number, (agency, holder) in enumerate(keys.items()):
        store, word = house / f"seal-{number}.p12", house / f"seal-{number}.pass"
        chain = [authority.middle.certificate]
        secret = BestAvailableEncryption(WORD.encode())
        store.write_bytes(
            pkcs12.serialize_key_and_certificates(b"seal", holder.key, holder.certificate, chain, secret)
        )
        word.write_text(f"{WORD}\n", encoding="utf-8")
        for file in (store, word):
            file.chmod(0o600)
        lines.append(f'{{ agency = "{agency}", pkcs12 = "{store}", passphrase_file = "{word}" }}')
    lists: list[bytes] = []
    if revoked is not None:
        gone = [(one, LISTS_FROM) for one in revoked]
        ends = LISTS_FROM + 3000 * DAY
        lists = [
            authority.crl(authority.root, at=LISTS_FROM, ends=ends),
            authority.crl(authority.middle, at=LISTS_FROM, ends=ends, revoked=gone),
        ]
    trust = authority.trust(house / "trust", *lists)
    (house / "tangthu.toml").write_text(
        f'[seal]\ntrust = "{trust}"\ndestroyer = "{destroyer}"\nkeys = [{", ".join(lines)}]\n',
        encoding="utf-8",
    )
    return trust
