"""The inventory printed by WeasyPrint and judged by veraPDF."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from archive.register.session import reading
from exports.inventory import inventory
from tests.archive.vault_builders import AGENCY, LAN, a_case_file


@pytest.mark.service
def test_the_inventory_is_pdfa_with_every_case_file_and_its_foot(house: Path) -> None:
    for number in range(1, 41):
        a_case_file().with_(code=f"{number:02d}.2014.QD", words=("một",)).kept(house / "work")
    with reading() as session:
        data = inventory(session, AGENCY, viewer=LAN, today=date(2026, 3, 2))
    path = house / "inventory.pdf"
    path.write_bytes(data)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    for word in (
        "MỤC LỤC HỒ SƠ",
        "Thời hạn",
        "01.2014.QD",
        "40.2014.QD",
        "40 hồ sơ (bằng chữ: bốn mươi hồ sơ)",
    ):
        assert word in text.stdout
